"""What lies above a URL: its host and the folders of its path, so that a hit on one of them is found by equality."""

DEEPEST_PATH = 16
"""Segments of a path that are walked; what lies deeper is only compared as a whole."""


def prefixes(url: str) -> set[str]:
    """The addresses under which a URL (in normal form) lies, over http and https, without query; never itself.

    `https://example.org/a/b?c` lies under its host, `/a`, `/a/`, `/a/b` and `/a/b/`. A signal about one of them says
    something about everything below; about the page itself it is no proof. At most 68 addresses.
    """
    _scheme, _colon, rest = url.partition("://")
    host, _slash, tail = rest.partition("/")
    paths, walked = {"/"}, ""
    for segment in tail.partition("?")[0].split("/")[:DEEPEST_PATH]:
        walked += f"/{segment}"
        paths |= {walked, f"{walked}/"}
    return {f"{scheme}://{host}{path}" for scheme in ("http", "https") for path in paths} - {url}
