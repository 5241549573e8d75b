"""Signing in: second factors, sessions, and what happens to whoever tries too often."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from lantern_site import clock
from lantern_site.audit.models import Entry
from lantern_site.members.models import Organisation, Session, Staff
from lantern_site.members.roles import Role
from lantern_site.members.services import sessions
from lantern_site.pages import ONWARD
from tests import builders
from tests.builders import PASSWORD

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0"


@pytest.fixture(autouse=True)
def nobody_tried(settings: Settings) -> Iterator[None]:
    """No attempts of other tests count; passwords are hashed fast, because many are tried here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    builders._hashed.cache_clear()
    cache.clear()
    yield
    cache.clear()
    builders._hashed.cache_clear()


@pytest.fixture
def pixelpond() -> Organisation:
    return builders.member("Pixelpond")


def text(response: Any) -> str:
    return str(response.content.decode())


def code_of(secret: str, *, later: int = 0) -> str:
    """What the app shows. Each code is taken once, so a second one is that of the next half minute."""
    return str(format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30 + later)))


def with_app(person: Staff) -> str:
    """Connect an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return str(secret)


def sign_in(person: Staff, secret: str = "", agent: str = FIREFOX) -> Client:
    """By the pages, as people do."""
    client = Client(headers={"User-Agent": agent})
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    if secret:
        client.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get("/settings/").status_code == 200
    return client


def confirm_by_password(client: Client, then: str) -> None:
    client.post(f"/accounts/reauthenticate/?next={then}", {"password": PASSWORD})


def actions(person: Staff) -> list[tuple[str, dict[str, Any]]]:
    return [(entry.action, entry.facts) for entry in Entry.objects.about("staff", person.public_id)]


# Who must have a second factor


@pytest.mark.parametrize("role", [Role.MEMBER_ADMIN, Role.STEWARD, Role.AUDITOR])
def test_a_role_that_needs_a_second_factor_leads_to_its_set_up(role: Role, pixelpond: Organisation) -> None:
    person = builders.person(pixelpond if role == Role.MEMBER_ADMIN else builders.programme(), role)
    client = Client()
    client.force_login(person)

    response = client.get("/members/?x=1")

    assert response["Location"] == "/accounts/2fa/"
    assert client.session[ONWARD] == "/members/?x=1"
    assert "a password is not enough" in text(client.get("/accounts/2fa/"))


@pytest.mark.parametrize("factor", [with_app, builders.security_key])
def test_an_app_or_a_key_is_enough(factor: Any, pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.MEMBER_ADMIN)
    factor(person)
    client = Client()
    client.force_login(person)

    assert client.get("/members/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.MEMBER_ADMIN)
    RecoveryCodes.activate(person)
    client = Client()
    client.force_login(person)

    assert client.get("/members/")["Location"] == "/accounts/2fa/"


@pytest.mark.django_db(transaction=True)
def test_whoever_sets_up_an_app_is_proven_and_goes_on(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    client, other = sign_in(person), sign_in(person)
    assert client.get("/prove/?next=/signals/")["Location"] == "/accounts/2fa/"
    assert "/accounts/reauthenticate/" in client.get("/accounts/2fa/totp/activate/")["Location"]
    confirm_by_password(client, "/accounts/2fa/totp/activate/")
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret

    response = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})

    assert response["Location"] == "/accounts/2fa/recovery-codes/"
    assert client.get("/onward/")["Location"] == "/signals/"
    assert _proven(client, person)
    assert other.get("/settings/").status_code == 302
    assert ("staff.sign_in_changed", {"change": "totp_activated", "sessions": 1}) in actions(person)


def _proven(client: Client, person: Staff) -> bool:
    records = client.session["account_authentication_methods"]
    return any(record["method"] == "mfa" for record in records)


def test_only_an_own_address_is_led_on_to(pixelpond: Organisation) -> None:
    client = Client()
    client.force_login(builders.person(pixelpond, Role.REVIEWER))

    client.get("/prove/?next=https://elsewhere.example.org/")

    assert client.get("/onward/")["Location"] == "/"


def test_the_second_factor_is_shown_again_where_the_person_has_it(pixelpond: Organisation) -> None:
    app, key = builders.person(pixelpond, Role.REVIEWER), builders.person(pixelpond, Role.REVIEWER)
    with_app(app)
    builders.security_key(key)
    answers = []
    for person in (app, key):
        client = Client()
        client.force_login(person)
        answers.append(client.get("/prove/?next=/queue/")["Location"])

    assert answers == [
        "/accounts/2fa/reauthenticate/?next=%2Fqueue%2F",
        "/accounts/2fa/webauthn/reauthenticate/?next=%2Fqueue%2F",
    ]


def test_showing_it_again_leads_back_and_counts(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    secret = with_app(person)
    client = Client()
    client.force_login(person)

    response = client.post("/accounts/2fa/reauthenticate/?next=/queue/", {"code": code_of(secret)})

    assert response["Location"] == "/queue/"
    assert _proven(client, person)


def test_whoever_has_a_second_factor_adds_another_only_with_it(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    client = sign_in(person, with_app(person))

    by_password = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    asked = client.get("/accounts/2fa/webauthn/add/")

    assert by_password["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/")


def test_whoever_is_not_signed_in_is_sent_to_the_sign_in() -> None:
    for path in ("totp/activate/", "webauthn/add/", "recovery-codes/generate/"):
        assert Client().get(f"/accounts/2fa/{path}")["Location"].startswith("/accounts/login/")


# The last one stays


def test_the_last_second_factor_of_an_admin_stays(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.MEMBER_ADMIN)
    secret = with_app(person)
    client = sign_in(person, secret)
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret, later=1)})

    response = client.post("/accounts/2fa/totp/deactivate/")

    assert "Your role needs a second factor" in text(response)
    assert Authenticator.objects.filter(user=person, type="totp").exists()


def test_the_last_key_of_an_admin_stays_and_one_of_two_goes(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.MEMBER_ADMIN)
    first, second = builders.security_key(person), builders.security_key(person, "Red key")
    client = Client()
    builders.sign_in(client, person)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "type": "webauthn", "at": clock.now().timestamp(), "reauthenticated": True}
    ]
    session.save()

    shown = client.get(f"/accounts/2fa/webauthn/keys/{first.pk}/remove/")
    gone = client.post(f"/accounts/2fa/webauthn/keys/{first.pk}/remove/")
    kept = client.post(f"/accounts/2fa/webauthn/keys/{second.pk}/remove/")

    assert "Blue key" in text(shown)
    assert gone.status_code == 302
    assert kept.status_code == 409
    assert "Your role needs a second factor" in text(kept)
    assert list(Authenticator.objects.filter(user=person).values_list("pk", flat=True)) == [second.pk]


def test_whoever_needs_none_may_remove_the_last_one(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    secret = with_app(person)
    client = sign_in(person, secret)
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret, later=1)})

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.filter(user=person).exists()


def test_a_key_of_somebody_else_is_unknown(pixelpond: Organisation) -> None:
    client = Client()
    builders.sign_in(client, builders.person(pixelpond, Role.REVIEWER))
    theirs = builders.security_key(builders.person(pixelpond, Role.REVIEWER))

    assert client.post(f"/accounts/2fa/webauthn/keys/{theirs.pk}/remove/").status_code == 404


# Recovery codes


@pytest.mark.django_db(transaction=True)
def test_recovery_codes_are_shown_once_and_counted(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    secret = with_app(person)
    client = sign_in(person, secret)
    client.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret, later=1)})
    client.post("/accounts/2fa/recovery-codes/generate/")
    codes = Authenticator.objects.get(user=person, type="recovery_codes").wrap().get_unused_codes()

    first, second = client.get("/accounts/2fa/recovery-codes/"), client.get("/accounts/2fa/recovery-codes/")

    assert codes[0] in text(first)
    assert codes[0] not in text(second)
    assert client.get("/accounts/2fa/recovery-codes/download/").status_code == 403
    assert "10 unused" in text(client.get("/settings/"))
    assert "9 unused" in text(sign_in_by(person, codes[0]).get("/settings/"))


def sign_in_by(person: Staff, code: str) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code})
    return client


# Sessions


def test_settings_list_the_sessions_and_mark_this_one(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    here = sign_in(person)
    sign_in(person, agent=EDGE)

    page = text(here.get("/settings/"))

    assert page.index("Firefox on Linux") < page.index("This one") < page.index("Edge on Windows")
    assert str(here.session.session_key) not in page


def test_one_session_is_ended_and_leaves_a_trace(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    here, there = sign_in(person), sign_in(person)
    handle = Session.objects.get(pk=there.session.session_key).handle

    here.post("/settings/sessions/end/", {"session": handle})

    assert there.get("/settings/").status_code == 302
    assert here.get("/settings/").status_code == 200
    assert actions(person) == [("staff.sessions_ended", {"sessions": 1})]
    assert here.post("/settings/sessions/end/", {"session": handle}).status_code == 404
    assert here.post("/settings/sessions/end/").status_code == 404


def test_nobody_ends_sessions_of_others(pixelpond: Organisation) -> None:
    here = sign_in(builders.person(pixelpond, Role.REVIEWER))
    there = sign_in(builders.person(pixelpond, Role.REVIEWER))
    handle = Session.objects.get(pk=there.session.session_key).handle

    assert here.post("/settings/sessions/end/", {"session": handle}).status_code == 404
    assert there.get("/settings/").status_code == 200


def test_signing_out_everywhere_else_keeps_this_one(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    here, others = sign_in(person), [sign_in(person) for _ in range(2)]
    stranger = sign_in(builders.person(pixelpond, Role.REVIEWER))

    page = text(here.post("/settings/sessions/end-others/", follow=True))

    assert "2 other sessions have ended." in page
    assert [client.get("/settings/").status_code for client in others] == [302, 302]
    assert stranger.get("/settings/").status_code == 200


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    here, there = sign_in(person), sign_in(person)
    new = "a harbour without boats"

    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert there.get("/settings/").status_code == 302
    assert here.get("/settings/").status_code == 200
    assert actions(person) == [("staff.sign_in_changed", {"change": "password_changed", "sessions": 1})]
    (sent,) = mail.outbox
    assert "127.0.0.1" not in sent.body
    assert "Firefox" not in sent.body
    assert "tell whoever administers your organisation" in sent.body


def test_a_password_that_was_reset_ends_every_session(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    there, client, new = sign_in(person), Client(), "a harbour without boats"
    client.post("/accounts/password/reset/", {"email": person.email})
    link = next(word for word in str(mail.outbox[0].body).split() if "/password/reset/key/" in word)
    form = client.get(link.removeprefix("http://testserver"))["Location"]

    client.post(form, {"password1": new, "password2": new})

    assert there.get("/settings/").status_code == 302
    assert not Session.objects.filter(staff=person).exists()
    assert ("staff.sign_in_changed", {"change": "password_reset", "sessions": 1}) in actions(person)


def test_sessions_that_ran_out_are_deleted(pixelpond: Organisation) -> None:
    sign_in(builders.person(pixelpond, Role.REVIEWER))
    kept = Session.objects.count()

    assert sessions.forget(now=clock.now()) == 0
    assert sessions.forget(now=clock.now() + timedelta(days=1)) == kept


def test_a_session_says_nothing_of_its_key(pixelpond: Organisation) -> None:
    client = sign_in(builders.person(pixelpond, Role.REVIEWER), agent="")
    session = Session.objects.get(pk=client.session.session_key)

    assert session.session_key not in str(session)
    assert session.device == "Unknown browser"


# Too many attempts


def fail(address: str) -> Any:
    return Client().post("/accounts/login/", {"login": address, "password": "wrong"})


def test_an_address_has_five_attempts_and_then_waits(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    answers = [fail(person.email) for _ in range(7)]

    assert [response.status_code for response in answers] == [200] * 5 + [429] * 2
    assert "Wait 5 minutes, then try again." in text(answers[-1])
    assert answers[-1]["Retry-After"] == "300"
    entry = Entry.objects.get()
    assert (entry.action, entry.subject, entry.facts) == (
        "staff.sign_in_limited",
        person.public_id,
        {"step": "password"},
    )
    assert entry.organisation == pixelpond.public_id


def test_the_right_password_waits_as_well_and_other_people_do_not(pixelpond: Organisation) -> None:
    person, colleague = builders.person(pixelpond, Role.REVIEWER), builders.person(pixelpond, Role.REVIEWER)
    for _ in range(5):
        fail(person.email)

    refused = Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD})

    assert refused.status_code == 429
    sign_in(colleague)


def test_an_address_that_nobody_has_is_answered_alike(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    known = [fail(person.email) for _ in range(6)]
    unknown = [fail("nobody@example.org") for _ in range(6)]

    assert [r.status_code for r in known] == [r.status_code for r in unknown]
    assert "example.org" not in text(unknown[-1])
    assert "nobody" not in str([entry.leaf_input() for entry in Entry.objects.all()])


def test_one_place_has_twenty_failures_whatever_the_addresses() -> None:
    answers = [fail(f"somebody{number}@example.org").status_code for number in range(21)]

    assert answers == [200] * 20 + [429]
    entry = Entry.objects.get()
    assert (entry.subject, entry.organisation, entry.audience) == (0, None, "")


def test_codes_are_limited_too(pixelpond: Organisation) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    with_app(person)
    client = Client()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})

    answers = [client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]
    assert actions(person) == [("staff.sign_in_limited", {"step": "second_factor"})]


def test_links_to_a_new_password_are_limited_for_an_address() -> None:
    sent = {"email": "somebody@example.org"}
    answers = [Client().post("/accounts/password/reset/", sent).status_code for _ in range(4)]

    assert answers == [302] * 3 + [429]


def test_confirming_by_password_is_limited(pixelpond: Organisation) -> None:
    client = sign_in(builders.person(pixelpond, Role.REVIEWER))

    answers = {client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code for _ in range(11)}

    assert answers == {200, 429}


def test_it_goes_on_when_the_time_is_over(pixelpond: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    person = builders.person(pixelpond, Role.REVIEWER)
    for _ in range(6):
        fail(person.email)
    later = clock.now().timestamp() + 301
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: later)

    assert Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD}).status_code == 302
