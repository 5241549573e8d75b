"""A member's machine: a client that sends its key with every request."""

import json
from typing import Any

from django.test import Client

from lantern_site.members.lifecycle import KeyScope
from lantern_site.members.models import ApiKey, Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import keys
from tests import builders


def machine(of: Organisation, *scopes: KeyScope) -> Client:
    """A client of the organisation with a fresh key; all scopes unless some are named."""
    return calling(issued(of, *scopes)[1])


def key_of(of: Organisation, *scopes: KeyScope) -> ApiKey:
    return issued(of, *scopes)[0]


def issued(of: Organisation, *scopes: KeyScope) -> tuple[ApiKey, str]:
    """A fresh key and its text, valid for a year from the builders' now."""
    admin = builders.actor(of, Role.MEMBER_ADMIN)
    return keys.issue(label="Test machine", scopes=scopes or tuple(KeyScope), days=365, actor=admin, now=builders.NOW)


def calling(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}", "Accept-Language": "en"})


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    """Send JSON: anything that can be written as such, or bytes as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(path, content, content_type="application/json", headers=headers)
