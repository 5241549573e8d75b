import contextlib
import hashlib
import io
import json
import os
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from signals.matching import frames, pdq
from signals.matching import hash as hashing
from signals.matching.hash import Limits, Reason, Unreadable, hash_bytes, hash_file

ORIENTATION = 0x0112


def slopes(width: int, height: int) -> npt.NDArray[np.uint8]:
    """A picture made of whole numbers only: the same on every machine."""
    y, x = np.mgrid[0:height, 0:width]
    pixels: npt.NDArray[np.uint8] = ((x * y // 97 + x * x // 211 + 3 * y) % 256).astype(np.uint8)
    return pixels


def folds(width: int, height: int) -> npt.NDArray[np.uint8]:
    def zigzag(value: Any, period: int) -> Any:
        return np.abs(value % (2 * period) - period) * 255 // period

    y, x = np.mgrid[0:height, 0:width]
    total = zigzag(x + y // 3, 37) * 2 + zigzag(y * 2 + x // 5, 53) + zigzag(x * y // 61, 90)
    pixels: npt.NDArray[np.uint8] = (total // 4).astype(np.uint8)
    return pixels


def picture(width: int = 300, height: int = 200) -> Image.Image:
    return Image.fromarray(np.dstack([folds(width, height), slopes(width, height), folds(height, width).T]))


def soft_picture(width: int, height: int) -> Image.Image:
    """Large soft spots, as in a photograph."""
    spots = np.random.default_rng(3).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(spots).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def bits_apart(one: str | None, other: str | None) -> int:
    return (int(one or "", 16) ^ int(other or "", 16)).bit_count()


# Computed with the reference implementation in C++ (pdqhash 0.2.8) from the same pixels.
REFERENCE = [
    (slopes(300, 200), "24f74dd6998063978e17707fabf57aa045267a66c58f7a7cc5802a7895c82a78", 100),
    (slopes(129, 640), "783edff04000c6f0e40a96f0b40a96f47c2a5ef6682acaf2e92a8bf2ff0a9f54", 100),
    (slopes(1000, 777), "fc00fe00fe00fe00fc00fe00ff00ff00fd00ff04fb00fed0fe02fed0fe42fe97", 100),
    (folds(300, 200), "89d912b82dd942f8ad550aaa556aaa5454b5ab6f56cca999d638a87306c7fd8a", 100),
    (folds(64, 64), "52fe84cc36f4890076f1a6ca7ef025ca74d0a7cb7af9c54b8cd8518a951daaa3", 67),
    (folds(129, 640), "9d552aaa552aad565ad6b4b64924b2474ccd9197e62d9cf861e39f89f80380f9", 100),
    (folds(1000, 777), "e03a800fa03b001d803b003f80fb102dabfb117d05511aff5551ffff4550ffff", 100),
    (
        np.dstack([folds(400, 300), slopes(400, 300), folds(300, 400).T]),
        "0aee56e496c064c4cccd318fc71e3c3fc3fc3fb0e0a09fb043a0d6baec10d9f8",
        100,
    ),
]


@pytest.mark.parametrize(("pixels", "value", "quality"), REFERENCE)
def test_pdq_equals_the_reference_on_the_same_pixels(pixels: npt.NDArray[np.uint8], value: str, quality: int) -> None:
    assert pdq.pdq(Image.fromarray(pixels).convert("RGB")) == (value, quality)


def test_an_image_has_all_hashes() -> None:
    data = encoded(Image.fromarray(folds(300, 200)))

    hashes = hash_bytes(data, "some name.png")

    assert json.loads(hashes.line()) == {
        "file": "some name.png",
        "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(data).hexdigest(),
        "pdq": REFERENCE[3][1],
        "quality": 100,
        "phash": "ffa8e147864c1972",
    }


def test_a_video_has_its_digests_and_is_not_decoded(tmp_path: Path) -> None:
    data = b"\x00\x00\x00\x18ftypisom" + random.Random(1).randbytes(3_000_000)
    (tmp_path / "clip.mp4").write_bytes(data)

    hashes = hash_file(tmp_path / "clip.mp4")

    assert hashes.video_md5 == hashes.md5 == hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert (hashes.pdq, hashes.phash) == (None, None)
    assert hashes == hash_bytes(data, str(tmp_path / "clip.mp4"))


@pytest.mark.parametrize(
    ("form", "options"), [("JPEG", {"quality": 85}), ("GIF", {}), ("WEBP", {"quality": 80}), ("PNG", {})]
)
def test_other_formats_of_the_same_picture_are_near(form: str, options: dict[str, Any]) -> None:
    soft = soft_picture(400, 300)
    original, copy = hash_bytes(encoded(soft)), hash_bytes(encoded(soft, form, **options))

    assert bits_apart(original.pdq, copy.pdq) <= 31
    assert bits_apart(original.phash, copy.phash) <= 8


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_draft_of_a_large_image_stays_near_the_full_decode(form: str) -> None:
    data = encoded(soft_picture(1600, 1200), form)
    with Image.open(io.BytesIO(data)) as opened:
        full, _quality = pdq.pdq(opened.convert("RGB"))

    assert bits_apart(hash_bytes(data).pdq, full) <= 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photograph_is_hashed_upright(orientation: int) -> None:
    turned = picture()
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    stored = turned if back is None else turned.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation

    assert hash_bytes(encoded(stored, exif=exif)).pdq == hash_bytes(encoded(turned)).pdq


def test_of_a_moving_picture_the_first_frame_counts() -> None:
    first = Image.fromarray(folds(200, 150)).convert("RGB")
    moving = encoded(first, "GIF", save_all=True, append_images=[Image.fromarray(slopes(200, 150)).convert("RGB")])

    assert hash_bytes(moving).pdq == hash_bytes(encoded(first, "GIF")).pdq


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_mode_is_read(mode: str) -> None:
    grey = Image.fromarray(folds(300, 200))

    assert bits_apart(hash_bytes(encoded(grey.convert(mode))).pdq, hash_bytes(encoded(grey)).pdq) <= 31


def test_sixteen_bits_of_grey_are_read_as_eight() -> None:
    deep = Image.fromarray(folds(300, 200).astype(np.uint16) << 8)

    assert hash_bytes(encoded(deep)).pdq == REFERENCE[3][1]


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9_000)))


REFUSALS = [
    (b"", Reason.UNKNOWN_FORMAT),
    (b"GIF89a", Reason.DAMAGED),
    (b"plain text", Reason.UNKNOWN_FORMAT),
    (b"\x00\x00\x00\x18ftypheic" + bytes(100), Reason.UNKNOWN_FORMAT),
    (encoded(picture(), "JPEG")[:2_000], Reason.DAMAGED),
    (encoded(picture())[:2_000], Reason.DAMAGED),
    (encoded(picture(), "TIFF"), Reason.UNKNOWN_FORMAT),
    (png_that_claims(23_000, 23_000), Reason.TOO_MANY_PIXELS),
    (png_that_claims(9_000, 12_000), Reason.TOO_MANY_PIXELS),
]


@pytest.mark.parametrize(("data", "reason"), REFUSALS)
def test_what_cannot_be_hashed_is_refused_with_a_sentence(data: bytes, reason: Reason) -> None:
    with pytest.raises(Unreadable) as refusal:
        hash_bytes(data)

    assert refusal.value.reason is reason
    assert str(refusal.value).endswith(".")


def test_limits_hold_before_anything_is_decoded() -> None:
    data = encoded(picture())
    with pytest.raises(Unreadable, match="300 × 200 pixels"):
        hash_bytes(data, limits=Limits(pixels=59_999))
    with pytest.raises(Unreadable, match="at most 100 are hashed"):
        hash_bytes(data, limits=Limits(image_bytes=100))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damaged_images_are_refused_or_hashed_and_nothing_else() -> None:
    chance = random.Random(7)
    originals = [encoded(picture(120, 90), form) for form in ("JPEG", "PNG", "GIF", "WEBP")]
    for _attempt in range(100):
        data = bytearray(chance.choice(originals))
        for _byte in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(Unreadable):
            assert len(hash_bytes(bytes(data)).pdq or "") == 64


@pytest.mark.parametrize("target", ["", "/dev/zero", "no such file"])
def test_what_is_no_file_is_refused(target: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        hash_file(tmp_path / target)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_does_not_keep_the_command_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(Unreadable, match="not a file"):
        hash_file(tmp_path / "pipe")


def test_the_command_prints_a_line_per_file_and_a_sentence_per_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.png").write_bytes(encoded(picture()))
    (tmp_path / "bad.txt").write_text("words")

    status = hashing.main([str(tmp_path / "good.png"), str(tmp_path / "bad.txt"), str(tmp_path / "none")])

    captured = capsys.readouterr()
    assert status == 1
    assert [json.loads(line)["file"] for line in captured.out.splitlines()] == [str(tmp_path / "good.png")]
    assert "bad.txt: This is neither an image" in captured.err
    assert "none: There is no such file." in captured.err
    assert "1 of 3 files hashed." in captured.err


def test_the_engine_does_without_django(tmp_path: Path) -> None:
    code = (
        "import sys, signals.matching.hash, signals.matching.hashes, signals.matching.exact, signals.matching.text,"
        " signals.matching.names; print([name for name in sys.modules if name.split('.')[0] == 'django'])"
    )
    root = Path(hashing.__file__).parents[2]

    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "[]"


# Variants, and frames of videos


def test_the_variants_of_an_image_are_those_of_its_turned_copies() -> None:
    soft = soft_picture(300, 200)

    own, *variants = hash_bytes_and_variants(soft)

    assert [variant["variant"] for variant in variants] == [
        "flip_left_right",
        "rotate_180",
        "flip_top_bottom",
        "transpose",
        "rotate_270",
        "transverse",
        "rotate_90",
    ]
    for variant in variants:
        turned = soft.transpose(Image.Transpose[variant["variant"].upper()])
        assert bits_apart(variant["pdq"], hash_bytes(encoded(turned)).pdq) <= 4
        assert set(variant) == {"file", "variant", "pdq", "quality", "phash"}
    assert len({line["pdq"] for line in (own, *variants)}) == 8


def hash_bytes_and_variants(image: Image.Image) -> list[dict[str, Any]]:
    made = hashing._image("a.png", encoded(image), Limits(), dihedral=True)
    return [json.loads(line) for line in made.lines()]


def test_the_command_prints_the_variants_below_each_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture().save(tmp_path / "a.png")

    assert hashing.main(["--dihedral", str(tmp_path / "a.png")]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert ["variant" in line for line in lines] == [False] + [True] * 7


def test_frames_are_asked_for_in_vain_where_there_is_no_decoder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "av", None)

    assert hashing.main(["--vpdq", str(tmp_path / "clip.mp4")]) == 1

    assert "pip install av" in capsys.readouterr().err


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Three seconds, each with a picture of its own."""
    av = pytest.importorskip("av", reason="the decoder of videos is an extra")
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for number in range(30):
            frame = av.VideoFrame.from_image(still(number // 10))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return tmp_path / "clip.mp4"


def still(number: int) -> Image.Image:
    spots = np.random.default_rng(number).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return Image.fromarray(spots).resize((640, 480), Image.Resampling.BICUBIC)


def test_a_video_has_a_frame_for_each_second(clip: Path) -> None:
    seen: list[float] = []

    hashes = hash_file(clip, look=lambda second, length: seen.append(second))

    assert hashes.vpdq is not None
    assert [round(frame.second) for frame in hashes.vpdq] == [round(second) for second in seen] == [0, 1, 2]
    for number, frame in enumerate(hashes.vpdq):
        assert bits_apart(frame.pdq, hash_bytes(encoded(still(number))).pdq) <= 31
    assert json.loads(hashes.line())["vpdq"][0] == str(hashes.vpdq[0])
    assert hashes.video_md5 == hash_file(clip).video_md5


def test_a_damaged_video_is_named_and_keeps_its_sentence(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes()[:400])

    with pytest.raises(Unreadable, match="damaged"):
        hash_file(clip, look=lambda second, length: None)


def test_frames_that_are_too_large_are_not_decoded(clip: Path) -> None:
    with pytest.raises(Unreadable, match="more than 1,000 pixels"):
        hash_file(clip, Limits(pixels=1_000), look=lambda second, length: None)
