"""The embedded servers alone: what they find when the last run did not end well."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from lantern_site.local.faults import Fault
from lantern_site.local.services import Postgres, Valkey

pytestmark = pytest.mark.faults


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with us."""
    with subprocess.Popen(["sleep", "300"]) as process:
        yield process
        process.kill()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a PostgreSQL that ran once."""
    postgres = Postgres(tmp_path_factory.mktemp("var") / "postgres", throwaway=True)
    postgres.start()
    postgres.stop()
    return postgres.directory


@pytest.mark.parametrize("content", ["{stranger}\n/nowhere\n", "not a number\n", "", "999999999\n/nowhere\n"])
def test_a_stale_pid_file_is_dealt_with_and_a_stranger_is_left_alone(
    data: Path, stranger: subprocess.Popen[bytes], content: str
) -> None:
    (data / "postmaster.pid").write_text(content.format(stranger=stranger.pid))
    postgres = Postgres(data, throwaway=True)

    with psycopg.connect(postgres.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)

    postgres.stop()
    assert stranger.poll() is None


def test_a_server_of_ours_that_still_runs_is_stopped_first(data: Path) -> None:
    orphan, successor = Postgres(data, throwaway=True), Postgres(data, throwaway=True)
    orphan.start()

    with psycopg.connect(successor.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)

    assert orphan.process
    assert orphan.process.wait(5) == 0
    successor.stop()


def test_two_brokers_never_share_their_data(tmp_path: Path) -> None:
    orphan, successor = Valkey(tmp_path / "valkey"), Valkey(tmp_path / "valkey")
    with redis.Redis.from_url(orphan.start()) as client:
        client.set("kept", "yes")

    with redis.Redis.from_url(successor.start()) as client:
        assert client.get("kept") == b"yes"

    assert orphan.process
    assert orphan.process.wait(5) == 0
    successor.stop()


def test_a_server_that_cannot_start_says_why(data: Path) -> None:
    version = data / "PG_VERSION"
    right = version.read_text()
    version.write_text("9.6\n")
    try:
        with pytest.raises(Fault, match=r"PostgreSQL did not start.*FATAL"):
            Postgres(data, throwaway=True).start()
    finally:
        version.write_text(right)
