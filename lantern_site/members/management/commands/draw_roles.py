"""Print the README's table of roles, drawn from the permissions."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from lantern_site.members.permissions import FIELDS, STANDINGS, TABLE, Permission
from lantern_site.members.roles import Role

HEAD = ("| permission | roles | key | beside the role |", "|---|---|---|---|")


class Command(BaseCommand):
    help = "Print the table of roles and permissions of the README, drawn from the table in the code."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en-gb"):
            for line in (*HEAD, *self._lines()):
                self.stdout.write(line)

    def _lines(self) -> list[str]:
        lines = []
        for field, permissions in FIELDS.items():
            lines.append(f"| **{field.label}** | | | |")
            lines += [self._line(permission) for permission in permissions]
        return lines

    def _line(self, permission: Permission) -> str:
        rule = TABLE[permission]
        roles = ", ".join(str(role.label).lower() for role in Role if role in rule.roles)
        key = f"`{rule.scope.value}`" if rule.scope is not None else ""
        takes = [
            "yearly training" if rule.trained else "",
            "fresh second factor" if rule.proven else "",
            f"an organisation that {STANDINGS[rule.capability]}" if rule.capability is not None else "",
        ]
        return f"| {permission.label} | {roles} | {key} | {', '.join(one for one in takes if one)} |"
