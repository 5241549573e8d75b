import gettext
import os
from pathlib import Path

from lantern_site import translations

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Signal"
msgstr "Signalement"
"""


def test_catalogues_are_compiled_when_they_are_newer(tmp_path: Path) -> None:
    source = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(CATALOGUE)

    assert translations.compile_all(tmp_path) == [source.with_suffix(".mo")]
    assert translations.compile_all(tmp_path) == []
    assert gettext.translation("django", tmp_path, ["fr"]).gettext("Signal") == "Signalement"

    source.write_text(CATALOGUE.replace("Signalement", "Alerte"))
    os.utime(source, (2**31, 2**31))

    assert translations.compile_all(tmp_path) == [source.with_suffix(".mo")]
