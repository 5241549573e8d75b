import base64
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[2]
KEYS = ",".join(f"{number}:" + base64.b64encode(bytes([number] * 32)).decode() for number in (2, 1))
PRODUCTION = {
    "PATH": os.environ["PATH"],
    "LANTERN_IGNORE_FILES": "1",
    "SITE_URL": "https://lantern.example.org",
    "SECRET_KEY": "fYw3-kz0Qm1xN8vB2cT7uP5rL9aJ4hG6dS_eW-oIyZbRtXqVnMkC",
    "LANTERN_PEPPERS": KEYS,
    "LANTERN_ENCRYPTION_KEYS": KEYS,
    "DATABASE_URL": "postgres://lantern:word@database.example.org/lantern",
    "REDIS_URL": "redis://valkey.example.org:6379/0",
    "EMAIL_URL": "smtp+tls://lantern:word@mail.example.org:587",
    "PROXY_COUNT": "1",
}


def manage(*arguments: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Run manage.py with production variables, changed as told; None takes one away."""
    variables = {name: value for name, value in (PRODUCTION | environment).items() if value is not None}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def test_a_production_installation_passes_the_deployment_checks() -> None:
    done = manage("check", "--deploy", "--fail-level", "INFO")

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value", "identity"),
    [("HASH_UPLOADS", "1", "W001"), ("LANTERN_DEMO", "1", "W002"), ("DATABASE_ROLE", "", "W003")],
)
def test_the_deployment_check_warns(name: str, value: str, identity: str) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **{name: value})

    assert done.returncode == 1
    assert f"lantern.{identity}" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SITE_URL", None, "SITE_URL is not set. Give the address under which people reach this installation"),
        ("SITE_URL", "lantern.example.org", "SITE_URL is “lantern.example.org”. It must begin with https://"),
        ("SECRET_KEY", None, "SECRET_KEY is not set. It signs sessions"),
        ("LANTERN_PEPPERS", None, "LANTERN_PEPPERS is not set. They key the digests"),
        ("LANTERN_PEPPERS", "1:not base64", "LANTERN_PEPPERS cannot be read. Write each key as number:base64"),
        ("LANTERN_ENCRYPTION_KEYS", "1:c2hvcnQ=", "LANTERN_ENCRYPTION_KEYS holds a key that is not 32 bytes long"),
        ("LANTERN_ENCRYPTION_KEYS", f"{KEYS},{KEYS}", "LANTERN_ENCRYPTION_KEYS holds the number 2: each stands once"),
        ("LANTERN_PEPPERS", f"40000{KEYS[1:]}", "LANTERN_PEPPERS holds the number 40000: each stands once"),
        ("DATABASE_URL", None, "DATABASE_URL is not set. Give postgres://"),
        ("REDIS_URL", "", "REDIS_URL is not set. Give redis://"),
        ("EMAIL_URL", None, "EMAIL_URL is not set. Give smtp+tls://"),
        ("HASH_UPLOADS", "perhaps", "HASH_UPLOADS is “perhaps”. Write 1 or 0."),
        ("PROXY_COUNT", "two", "PROXY_COUNT is “two”. Write a whole number."),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_a_sentence(
    name: str, value: str | None, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in os.environ:
        monkeypatch.delenv(variable)
    for variable, given in (PRODUCTION | {name: value}).items():
        if given is not None:
            monkeypatch.setenv(variable, given)

    with pytest.raises(ImproperlyConfigured) as refused:
        runpy.run_path(str(ROOT / "lantern_site" / "settings.py"))

    assert sentence in str(refused.value)


def test_a_command_shows_the_sentence_and_no_traceback() -> None:
    done = manage("check", SITE_URL=None)

    assert done.returncode == 1
    assert done.stderr.startswith("error: SITE_URL is not set.")
    assert "Traceback" not in done.stderr


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(PRODUCTION["SECRET_KEY"] + "\n")

    done = manage("check", "--deploy", "--fail-level", "INFO", SECRET_KEY=None, SECRET_KEY_FILE=str(tmp_path / "key"))

    assert done.returncode == 0, done.stderr


def test_every_variable_is_explained() -> None:
    source = (ROOT / "lantern_site" / "settings.py").read_text()
    explained = (ROOT / ".env.example").read_text()

    read = set(re.findall(r'(?:needed|flag|number|keyring|env\.\w+)\(\s*"([A-Z_]+)"', source))

    assert len(read) > 15
    assert {name for name in read if f"{name}=" not in explained} == set()


def test_keys_stay_in_the_order_in_which_they_are_written() -> None:
    shown = manage("shell", "--no-imports", "-c", "from django.conf import settings; print(list(settings.PEPPERS))")

    assert shown.stdout.strip() == "[2, 1]"


def test_no_model_reads_the_clock_by_itself() -> None:
    fields = [field for model in apps.get_models() for field in model._meta.fields]

    own = [
        f for f in fields if f.model.__module__.split(".")[0] in {"lantern_site", "signals", "reviews", "transparency"}
    ]

    assert own
    assert [str(f) for f in own if getattr(f, "auto_now", False) or getattr(f, "auto_now_add", False)] == []


def test_the_content_policy_allows_nothing_but_our_own_files() -> None:
    allowed = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert {source for sources in allowed.values() for source in sources} == {"'self'", "'none'"}
    assert allowed["default-src"] == ["'none'"]
