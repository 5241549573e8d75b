"""Telephone numbers in the form of ITU-T E.164, checked against the numbering plans that `phonenumbers` carries."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from signals import folding
from signals.canonical.answers import Canonical, refuse

_WRITTEN = re.compile(r"\+[0-9][0-9 ().\-/\u2010-\u2015]*")
_OF_NOBODY = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)


def phone(text: str) -> Canonical:
    seen = unicodedata.normalize("NFKC", text).translate(folding.IGNORED)
    written = re.sub(r"^tel:", "", seen.strip(), flags=re.IGNORECASE).strip()
    written = re.sub(r"\s", " ", written)
    if not written.startswith("+"):
        refuse("phone_country")
    if not _WRITTEN.fullmatch(written):
        refuse("phone_form")
    value = _e164(written)
    if _e164(value) != value:
        refuse("phone_unknown")
    return Canonical(value)


def _e164(written: str) -> str:
    try:
        number = phonenumbers.parse(written, None)
    except NumberParseException:
        refuse("phone_unknown")
    if not phonenumbers.is_valid_number(number):
        refuse("phone_unknown")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def is_of_a_service(value: str) -> bool:
    """Whether a number in normal form belongs to a service by its range: free of charge, at a premium, shared."""
    return phonenumbers.number_type(phonenumbers.parse(value, None)) in _OF_NOBODY
