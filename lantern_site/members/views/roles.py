"""Who may do what: the table of permissions as a page."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from lantern_site.members.permissions import FIELDS, STANDINGS, TABLE, Permission
from lantern_site.members.roles import MEMBER_ROLES, PROGRAMME_ROLES, Role
from lantern_site.pages import PageRequest, signed_in

Words = str | Promise


@dataclass(frozen=True)
class Column:
    """A role, and whether the reader holds it."""

    role: Role
    mine: bool


@dataclass(frozen=True)
class Cell:
    """Whether a role may do something."""

    column: Column
    holds: bool


@dataclass(frozen=True)
class Row:
    """One permission: who has it, and what it takes beside the role."""

    label: Words
    cells: list[Cell]
    scope: Words
    trained: bool
    proven: bool
    standing: Words

    @property
    def mine(self) -> bool:
        return any(cell.holds and cell.column.mine for cell in self.cells)


@require_safe
@signed_in
def roles(request: PageRequest) -> HttpResponse:
    """For everybody: what one may do, and whom to ask for the rest."""
    held = request.actor.roles & {role.value for role in (PROGRAMME_ROLES if request.actor.programme else MEMBER_ROLES)}
    columns = [Column(role, role.value in held) for role in Role]
    context = {
        "members": [column for column in columns if column.role in MEMBER_ROLES],
        "programme": [column for column in columns if column.role in PROGRAMME_ROLES],
        "mine": [column.role.label for column in columns if column.mine],
        "fields": [(field.label, [_row(one, columns) for one in found]) for field, found in FIELDS.items()],
        "width": len(columns) + 5,
    }
    return render(request, "members/roles.html", context)


def _row(permission: Permission, columns: list[Column]) -> Row:
    rule = TABLE[permission]
    return Row(
        label=permission.label,
        cells=[Cell(column, column.role in rule.roles) for column in columns],
        scope=rule.scope.label if rule.scope is not None else "",
        trained=rule.trained,
        proven=rule.proven,
        standing=STANDINGS[rule.capability] if rule.capability is not None else "",
    )
