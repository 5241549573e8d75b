import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals import folding
from signals.matching import text
from signals.matching.text import KeywordHit, KeywordIndex

WORDS = {1: "lamp post", 2: "lamp", 3: "caf\N{LATIN SMALL LETTER E WITH ACUTE}", 4: "\N{CANDY}\N{CANDY}", 5: "猫の手"}

FOUND = [
    ("a lamp post", [(2, "lamp"), (1, "lamp post")]),
    ("LAMP\n  POST!", [(2, "LAMP"), (1, "LAMP\n  POST")]),
    ("  lamp  post", [(2, "lamp"), (1, "lamp  post")]),
    ("lamps, clamp, lamp_1, lamp2", []),
    ("lamp.lamp", [(2, "lamp"), (2, "lamp")]),
    ("ｌａｍｐ", [(2, "ｌａｍｐ")]),
    ("l\u200ba\u0430mp l\u0430\u200bm\u00adp.", [(2, "l\u0430\u200bm\u00adp")]),
    ("un cafe\N{COMBINING ACUTE ACCENT}, deux CAFÉS", [(3, "cafe\N{COMBINING ACUTE ACCENT}")]),
    ("lam\N{COMBINING ACUTE ACCENT}p", []),
    ("ﬁlamp ﬁ lamp", [(2, "lamp")]),
    ("yes\N{CANDY}\N{CANDY}\N{VARIATION SELECTOR-16}yes", [(4, "\N{CANDY}\N{CANDY}\N{VARIATION SELECTOR-16}")]),
    ("とても猫の手です", [(5, "猫の手")]),
    ("\ud800lamp", [(2, "lamp")]),
    ("", []),
]


@pytest.mark.parametrize(("written", "expected"), FOUND)
def test_whole_words_are_found_where_they_were_written(written: str, expected: list[tuple[int, str]]) -> None:
    hits = KeywordIndex(WORDS).search([written])

    assert [(hit.id, written[hit.start : hit.end]) for hit in hits] == expected


def test_hits_of_many_texts_say_which_text() -> None:
    hits = KeywordIndex({9: "b c"}).search(["a b", "c d", "ü b C", "", "b c b c"])

    assert hits == [KeywordHit(2, 9, 2, 5), KeywordHit(4, 9, 0, 3), KeywordHit(4, 9, 4, 7)]


def test_no_keywords_and_no_texts_are_no_error() -> None:
    assert KeywordIndex({}).search(["a"]) == []
    assert KeywordIndex({1: "a"}).search([]) == []
    with pytest.raises(ValueError, match="empty"):
        KeywordIndex({1: ""})


# Characters that melt together, change length when folded, or are not seen.
TRICKY = (
    "ab AB1_.\t\n\u00e9\u00c9\u00df\u0131\u0130\u017f\ufb01\u0327\u0301\u0345\u200b\u200d\u00ad\ufe0f"
    "\u0430\u0451\u0401\u1100\u1161\u11a8\uac01\u30ab\uff9e\uff76\u732b"
)
ODD = st.text(st.sampled_from(TRICKY) | st.characters())
PHRASE = st.text(st.sampled_from(TRICKY) | st.characters(codec="utf-8")).filter(lambda text: bool(folding.fold(text)))


@given(ODD)
def test_a_text_is_folded_as_a_keyword_is(written: str) -> None:
    folded = text.fold(written)

    assert folded.text.strip() == folding.fold(folded.text)
    if not any("\ud800" <= character <= "\udfff" for character in written):
        assert folded.text.strip() == folding.fold(written)


@given(ODD)
def test_every_character_knows_where_it_came_from(written: str) -> None:
    folded = text.fold(written)

    spans = [folded.origin(at, at + 1) for at in range(len(folded.text))]

    assert all(0 <= start < end <= len(written) for start, end in spans)
    assert spans == sorted(spans)


@given(st.lists(ODD, max_size=4), PHRASE, ODD)
def test_a_phrase_between_spaces_is_always_found(before: list[str], phrase: str, after: str) -> None:
    written = f"{' '.join(before)} . {phrase} . {after}"
    keyword = folding.fold(phrase)

    hits = KeywordIndex({1: keyword}).search([written])

    assert any(folding.fold(written[hit.start : hit.end]) == keyword for hit in hits)


PLAIN = st.text(st.sampled_from("ab. _-1"), max_size=30)


@settings(deadline=None)
@given(
    keywords=st.lists(st.text(st.sampled_from("ab. _-1"), min_size=1, max_size=20), max_size=8, unique=True),
    texts=st.lists(PLAIN | st.sampled_from(["b\u00e9 a", "a  a", "a\na"]), max_size=8),
    taken=st.lists(st.integers(0, 7), max_size=4),
)
def test_it_finds_what_looking_at_every_place_finds(keywords: list[str], texts: list[str], taken: list[int]) -> None:
    texts += [f"b {keywords[place]}.a" for place in taken if place < len(keywords)]

    hits = KeywordIndex(dict(enumerate(keywords))).search(texts)

    found = {
        (hit.text, hit.id, hit.start, hit.end) for hit in hits if texts[hit.text] == text.fold(texts[hit.text]).text
    }
    assert len(found) == len([hit for hit in hits if texts[hit.text] == text.fold(texts[hit.text]).text])
    assert found == {
        (number, keyword, start, start + len(phrase))
        for number, written in enumerate(texts)
        if written == text.fold(written).text
        for keyword, phrase in enumerate(keywords)
        for start in range(len(written))
        if written.startswith(phrase, start) and is_whole(written, start, start + len(phrase))
    }


def is_whole(written: str, start: int, end: int) -> bool:
    """The rule for whole words, for texts of plain letters."""
    within = [character.isalnum() or character == "_" for character in f" {written} "]
    return not (within[start] and within[start + 1]) and not (within[end] and within[end + 1])
