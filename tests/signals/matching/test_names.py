from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from signals.matching.names import NameIndex, NearName

HANDLES = st.text(alphabet="ab0о", max_size=6)
NAMES = st.builds("{}:{}".format, st.sampled_from(["kestrel", "kestrek"]), HANDLES)


@given(known=st.lists(NAMES, max_size=30), asked=st.lists(NAMES, max_size=10))
def test_it_finds_exactly_what_is_one_edit_away_on_the_same_service(known: list[str], asked: list[str]) -> None:
    hits = NameIndex(known, range(len(known))).search(asked)

    found = {(hit.query, hit.id): hit.distance for hit in hits if hit.distance < 2}
    expected = {}
    for query, name in enumerate(asked):
        for entry, other in enumerate(known):
            (service, handle), (other_service, other_handle) = name.split(":"), other.split(":")
            distance = Levenshtein.distance(handle, other_handle)
            if service == other_service and distance <= 1:
                expected[query, entry] = distance
    assert found == expected


def test_names_that_look_alike_are_found_and_say_so() -> None:
    index = NameIndex(["kestrel:modern_lamp", "kestrel:lamp100", "kestrel:lantern"], [10, 11, 12])

    hits = index.search(["kestrel:rnodern_iamp", "kestrel:lampl0o", "kestrel:rnodern_lamp", "kestrel:lan\u0442ern"])

    assert hits == [NearName(1, 11, 2), NearName(2, 10, 2), NearName(3, 12, 1)]


def test_an_empty_index_finds_nothing() -> None:
    assert NameIndex([], []).search(["kestrel:a"]) == []
    assert NameIndex(["kestrel:a"], [1]).search([]) == []
