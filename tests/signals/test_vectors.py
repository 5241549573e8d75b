"""The pinned vectors are what the code does, and the specification speaks of every kind and every refusal."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from lantern_site.errors import Invalid
from signals import guards, specification
from signals.canonical import forms
from signals.kinds import Kind
from signals.normalise import alias_digest, normal_form, public_digest
from signals.refusals import Reason

VECTORS = specification.vectors()
NORMAL = [vector for vector in VECTORS if "normal_form" in vector]
REFUSED = [vector for vector in VECTORS if "refused" in vector]
CODE = re.compile(r"refuse\(\s*\"(\w+)\"")
PINNED = "5477131ca9ff9a14185fbc7868aedd88539a89b469acbd56a237a09156670bda"
WITHOUT_A_VECTOR = {
    Reason.KIND_UNKNOWN,  # no vector is of an unknown kind
    Reason.FRAMES_TOO_MANY,  # would be longer than all the others together
    Reason.EMAIL_NO_SINGLE_FORM,  # a net below the others: nothing is known to fall into it
}


def name_of(vector: dict[str, Any]) -> str:
    return f"{vector['kind']} {vector['input'][:40]!a}"


def given(vector: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    beside = {"service": vector.get("service"), "quality": vector.get("quality")}
    return Kind(vector["kind"]), vector["input"], beside


@pytest.mark.parametrize("vector", NORMAL, ids=name_of)
def test_a_vector_has_its_normal_form_and_digests(vector: dict[str, Any]) -> None:
    kind, raw, beside = given(vector)
    normal = normal_form(kind, raw, **beside)
    alias = alias_digest(normal)

    assert normal.value == vector["normal_form"]
    assert public_digest(normal).hex() == vector["digest"]
    assert normal.alias == vector.get("alias")
    assert (alias.hex() if alias else None) == vector.get("alias_digest")
    assert normal_form(kind, normal.value).value == normal.value


@pytest.mark.parametrize("vector", REFUSED, ids=name_of)
def test_a_vector_is_refused_with_its_code(vector: dict[str, Any]) -> None:
    kind, raw, beside = given(vector)
    with pytest.raises(Invalid) as refusal:
        normal_form(kind, raw, **beside)

    assert refusal.value.code == vector["refused"]
    assert Reason(vector["refused"]) not in specification.AT_INTAKE


@pytest.mark.parametrize("vector", NORMAL, ids=name_of)
def test_a_vector_passes_intake_or_is_refused_there_with_its_code(vector: dict[str, Any]) -> None:
    kind, raw, beside = given(vector)
    try:
        guards.warnings(normal_form(kind, raw, **beside))
        code = None
    except Invalid as refusal:
        code = refusal.code

    assert code == vector.get("refused_at_intake")


@pytest.mark.parametrize("vector", NORMAL, ids=name_of)
def test_a_digest_is_what_the_page_says_in_words(vector: dict[str, Any]) -> None:
    text = "lantern/v1/" + vector["kind"] + "\x00" + vector["normal_form"]

    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == vector["digest"]


def test_there_are_vectors_of_every_kind_and_for_every_refusal() -> None:
    codes = {vector.get("refused") or vector.get("refused_at_intake") for vector in VECTORS} - {None}

    assert len(VECTORS) >= 250
    assert {vector["kind"] for vector in VECTORS} == set(Kind.values)
    assert codes == {reason.value for reason in Reason} - {reason.value for reason in WITHOUT_A_VECTOR}
    assert len({json.dumps(given(vector)) for vector in VECTORS}) == len(VECTORS)


def test_the_vectors_are_the_same_as_when_they_were_pinned() -> None:
    """Whoever changes one raises the version of the specification, and pins the file anew."""
    assert specification.VERSION == "1"
    assert hashlib.sha256(specification.VECTORS).hexdigest() == PINNED


@pytest.mark.parametrize("kind", Kind)
def test_the_first_vectors_of_a_kind_show_what_is_taken_and_what_is_not(kind: Kind) -> None:
    shown = specification.examples(kind)

    assert len(shown) == specification.EXAMPLES
    assert len([vector for vector in shown if "refused" in vector]) == 1


def test_every_kind_has_a_rule_and_every_refusal_a_place() -> None:
    spoken_of = {reason for rule in specification.RULES for reason in rule.refusals}
    general = {Reason.KIND_UNKNOWN, Reason.TOO_LONG, Reason.EMPTY, Reason.NOT_TEXT}

    assert [rule.kind for rule in specification.RULES] == list(Kind)
    assert set(forms.KINDS) == set(Kind.values)
    assert spoken_of | general == set(Reason)
    assert not spoken_of & general


def test_every_refusal_of_the_library_has_a_sentence() -> None:
    places = Path(forms.__file__).parent.glob("*.py")
    codes = {code for path in places for code in CODE.findall(path.read_text())}

    assert codes == {reason.value for reason in set(Reason) - specification.AT_INTAKE}


def test_a_sentence_names_what_is_filled_in() -> None:
    assert specification.sentence(Reason.HASH_LENGTH) == (
        "{kind}: a hash of this kind has {length} characters; this has {count}."
    )
    assert not [reason for reason in Reason if "%" in specification.sentence(reason)]


def test_the_lists_say_their_version_date_and_source() -> None:
    for entry in specification.LISTS.values():
        assert {"version", "date", "source"} < set(entry)
