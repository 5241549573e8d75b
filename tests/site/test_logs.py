import json
import logging
import sys
from types import SimpleNamespace
from typing import Any

from lantern_site.logs import Line

SECRET = "victim@example.org"


def line(**given: Any) -> dict[str, Any]:
    record = logging.makeLogRecord({"name": "lantern", "levelname": "ERROR", "msg": "said", "args": ()} | given)
    formatted = Line().format(record)

    assert SECRET not in formatted
    assert "\n" not in formatted
    return dict(json.loads(formatted))


def test_a_line_says_when_who_and_what() -> None:
    said = line(created=0.0, msg="%s leads", args=(3,))

    assert said == {"at": "1970-01-01T00:00:00.000+00:00", "level": "error", "logger": "lantern", "message": "3 leads"}


def test_an_exception_is_named_with_its_cause_but_not_quoted() -> None:
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(f"Key (email)=({SECRET}) already exists") from error
    except ValueError:
        said = line(exc_info=sys.exc_info())

    assert said["exception"] == ["builtins.ValueError", "builtins.KeyError"]
    assert said["where"][0].endswith("test_an_exception_is_named_with_its_cause_but_not_quoted")


def test_a_request_is_named_by_its_route() -> None:
    request = SimpleNamespace(method="GET", resolver_match=SimpleNamespace(route="signals/<lnid:signal>/"))

    said = line(name="django.request", msg=f"Internal Server Error: /{SECRET}", request=request, status_code=500)

    assert said["message"] == "GET signals/<lnid:signal>/ 500"


def test_a_request_without_a_route_is_not_quoted_either() -> None:
    request = SimpleNamespace(method="GET", resolver_match=None)

    assert line(msg=f"Not Found: /{SECRET}", request=request, status_code=404)["message"] == "GET (no route) 404"
    assert line(name="django.security.csrf", msg=f"Referer {SECRET}")["message"] == "csrf"


def test_a_failed_task_is_named_without_what_it_said() -> None:
    task = {"name": "signals.run_chunk", "id": "7", "description": "raised unexpected", "exc": SECRET}

    said = line(name="celery.app.trace", msg="Task %(name)s[%(id)s] %(description)s: %(exc)s", args=task)

    assert said["message"] == "signals.run_chunk 7 raised unexpected"
