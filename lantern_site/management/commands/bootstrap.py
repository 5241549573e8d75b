"""Begin on an empty database: the programme and its first steward."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from lantern_site import clock
from lantern_site.audit.actors import Actor
from lantern_site.members.lifecycle import MemberKind
from lantern_site.members.models import Organisation
from lantern_site.members.roles import Role
from lantern_site.members.services import organisations, staff


class Command(BaseCommand):
    help = "Make the programme and its first steward. The password is read from standard input, never from the line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--programme", default="Programme", help="the name of the programme")
        parser.add_argument("--email", required=True, help="the address that the first steward signs in with")
        parser.add_argument("--name", required=True, help="the first steward's name")

    def handle(self, *args: Any, programme: str, email: str, name: str, **options: Any) -> None:
        if Organisation.objects.exists():
            raise CommandError("The database has organisations already. Their stewards admit others on the pages.")
        self.stderr.write("Password of the first steward:")
        password = input()
        try:
            validate_password(password)
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from None
        now, actor = clock.now(), Actor.clock()
        with transaction.atomic():
            made = organisations.admit(
                name=programme,
                kind=MemberKind.PROGRAMME,
                region="",
                joined_on=now.date(),
                probation_ends_on=None,
                identifiers_allowed_from=None,
                actor=actor,
                now=now,
            )
            staff.enrol(
                organisation_id=made.public_id,
                email=email,
                name=name,
                held=[Role.STEWARD],
                trained_until=None,
                actor=actor,
                now=now,
                password=make_password(password),
            )
        self.stdout.write(f"{programme} is there. Sign in as {email}; the pages ask for a second factor first.")
