"""The public door: a person proves that an address is theirs and asks whether it was wrongly signalled.

Nothing is looked up while the person is there, so that nothing, and no time that it takes, tells what is known. What
was typed travels sealed in the person's own form; a plea holds keyed digests until the clock has looked at it.
"""

import hmac
import json
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from django.core import signing
from django.utils.translation import gettext as _

from lantern_site.audit.access import acting_as
from lantern_site.audit.actors import Actor
from lantern_site.audit.recording import recording
from lantern_site.errors import Invalid
from lantern_site.members.services import mail
from reviews import clocks
from reviews.models import Plea
from reviews.services import disputes
from signals import normalise, sealing
from signals.kinds import Kind
from signals.models import Indicator

CODE_DIGITS = 8
CODE_LASTS = timedelta(minutes=30)
DOOR = "the door"
RECEIPT = "receipt of a plea"


def begin(*, address: str, now: datetime) -> str:
    """Send a code to the address. Returns what the form brings back, sealed: nothing is kept here.

    Raises Invalid for what is no address. Sends a mail: not inside a transaction.
    """
    normal = normalise.normal_form(Kind.EMAIL, address)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    mail.send(to=normal.value, template="plea_code", context={"code": code})
    body = {"address": normal.value, "code": code, "until": int((now + CODE_LASTS).timestamp())}
    return sealing.seal(json.dumps(body), bound_to=DOOR).hex()


def prove(*, sealed: str, code: str, now: datetime) -> str:
    """Take the plea of whoever knows the code. Returns a receipt that says when it came and nothing else."""
    body = _opened(sealed)
    if int(body["until"]) < int(now.timestamp()) or not hmac.compare_digest(str(body["code"]), code.strip()):
        raise Invalid(_("This code is wrong or older than half an hour."), "code")
    normal = normalise.normal_form(Kind.EMAIL, str(body["address"]))
    alias = normalise.alias_digest(normal) or b""
    plea = Plea(made_at=now)
    digests = [normalise.public_digest(normal).hex(), alias.hex()]
    plea.content = sealing.seal(json.dumps(digests), bound_to=plea.binding)
    plea.save()
    return signing.dumps(int(now.timestamp()), salt=RECEIPT)


def is_answered(*, receipt: str, now: datetime) -> bool:
    """Whether the fixed time has passed since the receipt was given. Raises Invalid for what is no receipt."""
    try:
        made_at = int(signing.loads(receipt.strip(), salt=RECEIPT))
    except signing.BadSignature:
        raise Invalid(_("This is no receipt of ours."), "receipt") from None
    return now.timestamp() >= made_at + clocks.PLEA_ANSWERED_AFTER.total_seconds()


def fingerprint(*, sealed: str) -> str:
    """What tries of one code are counted under, however the same form is written."""
    return sha256("".join(sealed.split()).lower().encode()).hexdigest()


def settle(*, plea_pk: int, now: datetime) -> None:
    """Look for what a plea is about, dispute what is shared, and forget the plea whatever was found."""
    with recording(Actor.clock(), now):
        plea = Plea.objects.select_for_update().filter(pk=plea_pk).first()
        if plea is None:
            return
        digest, alias = map(bytes.fromhex, json.loads(sealing.unseal(plea.content, bound_to=plea.binding)))
        same = Indicator.objects.of(Kind.EMAIL, digest)
        if alias:
            same = same | Indicator.objects.possibly_of(alias)
        for pk in sorted(set(same.values_list("pk", flat=True))):
            disputes.open_for_a_person(indicator_id=pk, now=now)
        plea.delete()


def _opened(sealed: str) -> dict[str, str | int]:
    try:
        body: dict[str, str | int] = json.loads(sealing.unseal(bytes.fromhex(sealed), bound_to=DOOR))
    except (ValueError, KeyError, InvalidTag):
        raise Invalid(_("This form is not complete any more. Begin again."), "code") from None
    return body


def waiting() -> list[int]:
    """The pleas (primary keys) that the clock has yet to look at."""
    with acting_as(Actor.clock()):
        return list(Plea.objects.order_by("pk").values_list("pk", flat=True)[:500])
