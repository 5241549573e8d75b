"""Rules that hold for the whole code: who may open which address, what a service looks like, sizes, words.

Where a rule has exceptions they stand here in a list, so that new code has to answer for itself.
"""

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from django.test import Client
from rest_framework.permissions import IsAuthenticated

from lantern_site.celery import JOBS, app
from lantern_site.rest import KeyAuthentication, Resource
from tests.routes import ROUTES, Route

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("lantern_site", "signals", "reviews", "transparency")
MODULES = [path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py")) if "migrations" not in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


# Addresses

DOORS = {route.name: route for route in ROUTES if route.is_signed_in}
INTERFACE = [route for route in ROUTES if route.resource is not None and not route.is_public]

FOR_EVERYBODY = {
    "members:appeal",  # behind the secret of the applicant's own link
    "members:withdraw_application",
    "members:application_status",
    "members:apply",
    "members:accept_invitation",  # whoever has the token of a mail
    "reviews:door",
    "reviews:door_answer",
    "reviews:door_code",
    "reviews:home",  # sends on whoever has not signed in
    "members:assessment",
    "members:assessments",
    "signals:normalisation",
    "transparency:editions",
    "transparency:report",
    "transparency:data_csv",
    "transparency:data_json",
    "transparency:method",
    "transparency:checkpoint",
    "transparency:checkpoints",
    "transparency:consistency",
    "transparency:newest_checkpoint",
    "transparency:one_edition",
    "transparency:download",
    "transparency:report_file",
    "transparency:verify_report",
    "api-normalisation",
    "api-normalisation-vectors",
    "api-schema",
    "api-docs",
}
FOR_MACHINERY = {"healthz", "readyz", "favicon.ico", "set_language"}

READ = {
    "members:agreement",
    "members:application",
    "members:applications",
    "members:compliance",
    "members:directory",
    "members:key",
    "members:organisation",
    "members:onward",
    "members:person",
    "members:prove",
    "members:roles",
    "members:test_signal",
    "members:advice",
    "members:assessment_draft",
    "members:attestation_register",
    "members:attestations",
    "members:government_request",
    "members:incident",
    "members:incidents",
    "members:meeting",
    "members:notes",
    "members:registers",
    "members:subject_request",
    "reviews:dispute",
    "reviews:disputes",
    "reviews:inbox",
    "reviews:leads",
    "reviews:preview",
    "reviews:quality",
    "reviews:queue",
    "reviews:queue_count",
    "reviews:recall",
    "reviews:recalls",
    "reviews:redresses",
    "reviews:second_look",
    "reviews:signal",
    "signals:communities",
    "signals:community",
    "signals:import",
    "signals:import_progress",
    "signals:import_results",
    "signals:job",
    "signals:job_progress",
    "signals:key_reads",
    "signals:list",
    "signals:standing",
    "transparency:edition_draft",
    "transparency:entry",
    "transparency:proof",
    "transparency:ledger",
    "transparency:own_editions",
    "transparency:own_figures",
    "transparency:preview",
    "transparency:studio",
}
READ_AND_SENT_BACK = {
    "members:address",
    "members:keys",
    "members:rotate_key",
    "members:agreements",
    "members:jurisdictions",
    "members:merge",
    "members:advice_register",
    "members:assessment_register",
    "members:attestation",
    "members:government_requests",
    "members:incident_new",
    "members:meetings",
    "members:note",
    "members:organisation",
    "members:people",
    "members:remove_key",
    "members:house",
    "members:settings",
    "members:subject_requests",
    "reviews:incident",
    "reviews:together",
    "reviews:wellbeing",
    "reviews:lead",
    "reviews:practice",
    "reviews:team_quality",
    "reviews:open_dispute",
    "reviews:redress",
    "reviews:leads_together",
    "signals:export",
    "signals:imports",
    "signals:jobs",
    "signals:watch_lists",
    "signals:correct",
    "signals:resubmit",
    "signals:share",
    "signals:subject_request_search",
}
"""Pages whose own form comes back to the same address. Everything else that is behind a sign-in only takes POST."""


def test_every_address_is_public_or_behind_a_sign_in_or_a_key() -> None:
    unknown = [
        route.pattern
        for route in ROUTES
        if not (
            route.is_signed_in
            or route in INTERFACE
            or route.is_of_allauth
            or route.name in FOR_EVERYBODY
            or route.name in FOR_MACHINERY
        )
    ]

    assert unknown == []


def test_what_everybody_may_read_is_said_twice() -> None:
    assert {route.name for route in ROUTES if route.is_public} == FOR_EVERYBODY


def test_no_page_does_without_the_token_against_forged_requests() -> None:
    exempt = [route.pattern for route in ROUTES if getattr(route.callback, "csrf_exempt", False)]

    assert [pattern for pattern in exempt if not pattern.startswith("api/")] == []


@pytest.mark.parametrize("route", INTERFACE, ids=lambda route: route.pattern)
def test_machines_need_a_key(route: Route, client: Client) -> None:
    assert issubclass(route.resource, Resource)
    assert route.resource.authentication_classes == [KeyAuthentication]
    assert route.resource.permission_classes == [IsAuthenticated]
    url = "/" + re.sub(r"<lnid:\w+>", "LN-00000-00001", route.pattern).replace("<path:rest>", "nothing")
    for method in ("get", "post", "put", "patch", "delete"):
        assert getattr(client, method)(url, content_type="application/json").status_code == 401


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(DOORS))
def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_and_a_wrong_method_is_refused(
    name: str, client: Client
) -> None:
    url = DOORS[name].url
    answers = {"GET": client.get(url), "POST": client.post(url)}

    for response in answers.values():
        if response.status_code != 405:
            assert response.status_code == 302
            assert response["Location"].startswith("/accounts/login/?next=")
    taken = {method for method, response in answers.items() if response.status_code != 405}
    assert taken == ({"GET"} if name in READ else {"GET", "POST"} if name in READ_AND_SENT_BACK else {"POST"})
    assert {client.put(url).status_code, client.patch(url).status_code, client.delete(url).status_code} == {405}


# Services

SERVICES = [path for path in MODULES if "services" in (path.stem, *path.parent.parts) and path.parent.name != "local"]
PIECES = {
    "lantern_site.members.services.communities.settle",
    "lantern_site.members.services.keys.end_all",
    "lantern_site.members.services.keys.note_use",
    "lantern_site.members.services.organisations.note",
    "lantern_site.members.services.organisations.standing",
    "reviews.services.casework.check_text",
    "reviews.services.casework.locked",
    "reviews.services.casework.move",
    "reviews.services.casework.note",
    "reviews.services.casework.opened",
    "reviews.services.casework.settle",
    "reviews.services.claims.take",
    "reviews.services.corrections.refuse",
    "reviews.services.corrections.take_effect",
    "reviews.services.holds.end",
    "reviews.services.holds.place",
    "reviews.services.holds.settle",
    "reviews.services.recalls.announce",
    "signals.services.jobs.running.run_chunk",
    "signals.services.import_work.run_part",
    "signals.services.imports.ask_for_parts",
    "signals.services.imports.end",
    "signals.services.imports.key_of",
    "signals.services.imports.locked",
    "signals.services.imports.note",
    "reviews.services.decisions.judge",
    "signals.services.sharing.locked",
    "signals.services.sharing.locked_together",
}
"""Functions of services with a subject of their own before the keywords: parts of services, not called by views."""
OF_THE_WEB = (
    "django.http",
    "django.forms",
    "django.shortcuts",
    "django.contrib.messages",
    "django_htmx",
    "rest_framework",
)


def module_of(path: Path) -> ModuleType:
    return import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def services() -> Iterator[tuple[str, inspect.Signature]]:
    for path in SERVICES:
        module = module_of(path)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__}.{name}", inspect.signature(function)


def test_services_have_keywords_only() -> None:
    positional = {
        name
        for name, signature in services()
        if any(each.kind != inspect.Parameter.KEYWORD_ONLY for each in signature.parameters.values())
    }

    assert positional == PIECES


def test_who_acts_is_always_an_actor() -> None:
    named = {name: signature.parameters.get("actor") for name, signature in services()}

    assert {str(each.annotation) for each in named.values() if each} == {"<class 'lantern_site.audit.actors.Actor'>"}


def test_services_know_nothing_of_requests_forms_or_serializers() -> None:
    words = re.compile(r"request|form|serializer|user_agent|response")
    taken = [f"{name}({each})" for name, signature in services() for each in signature.parameters if words.search(each)]
    imported = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in SERVICES
        for name in imports(path)
        if name.startswith(OF_THE_WEB) or name.rpartition(".")[2] in {"forms", "views", "pages", "serializers"}
    ]

    assert taken == []
    assert imported == []


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)


# Work that is asked for


def test_everything_that_is_asked_for_is_a_task() -> None:
    app.loader.import_default_modules()
    asked = {match for path in MODULES for match in re.findall(r"outbox\.ask\(\s*\"([\w.]+)\"", path.read_text())}

    assert asked
    assert asked | {job["task"] for job in JOBS.values()} <= set(app.tasks)


# Sizes and names of modules

NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "constants", "misc", "base"}


def test_modules_fit_in_the_head() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in MODULES}

    assert {name: count for name, count in lines.items() if count >= 500} == {}


def test_functions_fit_on_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))]
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= 60
    ]

    assert long == []


def test_no_module_is_a_drawer_for_everything_or_hides_what_happens_next() -> None:
    stems = {str(path.relative_to(ROOT)): path.stem for path in MODULES}

    assert {name for name, stem in stems.items() if stem in NAMES_THAT_SAY_NOTHING} == set()
    assert {name for name, stem in stems.items() if stem == "signals"} == set()  # Django's kind, not ours


# Templates


def test_templates_hold_neither_style_nor_script() -> None:
    inline = re.compile(r"\sstyle=\"|<style|\son[a-z]+=\"|href=\"javascript:|hx-on|hx-vals=\"js:", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in TEMPLATES
        for match in inline.finditer(without_tags(path))
    ]

    assert found == []


def test_scripts_come_from_files() -> None:
    data = 'type="application/json"'
    found = [
        f"{path.relative_to(ROOT)}: <script{attributes}>"
        for path in TEMPLATES
        for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", path.read_text(), re.DOTALL)
        if content.strip() and data not in attributes
    ]

    assert found == []


def without_tags(path: Path) -> str:
    """The template without what Django reads: a parameter of an include may be called style."""
    return re.sub(r"\{[%#].*?[%#]\}", "", path.read_text(), flags=re.DOTALL)


# Words

BANNED = (
    r"child(ren)?(['’]s)?[ -]+porn",
    r"child(ren)?[ -]+prostitut",
    r"child[ -]+sex[ -]+touris",
    r"virtual[ -]+child",
    r"\boffenders?\b",
    r"pédopornograph",
    r"pornographie[ -]+(en|in)fantine?",
    r"prostitution[ -]+(en|in)fantile",
    r"tourisme[ -]+sexuel",
    r"pédophile",
    r"prédateur",
)
"""What the Terminology Guidelines refuse, in English and French; accounts are suspected, nobody is an offender."""
READ_BY_THE_LINT = (".py", ".html", ".js", ".css", ".po", ".md", ".txt", ".json", ".toml", ".yaml", ".typ", ".svg")


WHERE_THE_WORDS_ARE_LISTED = {Path(__file__), ROOT / "tests" / "site" / "test_translations_complete.py"}


def test_nobody_writes_what_the_terminology_guidelines_refuse() -> None:
    refused = re.compile("|".join(BANNED), re.IGNORECASE)
    places = [ROOT / name for name in (*PACKAGES, "templates", "static", "tests")]
    files = [path for place in places for path in place.rglob("*") if path.suffix in READ_BY_THE_LINT]
    files += ROOT.glob("*.md")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in files
        if path not in WHERE_THE_WORDS_ARE_LISTED
        for match in refused.finditer(re.sub(r"\s+", " ", path.read_text(encoding="utf-8")))
    ]

    assert found == []
