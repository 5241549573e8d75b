"""The download of an edition, and what somebody can check who has nothing else."""

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from lantern_site.members.roles import Role
from tests import builders
from tests.transparency import editions, ledger
from transparency import checking, package, printed
from transparency.models import Edition

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.7 in place of a page that takes its time"


@pytest.fixture
def edition(monkeypatch: pytest.MonkeyPatch) -> Edition:
    """Published, with a checkpoint behind it; the paper is left out."""
    monkeypatch.setattr(printed, "pdf", lambda edition, language: PAPER)
    for number, owner in enumerate(ledger.MEMBERS * 3):
        ledger.signal(ledger.day(1 + 20 * number), owner)
    ledger.takes_part(ledger.MEMBERS[0], ledger.day(1))
    editor, publisher = (builders.actor(builders.programme(), role) for role in (Role.EDITOR, Role.PUBLISHER))
    made = editions.published(editions.computed(editor), publisher)
    builders.checkpoint()
    return Edition.objects.get(pk=made.pk)


def test_a_stranger_recomputes_every_sum_from_the_download_alone(
    edition: Edition, tmp_path: Path, client: Client
) -> None:
    archive = tmp_path / "all.zip"
    archive.write_bytes(client.get("/reports/2025/1/all.zip").content)
    out = StringIO()

    call_command("verify_report", str(archive), stdout=out)

    said = out.getvalue()
    assert "13 files agree with their list" in said
    assert "shared_by_harm: 1 sums are right" in said
    assert "counted from the ledger that localhost:8000/ledger signed at" in said


def _sum(files: dict[str, bytes]) -> None:
    data = json.loads(files["data.json"])
    table = next(table for table in data["tables"] if table["id"] == "members_by_kind")
    table["cells"][-1][0] += 1
    files["data.json"] = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    del files["data.csv"], files[checking.CHECKSUMS]


def _byte(files: dict[str, bytes]) -> None:
    files["dictionary.json"] += b" "


def _space(files: dict[str, bytes]) -> None:
    files["data.json"] += b" "


def _number(files: dict[str, bytes]) -> None:
    files["data.csv"] = files["data.csv"].replace(
        b"signals_shared,signals,hub,,,,,15", b"signals_shared,signals,hub,,,,,16"
    )
    del files[checking.CHECKSUMS]


def _root(files: dict[str, bytes]) -> None:
    files["data.json"] = files["data.json"].replace(b'"root":"', b'"root":"00')
    del files[checking.CHECKSUMS]


def _note(files: dict[str, bytes]) -> None:
    files["checkpoint.txt"] = files["checkpoint.txt"].replace(b"ledger\n", b"ledger\n1", 1)
    del files[checking.CHECKSUMS]


def _gone(files: dict[str, bytes]) -> None:
    del files["schema.json"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_sum, "does not add up to its total"),
        (_byte, "dictionary.json has another checksum"),
        (_space, "canonical form"),
        (_number, "differ at signals_shared"),
        (_root, "does not continue"),
        (_note, "signature"),
        (_gone, "schema.json is listed and not there"),
    ],
)
def test_whatever_was_touched_is_found(
    edition: Edition, tmp_path: Path, change: Callable[[dict[str, bytes]], None], sentence: str
) -> None:
    files = package.files_of(edition)
    change(files)
    archive = tmp_path / "all.zip"
    archive.write_bytes(package.zipped(files))

    with pytest.raises(CommandError, match=sentence):
        call_command("verify_report", str(archive))


def test_the_download_is_the_same_each_time_and_says_what_is_in_it(edition: Edition) -> None:
    files = package.files_of(edition)

    assert package.zipped(files) == package.zipped(package.files_of(edition))
    described = json.loads(files["datapackage.json"])
    assert described["version"] == "2025.1"
    for resource in described["resources"]:
        content = files[resource["path"]]
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    dictionary = json.loads(files["dictionary.json"])
    assert {metric["id"] for metric in dictionary["metrics"]} >= {"signals_shared", "shared_by_harm"}
    assert dictionary["metrics"][0]["definition"].keys() == {"en", "fr"}


def test_every_file_has_an_address_of_its_own(edition: Edition, client: Client) -> None:
    for name, content in package.files_of(edition).items():
        answer = client.get(f"/reports/2025/1/{name}")
        assert (answer.status_code, answer.content) == (HTTPStatus.OK, content), name
    assert client.get("/reports/2025/1/other.txt").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/reports/2025/2/data.json").status_code == HTTPStatus.NOT_FOUND


def test_the_page_about_checking_shows_the_list_and_the_checkpoint(edition: Edition, client: Client) -> None:
    shown = client.get("/reports/2025/1/verify/").content.decode()

    assert hashlib.sha256(package.files_of(edition)["data.json"]).hexdigest() in shown
    assert bytes(edition.root).hex() in shown
    assert "A checkpoint with" in shown


@pytest.mark.slow
def test_the_paper_is_accessible_and_the_same_each_time() -> None:
    """The compiler refuses what PDF/UA-1 does not allow: a title, a language, words for each drawing."""
    ledger.signal(ledger.day(1), ledger.MEMBERS[0])
    editor = builders.actor(builders.programme(), Role.EDITOR)
    draft = editions.computed(editor)

    paper = printed.pdf(draft, "fr")

    assert paper.startswith(b"%PDF-")
    assert b"pdfuaid:part" in paper
    assert paper == printed.pdf(draft, "fr")
