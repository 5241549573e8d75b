import io
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lantern_site.errors import Invalid
from signals import candidates
from signals.candidates import Candidate, Item
from signals.kinds import Kind
from signals.matching.frames import Frame
from signals.matching.hash import FileHashes

PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
PHASH = "c3d5a1b2e4f60718"
MD5 = "9e107d9d372bb6826bd81d3542a419d6"
SHA1 = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
SHA256 = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"


def found(content: str, *, kind: str = "", service: str = "") -> list[tuple[int, str, str]]:
    parsed = candidates.parse(content, kind=kind, service=service)
    return [(one.row, one.kind, one.value) for one in parsed.candidates]


def refused_rows(content: str, *, kind: str = "") -> list[int]:
    return [one.row for one in candidates.parse(content, kind=kind).refused]


def test_a_pasted_list_says_by_itself_what_its_values_are() -> None:
    content = "\n".join(
        ["Ada@Example.ORG", "https://Example.com/a?utm_source=x", MD5, SHA1.upper(), PHASH, f"{PDQ},87"]
    )

    assert found(content) == [
        (1, "email", "ada@example.org"),
        (2, "url", "https://example.com/a"),
        (3, "md5", MD5),
        (4, "sha1", SHA1),
        (5, "phash", PHASH),
        (6, "pdq", PDQ),
    ]


def test_a_hash_that_may_be_of_two_kinds_asks_for_the_kind() -> None:
    parsed = candidates.parse(f"{SHA256}\nsha256:{SHA256}\npdq: {PDQ}")

    assert [one.row for one in parsed.refused] == [1]
    assert "sha256:" in parsed.refused[0].sentence
    assert [(one.row, one.kind) for one in parsed.candidates] == [(2, "sha256"), (3, "pdq")]


def test_a_line_names_its_service_its_kind_and_a_reference_of_its_own() -> None:
    parsed = candidates.parse("kestrel:Some_Name\tticket 17\naccount id:kestrel:12345\nkeyword: two  Words")

    assert parsed.candidates == (
        Candidate(1, "username", "kestrel:some_name", reference="ticket 17"),
        Candidate(2, "account_id", "kestrel:12345"),
        Candidate(3, "keyword", "two words"),
    )


def test_the_chosen_kind_and_service_hold_for_rows_that_do_not_say_theirs() -> None:
    assert found("some_name\nother_name", kind="username", service="kestrel") == [
        (1, "username", "kestrel:some_name"),
        (2, "username", "kestrel:other_name"),
    ]


def test_every_line_becomes_a_candidate_or_a_sentence() -> None:
    content = "ada@example.org\n\n   \nnobody at all\nhttp://localhost/x\n@\nhttps://example.com/b\n"

    assert [row for row, *_ in found(content)] == [1, 7]
    assert refused_rows(content) == [4, 5, 6]


def test_no_sentence_repeats_a_value() -> None:
    parsed = candidates.parse("kind,value\nhidden.person,hidden.person@example.org\nemail,hidden.person@\n")

    assert len(parsed.refused) == 2
    assert not any("hidden" in one.sentence for one in parsed.refused)


def test_texts_are_kept_as_they_are_one_a_line() -> None:
    assert found("email: call me\tnow\nsecond line", kind="text") == [
        (1, "text", "email: call me\tnow"),
        (2, "text", "second line"),
    ]


def test_a_public_digest_stands_in_place_of_a_value() -> None:
    parsed = candidates.parse(f"digest:email:{SHA256.upper()}\ndigest:pdq:{PDQ}\ndigest:email:{MD5}\ndigest:{SHA256}")

    assert parsed.candidates == (Candidate(1, "email", SHA256, is_digest=True),)
    assert [one.row for one in parsed.refused] == [2, 3, 4]
    assert parsed.candidates[0].public_digest() == bytes.fromhex(SHA256)
    assert not parsed.candidates[0].is_plain_identifier


def test_a_plain_value_has_the_digest_that_members_compute_at_home() -> None:
    (plain,) = candidates.parse("ada@example.org").candidates

    (given,) = candidates.parse(f"digest:email:{plain.public_digest().hex()}").candidates

    assert given.public_digest() == plain.public_digest()
    assert plain.is_plain_identifier


def test_a_csv_file_is_known_by_its_header() -> None:
    content = (
        "\N{ZERO WIDTH NO-BREAK SPACE}Reference;Kind;Value;Service;Quality;Colour\r\n"
        "t-1;E-Mail;ADA@example.org;;;red\r\n"
        f"t-2;PDQ;{PDQ};;90;\r\n"
        "t-3;user name;Some_Name;kestrel\r\n"
        f"t-4;SHA-256;{SHA256}\r\n"
    )

    assert candidates.parse(content).candidates == (
        Candidate(2, "email", "ada@example.org", reference="t-1"),
        Candidate(3, "pdq", PDQ, reference="t-2", quality=90),
        Candidate(4, "username", "kestrel:some_name", reference="t-3"),
        Candidate(5, "sha256", SHA256, reference="t-4"),
    )


def test_a_bad_row_of_a_csv_file_spoils_only_itself() -> None:
    content = (
        "kind,value\n"
        "email,ada@example.org\n"
        'email,"bob@example.org\n'
        "email,eve@example.org,too,many\n"
        "shoe,42\n"
        "email,\n"
        ",\n"
        "pdq,abc\n"
        "email,zoe@example.org\n"
    )

    assert [row for row, *_ in found(content)] == [2, 9]
    assert refused_rows(content) == [3, 4, 5, 6, 8]


def test_an_unclosed_quotation_mark_does_not_swallow_the_texts_below_it() -> None:
    content = 'text,reference\n"first\nsecond line",a\n"open,b\nthird,c\nfourth,d\n'

    parsed = candidates.parse(content)

    assert [(one.value, one.reference) for one in parsed.candidates] == [
        ("first\nsecond line", "a"),
        ("third", "c"),
        ("fourth", "d"),
    ]
    assert len(parsed.refused) == 1


def test_a_value_of_a_csv_file_says_its_kind_itself_where_no_column_does() -> None:
    content = f"kind,value\n,sha256:{SHA256}\n,keyword: lamp post\n,{SHA256}\nkeyword,sha256:{SHA256}\n"

    assert found(content) == [
        (2, "sha256", SHA256),
        (3, "keyword", "lamp post"),
        (5, "keyword", f"sha256:{SHA256}"),
    ]
    assert refused_rows(content) == [4]


def test_a_csv_file_may_hold_public_digests_and_texts() -> None:
    content = f"kind,public_digest,value,text\nemail,{SHA256},,\nemail,{SHA256},ada@example.org,\n,,,some words\n"

    parsed = candidates.parse(content)

    assert parsed.candidates == (
        Candidate(2, "email", SHA256, is_digest=True),
        Candidate(4, "text", "some words"),
    )
    assert [one.row for one in parsed.refused] == [3]


def test_a_file_of_the_hashing_command_gives_every_hash_of_every_file() -> None:
    image = FileHashes("holiday/lake.jpg", MD5, SHA1, SHA256, pdq=PDQ, quality=100, phash=PHASH)
    frames = [Frame(PDQ, 90, 0.0), Frame(PDQ, 80, 1.0)]
    video = FileHashes("clip.mp4", MD5, SHA1, SHA256, video_md5=MD5, vpdq=frames)
    content = f"{image.line()}\n\nnot json\n[1]\n{video.line()}\n"

    parsed = candidates.parse(content)

    assert {(one.row, one.kind, one.reference) for one in parsed.candidates} == {
        (1, "pdq", "lake.jpg"),
        (1, "phash", "lake.jpg"),
        (1, "sha256", "lake.jpg"),
        (1, "sha1", "lake.jpg"),
        (1, "md5", "lake.jpg"),
        (5, "sha256", "clip.mp4"),
        (5, "sha1", "clip.mp4"),
        (5, "md5", "clip.mp4"),
        (5, "video_md5", "clip.mp4"),
        (5, "vpdq", "clip.mp4"),
    }
    assert parsed.candidates[-1].value == f"{PDQ},90,0.000;{PDQ},80,1.000"
    assert [one.row for one in parsed.refused] == [3, 4]


def test_a_hash_of_poor_quality_is_refused_and_the_others_of_its_file_stay() -> None:
    line = FileHashes("blurred.png", MD5, SHA1, SHA256, pdq=PDQ, quality=10, phash=PHASH).line()

    parsed = candidates.parse(line)

    assert [one.row for one in parsed.refused] == [1]
    assert {one.kind for one in parsed.candidates} == {"phash", "sha256", "sha1", "md5"}


def test_lines_of_json_may_say_kind_and_value() -> None:
    content = json.dumps({"kind": "email", "value": "Ada@example.org", "reference": "t-9", "extra": [1]})

    assert candidates.parse(content).candidates == (Candidate(1, "email", "ada@example.org", reference="t-9"),)


def test_items_of_the_interface_keep_their_order() -> None:
    parsed = candidates.from_items(
        [Item("email", "ada@example.org"), Item("email", "no"), Item("pdq", PDQ, quality="90")]
    )

    assert [one.row for one in parsed.candidates] == [1, 3]
    assert [one.row for one in parsed.refused] == [2]


def test_an_endless_reference_or_text_is_refused_with_a_sentence() -> None:
    parsed = candidates.from_items(
        [Item("email", "ada@example.org", reference="x" * 201), Item("text", "x" * 20_001), Item("text", " ")]
    )

    assert parsed.candidates == ()
    assert [one.row for one in parsed.refused] == [1, 2, 3]
    assert all(one.sentence for one in parsed.refused)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("GB82 WEST 1234 5698 7654 32", "iban:GB82WEST12345698765432"),
        ("iban:gb82west12345698765432", "iban:GB82WEST12345698765432"),
        ("BC1QDF4ZEXWZ5DXXRACTFJT39JQUNQX9TEEHZYTHY3", "bitcoin:bc1qdf4zexwz5dxxractfjt39jqunqx9teehzythy3"),
        ("$some-tag", "cashtag:$some-tag"),
    ],
)
def test_accounts_and_wallets_say_themselves_what_they_are(text: str, value: str) -> None:
    [one] = candidates.parse(text).candidates

    assert (one.kind, one.value) == (Kind.PAYMENT, value)


@pytest.mark.parametrize("text", ["GB82 WEST 1234 5698 7654 33", "1ebkAG32kgV6UJC8winFWvqyrFchbMesN", "some words"])
def test_what_only_looks_like_an_account_is_asked_about(text: str) -> None:
    [refused] = candidates.parse(text).refused

    assert refused.sentence.startswith("Say of which kind this is")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_are_read_as_spreadsheets_save_them(encoding: str) -> None:
    assert candidates.decode("kind,value\nkeyword,été".encode(encoding)).endswith("été")


def test_a_file_in_another_encoding_is_refused_with_a_way_out() -> None:
    with pytest.raises(Invalid, match="UTF-8"):
        candidates.decode("keyword,été".encode("latin-1"))


def test_a_candidate_comes_back_from_its_fields() -> None:
    parsed = candidates.parse(f"a.b+c@gmail.com\tt-1\n{PDQ},87\ndigest:md5:{SHA256}")

    for one in parsed.candidates:
        assert Candidate(*json.loads(json.dumps(one.fields()))) == one


@given(st.text(max_size=300), st.sampled_from(["", "email", "text", "keyword", "pdq"]))
def test_no_row_is_lost_whatever_is_pasted(content: str, kind: str) -> None:
    assume(not content.startswith("\N{ZERO WIDTH NO-BREAK SPACE}"))

    parsed = candidates.parse(content, kind=kind)

    lines = {row for row, line in enumerate(io.StringIO(content, newline=""), start=1) if line.strip()}
    assert {one.row for one in parsed.candidates} | {one.row for one in parsed.refused} == lines


@given(st.text("\"',;\n\r\t ab@.", max_size=200))
def test_no_row_of_a_csv_file_without_texts_is_lost(content: str) -> None:
    parsed = candidates.parse(f"kind,value\nemail,ada@example.org\n{content}\nemail,zoe@example.org\n")

    assert [one.value for one in parsed.candidates][:1] == ["ada@example.org"]
    assert parsed.candidates[-1].value == "zoe@example.org"


@pytest.mark.parametrize("line", ["{" * 100_000, '{"value": ' + "[" * 100_000, '{"md5": ' + "9" * 10_000 + "}", "{}"])
def test_hostile_json_is_a_bad_row_like_any_other(line: str) -> None:
    assert [one.row for one in candidates.parse(line).refused] == [1]


def test_half_a_character_in_a_reference_does_not_stop_the_work_later() -> None:
    (one,) = candidates.parse('{"kind": "email", "value": "ada@example.org", "reference": "t\\ud800"}').candidates

    assert one.reference == "t?"
