import re

from hypothesis import given
from hypothesis import strategies as st

from lantern_site.members import key_texts

PREFIX, SECRET = "0123456789", "ab" * 32
KEY = f"lk_{PREFIX}_{SECRET}"
DIGITS = "0123456789abcdef"


@given(st.text(DIGITS, min_size=10, max_size=10), st.text(DIGITS, min_size=64, max_size=64))
def test_what_is_written_is_read_again_and_found_by_scanners(prefix: str, secret: str) -> None:
    text = key_texts.written(prefix, secret)

    assert key_texts.parts(text) == (prefix, secret)
    assert key_texts.found_in(f'curl -H "Authorization: Bearer {text}"') == [prefix]
    assert re.fullmatch(key_texts.PATTERN, text)


def test_a_scanner_is_told_the_prefix_and_never_the_secret() -> None:
    text = f"KEY={KEY}\nkey: '{KEY}', other=lk_aaaaaaaaaa_{SECRET};"

    found = key_texts.found_in(text)

    assert found == [PREFIX, "aaaaaaaaaa"]
    assert SECRET not in str(found)


def test_what_only_looks_like_a_key_is_none() -> None:
    for text in (KEY[:-1], KEY + "0", "x" + KEY, KEY.upper(), f"lk_{PREFIX}", ""):
        assert key_texts.found_in(text) == []
        assert key_texts.parts(text) is None
