"""Batches that are taken row by row: chunks, stages, memory, and files that are sealed on their way."""

import io
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lantern_site import clock
from lantern_site.audit.models import Entry
from lantern_site.errors import Invalid
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from signals import candidates, chunks
from signals.candidates import Candidate
from signals.forms import files
from signals.models import MatchJob
from signals.purposes import Purpose, Surface
from signals.services.jobs import batches, limits
from signals.spool import Spool
from tests import builders
from tests.builders import NOW
from tests.signals.comparisons import run, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eyes_of_the_clock")]


def digests(count: int) -> Iterator[Candidate]:
    for number in range(count):
        yield Candidate(number + 1, "email", sha256(str(number).encode()).hexdigest(), is_digest=True)


def test_every_row_lies_in_one_chunk(member: Organisation, small_chunks: None) -> None:
    job = start(member, "", candidates=digests(7), purpose=Purpose.WHOLE_SERVICE)

    kept = [row for chunk in job.chunks.order_by("number") for row in chunks.opened(chunk)]

    assert [chunk.size for chunk in job.chunks.order_by("number")] == [2, 2, 2, 1]
    assert kept == list(digests(7))
    assert (job.total, Entry.objects.get(action="job.started").facts["chunks"]) == (7, 4)


def test_memory_does_not_grow_with_the_batch(member: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, chunk=500))

    def peak(count: int) -> int:
        tracemalloc.start()
        start(member, "", candidates=digests(count), purpose=Purpose.WHOLE_SERVICE)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(2_000)
    assert peak(20_000) < 2 * peak(4_000)


def test_a_batch_that_is_too_long_is_refused_at_the_row_that_is_too_much(
    member: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LIMITS", replace(limits.LIMITS, candidates=10))
    read = []

    def noted() -> Iterator[Candidate]:
        for row in digests(1_000):
            read.append(row.row)
            yield row

    with pytest.raises(Invalid, match="At most 10 values"):
        start(member, "", candidates=noted(), purpose=Purpose.WHOLE_SERVICE)

    assert read[-1] == 11
    assert not MatchJob.objects.exists()


def test_kinds_that_take_longer_lie_in_smaller_chunks() -> None:
    slow = [Candidate(number, "pdq", "0" * 64) for number in range(4)]
    fast = list(digests(4))
    allowed = replace(limits.LIMITS, chunk=4, chunk_of={"pdq": 2})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "LIMITS", allowed)
        assert [len(part) for _stage, part in batches._parts(slow, 100)] == [2, 2]
        assert [len(part) for _stage, part in batches._parts(fast, 100)] == [4]


def test_long_texts_fill_a_chunk_by_their_characters() -> None:
    texts = [Candidate(number, "text", "word " * 20) for number in range(6)]
    allowed = replace(limits.LIMITS, characters=300)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "LIMITS", allowed)
        assert [len(part) for _stage, part in batches._parts(texts, 100)] == [3, 3]


@pytest.mark.parametrize(("percent", "expected"), [(100, 10), (50, 5), (10, 1), (1, 1)])
def test_the_first_stage_is_a_part_of_the_rows_spread_evenly(percent: int, expected: int) -> None:
    stages = {stage: [row.row for row in part] for stage, part in batches._parts(digests(10), percent)}

    assert len(stages[1]) == expected
    assert sorted(stages[1] + stages.get(2, [])) == list(range(1, 11))


# Files


@pytest.fixture
def spool() -> Iterator[Spool]:
    with closing(Spool()) as made:
        yield made


def test_a_spool_gives_back_what_was_written_and_keeps_none_of_it_in_plain(spool: Spool) -> None:
    for part in (b"first line\nsec", b"ond line\n", b""):
        spool.write(part)

    for _time in range(2):
        assert spool.reader().read() == b"first line\nsecond line\n"
    spool._file.seek(0)
    assert b"line" not in spool._file.read()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_are_read_in_the_writing_of_the_file(encoding: str, spool: Spool) -> None:
    for byte in "ärger@example.org\r\nsecond".encode(encoding):
        spool.write(bytes([byte]))

    assert list(candidates.decoded(spool.reader())) == ["ärger@example.org\r\n", "second"]


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(Invalid, match="A line is longer"):
        list(candidates.decoded(io.BytesIO(b"x" * (candidates.LONGEST_LINE + 1))))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a@example.org\n\x80\n"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid, match="not text"):
        list(candidates.decoded(io.BytesIO(content)))


@pytest.fixture
def analyst(member: Organisation) -> Iterator[Client]:
    client = Client()
    builders.sign_in(client, builders.person(member, Role.ANALYST))
    with clock.at(NOW):
        yield client


def send(client: Client, content: bytes) -> int:
    given = {"label": "Big", "purpose": Purpose.WHOLE_SERVICE, "surface": Surface.PUBLIC, "kind": "md5"}
    return client.post(reverse("signals:jobs"), given | {"file": SimpleUploadedFile("l.txt", content)}).status_code


def test_a_file_too_large_for_memory_is_sealed_on_its_way(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UPLOAD_LIMIT", 1_000)
    written, write = list[bytes](), Spool.write

    def noted(spool: Spool, part: bytes) -> None:
        written.append(part)
        write(spool, part)

    monkeypatch.setattr(Spool, "write", noted)
    lines = [sha256(str(number).encode()).hexdigest()[:32] for number in range(100)]

    assert send(analyst, "\n".join(lines).encode()) == 302

    assert len(b"".join(written)) == 33 * 100 - 1
    assert run(MatchJob.objects.get()).compared == 100


def test_a_file_that_is_larger_than_any_batch_is_said_to_be(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "UPLOAD_LIMIT", 1_000)
    monkeypatch.setattr(files, "BATCH_LIMIT", 2_000)
    monkeypatch.setattr("signals.forms.BATCH_LIMIT", 2_000)

    assert send(analyst, b"x" * 3_000) == 422
    assert not MatchJob.objects.exists()
