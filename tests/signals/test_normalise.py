import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantern_site.errors import Invalid
from signals import folding
from signals.canonical.payments import IBAN_LENGTHS
from signals.kinds import SERVICES, Kind
from signals.normalise import alias_digest, normal_form, public_digest
from signals.refusals import Reason

SAME = [
    (Kind.EMAIL, "Ａｄａ＠Ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org"),
    (Kind.EMAIL, " Anna.B@Example.ORG ", "anna.b@example.org"),
    (Kind.EMAIL, "ＡＮＮＡ@example.org", "anna@example.org"),
    (Kind.EMAIL, "anna@Bücher.example", "anna@xn--bcher-kva.example"),
    (Kind.EMAIL, "anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example"),
    (Kind.EMAIL, "straße@example.org", "straße@example.org"),
    (Kind.URL, "HTTP://Example.org:80", "http://example.org/"),
    (Kind.URL, "https://example.org/a/../b#part", "https://example.org/b"),
    (Kind.URL, "https://example.org./b", "https://example.org/b"),
    (Kind.URL, "https://example.org.:8443/b", "https://example.org:8443/b"),
    (Kind.URL, "https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
    (Kind.URL, "https://example.org/?utm_source=a&v=2&FBCLID=3&w", "https://example.org/?v=2&w"),
    (Kind.URL, "https://example.org/a?gclid=1", "https://example.org/a"),
    (Kind.URL, "https://93.184.215.14/a", "https://93.184.215.14/a"),
    (Kind.KEYWORD, "  Lamp   POST ", "lamp post"),
    (Kind.KEYWORD, "l\u0430mp\u200b post", "lamp post"),
    (Kind.KEYWORD, "ＬＡＭＰ\tpost", "lamp post"),
    (Kind.KEYWORD, "Straße", "strasse"),
    (Kind.USERNAME, "kestrel:@Some_Name", "kestrel:some_name"),
    (Kind.USERNAME, "quillwood:Some-Name", "quillwood:Some-Name"),
    (Kind.USERNAME, "fediverse:@Ada@social.example", "fediverse:ada@social.example"),
    (Kind.ACCOUNT_ID, "brightbay:AbC_123", "brightbay:AbC_123"),
    (Kind.MD5, "ABCDEF0123456789ABCDEF0123456789", "abcdef0123456789abcdef0123456789"),
    (Kind.PHASH, "853E05ff057e05aa", "853e05ff057e05aa"),
]


@pytest.mark.parametrize(("kind", "raw", "value"), SAME)
def test_what_means_the_same_is_written_the_same(kind: Kind, raw: str, value: str) -> None:
    assert normal_form(kind, raw).value == value


REFUSED = [
    (Kind.EMAIL, "", "value"),
    (Kind.EMAIL, "anna", "value"),
    (Kind.EMAIL, "Anna <anna@example.org>", "value"),
    (Kind.EMAIL, "anna@example.org, ben@example.org", "value"),
    (Kind.EMAIL, "anna@localhost", "value"),
    (Kind.EMAIL, "anna@[192.0.2.1]", "value"),
    (Kind.EMAIL, "an\x00na@example.org", "value"),
    (Kind.EMAIL, "anna@\udc80.org", "value"),
    (Kind.EMAIL, "a" * 5_000, "value"),
    (Kind.URL, "example.org/a", "value"),
    (Kind.URL, "ftp://example.org/", "value"),
    (Kind.URL, "https://user:secret@example.org/", "value"),
    (Kind.URL, "https://", "value"),
    (Kind.URL, "https://%zz/", "value"),
    (Kind.URL, "https://example.org/" + "a" * 2_100, "value"),
    (Kind.KEYWORD, "\u200b\u2060", "value"),
    (Kind.KEYWORD, "x" * 101, "value"),
    (Kind.USERNAME, "somebody", "service"),
    (Kind.USERNAME, "nowhere:somebody", "service"),
    (Kind.USERNAME, "kestrel:this name has spaces", "value"),
    (Kind.USERNAME, "kestrel:https://kestrel.example/somebody", "value"),
    (Kind.ACCOUNT_ID, "harbourline:not-a-number", "value"),
    (Kind.SHA256, "ab", "value"),
    (Kind.SHA1, "z" * 40, "value"),
    (Kind.PDQ, "ab" * 32 + ",49", "quality"),
    (Kind.PDQ, "ab" * 32 + ",101", "quality"),
    (Kind.PDQ, "ab" * 32 + ",good", "quality"),
    (Kind.KEYWORD, "lamp\ud800post", "value"),
    (Kind.PHONE, "01 99 00 12 34", "value"),
    (Kind.PAYMENT, "lamp-1", "value"),
    (Kind.VPDQ, "ab", "value"),
    (Kind.VPDQ, "ab" * 32 + ",49,0", "quality"),
    (Kind.VPDQ, ";".join("ab" * 32 + f",99,{second}" for second in range(3_601)), "value"),
]


@pytest.mark.parametrize(("kind", "raw", "field"), REFUSED)
def test_what_cannot_be_a_value_is_refused_with_a_sentence(kind: Kind, raw: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        normal_form(kind, raw)

    assert refusal.value.field == field
    assert refusal.value.code in Reason
    assert str(refusal.value).endswith(".")


PRIVATE = [
    "localhost",
    "a.localhost",
    "intranet",
    "printer.local",
    "git.corp",
    "router.home.arpa",
    "a.test",
    "127.0.0.1",
    "0x7f.1",
    "2130706433",
    "10.1.2.3",
    "192.168.0.1",
    "169.254.1.1",
    "224.0.0.1",
    "[::1]",
    "[fe80::1]",
    "[fd00::1]",
    "[::ffff:10.0.0.1]",
    "[2002:7f00:1::]",
    "[64:ff9b::127.0.0.1]",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_host_is_refused(host: str) -> None:
    with pytest.raises(Invalid, match="private"):
        normal_form(Kind.URL, f"https://{host}/a")


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(Invalid) as refusal:
        normal_form(Kind.EMAIL, "somebody@nowhere")

    assert "somebody" not in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "alias"),
    [
        ("an.na+x@gmail.com", "anna@gmail.com"),
        ("anna@googlemail.com", "anna@gmail.com"),
        ("an.na+x@outlook.com", "an.na@outlook.com"),
        ("an.na+x@lamp-mail.example", "anna@lampmail.example"),
        ("an.na+x@example.org", None),
    ],
)
def test_known_providers_give_a_looser_form(address: str, alias: str | None) -> None:
    normal = normal_form(Kind.EMAIL, address)

    assert normal.value == address
    assert normal.alias == alias


def test_the_service_may_stand_in_the_value_or_beside_it() -> None:
    beside = normal_form(Kind.USERNAME, "@Some.Name", service="harbourline")
    within = normal_form(Kind.USERNAME, "harbourline:some.name")
    both = normal_form(Kind.USERNAME, "harbourline:some.name", service="harbourline")

    assert beside == within == both
    assert beside.service == "harbourline"
    assert beside.shown == "some.name (Harbourline)"


def test_whoever_names_no_service_is_told_their_names() -> None:
    with pytest.raises(Invalid, match=", ".join(SERVICES)):
        normal_form(Kind.USERNAME, "somebody")


def test_the_quality_may_stand_in_the_value_or_beside_it() -> None:
    assert normal_form(Kind.PDQ, "ab" * 32 + ", 87") == normal_form(Kind.PDQ, "AB" * 32, quality=87)
    assert normal_form(Kind.PDQ, "ab" * 32).quality is None
    with pytest.raises(Invalid, match="Two different"):
        normal_form(Kind.PDQ, "ab" * 32 + ",87", quality=88)


def test_the_public_digest_is_what_the_specification_says() -> None:
    normal = normal_form(Kind.USERNAME, "@Ada", service="kestrel")

    assert public_digest(normal) == hashlib.sha256(b"lantern/v1/username\x00kestrel:ada").digest()


def test_the_public_digest_is_pinned() -> None:
    digest = public_digest(normal_form(Kind.EMAIL, "Anna@Example.org"))

    assert digest.hex() == "d1fe4343424559974d94777ca633930610fcfdd3a0ca80c983bc20ab7b110959"


def test_an_alias_has_a_digest_of_its_own() -> None:
    normal = normal_form(Kind.EMAIL, "anna@gmail.com")

    assert normal.alias == normal.value
    assert alias_digest(normal) == hashlib.sha256(b"lantern/v1/email_alias\x00anna@gmail.com").digest()
    assert alias_digest(normal_form(Kind.EMAIL, "anna@example.org")) is None


def test_the_same_value_of_two_kinds_has_two_digests() -> None:
    one, other = (normal_form(kind, "ab" * 16) for kind in (Kind.MD5, Kind.VIDEO_MD5))

    assert one.value == other.value
    assert public_digest(one) != public_digest(other)


HOSTS = st.from_regex(r"[a-zA-Zäßé0-9._-]{1,20}\.(org|example|com|бг)", fullmatch=True)
TWO, LONG = st.integers(2, 98), st.integers(0, 10**20)
SERVICE = st.sampled_from(sorted(SERVICES))
WRITTEN = st.one_of(
    st.text(),
    st.builds("{}@{}".format, st.text(min_size=1), HOSTS),
    st.builds("{}@gmail.com".format, st.from_regex(r"[A-Za-z.+ıİß]{1,12}", fullmatch=True)),
    st.builds("http://{}/{}?{}#{}".format, HOSTS, st.text(), st.text(), st.text()),
    st.builds("HTTPS://{}".format, st.text()),
    st.builds("{}:{}".format, SERVICE, st.text()),
    st.builds("{}:{}".format, SERVICE, st.from_regex(r"[@a-zA-Z0-9._-]{1,15}", fullmatch=True)),
    st.from_regex(r"(iban:|bitcoin:|litecoin:|bitcoincash:|monero:|solana:|\$)?[a-zA-Z0-9 ]{1,40}", fullmatch=True),
    st.from_regex(r"(0x)?[0-9a-fA-F]{40}", fullmatch=True),
    st.builds("{}{:02}{:020}".format, st.sampled_from(sorted(IBAN_LENGTHS)), TWO, LONG),
    st.from_regex(r"(tel:)?\+[0-9][0-9 ().-]{1,20}", fullmatch=True),
    st.from_regex(r"([0-9a-f]{64},[0-9]{1,3},[0-9]{1,7}(\.[0-9]{1,5})?[;\n]){1,3}", fullmatch=True),
    st.from_regex(r"[0-9a-fA-F]{32}|[0-9A-F]{40}|[0-9A-F]{64}(,[0-9]{1,3})?|[0-9a-f]{16}", fullmatch=True),
)


@given(kind=st.sampled_from(Kind), raw=WRITTEN, service=st.none() | SERVICE | st.just("nowhere"))
def test_a_normal_form_is_its_own_normal_form_and_nothing_else_is_raised(
    kind: Kind, raw: str, service: str | None
) -> None:
    try:
        once = normal_form(kind, raw, service=service)
    except Invalid:
        return

    again = normal_form(kind, once.value)
    assert (again.value, again.service, again.alias) == (once.value, once.service, once.alias)
    assert public_digest(again) == public_digest(once)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folding.fold(folding.fold(text)) == folding.fold(text)


@pytest.mark.parametrize("target", ["a", "e", "o", "p", "c"])
def test_what_looks_like_a_letter_becomes_it(target: str) -> None:
    alike = [chr(code) for code, letter in folding.LOOK_ALIKES.items() if letter == target]

    assert len(alike) > 3
    assert {folding.fold(letter) for letter in alike} == {target}
