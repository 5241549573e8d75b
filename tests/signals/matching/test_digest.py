"""Public digests at home: the command, without Django."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from signals import specification
from signals.candidates import parse
from signals.matching import digest

ROOT = Path(__file__).resolve().parents[3]
ADA = "d1fe4343424559974d94777ca633930610fcfdd3a0ca80c983bc20ab7b110959"


def lines(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_digest_is_printed_without_the_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert digest.main(["email", "Anna@Example.org"]) == 0

    out = capsys.readouterr().out
    assert lines(out) == [{"kind": "email", "public_digest": ADA}]
    assert "anna" not in out.lower()


def test_the_alias_and_on_request_the_normal_form_stand_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert digest.main(["email", "An.na+x@gmail.com", "--show"]) == 0

    [line] = lines(capsys.readouterr().out)
    [vector] = [one for one in specification.vectors() if one["input"] == "an.na+letters@googlemail.com"]
    assert line["alias_digest"] == vector["alias_digest"]
    assert line["normal_form"] == "an.na+x@gmail.com"


def test_values_are_read_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("@Ada\n\nsome_name\n"))

    assert digest.main(["username", "--service", "kestrel"]) == 0
    assert len(lines(capsys.readouterr().out)) == 2


def test_what_has_no_normal_form_is_told_by_number_and_code_and_the_others_go_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert digest.main(["email", "anna", "anna@example.org"]) == 1

    said = capsys.readouterr()
    assert len(lines(said.out)) == 1
    assert said.err == "Value 1: email_no_at\n"


def test_what_is_printed_can_be_compared_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    digest.main(["email", "Anna@Example.org", "an.na@gmail.com"])

    parsed = parse(capsys.readouterr().out)
    assert parsed.refused == ()
    assert [one.is_digest for one in parsed.candidates] == [True, True]
    assert parsed.candidates[0].value == ADA


def test_it_runs_where_there_is_no_django() -> None:
    program = (
        "import sys; sys.modules['django'] = None\n"
        "from signals.matching import digest\n"
        "sys.exit(digest.main(['payment', 'GB29 NWBK 6016 1331 9268 19']))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert lines(done.stdout)[0]["kind"] == "payment"
