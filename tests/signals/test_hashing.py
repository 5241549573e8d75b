"""Images that people send are hashed in children; hostile ones end a child at most."""

import io
import json
import os
import random
import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from lantern_site.errors import Invalid
from signals import hashing
from signals.matching.hash import hash_bytes


@pytest.fixture(autouse=True)
def no_children_stay() -> Iterator[None]:
    hashing._pool.close()
    yield
    hashing._pool.close()


def picture(form: str = "PNG", side: int = 320) -> bytes:
    image = Image.radial_gradient("L").resize((side, side * 3 // 4)).convert("RGB")
    file = io.BytesIO()
    image.save(file, form)
    return file.getvalue()


def bomb(side: int = 26_755) -> bytes:
    """A small PNG of one colour that would decode to 2 GB."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    line = bytes(1 + side * 3)
    packed = b"".join(packer.compress(line) for _row in range(600)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", packed) + part(b"IEND", b"")


def mutated(number: int) -> bytes:
    """A valid small image with bytes flipped, cut out, put in or cut off; always the same for a number."""
    chance = random.Random(number)
    data = bytearray(picture(("JPEG", "PNG", "GIF", "WEBP")[number % 4], 48))
    for _time in range(chance.randint(1, 2)):
        at = chance.randrange(4, max(5, len(data)))
        how = chance.randrange(4)
        if how == 0:
            data[at % len(data)] ^= 1 << chance.randrange(8)
        elif how == 1:
            del data[at : at + chance.randint(1, 40)]
        elif how == 2:
            data[at:at] = chance.randbytes(chance.randint(1, 40))
        elif len(data) > 100:
            del data[chance.randrange(100, len(data)) :]
    return bytes(data)


def test_the_child_gives_the_same_hashes_as_the_command() -> None:
    assert json.loads(hashing.hash_image(picture())) == json.loads(hash_bytes(picture()).line())


@pytest.mark.parametrize("data", [b"", b"no image", picture()[:200]], ids=["nothing", "text", "cut off"])
def test_what_is_no_image_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid, match="no image") as refusal:
        hashing.hash_image(data)

    assert refusal.value.field == "images"


def test_mutated_images_are_hashed_or_refused_by_one_and_the_same_child() -> None:
    hashed, refused = 0, set()
    children = set()
    for number in range(400):
        try:
            assert json.loads(hashing.hash_image(mutated(number)))["pdq"]
            hashed += 1
        except Invalid as refusal:
            refused.add(str(refusal))
        child = hashing._pool._waiting()
        assert child is not None, "the child died"
        children.add(child.process.pid)
        child.left = hashing.IMAGES
        hashing._pool._idle.put(child)

    assert 40 < hashed < 360
    assert refused <= {
        "This file is no image that can be hashed: JPEG, PNG, GIF or WebP.",
        "This image is too large to be hashed here. Hash it on your own machine.",
    }
    assert len(children) == 1


def test_a_small_file_that_decodes_to_two_gigabytes_is_refused_before_it_is_decoded() -> None:
    assert len(bomb()) < 60_000

    with pytest.raises(Invalid, match="too large"):
        hashing.hash_image(bomb())

    child = hashing._pool._waiting()
    assert child is not None
    pages = Path(f"/proc/{child.process.pid}/statm").read_text().split()[1]
    assert int(pages) * os.sysconf("SC_PAGE_SIZE") < 2**29
    child.end()


def test_more_bytes_than_an_upload_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "LARGEST", 100)

    with pytest.raises(Invalid, match="too large"):
        hashing.hash_image(picture())


def test_a_picture_that_needs_too_much_memory_ends_only_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(hashing, "MEMORY", 200 * 2**20)
        with pytest.raises(Invalid):
            hashing.hash_image(picture())

    assert hashing.hash_image(picture())


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "SECONDS", 0.01)  # it is not even started by then

    with pytest.raises(Invalid):
        hashing.hash_image(picture())

    assert hashing._pool._waiting() is None


def test_a_child_that_died_is_replaced() -> None:
    hashing.hash_image(picture())
    child = hashing._pool._waiting()
    assert child is not None
    child.process.kill()
    child.process.wait()
    hashing._pool._idle.put(child)

    with pytest.raises(Invalid):
        hashing.hash_image(picture())
    assert hashing.hash_image(picture())


def test_many_at_once_share_the_children() -> None:
    with ThreadPoolExecutor(6) as threads:
        lines = set(threads.map(hashing.hash_image, [picture()] * 6))

    assert len(lines) == 1
    assert hashing._pool._idle.qsize() <= hashing.CHILDREN
