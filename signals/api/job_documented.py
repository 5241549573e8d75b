"""What the OpenAPI document says about match jobs."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.types import OpenApiTypes

from signals.api import job_serializers as serializers
from signals.api.documented import ADDRESS, ONCE, ONE, TWO, operation

JOB_ID = "LN-3H7QK-52WTN"
JOB: dict[str, Any] = {
    "id": JOB_ID,
    "label": "Accounts under review, week 10",
    "purpose": "accounts_under_review",
    "surface": "account_data",
    "state": "running",
    "shadow": False,
    "first_percent": 100,
    "total": 200_000,
    "compared": 40_000,
    "refused": 1,
    "not_eligible": 0,
    "leads": 12,
    "would_hit": [],
    "started_at": "2026-03-02T10:00:00Z",
    "finished_at": None,
}
STARTED = {"job": JOB, "refused_rows": [{"row": 17, "detail": "This is not an e-mail address."}]}
PLAN = {"label": JOB["label"], "purpose": JOB["purpose"], "surface": JOB["surface"]}
STEERED = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)

start = operation(
    "start_job",
    "Compare a batch",
    f"1 to {serializers.MOST_ITEMS} values, or public digests of them, in one body of at most 1 MB. Workers compare "
    "them, chunk by chunk; what is found becomes leads for a person to look at, never proof. Send an "
    "`Idempotency-Key`: the same key with the same body starts nothing more for at least seven days, and is answered "
    "with the job that it started the first time, as far as that is by then. Scope: `lookup`.",
    request=serializers.JobIn,
    parameters=(ONCE,),
    asked=PLAN
    | {
        "items": [
            {"kind": "email", "value": ADDRESS, "reference": "case 7"},
            {"kind": "sha256", "public_digest": "4e" * 32},
        ]
    },
    answer=serializers.StartedOut,
    example=STARTED,
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)

start_lines = operation(
    "start_job_of_lines",
    "Compare a batch of up to a million lines",
    "The plan in the address, the values as lines of text (`text/plain`, UTF-8, at most 160 MB): `kind:value` or "
    "`digest:kind:hex`, your reference after a tab; or CSV with a header; or lines of JSON. An `Idempotency-Key` as "
    "with values. Scope: `lookup`.",
    request={"text/plain": OpenApiTypes.STR},
    parameters=(serializers.LinesIn, ONCE),
    answer=serializers.StartedOut,
    example=STARTED,
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY),
)

state = operation(
    "job",
    "How far a job is",
    "Ask again every few seconds while its state is `queued` or `running`. `asking` waits for you to go on or to "
    "cancel. Scope: `lookup`.",
    answer=serializers.JobOut,
    example=JOB,
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)

cancel = operation(
    "cancel_job",
    "Cancel a job",
    "Leads that were found stay; what was not compared yet is wiped. Scope: `lookup`.",
    answer=serializers.JobOut,
    example=JOB | {"state": "cancelled", "finished_at": "2026-03-02T10:01:00Z"},
    refusals=STEERED,
)

go_on = operation(
    "continue_job",
    "Compare the rest of a job",
    "For a job whose first part is done and that asks. Scope: `lookup`.",
    answer=serializers.JobOut,
    example=JOB,
    refusals=STEERED,
)

leads = operation(
    "job_leads",
    "What a job has found",
    "Leads in the order in which they were found, while the job runs and afterwards. People examine them on the pages "
    "and record what they find. Scope: `lookup`.",
    parameters=(serializers.LeadsIn,),
    answer=serializers.LeadPageOut,
    example={
        "leads": [
            {
                "id": TWO,
                "row": 3,
                "reference": "case 7",
                "signal": ONE,
                "kind": "email",
                "harm": "grooming",
                "severity": "high",
                "match": "exact",
                "distance": 0,
                "caution": False,
                "protect": False,
                "contested": False,
                "examined": False,
                "created_at": "2026-03-02T10:00:04Z",
            }
        ],
        "cursor": None,
    },
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)
