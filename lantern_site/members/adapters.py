"""How allauth fits in: nobody signs up, and second factors are kept encrypted."""

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from lantern_site import encryption

_BOUND_TO = "second factor"


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by invitation only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """TOTP secrets and recovery seeds lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        ciphertext, key_id = encryption.encrypt(text, bound_to=_BOUND_TO)
        return f"{key_id}:{base64.b64encode(ciphertext).decode()}"

    def decrypt(self, encrypted_text: str) -> str:
        key_id, _, ciphertext = encrypted_text.partition(":")
        return encryption.decrypt(base64.b64decode(ciphertext), int(key_id), bound_to=_BOUND_TO)
