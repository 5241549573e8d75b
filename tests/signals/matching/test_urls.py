from hypothesis import given
from hypothesis import strategies as st

from signals.matching.urls import DEEPEST_PATH, prefixes

SEGMENTS = st.lists(st.text("ab.", max_size=2), max_size=DEEPEST_PATH)


def test_a_page_lies_under_its_host_and_its_folders_on_both_schemes() -> None:
    found = prefixes("https://example.org/a/b?c=/d")

    paths = ["/", "/a", "/a/", "/a/b", "/a/b/"]
    assert found == {f"{scheme}://example.org{path}" for scheme in ("http", "https") for path in paths}


def test_an_address_does_not_lie_under_itself() -> None:
    assert prefixes("https://example.org/") == {"http://example.org/", "https://example.org//", "http://example.org//"}
    assert "https://example.org/a" not in prefixes("https://example.org/a")


def test_only_the_first_segments_are_walked() -> None:
    found = prefixes("https://example.org/" + "a/" * 100)

    assert len(found) == 2 * (1 + 2 * DEEPEST_PATH)


@given(path=SEGMENTS, above=SEGMENTS)
def test_it_finds_what_comparing_text_finds(path: list[str], above: list[str]) -> None:
    """A known address is a prefix exactly if the page's path is that path, or goes on behind a slash."""
    page, known = "/" + "/".join(path), "/" + "/".join(above)

    found = f"http://example.org{known}" in prefixes(f"https://example.org{page}")

    assert found == (
        known in ("/", page, f"{page}/")
        or (page + "/").startswith(known.rstrip("/") + "/" if known[-1] != "/" else known)
    )
