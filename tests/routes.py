"""The table of addresses, as tests go through it: what is new there has to answer for itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Route:
    """An address of the table; `name` has its namespace, or is the address itself where it has no name."""

    name: str
    pattern: str
    callback: Any
    arguments: dict[str, object]

    @property
    def is_of_allauth(self) -> bool:
        return bool(self.callback.__module__.startswith("allauth."))

    @property
    def resource(self) -> Any:
        """The class of a view for machines, else None."""
        return getattr(self.callback, "cls", None)

    @property
    def is_public(self) -> bool:
        return bool(getattr(self.callback, "is_public", False))

    @property
    def is_signed_in(self) -> bool:
        return bool(getattr(self.callback, "is_signed_in", False))

    @property
    def url(self) -> str:
        return reverse(self.name, kwargs=self.arguments)


SAMPLES: dict[str, object] = {"Converter": 1, "IntConverter": 2025, "PathConverter": "x", "StringConverter": "x"}


def routes(resolver: URLResolver | None = None, prefix: str = "", namespace: str = "") -> Iterator[Route]:
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, pattern, inner)
        elif isinstance(entry, URLPattern):
            converters = getattr(entry.pattern, "converters", {})
            arguments = {name: SAMPLES[type(each).__name__] for name, each in converters.items()}
            name = f"{namespace}{entry.name}" if entry.name else pattern
            yield Route(name, pattern, entry.callback, arguments)


ROUTES = list(routes())
