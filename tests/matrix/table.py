"""Who may do what at every address: the permission matrix, written by hand and flat.

`page` is read (GET), `act` changes something (POST), `call` is an operation for machines. A rule names the thing in
the address (see world.py; it belongs to “own”), who sees it, and who may: of the owner's people (`own`), of another
member of the community (`other`), of the programme. `needs` is what the organisation's standing must allow. What is
out of line stands in `but`, by role, place, or both. An address that is missing here fails the suite, and so does one
that is gone.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.matrix.notation import (
    EVERYBODY,
    HIDDEN,
    INVALID,
    OK,
    OTHER_HOUSE,
    OVERSEEN,
    OWN_HOUSE,
    OWNER,
    PARTIES,
    REFUSED,
    SCOPES,
    SHARED,
    WRONG,
    Place,
    Rule,
    act,
    call,
    page,
)
from tests.matrix.table_of_members import ABOUT_MEMBERS
from tests.matrix.table_of_quality import QUALITY
from tests.matrix.table_of_registers import REGISTERS

STATEMENT: dict[str, Any] = {
    "harm": "grooming",
    "clause": "Child safety 3.2",
    "evidence_seen_by": "Child safety team",
    "review_method": "conversation",
    "origin": "user_report",
    "confidence": "high",
    "ai": "not_indicated",
    "real_child": "unknown",
    "account_holder": "unknown",
    "no_authority_asked": "on",
}
FRESH = "never.seen.before@example.org"
ROWS = f"kind,value\nemail,{FRESH}\n"
CHOICE: dict[str, Any] = {"verdicts": ["new"], "evidence_seen": "on", "no_authority_asked": "on"}
BATCH = {"label": "Batch", "purpose": "accounts_under_review", "surface": "account_data", "values": FRESH}
FINDING = {"outcome": "no_violation", "policy_version": "2026-02", "attribution": "not", "looks_wrong": "no"}
RULING = {"result": "upheld", "text": "The evidence does not hold."}
JOB_OF_ONE: dict[str, Any] = {
    "label": "Batch",
    "purpose": "accounts_under_review",
    "surface": "account_data",
    "items": [{"kind": "email", "value": FRESH}],
}
ROW: dict[str, Any] = STATEMENT | {
    "values": [{"kind": "email", "value": FRESH}],
    "community": "{LN circle}",
    "no_authority_asked": True,
}
NOT_ADDRESSED = {place.value: HIDDEN for place in OVERSEEN}
"""The owner and the programme see how far a recall has come; it is not addressed to them."""
EVERY_PLACE = tuple(place.value for place in Place)
IN_THE_STUDIO = "editor publisher auditor"
READS_LEDGER = "auditor steward member_admin"
SEES_SIGNALS = "submitter reviewer analyst member_admin steward adjudicator external_adjudicator auditor"

_DECLARED: Mapping[str, tuple[Rule, ...]] = {
    **ABOUT_MEMBERS,
    **REGISTERS,
    **QUALITY,
    # Sharing and finding
    "signals:share": (
        page(),
        act(
            own="submitter",
            needs="share",
            trained=True,
            body=STATEMENT | {"kind": "email", "values": FRESH, "community": "{circle}"},
            but={"programme": INVALID},  # it is in no community
        ),
    ),
    "signals:list": (page(inside=SEES_SIGNALS),),
    "signals:find": (
        act(own=EVERYBODY, programme=EVERYBODY, inside=SEES_SIGNALS, body={"kind": "email", "value": FRESH}),
    ),
    "signals:save_filter": (
        act(
            own=EVERYBODY,
            programme=EVERYBODY,
            inside=SEES_SIGNALS,
            body={"name": "Held", "status": "held"},
            but={"external_adjudicator": REFUSED},
        ),
    ),
    "signals:rename_filter": (act("kept filter", OWNER, own="submitter", body={"name": "On hold"}, form="last"),),
    "signals:share_filter": (act("kept filter", OWNER, own="submitter"),),
    "signals:delete_filter": (act("kept filter", OWNER, own="submitter"),),
    "signals:save_draft": (
        act(
            own="submitter",
            needs="share",
            body={"kind": "email", "values": FRESH},
            form="last",
        ),
    ),
    "signals:discard_draft": (
        # Whoever has no such draft is told nothing: there is none to discard.
        act("draft", own=EVERYBODY, other=EVERYBODY, outside=EVERYBODY, programme=EVERYBODY),
    ),
    "signals:resubmit": (
        page("returned", OWNER),
        act("returned", OWNER, own="submitter", needs="share", trained=True, body=STATEMENT),
    ),
    "signals:imports": (page(), act(own="submitter", needs="share", trained=True, body={"file": ROWS})),
    "signals:import": (page("import", OWNER),),
    "signals:import_progress": (page("import", OWNER),),
    "signals:import_results": (page("import", OWNER),),
    "signals:submit_import": (
        act(
            "import",
            OWNER,
            own="submitter",
            needs="share",
            trained=True,
            body=CHOICE | {"community": "{circle}"},
        ),
    ),
    "signals:cancel_import": (act("import", OWNER, own="submitter reviewer"),),
    "signals:export": (
        page(),
        act(
            own="submitter reviewer analyst",
            trained=True,
            proven=True,
            body={"shape": "csv", "with_values": "on", "reason": "dispute"},
        ),
        act(own="submitter reviewer analyst member_admin", body={"shape": "csv"}),
    ),
    "signals:correct": (
        page("shared", OWNER),
        act("shared", OWNER, own="submitter", needs="share", trained=True, body=STATEMENT | {"harm": "tools"}),
    ),
    "signals:jobs": (page(), act(own="analyst", needs="receive", body=BATCH)),
    "signals:job": (page("job", OVERSEEN),),
    "signals:job_progress": (page("job", OVERSEEN),),
    "signals:cancel_job": (act("job", OWNER, own="analyst"),),
    "signals:go_on": (act("job that asks", OWNER, own="analyst"),),
    "signals:watch_lists": (page(), act(own="analyst", needs="receive", body=BATCH | {"days": "7"})),
    "signals:pause_watch_list": (act("watch list", OWNER, own="analyst"),),
    "signals:resume_watch_list": (act("watch list paused", OWNER, own="analyst"),),
    "signals:end_watch_list": (act("watch list", OWNER, own="analyst"),),
    # Judging
    "reviews:home": (page(nobody=OK),),
    "reviews:look": (act(own=EVERYBODY, programme=EVERYBODY),),
    "reviews:queue": (page(),),
    "reviews:queue_count": (page(),),
    "reviews:claim_next": (act(own="reviewer", programme="steward", trained=True),),
    "reviews:signal": (page("shared", SHARED),),
    "reviews:preview": (page("waiting", OVERSEEN),),
    "reviews:reveal": (
        act(
            "shared",
            SHARED,
            own="submitter reviewer analyst",
            other="submitter reviewer analyst",
            programme="steward adjudicator",
            trained=True,
            proven=True,
            body={"reason": "review"},
            form="last",
        ),
    ),
    "reviews:claim": (
        act("waiting", OVERSEEN, own="reviewer", trained=True, but={"steward": WRONG}),
        act("unchecked", SHARED, programme="steward", trained=True, but={f"reviewer: {at}": WRONG for at in OWNER}),
    ),
    "reviews:release": (act("claimed", OVERSEEN, own="reviewer", others=WRONG),),
    "reviews:park": (act("claimed", OVERSEEN, own="reviewer", others=WRONG, body={"note": "Waits for legal."}),),
    "reviews:hand_over": (
        act(
            "claimed",
            OVERSEEN,
            own="reviewer",
            others=WRONG,
            body={"to": "{colleague}"},
            but={"programme": INVALID},  # the colleague is another member's
        ),
    ),
    "reviews:decide": (
        act(
            "waiting",
            OVERSEEN,
            own="reviewer",
            trained=True,
            body={"verdict": "approve", "version": "1", "attested": "on"},
            but={"reviewer: own": OK},
        ),
        act(
            "waiting",
            OVERSEEN,
            own="reviewer",
            programme="steward",
            trained=True,
            body={"verdict": "reject", "version": "1", "outward": "Not our policy."},
        ),
    ),
    "reviews:incident": (
        page("case", OVERSEEN),
        act(
            "case",
            OVERSEEN,
            own="reviewer",
            programme="steward",
            trained=True,
            body={"verdict": "reject", "seen": "{of case}:1", "outward": "Not our policy."},
        ),
    ),
    "reviews:withdraw_findings": (act(own=EVERYBODY, other=EVERYBODY, outside=EVERYBODY, programme=EVERYBODY),),
    "reviews:inbox": (page(),),
    "reviews:read_all": (act(own=EVERYBODY, other=EVERYBODY, outside=EVERYBODY, programme=EVERYBODY),),
    "reviews:open_notice": (act("notice", OWN_HOUSE, own="reviewer", others=HIDDEN),),
    "reviews:keep_unread": (act("notice", OWN_HOUSE, own="reviewer", others=HIDDEN),),
    "reviews:wellbeing": (
        page(),
        act(own=EVERYBODY, other=EVERYBODY, outside=EVERYBODY, programme=EVERYBODY),
    ),
    "reviews:together": (
        page(inside="reviewer steward"),
        act(
            own="reviewer",
            programme="steward",
            trained=True,
            body={"verdict": "reject", "seen": "{waiting}:1", "outward": "Not our policy."},
            form="last",
        ),
    ),
    "reviews:save_view": (
        act(own="reviewer", programme="steward", trained=True),  # a refused name comes back as a message
    ),
    "reviews:rename_view": (act("kept filter", OWNER, own="submitter"),),  # a refused name comes back as a message
    "reviews:share_view": (act("kept filter", OWNER, own="submitter"),),
    "reviews:delete_view": (act("kept filter", OWNER, own="submitter"),),
    "reviews:take_back": (act("returned", OVERSEEN),),
    "reviews:take_back_together": (act(own=EVERYBODY, other=EVERYBODY, outside=EVERYBODY, programme=EVERYBODY),),
    "reviews:keep": (act("claimed", OVERSEEN, own="reviewer", others=WRONG),),
    "reviews:check": (
        act("unchecked", SHARED, programme="steward", trained=True, proven=True, body={"passed": "yes"}),
    ),
    "reviews:hold": (act("shared", SHARED, programme="steward", proven=True, body={"reason": "unclear"}),),
    "reviews:end_hold": (act("held", SHARED, programme="steward", proven=True),),
    "reviews:cancel": (act("waiting", OVERSEEN, own="submitter reviewer"),),
    "reviews:cancel_correction": (act("to correct", SHARED, own="submitter reviewer"),),
    "reviews:withdraw": (act("shared", SHARED, own="reviewer", body={"wrong": "no"}),),
    "reviews:replace": (act("shared", SHARED, own="reviewer"),),
    "reviews:renew": (
        act(
            "expiring",
            SHARED,
            own="reviewer",
            needs="share",
            trained=True,
            body={"new_evidence": "Seen again."},
            form="last",
        ),
    ),
    "reviews:open_dispute": (
        page("shared", SHARED),
        act(
            "shared",
            SHARED,
            other="analyst reviewer",
            body={"reason": "stale", "scope": "signal", "statement": "It is years old."},
        ),
    ),
    "reviews:disputes": (page(),),
    "reviews:dispute": (page("dispute", PARTIES),),
    "reviews:assign_case": (act("dispute", PARTIES, programme="steward", body={"person_id": "{adjudicator}"}),),
    "reviews:ask": (act("dispute", PARTIES, programme="adjudicator", body={"to": "owner", "text": "Since when?"}),),
    "reviews:stand": (act("dispute of two", PARTIES, other="analyst reviewer", body={"text": "We saw it."}),),
    "reviews:confirm_stand": (act("dispute that stands", PARTIES, other="reviewer"),),
    "reviews:reply": (act("dispute asked", PARTIES, other="analyst reviewer", body={"text": "Since May."}),),
    "reviews:redresses": (page(inside=SEES_SIGNALS),),
    "reviews:redress": (
        page("redress", OVERSEEN | OWN_HOUSE),
        act("redress", OVERSEEN, own="analyst reviewer", body={"statement": "It was somebody else."}),
    ),
    "reviews:decline_redress": (act("redress", OVERSEEN, own="analyst reviewer", body={"reason": "Our own slip."}),),
    "reviews:reinstate": (act("violation", OWNER, own="analyst"),),
    "reviews:door": (page(nobody=OK), act(others=INVALID, nobody=INVALID)),
    "reviews:door_code": (act(others=INVALID, nobody=INVALID),),
    "reviews:door_answer": (page(nobody=OK), act(others=INVALID, nobody=INVALID)),
    "reviews:answer": (act("dispute", PARTIES, own="reviewer analyst", body={"text": "It is right."}),),
    "reviews:accept": (act("dispute", PARTIES, own="reviewer"),),
    "reviews:withdraw_dispute": (act("dispute", PARTIES, other="analyst reviewer"),),
    "reviews:decide_dispute": (act("dispute", PARTIES, programme="adjudicator", body=RULING),),
    "reviews:appeal": (
        act(
            "dispute decided",
            PARTIES,
            own="analyst reviewer",
            other="analyst reviewer",
            body={"text": "Nobody looked at it."},
        ),
    ),
    "reviews:decide_appeal": (act("dispute appealed", PARTIES, programme="external_adjudicator", body=RULING),),
    "reviews:confirm_hold": (act("dispute", PARTIES, other="analyst reviewer", programme="steward", proven=True),),
    "reviews:extend_hold": (act("dispute on hold", PARTIES, programme="steward", proven=True),),
    "reviews:end_dispute_hold": (act("dispute on hold", PARTIES, programme="steward", proven=True),),
    "reviews:recalls": (page(inside=SEES_SIGNALS),),
    "reviews:recall": (page("recall", PARTIES),),
    "reviews:acknowledge": (
        act(
            "recall",
            PARTIES,
            other="analyst reviewer",
            body={"answer": "nothing_found", "report_corrected": "none_made", "local_hits": "0"},
            but=NOT_ADDRESSED,
        ),
    ),
    "reviews:confirm_recall": (
        act(
            "recall kept",
            PARTIES,
            other="analyst reviewer",
            but=NOT_ADDRESSED,
        ),
    ),
    "reviews:leads": (page(),),
    "reviews:leads_together": (page(but=dict.fromkeys(EVERY_PLACE, HIDDEN)), act(others=HIDDEN)),  # names no lead
    "reviews:withdraw_finding": (act("finding", OWNER, own="analyst"),),
    "reviews:lead": (page("lead", OWNER), act("lead", OWNER, own="analyst", body=FINDING)),
    # The report and the ledger
    "transparency:editions": (page(nobody=OK),),
    "transparency:report": (page(nobody=OK),),
    "transparency:one_edition": (page(nobody=OK),),
    "transparency:verify_report": (page(nobody=OK),),
    "transparency:download": (page(nobody=OK),),
    "transparency:report_file": (page(nobody=OK),),
    "transparency:data_csv": (page(nobody=OK),),
    "transparency:data_json": (page(nobody=OK),),
    "transparency:method": (page(nobody=OK),),
    "transparency:checkpoints": (page(nobody=OK),),
    "transparency:newest_checkpoint": (page("checkpoint", nobody=OK),),
    "transparency:checkpoint": (page("checkpoint", nobody=OK),),
    "transparency:consistency": (page("checkpoint", nobody=OK),),
    "transparency:studio": (page(only=IN_THE_STUDIO),),
    "transparency:freeze": (act(only=IN_THE_STUDIO, programme="editor", body={"year": "2024"}),),
    "transparency:edition_draft": (page("edition computed", only=IN_THE_STUDIO),),
    "transparency:preview": (page("edition computed", only=IN_THE_STUDIO),),
    "transparency:ask": (act("edition frozen", only=IN_THE_STUDIO, programme="editor"),),
    "transparency:close": (act("edition answered", only=IN_THE_STUDIO, programme="editor"),),
    "transparency:compute": (act("edition attested", only=IN_THE_STUDIO, programme="editor"),),
    "transparency:approve": (act("edition computed", only=IN_THE_STUDIO, programme="editor publisher", proven=True),),
    "transparency:own_editions": (page(inside="member_admin"),),
    "transparency:own_figures": (page("edition asked", OWNER, inside="member_admin"),),
    "transparency:state_own": (act("edition asked", OWNER, own="member_admin"),),
    "transparency:contest_own": (
        act(
            "edition asked",
            OWNER,
            own="member_admin",
            body={"metric": "match_jobs", "note": "We started two."},
            form="last",
        ),
    ),
    "transparency:explain": (
        act(
            "edition restated",
            only=IN_THE_STUDIO,
            programme="editor",
            body={"metric": "disputes_opened", "reason": "It was counted twice."},
        ),
    ),
    "transparency:publish": (act("edition approved", only=IN_THE_STUDIO, programme="publisher", proven=True),),
    "transparency:ledger": (page(only=READS_LEDGER),),
    "transparency:entry": (page("entry", OVERSEEN, only=READS_LEDGER),),
    "transparency:proof": (page("entry", OVERSEEN, only=READS_LEDGER),),
    "transparency:verify": (act(only=READS_LEDGER, own="member_admin", programme="auditor steward"),),
    # Machines
    "api-schema": (page(nobody=OK),),
    "api-docs": (page(nobody=OK),),
    "signals:normalisation": (page(nobody=OK),),
    "api-normalisation": (page(nobody=OK),),
    "api-normalisation-vectors": (page(nobody=OK),),
    "api-recalls": (call("GET", own="feedback"),),
    "api-recall-removed": (
        call(
            "POST",
            "recall",
            other="feedback",
            body={"local_hits": 0},
            but={place.value: HIDDEN for place in Place if place not in OTHER_HOUSE},
        ),
    ),
    "api-feed": (call("GET", own="read"),),  # whoever may not receive is told corrections
    "api-signals": (
        call(  # a key that only shares is told of its own signals, for as long as its organisation may share
            "GET",
            own="read submit",
            but={"submit: own, suspended": REFUSED, "submit: own, left": REFUSED},
        ),
        call("POST", own="submit", needs="share", body={"rows": [ROW]}),
    ),
    "api-signal": (
        call(
            "GET",
            "shared",
            own="read",
            other="read",
            but={
                "submit: own": OK,  # its own signals only
                "submit: own, may not receive": OK,
                "submit: other": HIDDEN,
                "submit: other, may not receive": HIDDEN,
                "submit: outside": HIDDEN,
                "read: other, suspended": HIDDEN,
                "read: other, may not receive": HIDDEN,
                "read: other, left": HIDDEN,
                "read: outside": HIDDEN,
            },
        ),
    ),
    "api-imports": (call("POST", own="submit", needs="share", body={"file": ROWS}),),
    "api-import": (call("GET", "import", OWNER, own="submit"),),
    "api-submit-import": (
        call(
            "POST",
            "import",
            OWNER,
            own="submit",
            needs="share",
            body={
                "verdicts": ["new"],
                "community": "{LN circle}",
                "evidence_seen": True,
                "no_authority_asked": True,
            },
        ),
    ),
    "api-cancel-import": (call("POST", "import", OWNER, own="submit"),),
    "api-import-results": (call("GET", "import", OWNER, own="submit"),),
    "api-corrections": (
        call(
            "POST",
            "shared",
            own="submit",
            needs="share",
            body={"harm": "tools", "no_authority_asked": True},
            but={"submit: other, may not receive": HIDDEN, "submit: outside": HIDDEN},
        ),
    ),
    "api-cancel-correction": (call("POST", "to correct", SHARED, own="submit"),),
    "api-lookup": (call("POST", own="lookup", needs="receive", body={"items": [{"kind": "email", "value": FRESH}]}),),
    "api-jobs": (call("POST", own="lookup", needs="receive", body=JOB_OF_ONE),),
    "api-jobs-lines": (call("POST", own="", but=dict.fromkeys(SCOPES, INVALID)),),  # without its plan
    "api-job": (call("GET", "job", OWN_HOUSE, own="lookup"),),
    "api-job-cancel": (call("POST", "job", OWN_HOUSE, own="lookup"),),
    "api-job-go-on": (call("POST", "job that asks", OWN_HOUSE, own="lookup"),),
    "api-job-leads": (call("GET", "job done", OWN_HOUSE, own="lookup"),),
    "api-me": (call("GET", own="submit read lookup feedback"),),
    "api/v1/<path:rest>": (
        call("GET", but=dict.fromkeys(("submit", "read", "lookup", "feedback"), HIDDEN)),
        call("POST", but=dict.fromkeys(("submit", "read", "lookup", "feedback"), HIDDEN)),
    ),
}

HIDDEN_FROM_OUTSIDE: Mapping[str, tuple[str, ...]] = {
    "job": ("signals:job", "signals:job_progress"),
    "key": ("members:key", "members:rotate_key", "members:revoke_key", "signals:key_reads", "signals:export_key_reads"),
    "applicant": ("members:pass_gates",),
    "review": ("members:observe",),
    "observation": ("members:remedy",),
}
"""What an external adjudicator is not told of, by the thing and where it is asked for; elsewhere they are refused
before anything is looked for."""


def _from_outside(route: str, rule: Rule) -> Rule:
    return replace(rule, unseen=route in HIDDEN_FROM_OUTSIDE.get(rule.on, ()))


ROUTES: Mapping[str, tuple[Rule, ...]] = {
    route: tuple(_from_outside(route, rule) for rule in rules) for route, rules in _DECLARED.items()
}

NO_DOOR = {"healthz", "readyz", "favicon.ico", "set_language"}
"""Asked by machinery, or by everybody for a picture and a language; they know nothing of anybody."""
