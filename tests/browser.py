"""Where Chromium is. As a pytest plugin it leaves browser tests out when there is none; in CI that is a failure.

`python -m tests.browser` (make test runs it) installs Chromium where root may, and says the command where not.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COMMAND = "apt-get install --yes chromium"


def executable() -> str | None:
    """CHROMIUM_PATH, else Playwright's own download, else the system's browser, else None."""
    if path := os.environ.get("CHROMIUM_PATH"):
        return path
    with sync_playwright() as playwright:
        if Path(playwright.chromium.executable_path).exists():
            return playwright.chromium.executable_path
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def arguments() -> list[str]:
    """What Chromium is started with: no traffic of its own, and no sandbox where root forbids one."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    return [*quiet, "--disable-gpu", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    wanting = [item for item in items if item.get_closest_marker("browser")]
    if wanting and not os.environ.get("CI") and not executable():
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=f"There is no Chromium here. Install it with: {COMMAND}"))


def install() -> int:
    """Returns the exit code: only in CI is a missing browser an error."""
    if executable():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests …", flush=True)
        subprocess.run(["apt-get", "update", "--quiet=2"], check=False)
        subprocess.run([*COMMAND.split(), "--quiet=2", "--no-install-recommends"], check=False)
        if executable():
            return 0
    print(f"There is no Chromium, so browser tests are left out. Install it with: sudo {COMMAND}", file=sys.stderr)
    return 1 if os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(install())
