"""Lantern is whole in French: each message, each of its forms, in the words of the programme's glossary."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from lantern_site import translations

FRENCH = translations.CATALOGUES / "fr" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd]")

BANNED = {
    r"signalement": r"report|hotline",  # a signal is “signal”; this word is the report of a user, or to the authorities
    r"rappel": r"recall",  # a reminder is “relance”
    r"suspend|suspension": r"suspen",  # a member is suspended, a signal is “gelé”
    r"\bgel": r"hold|held|releas|retract",  # an edition is “figée”
    r"communaut": "",
    r"rétract": "",
    r"\brevue|\brévis": "",
    r"membres? du personnel": "",
    r"pédoporno|pornographie (enfantine|infantile)": "",
    r"tourisme sexuel": "",
    r"pédophil|prédat": "",
    r"!": "",
}
"""A French word, and the English ones that it may stand for."""

ALWAYS = {
    r"\bdisputes?\b": r"contest",
    r"\bledger": r"journal",
    r"\brecall": r"rappel",
    r"\bcommunit": r"cercle",
    r"\bexpir(y|ed)\b": r"échéance|échu",
    r"\b(un)?masked\b": r"masqué|en clair",
    r"\bsuppressed\b": r"couvert",
    r"\bCSAM\b": r"CSAM",
    r"child sexual abuse material": r"matériel d’abus sexuels d’enfants \(CSAM\)",
}
"""An English word, and the French one of the glossary for it."""


@pytest.fixture(scope="module")
def said() -> Catalog:
    return translations.messages()


@pytest.fixture(scope="module")
def french() -> Catalog:
    return translations.read_catalogue(FRENCH)


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """Each form beside its translation."""
    for message in catalogue:
        if message.id:
            yield from zip(forms(message.id), forms(message.string), strict=True)


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text or "",)


def names(messages: Catalog) -> set[tuple[str | None, tuple[str, ...]]]:
    return {(message.context, forms(message.id)) for message in messages if message.id}


def test_every_message_stands_in_the_catalogue_and_nothing_else_does(said: Catalog, french: Catalog) -> None:
    assert names(said) - names(french) == set(), "Run make messages and translate what it lists."
    assert names(french) - names(said) == set(), "Run make messages."
    assert not french.obsolete


def test_every_message_is_translated_in_all_its_forms(french: Catalog) -> None:
    missing = [message.id for message in french if message.id and not translations.is_translated(message)]
    fuzzy = [message.id for message in french if message.id and message.fuzzy]

    assert french.num_plurals == 2
    assert missing == []
    assert fuzzy == []


def test_translations_have_the_same_placeholders(french: Catalog) -> None:
    assert [message.id for message in french if message.id and not keeps_placeholders(message)] == []


def keeps_placeholders(message: Message) -> bool:
    """The singular may do without its number; no form may ask for something that the code does not give."""
    wanted = [set(PLACEHOLDER.findall(form)) for form in forms(message.id)]
    found = [set(PLACEHOLDER.findall(form)) for form in forms(message.string)]
    percents = {form.count("%%") for form in (*forms(message.id), *forms(message.string))}
    return found[-1] == wanted[-1] and found[0] <= set.union(*wanted) and len(percents) == 1


def test_translations_use_the_words_of_the_glossary(french: Catalog) -> None:
    wrong = [
        (word, translation)
        for english, translation in pairs(french)
        for word, instead_of in BANNED.items()
        if re.search(word, translation, re.IGNORECASE)
        and not (instead_of and re.search(instead_of, english, re.IGNORECASE))
    ]
    other = [
        (english, translation)
        for english, translation in pairs(french)
        for word, french_word in ALWAYS.items()
        if re.search(word, english, re.IGNORECASE) and not re.search(french_word, translation, re.IGNORECASE)
    ]

    assert wrong == []
    assert other == []


def test_translations_are_set_as_french_is(french: Catalog) -> None:
    """A space that does not break stands before double signs and inside the quotation marks; apostrophes are curved."""
    badly_set = re.compile(r" ([:;?!»]|%(?!\(|%s))|[^\u00a0][;?!»]|«[^\u00a0]|['\"]")

    assert [translation for _english, translation in pairs(french) if badly_set.search(translation)] == []


def test_edges_and_line_ends_are_kept(french: Catalog) -> None:
    """Some messages are joined to others: the space at their edge belongs to them."""
    changed = [
        english
        for english, translation in pairs(french)
        if english.strip() != english
        and (english[0].isspace(), english[-1].isspace()) != (translation[0].isspace(), translation[-1].isspace())
    ]

    assert changed == []


CODE = """
from django.utils.translation import gettext_lazy, npgettext, pgettext

FIRST = gettext_lazy("First")
SECOND = pgettext("place", "Second")
COUNT = npgettext("place", "%(n)s thing", "%(n)s things", 2)
"""
TEMPLATE = """
<p>{% translate "Third" %} {{ here|default:_("Nowhere") }}</p>
  {% blocktranslate count n=found trimmed %}
    {{ n }} found.
  {% plural %}
    All {{ n }} found.
  {% endblocktranslate %}
"""
KNOWN = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "First"
msgstr "Premier"

msgid "Last"
msgstr "Dernier"
"""


def test_collecting_keeps_what_is_translated_and_drops_what_nothing_says_any_more(tmp_path: Path) -> None:
    write(tmp_path / "signals" / "words.py", CODE)
    write(tmp_path / "templates" / "signals" / "page.html", TEMPLATE)
    catalogue = write(tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po", KNOWN)

    missing = translations.collect(catalogue, tmp_path)

    found = translations.read_catalogue(catalogue)
    assert names(found) == {
        (None, ("First",)),
        ("place", ("Second",)),
        ("place", ("%(n)s thing", "%(n)s things")),
        (None, ("Third",)),
        (None, ("Nowhere",)),
        (None, ("%(n)s found.", "All %(n)s found.")),
    }
    assert len(missing) == 5
    first = found.get("First")
    assert first is not None
    assert first.string == "Premier"
    assert not found.obsolete


def test_collecting_twice_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "signals" / "words.py", CODE)
    catalogue = write(tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.po", KNOWN)
    translations.collect(catalogue, tmp_path)
    once = catalogue.read_text()

    translations.collect(catalogue, tmp_path)

    assert catalogue.read_text() == once


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
