"""The catalogues of the interface, so that nobody needs GNU gettext.

`collect` renews a catalogue from the code and the templates (`make messages`); `compile_all` makes of each catalogue
what Django reads, when something is set up: `python -m lantern_site.translations`.
"""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
CATALOGUES = ROOT / "lantern_site" / "locale"
SOURCES = ("lantern_site", "signals", "reviews", "transparency", "templates")

SINGULAR, PLURAL = (1,), (1, 2)
IN_CONTEXT, PLURAL_IN_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    "_": SINGULAR,
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop"), SINGULAR),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), IN_CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), PLURAL_IN_CONTEXT),
}

HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"Plural-Forms: {forms}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
"""What Django needs to know, and no dates: a catalogue without news does not change."""


def messages(root: Path = ROOT) -> Catalog:
    """Every message of the code and of the templates, without a translation."""
    found = Catalog()
    for path in _files(root):
        for line, said, comments, context in extract("python", BytesIO(_as_code(path)), KEYWORDS, ("Translators:",)):
            place = (path.relative_to(root).as_posix(), line)
            found.add(said, locations=[place], auto_comments=comments, context=context)
    return found


def _files(root: Path) -> Iterator[Path]:
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix == ".py" or (folder == "templates" and path.suffix in {".html", ".txt"}):
                yield path


def _as_code(path: Path) -> bytes:
    """What Babel's extractor for Python reads. Django turns a template into calls that stand anywhere in a line."""
    text = path.read_text()
    if path.suffix != ".py":
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).split("\n"))
    return text.encode()


def collect(catalogue: Path, root: Path = ROOT) -> list[Message]:
    """Bring a .po up to date with the code and the templates. Returns the messages that it still has to translate.

    New messages come in untranslated, never guessed; those that nothing says any more go; translations stay.
    """
    known = read_catalogue(catalogue)
    renewed = Catalog(locale=known.locale, fuzzy=False)
    for message in messages(root):
        if message.id:
            _take_over(known, renewed, message)
    with catalogue.open("wb") as file:
        file.write(HEADER.format(language=renewed.locale_identifier, forms=renewed.plural_forms).encode())
        write_po(file, renewed, width=120, omit_header=True, sort_by_file=True, include_lineno=False)
    return [message for message in renewed if message.id and (message.fuzzy or not is_translated(message))]


def _take_over(known: Catalog, renewed: Catalog, message: Message) -> None:
    said = known.get(message.id, message.context)
    string = said.string if said is not None and said.pluralizable == message.pluralizable else ""
    renewed.add(
        message.id,
        string,
        locations=message.locations,
        flags=said.flags & {"fuzzy"} if said is not None else (),
        auto_comments=message.auto_comments,
        user_comments=said.user_comments if said is not None else (),
        context=message.context,
    )


def is_translated(message: Message) -> bool:
    """Whether there is a word for it, in each of its forms."""
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)


def read_catalogue(source: Path) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=source.parents[1].name)


def compile_all(folder: Path = CATALOGUES) -> list[Path]:
    """Write the .mo beside each .po that is newer. Returns what was written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            compile_one(source, target)
            written.append(target)
    return written


def compile_one(source: Path, target: Path) -> None:
    partial = target.with_suffix(f".{os.getpid()}.part")
    with partial.open("wb") as file:
        write_mo(file, read_catalogue(source))
    partial.replace(target)  # processes that start at the same moment never read half a catalogue


if __name__ == "__main__":
    compile_all()
