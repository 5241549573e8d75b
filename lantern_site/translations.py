"""Compiles the catalogues, so that nobody needs GNU gettext: `python -m lantern_site.translations`."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).resolve().parent / "locale"


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
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parents[1].name)
    partial = target.with_suffix(".part")
    with partial.open("wb") as file:
        write_mo(file, catalogue)
    partial.replace(target)  # processes that start at the same moment never read half a catalogue


if __name__ == "__main__":
    compile_all()
