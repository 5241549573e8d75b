"""In demonstrations only: the sign-in page lists the accounts, and the second step shows the code of their app."""

import time

from allauth.account.internal.stagekit import unstash_login
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.http import HttpRequest

from lantern_site import clock
from lantern_site.demo import cast
from lantern_site.members.models import Staff

PERIOD = 30


def demonstration(request: HttpRequest) -> dict[str, object]:
    """Context processor: `demo_accounts` and `demo_password` on the first step, `demo_code` on the second."""
    if not settings.DEMO or not request.path.startswith("/accounts/"):
        return {}
    if "2fa" in request.path or "reauthenticate" in request.path:
        return {"demo_code": _code(request)}
    if request.path.startswith("/accounts/login"):
        return {"demo_accounts": _accounts(), "demo_password": cast.PASSWORD}
    return {}


def _accounts() -> list[dict[str, str]]:
    addresses = [f"{name}@example.org" for name in cast.DEMO_ACCOUNTS]
    people = {person.email: person for person in Staff.objects.filter(email__in=addresses)}
    return [
        {"email": address, "role": f"{people[address].name}, {_roles(people[address])}"}
        for address in addresses
        if address in people
    ]


def _roles(person: Staff) -> str:
    return ", ".join(grant.get_role_display() for grant in person.grants.valid_at(clock.now()).order_by("role"))


def _code(request: HttpRequest) -> str:
    """The code that the authenticator app of the person would show now, or nothing."""
    login = unstash_login(request, peek=True)
    user = request.user if request.user.is_authenticated else login.user if login is not None else None
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first() if user else None
    if found is None:
        return ""
    return str(format_hotp_value(hotp_value(decrypt(found.data["secret"]), int(time.time()) // PERIOD)))
