"""The page about roles says what the table of permissions says, to everybody, and shows the reader's own roles."""

import re

import pytest
from django.test import Client

from lantern_site.members.permissions import FIELDS, TABLE, Permission
from lantern_site.members.roles import Role
from tests import builders

pytestmark = pytest.mark.django_db


def page_for(*held: Role) -> str:
    client = Client(headers={"Accept-Language": "en"})
    of = builders.programme() if set(held) & {Role.STEWARD, Role.AUDITOR} else builders.member()
    builders.sign_in(client, builders.person(of, *held))
    answer = client.get("/roles/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def row_of(page: str, permission: Permission) -> str:
    _before, _th, after = page.partition(f'<th scope="row">{permission.label}</th>'.replace("'", "&#x27;"))
    assert after, permission
    return after.partition("</tr>")[0]


def test_every_permission_stands_in_one_field() -> None:
    shown = [permission for permissions in FIELDS.values() for permission in permissions]

    assert sorted(shown) == sorted(TABLE)
    assert len(shown) == len(set(shown))


def test_the_page_says_what_the_table_says() -> None:
    page = page_for(Role.ANALYST)

    for permission, rule in TABLE.items():
        row = row_of(page, permission)
        named = set(re.findall(r'<span class="who">([^<]+)</span>', row))
        assert named == {str(role.label) for role in rule.roles}, permission
        assert ("of this year" in row) == rule.trained, permission
        assert ("fresh" in row) == rule.proven, permission
        assert ("no key" in row) == (rule.scope is None), permission
        assert ("in any standing" in row) == (rule.capability is None), permission


def test_the_reader_finds_the_own_roles() -> None:
    page = page_for(Role.ANALYST, Role.REVIEWER)

    assert "Your roles: Reviewer, Analyst." in page
    assert page.count("(your role)") == 2


def test_somebody_without_a_role_reads_whom_to_ask() -> None:
    assert "You hold no role at present" in page_for()


def test_roles_of_the_other_side_of_the_house_are_nobodys() -> None:
    page = page_for(Role.STEWARD)

    assert "Your roles: Steward." in page


@pytest.mark.parametrize("place", ["/settings/", "/members/"])
def test_the_page_is_linked_from(place: str) -> None:
    client = Client()
    builders.sign_in(client, builders.person(builders.member(), Role.ANALYST))

    assert 'href="/roles/"' in client.get(place).content.decode()
