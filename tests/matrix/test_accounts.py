"""The pages about signing in, which are allauth's: who gets them without having signed in, and what nobody gets."""

import pytest

from lantern_site.members.models import Staff
from tests.matrix.notation import LOGIN, NO_ROLE, NOBODY, Place
from tests.matrix.test_permission_matrix import outcome_of
from tests.matrix.world import World
from tests.routes import ROUTES

OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # says that nobody signs up
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
}
BEHIND_THE_SIGN_IN = {
    "account_reauthenticate",
    "account_email",  # members:address stands in its place
    "account_change_password",
    "account_set_password",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
}
ODD = {
    "account_confirm_email": "/accounts/confirm-email/no-such-key/",
    "account_reset_password_from_key": "/accounts/password/reset/key/1-no-such-key/",
    "mfa_remove_webauthn": "/accounts/2fa/webauthn/keys/1/remove/",
    "mfa_edit_webauthn": "/accounts/2fa/webauthn/keys/1/edit/",
}
"""Addresses that cannot be made of samples."""
URLS = {route.name: ODD.get(route.name) or route.url for route in ROUTES if route.is_of_allauth}


def test_every_page_about_signing_in_is_declared() -> None:
    assert set(URLS) == OPEN | BEHIND_THE_SIGN_IN


@pytest.mark.parametrize("name", sorted(URLS))
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_about_oneself_needs_a_sign_in(name: str, method: str, world: World) -> None:
    answer = world.ask(method, URLS[name], NOBODY, Place.OWN)

    if answer.status_code != 405:
        assert (outcome_of(answer) == LOGIN) == (name in BEHIND_THE_SIGN_IN)
    assert world.ask(method, URLS[name], NO_ROLE, Place.OWN).status_code < 500


@pytest.mark.parametrize("action", ["action_add", "action_primary", "action_send", "action_remove"])
def test_nobody_changes_their_own_address(action: str, world: World) -> None:
    body = {action: "", "email": "elsewhere@example.com"}
    before = world.people["own", NO_ROLE].email

    answer = world.ask("POST", "/accounts/email/", NO_ROLE, Place.OWN, body=body)

    assert answer.status_code == 404
    assert Staff.objects.get(pk=world.people["own", NO_ROLE].pk).email == before


def test_nobody_signs_up(world: World) -> None:
    form = dict.fromkeys(("password1", "password2"), "long enough to be taken") | {"email": "somebody@example.com"}

    answer = world.ask("POST", "/accounts/signup/", NOBODY, Place.OWN, body=form)

    assert answer.status_code == 200
    assert not Staff.objects.filter(email="somebody@example.com").exists()
