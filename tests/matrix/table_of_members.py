"""Who may do what at the addresses about members: the way in, people, keys, communities, standing (see table.py)."""

from collections.abc import Mapping

from tests.matrix.notation import (
    EVERYBODY,
    HIDDEN,
    INVALID,
    OK,
    ONLY_PROGRAMME,
    OVERSEEN,
    OWNER,
    PARTIES,
    PROGRAMME,
    REFUSED,
    WRONG,
    Place,
    Rule,
    act,
    page,
)

SEES_KEYS = "member_admin analyst steward auditor"
SEES_STANDING = "member_admin steward auditor"
KEEPS_PEOPLE = "member_admin steward auditor"
READS_REGISTERS = "steward auditor"
NOWHERE = {place.value: HIDDEN for place in Place}
PEOPLE_OF_OTHERS = {"programme": HIDDEN, "steward: programme": OK, "auditor: programme": OK} | {
    f"empty: {who}: programme": HIDDEN for who in PROGRAMME if who not in ("steward", "auditor")
}
"""Of the programme only stewards and auditors know who works for a member."""
NOT_FOR_PROGRAMME = PEOPLE_OF_OTHERS | {"steward: programme": REFUSED, "auditor: programme": REFUSED}
"""The same, where a member that has an admin looks after its people itself."""
ON_THE_LEGAL_GATE = {
    "jurisdiction": "north america",
    "lawful_basis": "Legitimate interest",
    "offence_basis": "National law",
    "data_role": "controller",
    "transfers": "Standard clauses",
    "assessed_on": "2026-02-01",
    "assessment": "DPIA 7",
    "counsel": "Reed and Partners",
}

ABOUT_MEMBERS: Mapping[str, tuple[Rule, ...]] = {
    "members:directory": (page(),),
    "members:organisation": (page("organisation"),),
    "members:keys": (
        page("organisation", OVERSEEN, inside=SEES_KEYS),
        act(
            "organisation",
            OVERSEEN,
            own="member_admin",
            needs="connect",
            proven=True,
            inside=SEES_KEYS,
            body={"label": "Matcher", "scopes": ["read"], "days": "90"},
            but={"programme": HIDDEN},  # keys are issued where one belongs
        ),
    ),
    "members:key": (page("key", OVERSEEN, inside=SEES_KEYS),),
    "members:rotate_key": (
        page("key", OVERSEEN, inside=SEES_KEYS),
        act(
            "key",
            OVERSEEN,
            own="member_admin",
            proven=True,
            inside=SEES_KEYS,
            body={"scopes": ["read"], "days": "90", "overlap_days": "7"},
        ),
    ),
    "members:revoke_key": (
        act(
            "key",
            OVERSEEN,
            own="member_admin",
            programme="steward",
            proven="steward",
            inside=SEES_KEYS,
            body={"reason": "leaked"},
        ),
    ),
    "signals:key_reads": (page("key", OVERSEEN, inside=SEES_KEYS),),
    "signals:export_key_reads": (
        act("key", OVERSEEN, own="member_admin analyst", programme="steward auditor", inside=SEES_KEYS),
    ),
    "members:address": (page(but=NOWHERE), act(but=NOWHERE)),
    "members:roles": (page(),),
    "members:prove": (page(),),
    "members:house": (
        page(inside="member_admin steward"),
        act(own="member_admin", programme="steward", body={"time_zone": "Europe/Paris"}, form="last"),
    ),
    "members:settings": (
        page(),
        act(
            own=EVERYBODY,
            programme=EVERYBODY,
            body={"time_zone": "Europe/Paris", "break_minutes": "50", "digest": "weekly"},
        ),
    ),
    # The way in
    "members:apply": (page(nobody=OK), act(others=INVALID, nobody=INVALID)),
    "members:application_status": (page("application", nobody=HIDDEN, but=NOWHERE),),  # for whoever has the link
    "members:withdraw_application": (act("application", nobody=HIDDEN, but=NOWHERE),),
    "members:appeal": (act("application", nobody=HIDDEN, but=NOWHERE),),
    "members:applications": (page(inside=READS_REGISTERS),),
    "members:application": (page("application", inside=READS_REGISTERS),),
    "members:decide": (
        act(
            "application",
            programme="steward",
            inside=READS_REGISTERS,
            body={"move": "defer", "reason": "Come back in spring."},
            but={place.value: HIDDEN for place in Place if place != Place.PROGRAMME} | {"external_adjudicator": HIDDEN},
        ),
    ),
    "members:pass_gates": (
        act("organisation", programme="steward", inside="steward", body={"csea_policy": "Seen."}, form=""),
        act("applicant", ONLY_PROGRAMME, programme="steward", inside="steward", body={"csea_policy": "Seen."}, form=""),
    ),
    "members:reopen_gate": (
        act("organisation", programme="steward", inside="steward", body={"reason": "The certificate ran out."}),
    ),
    "members:onboard": (act("signed", programme="steward"),),
    "members:activate": (act("ready", programme="steward"),),
    "members:end_on_the_way": (
        act(
            "signed", programme="steward", inside="steward", proven=True, body={"reason": "Nothing came."}, form="last"
        ),
    ),
    "members:rename": (act("organisation", programme="steward", inside="steward", body={"name": "Pixelpond One"}),),
    "members:merge": (
        page("organisation", inside="steward"),
        act(
            "organisation",
            programme="steward",
            inside="steward",
            body={"ending": "{outside}", "effective_on": "2026-04-01"},
        ),
    ),
    "members:support": (
        act(
            "organisation",
            programme="steward",
            inside="steward",
            body={"partner": "{steward}", "office_hours": "Mondays"},
        ),
    ),
    "members:end_support": (act("supported", programme="steward"),),
    "members:pack": (act("organisation", OVERSEEN, own="member_admin", programme="steward"),),
    "members:compliance": (page("organisation", OVERSEEN),),
    "members:pass_legal_gate": (
        act("organisation", OVERSEEN, programme="steward", body=ON_THE_LEGAL_GATE, but={"own, left": WRONG}),
    ),
    "members:withdraw_legal_gate": (
        act(
            "organisation",
            OVERSEEN,
            programme="steward",
            but={"external_adjudicator": WRONG},  # to them no gate is open
            body={"jurisdiction": "europe", "reason": "The basis fell."},
        ),
    ),
    "members:sign": (
        act(
            "organisation",
            OVERSEEN,
            own="member_admin",
            programme="steward",
            body={
                "agreement": "{agreement}",
                "signed_by": "Noor Haddad",
                "function": "Chief executive",
                "signed_on": "2026-03-01",
            },
            but={"own, left": WRONG},
        ),
    ),
    "members:hold_review": (
        act(
            "organisation",
            OVERSEEN,
            programme="steward",
            body={"result": "passed", "summary": "In order."},
            but={"own, left": WRONG},
        ),
    ),
    "members:observe": (
        act(
            "review",
            OVERSEEN,
            programme="steward",
            body={"text": "Thin log.", "remediation": "Keep it.", "due_on": "2026-05-01"},
        ),
    ),
    "members:remedy": (act("observation", OVERSEEN, programme="steward", body={"note": "It is kept."}),),
    "members:test_signal": (page("organisation", OVERSEEN),),
    "members:send_test_signal": (act("organisation", OVERSEEN, programme="steward", but={"own, left": WRONG}),),
    "members:acknowledge_test_signal": (act("test signal", OWNER, own="member_admin analyst reviewer"),),
    "members:agreements": (
        page(),
        act(programme="steward", body={"version": "3.0", "effective_on": "2026-06-01", "text": "A lead, no proof."}),
    ),
    "members:agreement": (page("agreement"),),
    "members:jurisdictions": (
        page(),
        act(
            programme="steward",
            body={
                "jurisdiction": "europe",
                "what": "private_messages",
                "allowed": "yes",
                "from_on": "2026-04-01",
                "basis": "Regulation",
            },
        ),
    ),
    # People
    "members:people": (
        page("organisation", OVERSEEN, but=PEOPLE_OF_OTHERS),
        act(
            "organisation",
            OVERSEEN,
            own="member_admin",
            body={"email": "newcomer.two@example.org", "name": "New Comer", "analyst": "on"},
            but=NOT_FOR_PROGRAMME | {"member_admin: own, left": WRONG},  # whoever has left takes nobody in
        ),
    ),
    "members:confirm_access": (
        act("organisation", OVERSEEN, own="member_admin", body={"people": "{LN colleague}"}, but=NOT_FOR_PROGRAMME),
    ),
    "members:end_access": (
        act(
            "organisation",
            OVERSEEN,
            own="member_admin",
            programme="steward",
            body={"people": "{LN colleague}", "sure": "1"},
            but=PEOPLE_OF_OTHERS | {"auditor: programme": REFUSED},
        ),
    ),
    "members:person": (page("colleague", OVERSEEN, only=KEEPS_PEOPLE),),
    "members:grant_role": (
        act("colleague", OVERSEEN, only=KEEPS_PEOPLE, own="member_admin", body={"role": "member_admin"}),
    ),
    "members:end_role": (act("colleague", OVERSEEN, only=KEEPS_PEOPLE, own="member_admin", body={"role": "analyst"}),),
    "members:record_training": (
        act(
            "colleague",
            OVERSEEN,
            only=KEEPS_PEOPLE,
            own="member_admin",
            body={"course": "Yearly training", "held_on": "2026-02-02"},
        ),
    ),
    "members:reset_factor": (
        act(
            "without the phone",
            OVERSEEN,
            only=KEEPS_PEOPLE,
            own="member_admin",
            proven=True,
            body={"reason": "lost", "checked": "in_person"},
        ),
    ),
    "members:deactivate": (act("colleague", OVERSEEN, only=KEEPS_PEOPLE, own="member_admin", programme="steward"),),
    "members:reactivate": (act("gone", OVERSEEN, only=KEEPS_PEOPLE, own="member_admin"),),
    "members:withdraw_training": (act("training", OVERSEEN, own="member_admin", but=NOT_FOR_PROGRAMME),),
    "members:resend_invitation": (act("invitation", OVERSEEN, own="member_admin", but=NOT_FOR_PROGRAMME),),
    "members:revoke_invitation": (act("invitation", OVERSEEN, own="member_admin", but=NOT_FOR_PROGRAMME),),
    "members:accept_invitation": (page(nobody=HIDDEN, but=NOWHERE), act(nobody=HIDDEN, but=NOWHERE)),
    "members:onward": (page(),),
    "members:end_session": (act(but=NOWHERE),),  # none of one's own is called like this
    "members:end_other_sessions": (act(own=EVERYBODY, programme=EVERYBODY),),
    "members:remove_key": (page(but=NOWHERE), act(but=NOWHERE)),  # nor is a key of one's own
    # Communities and standing
    "signals:communities": (page(),),
    "signals:community": (page("circle", PARTIES),),
    "signals:found_community": (act(programme="steward", proven=True, body={"name": "Third circle"}),),
    "signals:change_community": (
        act("circle", PARTIES, programme="steward", proven=True, body={"name": "Circle of the far north"}),
    ),
    "signals:add_to_community": (
        act("circle", programme="steward", proven=True, body={"organisation": "{outside}"}, form=""),
    ),
    "signals:remove_from_community": (
        act("circle", programme="steward", proven=True, body={"organisation": "{other}"}, form=""),
    ),
    "signals:open_community": (act("closed circle", programme="steward", proven=True),),
    "signals:close_to_later": (act("circle", programme="steward", proven=True),),
    "signals:close_community": (act("circle", programme="steward", proven=True),),
    "signals:standing": (page("organisation", OVERSEEN, only=SEES_STANDING),),
    "signals:suspend": (
        act(
            "organisation",
            OVERSEEN,
            only=SEES_STANDING,
            programme="steward",
            proven=True,
            body={"what": "submit", "reason": "An incident."},
            but={"own, left": WRONG},
        ),
    ),
    "signals:lift": (
        act(
            "suspended", ONLY_PROGRAMME, only=SEES_STANDING, programme="steward", proven=True, body={"reason": "Over."}
        ),
    ),
    "signals:give_notice": (
        act(
            "organisation",
            OVERSEEN,
            only=SEES_STANDING,
            own="member_admin",
            programme="steward",
            proven=True,
            body={"rule": "withdraw", "leaves_on": "2026-05-01"},
            but={"own, left": WRONG},
        ),
    ),
    "signals:part": (act("leaving", ONLY_PROGRAMME, only=SEES_STANDING, programme="steward", proven=True),),
    "signals:certify": (
        act("left", ONLY_PROGRAMME, only=SEES_STANDING, programme="steward", proven=True, body={"note": "Signed."}),
    ),
}
