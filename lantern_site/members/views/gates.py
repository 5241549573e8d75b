"""Gates as a table: what was passed when by whom, and the evidence beside what is open. It stands on two pages."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.forms import BoundField

from lantern_site.forms import Refusable
from lantern_site.members import admission as questions
from lantern_site.members.forms import admission as forms
from lantern_site.members.lifecycle import GATES_ARE_KEPT, PASSED_BY_WHAT_HAPPENS, GateKind
from lantern_site.members.models import Gate, Organisation
from lantern_site.members.policies import permits
from lantern_site.pages import PageRequest

Given = Mapping[str, Refusable]


@dataclass(frozen=True)
class Row:
    """One gate: the passing that stands, those before it, and how it is passed or opened again."""

    kind: GateKind
    gate: Gate | None
    passed_by: str
    in_force: bool
    earlier: list[Gate]
    field: BoundField | None
    reopen: Refusable | None

    @property
    def follows(self) -> bool:
        """Nobody ticks it."""
        return self.kind in PASSED_BY_WHAT_HAPPENS


def table(
    request: PageRequest, organisation: Organisation, given: Given, *, kinds: Collection[GateKind] = tuple(GateKind)
) -> dict[str, object]:
    """Context of members/_gates.html. `given` may hold a refused `gates`, or `reopen` under the code of its gate."""
    today = request.now.date()
    rows = organisation.gates.select_related("passed_by", "reopened_by").order_by("-passed_on", "-pk")
    passings: dict[str, list[Gate]] = {}
    for gate in rows:
        passings.setdefault(gate.kind, []).append(gate)
    keeping = bool(permits(questions.may_keep, request.actor)) and organisation.state in GATES_ARE_KEPT
    to_pass = [kind for kind in questions.in_order(kinds) if kind not in PASSED_BY_WHAT_HAPPENS]
    form = given.get("gates") or forms.PassGates(kinds=to_pass if keeping else [])
    return {
        "gates": [
            _row(request, kind, passings.get(kind, []), form, given.get(kind) or _reopening(kind), keeping)
            for kind in questions.in_order(kinds)
        ],
        "gates_form": form,
        "keeping": keeping,
        "today": today,
    }


def _reopening(kind: GateKind) -> Refusable:
    return forms.Reason(auto_id=f"reopen_{kind}_%s")


def _row(
    request: PageRequest, kind: GateKind, passings: list[Gate], form: Refusable, reopen: Refusable, keeping: bool
) -> Row:
    standing = next((gate for gate in passings if gate.ended_at is None), None)
    in_force = standing is not None and standing.is_in_force(request.now.date())
    by = standing.passed_by if standing else None
    return Row(
        kind=kind,
        gate=standing,
        passed_by=by.name_for(request.actor) if by else "",
        in_force=in_force,
        earlier=[gate for gate in passings if gate is not standing],
        field=form[kind.value] if kind.value in form.fields else None,
        reopen=reopen if standing and keeping else None,
    )
