"""Addresses by the name of their route and the thing that they are about."""

from collections.abc import Mapping

from django.urls import reverse

from tests.routes import ROUTES, Route

BY_NAME: Mapping[str, Route] = {route.name: route for route in ROUTES}

BESIDE_THE_ID: Mapping[str, object] = {
    "kind": "security",
    "register": "incidents",
    "number": 1,
    "name": "data.json",
    "first": 1,
    "second": 1,
}
"""What stands in an address beside the id of a thing; what is not listed is a sample that names nothing."""


def address(route: str, thing: int | None) -> str:
    """Where a thing is found, or a sample of an address that names none."""
    known = BY_NAME[route]
    if "<path:rest>" in known.pattern:
        return "/api/v1/no/such/thing"
    arguments = known.arguments | {name: BESIDE_THE_ID[name] for name in known.arguments if name in BESIDE_THE_ID}
    if thing is not None:
        arguments |= dict.fromkeys((name for name in arguments if name.endswith("_id") or name == "position"), thing)
    return reverse(route, kwargs=arguments)
