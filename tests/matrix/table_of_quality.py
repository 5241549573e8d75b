"""Who may do what at the addresses about second looks and practice (see table.py)."""

from collections.abc import Mapping
from typing import Any

from tests.matrix.notation import OWN_HOUSE, Rule, act, page

PRACTICE: dict[str, Any] = {
    "kind": "email",
    "masked": "li•••@e•••.org",
    "harm": "grooming",
    "clause": "Child safety 3.2",
    "review_method": "conversation",
    "origin": "user_report",
    "confidence": "low",
    "account_holder": "unknown",
    "described": "An adult asks to move to another service.",
    "agreed": "return",
    "because": "The clause asks for a second sign.",
}

QUALITY: Mapping[str, tuple[Rule, ...]] = {
    "reviews:quality": (page(),),
    "reviews:take_second_look": (act(own="reviewer", trained=True),),
    "reviews:second_look": (page("look", OWN_HOUSE, only="reviewer"),),
    "reviews:reveal_second_look": (
        act(
            "look",
            OWN_HOUSE,
            only="reviewer",
            own="reviewer",
            trained=True,
            proven=True,
            body={"reason": "review"},
            form="last",
        ),
    ),
    "reviews:answer_second_look": (
        act("look", OWN_HOUSE, only="reviewer", own="reviewer", trained=True, body={"verdict": "approve"}),
    ),
    "reviews:pass_on_second_look": (act("look", OWN_HOUSE, only="reviewer", own="reviewer"),),
    "reviews:settle_second_look": (
        act("look to settle", OWN_HOUSE, only="reviewer", own="reviewer", body={"settlement": "as_seen"}),
    ),
    "reviews:practice": (
        page("practice", OWN_HOUSE),
        act("practice", OWN_HOUSE, own="reviewer", trained=True, body={"verdict": "approve"}),
    ),
    "reviews:team_quality": (
        page(inside="member_admin"),
        act(own="member_admin", inside="member_admin", body={"percent": "5"}),
    ),
    "reviews:add_practice": (act(own="member_admin", inside="member_admin", body=PRACTICE),),
    "reviews:end_practice": (act("practice", OWN_HOUSE, own="member_admin"),),
}
