"""Who may do what at the registers of the programme (see table.py): stewards keep them, auditors read them."""

from collections.abc import Mapping

from tests.matrix.notation import HIDDEN, OK, OVERSEEN, PROGRAMME, REFUSED, Rule, act, page

READS = "steward auditor"
KEEPS = "steward"
OWN_OR_READ = {"programme": HIDDEN, "steward: programme": OK, "auditor: programme": OK} | {
    f"empty: {who}: programme": HIDDEN for who in PROGRAMME if who not in ("steward", "auditor")
}
"""What a member attests is seen by itself and by readers."""


def listed(body: Mapping[str, object]) -> tuple[Rule, ...]:
    """A list that readers see and whoever keeps the register adds to."""
    return page(inside=READS), act(programme=KEEPS, inside=READS, body=body)


def entry(on: str) -> tuple[Rule, ...]:
    return (page(on, only=READS),)


def step(on: str, body: Mapping[str, object] | None = None, *, proven: bool = False) -> tuple[Rule, ...]:
    """What whoever keeps the register does to an entry; for others than readers there is no such entry."""
    return (act(on, programme=KEEPS, only=READS, body=body, proven=proven),)


REGISTERS: Mapping[str, tuple[Rule, ...]] = {
    "members:registers": (page(inside=READS),),
    "members:export_register": (act(programme=READS, inside=READS),),
    "members:government_requests": listed(
        {
            "received_on": "2026-02-20",
            "authority": "police",
            "jurisdiction": "FR",
            "asked": "about_signal",
            "legal_basis": "Code of criminal procedure",
        }
    ),
    "members:government_request": entry("government request"),
    "members:answer_government_request": step(
        "government request",
        {"outcome": "refused", "told": "nobody", "answered_on": "2026-03-01", "reason": "No basis."},
    ),
    "members:attestation_register": (page(inside=READS),),
    "members:attestations": (page(),),
    "members:attestation": (
        page("attestation", OVERSEEN, but=OWN_OR_READ),
        act(
            "attestation",
            OVERSEEN,
            own="member_admin",
            body={"answer": "none"},
            but=OWN_OR_READ | {"steward: programme": REFUSED, "auditor: programme": REFUSED},
        ),
    ),
    "members:subject_requests": listed(
        {"received_on": "2026-02-20", "right": "erasure", "file_reference": "DP-2026-020"}
    ),
    "members:subject_request": entry("subject request"),
    "members:ask_subject_request": step("unproven"),
    "members:prove_subject_request": step("unproven", {"proof": "code"}),
    "members:restrict_subject_request": step("subject request", proven=True),
    "members:extend_subject_request": step("subject request", {"reason": "Many signals."}),
    "members:decide_subject_request": step(
        "subject request", {"ruling": "refused", "reason": "It is right.", "letter": "We keep it."}
    ),
    "members:close_subject_request": step("answered"),
    "signals:subject_request_search": (
        page("subject request", only=READS, inside=KEEPS),
        act(
            "subject request",
            only=READS,
            inside=KEEPS,
            programme=KEEPS,
            body={"kind": "email", "value": "somebody@example.org"},
        ),
    ),
    "members:incidents": (page(inside=READS),),
    "members:incident_new": (
        page(inside=KEEPS),
        act(
            programme=KEEPS,
            inside=KEEPS,
            body={
                "severity": "high",
                "detected_at": "2026-03-02T08:00",
                "kind": "key_leak",
                "description": "A key stood in the open.",
            },
        ),
    ),
    "members:incident": entry("incident"),
    "members:describe_incident": step("incident", {"severity": "high", "measures": "The key is revoked."}),
    "members:contain_incident": step("incident", {"measures": "The key is revoked."}),
    "members:notify_incident": step("incident", {"how": "not", "reason": "No data was touched."}),
    "members:inform_incident": step("incident", {"notice": "Your key leaked."}),
    "members:close_incident": step("incident to close", {"lesson": "Keys belong into a store."}),
    "members:assessment_register": listed(
        {"subject": "child_rights", "body": "An institute", "scope": "All", "commissioned_on": "2026-01-05"}
    ),
    "members:assessment_draft": entry("assessment"),
    "members:describe_assessment": step("assessment", {"scope": "All of it"}),
    "members:recommend_assessment": step("assessment", {"text": "Tell children more."}),
    "members:answer_assessment": step(
        "assessment", {"number": "1", "status": "accepted", "text": "We will.", "answered_on": "2026-03-01"}
    ),
    "members:publish_assessment": step("assessment", proven=True),
    "members:assessments": (page(nobody=OK),),
    "members:assessment": (page("published assessment", nobody=OK),),
    "members:meetings": listed(
        {"held_on": "2026-02-20", "parties": "members", "subject": "Corrections", "note": "What was said."}
    ),
    "members:meeting": entry("meeting"),
    "members:advice_register": listed({"title": "Names", "text": "Prefer account ids."}),
    "members:advice": entry("advice"),
    "members:revise_advice": step("advice", {"text": "Prefer account ids to names."}),
    "members:notes": (page(),),
    "members:note": (
        page("advice"),
        act("advice", own="member_admin", other="member_admin", outside="member_admin", body={"version": "1"}),
    ),
}
