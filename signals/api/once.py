"""`Idempotency-Key`: a request that may be sent again."""

import json
import re
from hashlib import sha256

from django.utils.translation import gettext as _
from rest_framework.request import Request

from lantern_site.errors import Invalid
from signals.services.batches import Once

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)


def named(request: Request, body: object) -> Once | None:
    """How the client names this request, if it does; `body` is everything that it asks for, as JSON would have it."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise Invalid(_("Use 1 to 100 printable ASCII characters without spaces."), "Idempotency-Key")
    asked = json.dumps([request.path, body], sort_keys=True)
    return Once(key, sha256(asked.encode()).digest())
