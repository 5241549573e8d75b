"""Rules about asking: every permission is asked for, only policies look at roles, and no service acts unasked.

Where a rule has exceptions they stand here in a list with their reason, so that new code has to answer for itself.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from lantern_site.members.permissions import Permission
from tests.test_architecture import MODULES, ROOT, SERVICES

ASKS = re.compile(r"^(may_\w+|_may_\w+|require|owns|not_for_oneself)$")
"""How the functions are called that raise a refusal when somebody may not."""
RULES = {"policies", "disputing", "admission", "key_rules", "queues"}
"""Modules beside the services in which rules stand."""

SEE_ROLES = {
    "lantern_site/members/models/registers/readers.py",  # a queryset's question: who sees the registers as a whole
    "lantern_site/members/policies.py",
    "reviews/navigation.py",  # which places the rail offers; the pages themselves ask
}

UNASKED = {
    "lantern_site.members.services.access.end": "asks in staff.deactivate, person by person",
    "lantern_site.members.services.grants.somebody_stays_after": "is such a question itself",
    "lantern_site.members.services.preferences.change": "one's own settings",
    "lantern_site.members.services.preferences.spare": "one's own settings",
    "lantern_site.members.services.sessions.end_one": "one's own sessions",
    "lantern_site.members.services.sessions.end_others": "one's own sessions",
    "lantern_site.members.services.sessions.note_change": "one's own way to sign in",
    "reviews.services.claims.keep": "one's own claim",
    "reviews.services.claims.park": "one's own claim",
    "reviews.services.claims.release": "one's own claim",
    "reviews.services.inbox.read": "one's own notice",
    "reviews.services.inbox.read_all": "one's own notices",
    "reviews.services.inbox.unread": "one's own notice",
    "reviews.services.recalls.deliver": "whoever opens a recall of the organisation has received it",
    "reviews.services.second_looks.pass_on": "one's own second look",
    "reviews.services.second_looks.reveal": "asks in sharing.reveal",
    "reviews.services.second_looks.settle": "one of the two whom it concerns",
    "signals.services.alarms.note_spent": "the actor was refused: this is what comes of it",
    "signals.services.drafts.discard": "one's own draft",
    "signals.services.drafts.submit": "asks in sharing.submit",
    "signals.services.filters.delete": "one's own filter",
    "signals.services.jobs.starting.start": "asks in batches.created",
    "signals.services.jobs.steering.found": "only shows, what is visible to the actor",
    "signals.services.jobs.watching.keep": "asks in batches.created",
    "signals.services.subject_requests.search": "asks in note_search, where the request is locked",
}
"""Services that ask no policy, and why they need not."""


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def trees(paths: list[Path]) -> Iterator[tuple[Path, ast.Module]]:
    for path in paths:
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def called(node: ast.AST) -> set[str]:
    """The last words of everything that is called or handed on inside."""
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute):
            found.add(each.attr)
        elif isinstance(each, ast.Name):
            found.add(each.id)
    return found


def test_every_permission_is_asked_for_in_a_policy_or_a_service() -> None:
    asked = {
        each.attr
        for path, tree in trees(MODULES)
        if path in SERVICES or path.stem in RULES
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Permission"
    }

    assert {permission.name for permission in Permission} - asked == set()


def test_only_policies_look_at_roles() -> None:
    seen = {
        name_of(path)
        for path, tree in trees(MODULES)
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute)
        and each.attr == "has"
        and isinstance(each.value, ast.Name)
        and each.value.id == "roles"
    }

    assert seen == SEE_ROLES


def services() -> Iterator[tuple[str, set[str]]]:
    """Each service that somebody calls, with everything that it calls itself, also through functions beside it."""
    for path, tree in trees(SERVICES):
        functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
        for name, function in functions.items():
            if name.startswith("_") or "actor" not in {arg.arg for arg in function.args.kwonlyargs}:
                continue
            reached, waiting = {name}, [name]
            words: set[str] = set()
            while waiting:
                found = called(functions[waiting.pop()])
                words |= found
                waiting += [one for one in found & functions.keys() if one not in reached]
                reached |= found & functions.keys()
            yield f"{name_of(path).removesuffix('.py').replace('/', '.')}.{name}", words


def test_no_service_acts_for_somebody_whom_it_has_not_asked() -> None:
    unasked = {name for name, words in services() if not any(ASKS.match(word) for word in words)}

    assert sorted(unasked) == sorted(UNASKED)
