import hashlib
from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.errors import Invalid
from signals import guards, specification
from signals.guards import WarningCode
from signals.kinds import SERVICE_BOUND, Kind
from signals.normalise import normal_form
from signals.refusals import Reason

REAL_MD5 = hashlib.md5(b"a photograph", usedforsecurity=False).hexdigest()
REAL_PDQ = "24f74dd6998063978e17707fabf57aa045267a66c58f7a7cc5802a7895c82a78"

REFUSED = [
    (Kind.EMAIL, "info@example.org"),
    (Kind.EMAIL, "No-Reply@example.org"),
    (Kind.EMAIL, "support+case7@example.org"),
    (Kind.URL, "https://www.wikipedia.org/"),
    (Kind.URL, "http://youtube.com"),
    (Kind.KEYWORD, "ab"),
    (Kind.KEYWORD, "a 1"),
    (Kind.KEYWORD, "child"),
    (Kind.KEYWORD, "ENFANT"),
    (Kind.KEYWORD, "mädchen"),
    (Kind.KEYWORD, "niña"),
    (Kind.KEYWORD, "12345"),
    (Kind.KEYWORD, "www.wikipedia.org"),
    (Kind.KEYWORD, "\N{CJK UNIFIED IDEOGRAPH-732B}"),
    (Kind.MD5, "0" * 32),
    (Kind.SHA1, "f" * 40),
    (Kind.SHA256, "01" * 32),
    (Kind.MD5, hashlib.md5(b"", usedforsecurity=False).hexdigest()),
    (Kind.VIDEO_MD5, hashlib.md5(b"", usedforsecurity=False).hexdigest()),
    (Kind.SHA1, hashlib.sha1(b"\n", usedforsecurity=False).hexdigest()),
    (Kind.SHA256, hashlib.sha256(bytes(4096)).hexdigest()),
    (Kind.PDQ, "0" * 64 + ",100"),
    (Kind.PDQ, REAL_PDQ),
    (Kind.PHASH, "8000000000000000"),
    (Kind.PHASH, "aa2afe2afe28fa00"),  # a ramp from corner to corner
    (Kind.PHASH, "aa2afe2afe28fa0f"),  # nearly that
    (Kind.PDQ, "755d6a4816572f55d5a021005ad7ad5dd155a58a71b34ebd535f22aa693b39b0,80"),  # a ramp to the right
    (Kind.EMAIL, "s.up.port+case7@gmail.com"),
    (Kind.EMAIL, "kontakt@example.org"),
    (Kind.KEYWORD, "bambina"),
    (Kind.KEYWORD, "dziewczynka"),
    (Kind.PHASH, "9100000000000000"),
    (Kind.PAYMENT, "0x000000000000000000000000000000000000dEaD"),
    (Kind.PAYMENT, "bitcoin:1111111111111111111114oLvT2"),
    (Kind.PHONE, "+1 800 555 0199"),
    (Kind.VPDQ, "0" * 64 + ",100,0"),
]


@pytest.mark.parametrize(("kind", "raw"), REFUSED)
def test_what_would_hit_everybody_is_refused_with_the_reason(kind: Kind, raw: str) -> None:
    with pytest.raises(Invalid) as refusal:
        guards.warnings(normal_form(kind, raw))

    assert str(refusal.value).endswith(".")
    assert Reason(refusal.value.code) in specification.AT_INTAKE


WARNED = [
    (Kind.EMAIL, "anna@example.org", []),
    (Kind.EMAIL, "support-team@example.org", [WarningCode.ROLE_LIKE]),
    (Kind.URL, "https://somewhere.example/a/b", []),
    (Kind.URL, "https://somewhere.example/", [WarningCode.WHOLE_HOST]),
    (Kind.URL, "https://www.youtube.com/somebody", [WarningCode.POPULAR_HOST]),
    (Kind.URL, "https://www.youtube.com/?a=1", [WarningCode.POPULAR_HOST]),
    (Kind.URL, "https://www.youtube.com/watch?v=1", []),
    (Kind.KEYWORD, "lamp post trade", []),
    (Kind.KEYWORD, "lamppost", [WarningCode.SINGLE_WORD]),
    (Kind.KEYWORD, "lamp", [WarningCode.SHORT_KEYWORD, WarningCode.SINGLE_WORD]),
    (Kind.KEYWORD, "school party", [WarningCode.COMMON_WORDS]),
    (Kind.KEYWORD, "\N{CANDY}\N{CANDY}\N{CANDY}", [WarningCode.SINGLE_WORD]),
    (Kind.USERNAME, "kestrel:admin_7", [WarningCode.GENERIC_HANDLE]),
    (Kind.USERNAME, "kestrel:bob", [WarningCode.SHORT_HANDLE]),
    (Kind.USERNAME, "kestrel:lamplighter", []),
    (Kind.ACCOUNT_ID, "harbourline:123", []),
    (Kind.MD5, REAL_MD5, []),
    (Kind.PDQ, f"{REAL_PDQ},100", []),
    (Kind.PHASH, "853e05ff057e05aa", []),
    (Kind.PAYMENT, "GB29 NWBK 6016 1331 9268 19", []),
    (Kind.PAYMENT, "$lamplighter", []),
    (Kind.PAYMENT, "$bob", [WarningCode.SHORT_HANDLE]),
    (Kind.PAYMENT, "$admin7", [WarningCode.GENERIC_HANDLE]),
    (Kind.PHONE, "+33 1 99 00 12 34", []),
    (Kind.VPDQ, f"{'0' * 64},100,0;{REAL_PDQ},100,1", []),
]


@pytest.mark.parametrize(("kind", "raw", "codes"), WARNED)
def test_what_may_be_too_broad_asks_for_a_second_approval(kind: Kind, raw: str, codes: list[WarningCode]) -> None:
    assert guards.warnings(normal_form(kind, raw)) == tuple(codes)


MASKED = [
    (Kind.EMAIL, "martha@example.org", "m•••@e•••.org"),
    (Kind.USERNAME, "kestrel:lamplighter", "kestrel:l•••r"),
    (Kind.USERNAME, "kestrel:bob", "kestrel:b•••"),
    (Kind.ACCOUNT_ID, "harbourline:123456", "harbourline:1•••6"),
    (Kind.URL, "https://some.example.org/a?b=c", "https://s•••.org/•••"),
    (Kind.URL, "https://192.0.2.7:8080/", "https://•••/"),
    (Kind.URL, "https://[2001:db8::1]/a", "https://•••/•••"),
    (Kind.KEYWORD, "lamp post", "l••• p•••"),
    (Kind.PDQ, REAL_PDQ, "24f74dd69980…c82a78"),
    (Kind.PHASH, "853e05ff057e05aa", "853e05…05aa"),
    (Kind.VPDQ, f"{REAL_PDQ},100,0.000;{REAL_PDQ},100,1.000", "24f74dd69980…c82a78 × 2"),
    (Kind.PAYMENT, "iban:GB29NWBK60161331926819", "iban:GB•••19"),
    (Kind.PAYMENT, "ethereum:0x6a8994c846fb1d7bdd3dcf3812b712d0cf22f0c2", "ethereum:•••c2"),
    (Kind.PAYMENT, "cashtag:$lamplighter", "cashtag:$l•••r"),
    (Kind.PAYMENT, "cashtag:$bob", "cashtag:$b•••"),
    (Kind.PAYMENT, "something else", "•••"),
    (Kind.PHONE, "+33123456789", "•••89"),
]


@pytest.mark.parametrize(("kind", "value", "shown"), MASKED)
def test_a_mask_tells_values_apart_without_giving_them_away(kind: Kind, value: str, shown: str) -> None:
    assert guards.mask(kind, value) == shown


@given(kind=st.sampled_from(Kind), value=st.text())
def test_a_mask_never_fails_and_never_shows_a_long_value(kind: Kind, value: str) -> None:
    shown = guards.mask(kind, value)

    assert len(value) < 12 or value not in shown


def test_the_lists_carry_a_version_and_a_date() -> None:
    assert guards.LISTS_VERSION >= 1
    assert guards.LISTS_DATE.count("-") == 2
    for name, listed in guards.LISTS.items():
        assert set(listed) == {"date", "source", "entries"}, name
        assert str(listed["date"]) <= guards.LISTS_DATE, name


def test_a_wallet_of_nobody_is_listed_in_normal_form() -> None:
    for value in guards.NOBODYS_WALLETS:
        assert normal_form(Kind.PAYMENT, value).value == value


@given(st.sampled_from(Kind), st.text(max_size=60) | st.sampled_from([raw for _kind, raw in REFUSED]))
def test_the_guards_raise_nothing_but_a_refusal(kind: Kind, raw: str) -> None:
    found: tuple[WarningCode, ...] = ()
    with suppress(Invalid):
        found = guards.warnings(normal_form(kind, raw, service="kestrel" if kind in SERVICE_BOUND else None))

    assert [one.code for one in guards.explained(found)] == list(found)


ROLES = st.sampled_from(sorted(guards.LISTS["role_mailboxes"]["entries"]))  # type: ignore[call-overload]
TAGS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)


@given(ROLES, TAGS, st.sampled_from(["example.org", "gmail.com", "outlook.com"]), st.randoms())
def test_neither_a_tag_nor_capitals_lead_around_the_list_of_role_mailboxes(
    role: str, tag: str, domain: str, random: Random
) -> None:
    written = "".join(random.choice((letter, letter.upper())) for letter in f"{role}+{tag}@{domain}")

    with pytest.raises(Invalid) as refusal:
        guards.warnings(normal_form(Kind.EMAIL, written))

    assert refusal.value.code == Reason.ROLE_MAILBOX


POPULAR = st.sampled_from(["youtube.com", "wikipedia.org", "web.de"])


@given(POPULAR, st.sampled_from(["", "www.", "m."]), st.randoms())
def test_no_spelling_of_a_popular_home_page_is_shared(host: str, prefix: str, random: Random) -> None:
    written = "".join(random.choice((letter, letter.upper())) for letter in f"https://{prefix}{host}")

    with pytest.raises(Invalid) as refusal:
        guards.warnings(normal_form(Kind.URL, written + "/?utm_source=mail#top"))

    assert refusal.value.code == Reason.POPULAR_HOME_PAGE


def test_every_warning_says_what_to_do() -> None:
    assert set(guards.ADVICE) == set(WarningCode)
