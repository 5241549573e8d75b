"""The matching engine: hashes of files, and exact answers to "which indicators does this resemble?".

A pure library without Django and without a database. In five lines:

    import numpy as np
    from signals.matching.hashes import HammingIndex, packed
    index = HammingIndex.build(packed(known, 256), ids=np.arange(len(known)), radius=31)
    for query, found, distance in zip(*index.search(packed(new, 256))):
        print(new[query], "is", distance, "bits from", known[found])

`hashes` perceptual hashes within a distance, `exact` equal digests, `text` keywords in texts, `names` near profile
names, `urls` what lies above a URL, `video` videos that share frames, `hash` hashes of files. Every answer is that of
brute force; no question changes an index, and each is cheapest for many values at once.
"""
