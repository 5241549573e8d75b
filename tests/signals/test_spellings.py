"""Spellings that mean the same become the same, whatever the value; what differs stays apart."""

import json
import re
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from signals import specification
from signals.canonical import forms
from signals.canonical.hashes import LENGTHS
from signals.kinds import Kind

NORMAL = [vector for vector in specification.vectors() if "normal_form" in vector]
WIDE = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
"""ASCII in the full width in which it stands between ideographs."""

LOCAL = st.from_regex(r"[a-z0-9]{1,10}([.+_-][a-z0-9]{1,8})?", fullmatch=True)
PATH = st.from_regex(r"(/[A-Za-z0-9._~-]{1,8}){1,4}", fullmatch=True).filter(lambda path: "/." not in path)
HEX = st.sampled_from("0123456789abcdef")
FRAME = st.builds(
    "{},{},{}".format, st.text(HEX, min_size=64, max_size=64), st.integers(50, 100), st.integers(0, 9_999)
)


def digest(kind: str, raw: str) -> str:
    return forms.public_digest(kind, forms.normal_form(kind, raw).value).hex()


def of_kind(kind: Kind, beginning: str = "") -> st.SearchStrategy[str]:
    values = [vector["normal_form"] for vector in NORMAL if vector["kind"] == kind.value]
    return st.sampled_from([value for value in values if value.startswith(beginning)])


@given(LOCAL, st.data())
def test_an_address_in_another_case_or_width_is_the_same(local: str, data: st.DataObject) -> None:
    address = f"{local}@example.org"
    other = "".join(data.draw(st.sampled_from([one, one.upper(), one.translate(WIDE)])) for one in address)

    assert digest("email", f" {other}\n") == digest("email", address)


@given(PATH, st.data())
def test_a_url_with_needless_escapes_port_fragment_and_tracking_is_the_same(path: str, data: st.DataObject) -> None:
    escaped = "".join(data.draw(st.sampled_from([one, f"%{ord(one):02x}", f"%{ord(one):02X}"])) for one in path[1:])
    host = data.draw(
        st.sampled_from(["example.org", "EXAMPLE.ORG", "example.org.", "example.org:443", "ｅxample。org"])
    )
    tail = data.draw(st.sampled_from(["", "#part", "?utm_source=x", "?fbclid=1&&utm_id=2#", "?"]))
    raw = f"HTTPS://{host}/{escaped.replace('%2f', '/').replace('%2F', '/')}{tail}"

    assert digest("url", raw) == digest("url", f"https://example.org{path}")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"], exclude_characters="\\/?#%\ufeff"), max_size=30))
def test_a_path_is_the_same_whether_the_browser_or_the_person_escaped_it(text: str) -> None:
    escaped = quote(text, safe="!$&'()*+,;=:@")  # what has a meaning of its own in a path stays as it is

    assert digest("url", f"https://example.org/x{text}x") == digest("url", f"https://example.org/x{escaped}x")


@given(st.data())
def test_a_keyword_is_the_same_with_unseen_characters_and_in_another_case(data: st.DataObject) -> None:
    phrase = data.draw(st.from_regex(r"[a-z]{1,9}( [a-z]{1,9}){0,3}", fullmatch=True))
    seen = {one: [one, one.upper(), one.translate(WIDE), f"\u200b{one}", f"{one}\ufe0f"] for one in phrase}
    other = "".join(data.draw(st.sampled_from(["  ", "\u3000", "\t"] if one == " " else seen[one])) for one in phrase)

    assert digest("keyword", other) == digest("keyword", phrase)


@given(of_kind(Kind.PAYMENT, "iban:"), st.data())
def test_an_iban_is_the_same_in_groups_in_another_case_and_width(value: str, data: st.DataObject) -> None:
    account = value.removeprefix("iban:")
    seen = {one: [one, one.lower(), one.translate(WIDE), f"{one} ", f"{one}\u00a0"] for one in account}
    raw = "".join(data.draw(st.sampled_from(seen[one])) for one in account)

    assert digest("payment", f"iban:{raw}") == digest("payment", f"IBAN {account}") == digest("payment", value)


@given(of_kind(Kind.PAYMENT, "iban:"), st.data())
def test_one_wrong_character_in_an_iban_never_passes(value: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(len("iban:"), len(value) - 1))
    wrong = data.draw(st.sampled_from("0123456789" if value[at].isdigit() else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    spelled = value[:at] + wrong + value[at + 1 :]

    assert wrong == value[at] or refused("payment", spelled)


@given(
    of_kind(Kind.PAYMENT).filter(lambda value: re.match("bitcoin|litecoin|dogecoin|tron|xrp|monero", value)), st.data()
)
def test_one_wrong_character_in_an_address_never_passes(value: str, data: st.DataObject) -> None:
    """Solana has no checksum, and an address of Ethereum has one only where both cases are used."""
    at = data.draw(st.integers(value.index(":") + 1, len(value) - 1))
    wrong = data.draw(st.sampled_from("23456789acdefghjkmnpqrstuvwxyz"))

    assert wrong == value[at] or refused("payment", value[:at] + wrong + value[at + 1 :])


def refused(kind: str, raw: str) -> bool:
    try:
        forms.normal_form(kind, raw)
    except ValueError:
        return True
    return False


@given(of_kind(Kind.PHONE), st.data())
def test_a_telephone_number_is_the_same_however_it_is_grouped(value: str, data: st.DataObject) -> None:
    marks = st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2011"])
    raw = "+" + "".join(one + data.draw(marks) for one in value[1:-1]) + value[-1]

    assert digest("phone", raw) == digest("phone", f"tel:{value}") == digest("phone", value)


@given(st.sampled_from(sorted(LENGTHS)), st.data())
def test_a_hash_is_the_same_in_upper_case(kind: str, data: st.DataObject) -> None:
    value = data.draw(st.text(HEX, min_size=LENGTHS[kind], max_size=LENGTHS[kind]))

    assert digest(kind, f"\n{value.upper()} ") == digest(kind, value)


@given(st.lists(FRAME, min_size=1, max_size=6), st.data())
def test_a_video_is_the_same_in_whatever_order_its_frames_are_written(frames: list[str], data: st.DataObject) -> None:
    other = data.draw(st.permutations([*frames, frames[0]]))

    assert (
        digest("vpdq", "\n".join(other).upper())
        == digest("vpdq", ";".join(frames))
        == digest("vpdq", json.dumps(other))
    )


def test_values_that_differ_have_different_digests() -> None:
    values = {(vector["kind"], vector["normal_form"]): vector["digest"] for vector in NORMAL}

    assert len(set(values.values())) == len(values)
