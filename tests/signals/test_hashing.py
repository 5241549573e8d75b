import io
import json

import pytest
from PIL import Image

from lantern_site.errors import Invalid
from signals import hashing
from signals.matching.hash import hash_bytes


def picture() -> bytes:
    image = Image.radial_gradient("L").resize((320, 240)).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_the_child_gives_the_same_hashes_as_the_command() -> None:
    assert json.loads(hashing.hash_image(picture())) == json.loads(hash_bytes(picture()).line())


@pytest.mark.parametrize("data", [b"", b"no image", picture()[:200]], ids=["nothing", "text", "cut off"])
def test_what_is_no_image_gets_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid, match="no image") as refusal:
        hashing.hash_image(data)

    assert refusal.value.field == "images"


def test_a_picture_that_needs_too_much_memory_ends_only_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "MEMORY", 200 * 2**20)

    with pytest.raises(Invalid):
        hashing.hash_image(picture())
