"""What was typed becomes one normal form per kind, so that two members who mean the same thing write the same bytes.

The rules stand in `signals.canonical`, which members run at home; here refusals get their sentences. A change of a
rule is a new version of the specification (`signals.specification`).
"""

from dataclasses import dataclass

from signals.canonical import forms
from signals.canonical.answers import Refused
from signals.kinds import Kind
from signals.refusals import Reason, refuse


@dataclass(frozen=True)
class Normal:
    """One value in normal form.

    `value` is what is encrypted, digested and compared. A profile name or account id carries its service:
    `harbourline:some.name`, a payment handle its scheme. `alias` is the looser form of an e-mail address at a provider
    whose rules are known. `shown` is what a form shows back to the person who typed it. `quality` is there for PDQ,
    where it was given.
    """

    kind: Kind
    value: str
    service: str | None = None
    alias: str | None = None
    shown: str = ""
    quality: int | None = None


def normal_form(kind: Kind, raw: str, *, service: str | None = None, quality: int | None = None) -> Normal:
    """The normal form of `raw`, or `Invalid` with a sentence that says what to do. Nothing else is ever raised.

    `service` is the code of a service, for a profile name or account id that does not carry one itself.
    `quality` (0 to 100) belongs to a PDQ hash, which may also be given as `hash,quality`.
    The result does not change when it is normalised again. No sentence repeats the value: it may be a person's.
    """
    try:
        found = forms.normal_form(kind.value, raw, service=service, quality=quality)
    except Refused as refused:
        named = {"kind": kind.label} if "kind" in refused.facts else {}
        refuse(Reason(refused.code), refused.field, **refused.facts | named)
    return Normal(kind, found.value, found.service, found.alias, found.shown or found.value, found.quality)


def public_digest(normal: Normal) -> bytes:
    """The 32 bytes that a member computes at home: `SHA-256("lantern/v1/" ‖ kind ‖ 0x00 ‖ normal form)`."""
    return forms.public_digest(normal.kind.value, normal.value)


def alias_digest(normal: Normal) -> bytes | None:
    """The same for the looser form of an e-mail address, under the kind `email_alias` so that the two never meet."""
    return None if normal.alias is None else forms.public_digest("email_alias", normal.alias)
