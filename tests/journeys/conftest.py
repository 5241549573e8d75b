"""Chromium, windows in which people work, and a worker; for tests that drive the pages as people do."""

import os
from collections.abc import Iterator

import pytest
import redis
from celery.contrib.testing.worker import start_worker
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from lantern_site.celery import app
from lantern_site.members.models import Staff
from tests import browser as chromium
from tests import builders

DESK = (1440, 900)
PHONE = (390, 844)
PATIENCE = 10_000
"""Milliseconds until something that should appear has not appeared."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.executable()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=chromium.arguments())
        yield running
        running.close()


class Windows:
    """Windows of one test, each with cookies of its own. `errors` is what their consoles complain about."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.errors: list[str] = []

    def open(self, address: str) -> Page:
        """A window of somebody whom the site at `address` does not know. Addresses in it may leave that out."""
        context = self.browser.new_context(
            base_url=address,
            viewport={"width": DESK[0], "height": DESK[1]},
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def close(self) -> None:
        for context in self.browser.contexts:
            context.close()


def enter(page: Page, person: Staff | None, address: str) -> None:
    """Let the person sit down at the window, signed in already; None is somebody whom the site does not know."""
    page.context.clear_cookies()
    if person is not None:
        client = Client()
        builders.sign_in(client, person)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


@pytest.fixture
def windows(browser: Browser) -> Iterator[Windows]:
    """Fails a test in whose windows anything was refused by the content policy, missing, or thrown."""
    opened = Windows(browser)
    yield opened
    opened.close()
    assert opened.errors == []


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """A real worker on the real broker. It runs in a thread, so that it uses the database of the test."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as broker:
        broker.flushdb()  # messages of earlier tests name rows of this one
    with start_worker(app, pool="solo", perform_ping_check=False, loglevel="ERROR"):
        yield
