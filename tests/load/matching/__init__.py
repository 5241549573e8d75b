"""How fast the matching engine is, against what others use and against the machine itself: `make bench-matching`.

Both sides of a ratio are measured in the same run, on the same data, in turns, with one thread. Wherever a peer answers
the same question, the answers are compared before anything is timed.
"""
