"""Sessions in browsers, each with the person whose it is, so that they can be listed and ended.

The settings name this module as the session engine. A session's key is as good as a password: pages and the ledger
name a session by its `handle`.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext as _

from lantern_site.members.models.people import Staff

AGENT = "agent"
BEGAN_AT = "began_at"
"""What a session remembers of its beginning: how the browser called itself, and when."""
LONGEST_AGENT = 300
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type["Session"]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> "Session":
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.staff_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return session


class Session(AbstractBaseSession):
    """A browser that the server knows again. Without `staff` nobody has signed in there."""

    staff = models.ForeignKey(Staff, models.CASCADE, null=True, related_name="sessions")

    def __str__(self) -> str:
        return f"session {self.handle}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore

    @property
    def handle(self) -> str:
        """Names the session without giving away its key."""
        return sha256(self.session_key.encode()).hexdigest()[:20]

    @property
    def began_at(self) -> datetime | None:
        at = self.get_decoded().get(BEGAN_AT)
        return datetime.fromtimestamp(at, UTC) if at else None

    @property
    def device(self) -> str:
        """Browser and system in two words, as far as the browser says."""
        agent = self.get_decoded().get(AGENT, "")
        browser = next((name for word, name in BROWSERS.items() if f"{word}/" in agent), "")
        system = next((name for word, name in SYSTEMS.items() if word in agent), "")
        if browser and system:
            return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
        return browser or system or _("Unknown browser")
