"""What the OpenAPI document says about each operation."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from lantern_site.rest import ENDS_AT, RefusedOut
from signals.api import serializers

Documented = Callable[[Any], Any]

REFUSALS: dict[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "The body is not JSON.",
    HTTPStatus.UNAUTHORIZED: "No key, or one that is wrong, has ended, or is used from elsewhere than its networks.",
    HTTPStatus.FORBIDDEN: "The key lacks the scope, or the organisation may not do this at present.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or the key may not know of it: the two look the same.",
    HTTPStatus.NOT_ACCEPTABLE: "Something else than `application/json` was asked for.",
    HTTPStatus.CONFLICT: "The `Idempotency-Key` was used for another request, or the signal is not open for this now.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 1 MB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not `application/json`.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something that was given cannot be taken; `field` says what.",
    HTTPStatus.TOO_MANY_REQUESTS: "The daily budget is used up. Send the request again after `Retry-After` seconds.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The hub is busy. Send the request again after `Retry-After` seconds.",
}
ALWAYS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.SERVICE_UNAVAILABLE)
WITH_BODY = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)

ONE, TWO, COMMUNITY, OWNER = "LN-7Q2M4-D9XKV", "LN-1A8RT-6ZC3H", "LN-0G5WN-P2YEB", "LN-9JK4S-V7D1F"
ADDRESS = "account.4e07408562@example.org"
SEEN = {"version": 1, "kind": "email", "harm": "grooming", "severity": "high", "confidence": "high"}
SAID = {
    "origin": "user_report",
    "review_method": "conversation",
    "clause": "Child safety 3.2 (2026-01)",
    "evidence_seen_by": "Child safety team",
    "first_seen_on": None,
    "last_seen_on": "2026-02-27",
    "behaviours": ["poses", "asks_imagery"],
    "ai": "not_indicated",
    "real_child": "unknown",
    "account_holder": "adult_indicated",
}
FLAGS = {"danger": False, "provisional": False, "contested": False, "caution": False}
AROUND: dict[str, Any] = {
    "owner": {"id": OWNER, "name": "Pixelpond"},
    "community": {"id": COMMUNITY, "name": "Everyone"},
    "incident": None,
    "not_to_regions": [],
    "meaning": "",
    "outward_note": "Moves to a messenger within minutes.",
    "expires_at": "2027-03-02T10:00:00Z",
}
CONTENT: dict[str, Any] = SEEN | SAID | FLAGS | AROUND
ROW = {
    "values": [{"kind": "email", "value": ADDRESS}],
    "community": COMMUNITY,
    "harm": "grooming",
    "clause": "Child safety 3.2 (2026-01)",
    "evidence_seen_by": "Child safety team",
    "review_method": "conversation",
    "origin": "user_report",
    "confidence": "high",
    "no_authority_asked": True,
}


ENDS = OpenApiParameter(
    ENDS_AT,
    datetime,
    OpenApiParameter.HEADER,
    response=True,
    description="When the key stops working. Sent in its last 30 days: ask your member admin to rotate it.",
)


ONCE = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="1 to 100 printable ASCII characters."
)


def operation(
    name: str, summary: str, text: str, *, answer: Any, example: Any, request: Any = None, asked: Any = None,
    refusals: tuple[HTTPStatus, ...] = (), parameters: tuple[Any, ...] = (),
) -> Documented:  # fmt: skip
    """One operation with its answer, every refusal, and an example of both directions."""
    statuses = sorted({*ALWAYS, *(WITH_BODY if request else ()), *refusals})
    answers: dict[int, Any] = {200: OpenApiResponse(answer, "Answered.")}
    answers |= {status.value: OpenApiResponse(RefusedOut, REFUSALS[status]) for status in statuses}
    examples = [OpenApiExample("Answer", value=example, response_only=True, status_codes=["200"])]
    if asked is not None:
        examples.append(OpenApiExample("Request", value=asked, request_only=True))
    documented: Documented = extend_schema(
        operation_id=name, summary=summary, description=text, tags=["signals"], request=request,
        parameters=[*parameters, ENDS], responses=answers, examples=examples,
    )  # fmt: skip
    return documented


feed = operation(
    "feed",
    "What has happened to signals that others share with you",
    "Entries after a position of the ledger, oldest first. Keep `cursor` and give it as `after` next time: nothing is "
    "skipped and nothing told twice unless it changed. Only the newest entry of a signal is told. A signal that is not "
    "`active` any more comes without content: take its value out of use. Scope: `read`.",
    parameters=(serializers.FeedIn,),
    answer=serializers.PageOut,
    example={
        "entries": [
            {
                "position": 4711,
                "at": "2026-03-02T10:00:00Z",
                "id": ONE,
                "status": "active",
                "value": ADDRESS,
                "content": CONTENT,
            },
            {
                "position": 4713,
                "at": "2026-03-02T10:04:00Z",
                "id": TWO,
                "status": "withdrawn",
                "value": None,
                "content": None,
            },
        ],
        "cursor": 4713,
        "head": 4720,
    },
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY),
)

share = operation(
    "share",
    "Share signals",
    "1 to 100 rows, at most 500 values. Each row is answered for itself; what was created waits for its review like "
    "anything that is shared on a page. Send an `Idempotency-Key`: the same key with the same body is answered as the "
    "first time, for at least seven days, and does nothing more. Scope: `submit`.",
    request=serializers.BatchIn,
    asked={"rows": [ROW]},
    parameters=(ONCE,),
    answer=serializers.ResultsOut,
    example={
        "results": [
            {
                "row": 0,
                "status": "created",
                "signals": [ONE],
                "incident": None,
                "detail": "",
                "field": "",
                "warnings": [
                    {
                        "code": "role_like",
                        "why": "The address looks like one that several people share.",
                        "advice": "Make sure that one person alone uses it, and say so in the note.",
                    }
                ],
            },
            {
                "row": 1,
                "status": "refused",
                "signals": [],
                "incident": None,
                "detail": "This hash is all zeros, all ones or another simple pattern. "
                "It was not made from a real file.",
                "field": "values.0.value",
                "warnings": [],
            },
        ]
    },
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)

correct = operation(
    "correct",
    "Propose a correction of an own signal",
    "Somebody else of your organisation reviews it like the first version; until then the version in use stays shared. "
    "Then the feed tells it to everyone who has the signal. The value itself is never edited: retract the signal and "
    "share the right one. Send an `Idempotency-Key` as when sharing. Scope: `submit`.",
    request=serializers.CorrectionIn,
    asked={"no_authority_asked": True, "harm": "extortion_other", "outward_note": "Threatens to publish."},
    parameters=(ONCE,),
    answer=serializers.ProposalOut,
    example={"signal": ONE, "version": 2, "changed": ["harm", "outward_note"]},
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)

cancel_correction = operation(
    "cancel_correction",
    "Cancel a correction that waits",
    "The version in use stays, and nobody gives a verdict. Scope: `submit`.",
    answer=serializers.ProposalOut,
    example={"signal": ONE, "version": 2, "changed": ["harm", "outward_note"]},
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)

SIGHT = {
    "id": ONE,
    "status": "active",
    "masked": "a•••@e•••.org",
    "content": CONTENT,
    "activated_at": "2026-03-02T10:00:00Z",
    "ended_at": None,
    "confirmed_by": 2,
    "own": None,
}

signals = operation(
    "signals",
    "Signals that you share or may see",
    "The newest first, with their values masked, narrowed to what is asked for. Signals of others are received by "
    "reading them here. To keep up with what changes read the feed. The own signals need the scope `submit` or "
    "`read`, those of others `read`.",
    parameters=(serializers.ListIn,),
    answer=serializers.GlanceOut,
    example={"signals": [SIGHT], "cursor": "MTc3MjQ0NTYwMDAwMDAwMC40NzEx"},
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY),
)

signal = operation(
    "signal",
    "One signal",
    "What its page shows, with the value masked. The own signals need the scope `submit` or `read`, those of others "
    "`read`.",
    answer=serializers.SightOut,
    example=SIGHT,
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)

look_up = operation(
    "look_up",
    "Look values up",
    "1 to 100 values, or public digests of them. What is found is a lead for a person to review, never proof. "
    "Scope: `lookup`.",
    request=serializers.QuestionIn,
    asked={"items": [{"kind": "email", "value": ADDRESS}, {"kind": "email", "public_digest": "4e" * 32}]},
    answer=serializers.AnswersOut,
    example={
        "results": [
            {
                "found": [
                    {
                        "id": ONE,
                        "kind": "email",
                        "harm": "grooming",
                        "severity": "high",
                        "caution": False,
                        "contested": False,
                        "match": "exact",
                        "distance": 0,
                        "owner": "Pixelpond",
                        "confirmed_by": 2,
                    }
                ],
                "detail": "",
            },
            {"found": [], "detail": ""},
        ]
    },
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS),
)

myself = operation(
    "myself",
    "What your key stands for",
    "The organisation, the scopes, from where and until when the key may be used, the communities that signals can be "
    "shared with, and the end of the ledger.",
    answer=serializers.MeOut,
    example={
        "organisation": {"id": OWNER, "name": "Pixelpond"},
        "key": "Intake service",
        "scopes": ["submit", "read"],
        "networks": ["203.0.113.0/24"],
        "expires_at": "2026-09-01T08:00:00Z",
        "retire_at": None,
        "corrections_only": False,
        "communities": [{"id": COMMUNITY, "name": "Everyone"}],
        "head": 4720,
    },
)
