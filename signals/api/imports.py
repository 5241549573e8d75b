"""Imports for machines: a file of rows, its verdicts, and what is submitted of it. The rules are those of the pages."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from lantern_site import clock
from lantern_site.audit.access import acting_as
from lantern_site.errors import Invalid
from lantern_site.rest import In, PublicId, Resource, Word, machine
from signals import imported, kinds, policies
from signals.api.documented import COMMUNITY, ONE, TWO, operation
from signals.imported import Line
from signals.models import CHOOSABLE, Import, Verdict
from signals.services import imports

LONGEST_PAGE = 1_000
NOT_IN_DEFAULTS = {"file", "label"}


class Lines(BaseParser):
    """A body that is the file itself. One byte more than allowed is read, so that the service can refuse it."""

    media_type = "application/x-ndjson"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, BinaryIO]:
        return {"file": io.BytesIO(stream.read(imports.LIMITS.bytes + 1))}


class Table(Lines):
    media_type = "text/csv"


# In and out


class HandInIn(serializers.Serializer[Any]):
    """A form with a file. More fields hold for rows that do not say them; beside a bare body they are the query."""

    file = serializers.FileField(
        help_text="CSV with a header, or lines of JSON; UTF-8, 25 MB and 100,000 rows at most."
    )
    label = serializers.CharField(  # type: ignore[assignment]  # a serializer's own label has nothing to do with it
        required=False, max_length=imports.LONGEST_LABEL, help_text="No personal data."
    )


class SubmitIn(In[dict[str, Any]]):
    """What is submitted of a checked import, and what you attest of it."""

    verdicts = serializers.ListField(
        child=serializers.ChoiceField(choices=[(each.value, each.label) for each in CHOOSABLE])
    )
    community = PublicId(help_text="One of the communities that `/api/v1/me` lists.")
    evidence_seen = serializers.BooleanField(
        help_text="People of your organisation have seen the evidence of each row."
    )
    no_authority_asked = serializers.BooleanField(help_text="No public authority asked for this.")

    def made(self, given: dict[str, Any]) -> dict[str, Any]:
        return given | {"community_id": given.pop("community")}


@dataclass(frozen=True)
class Asked:
    after: int
    limit: int
    verdict: str


class ResultsIn(In[Asked]):
    """Which rows are asked for."""

    after = serializers.IntegerField(
        min_value=0, max_value=10**9, required=False, default=0, help_text="The `cursor` of the last page."
    )
    limit = serializers.IntegerField(min_value=1, max_value=LONGEST_PAGE, required=False, default=100)
    verdict = Word(Verdict, required=False)

    def made(self, given: dict[str, Any]) -> Asked:
        return Asked(given["after"], given["limit"], given.get("verdict", ""))


@dataclass(frozen=True)
class Told:
    """An import with the number of its rows by verdict."""

    found: Import
    counts: Mapping[str, int]
    is_new: bool = False


class ImportOut(serializers.Serializer[Told]):
    id = PublicId(source="found.public_id")
    state = serializers.ChoiceField(
        source="found.state",
        choices=Import.State.choices,
        help_text="`checking`, `checked` (choose and submit), `sharing`, then one of the ends.",
    )
    label = serializers.CharField(source="found.label")  # type: ignore[assignment]
    total = serializers.IntegerField(source="found.total", help_text="How many rows the file has.")
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Rows that were judged, by verdict.")
    is_new = serializers.BooleanField(help_text="False for a file that lay here already: nothing was added.")


class ImportedOut(serializers.Serializer[Line]):
    row = serializers.IntegerField(help_text="As a spreadsheet counts: the header of a CSV file is row 1.")
    reference = serializers.CharField(help_text="Your own name for the row.")
    kind = serializers.ChoiceField(choices=kinds.Kind.choices, allow_blank=True)
    verdict = serializers.ChoiceField(
        choices=[*Verdict.choices, (imported.NOT_CHOSEN, "could have been submitted, and was not chosen")]
    )
    sentence = serializers.CharField(help_text="Why, for people; may be empty.")
    signal = PublicId(allow_null=True, help_text="The new signal, or the one that your organisation shares already.")


class ImportResultsOut(serializers.Serializer[dict[str, Any]]):
    results = ImportedOut(many=True)
    cursor = serializers.IntegerField(help_text="Give it as `after` to get the next page. An empty page keeps it.")


# What the OpenAPI document says

ROWS = {"id": ONE, "label": "March", "total": 3, "is_new": False}
CHECKED = ROWS | {"state": "checked", "counts": {"new": 2, "refused": 1}}
REFUSED = (HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY)

hand_in = operation(
    "hand_in_import",
    "Hand a file of signals in",
    "Each row gets a verdict; nothing is shared before you submit. The body is a form with `file`, or the file itself "
    "as `text/csv` or `application/x-ndjson`. The same file is taken once until its import has ended. Scope: `submit`.",
    request={
        "multipart/form-data": HandInIn,
        "text/csv": OpenApiTypes.BINARY,
        "application/x-ndjson": OpenApiTypes.BINARY,
    },
    answer=ImportOut,
    example=ROWS | {"state": "checking", "counts": {}, "is_new": True},
    refusals=REFUSED,
)
state = operation(
    "import",
    "How far an import has come",
    "Its state, and how many rows have which verdict. Scope: `submit`.",
    answer=ImportOut,
    example=CHECKED,
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
submitted = operation(
    "submit_import",
    "Submit what is good of an import",
    "The rows with the verdicts that you name, as work. Each becomes a signal that waits for its review. "
    "Scope: `submit`.",
    request=SubmitIn,
    asked={"verdicts": ["new"], "community": COMMUNITY, "evidence_seen": True, "no_authority_asked": True},
    answer=ImportOut,
    example=ROWS | {"state": "sharing", "counts": {"new": 2, "refused": 1}},
    refusals=(*REFUSED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
cancelled = operation(
    "cancel_import",
    "Cancel an import",
    "Its rows are wiped. What was submitted of it stays submitted. Scope: `submit`.",
    answer=ImportOut,
    example=ROWS | {"state": "cancelled", "counts": {"new": 2, "refused": 1}},
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
)
told = operation(
    "import_results",
    "What became of each row",
    "Rows in order, without their values; they are kept for thirty days. Scope: `submit`.",
    parameters=(ResultsIn,),
    answer=ImportResultsOut,
    example={
        "results": [
            {"row": 2, "reference": "case 7", "kind": "email", "verdict": "shared", "sentence": "", "signal": TWO}
        ],
        "cursor": 2,
    },
    refusals=(HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY),
)


# Views


class Imports(Resource):
    parser_classes = [MultiPartParser, Table, Lines]

    @hand_in
    def post(self, request: Request) -> Response:
        given: dict[str, Any] = {**request.query_params.dict(), **_body(request)}
        file = given.get("file")
        if file is None or isinstance(file, str):
            raise Invalid(_("Send a file: CSV with a header, or lines of JSON; 25 MB at most."), "file")
        handed_in = imports.hand_in(
            file=getattr(file, "file", file),
            defaults={name: str(text) for name, text in given.items() if name not in NOT_IN_DEFAULTS},
            label=str(given.get("label", "")),
            actor=machine(request).actor,
            now=clock.now(),
        )
        return _answer(request, handed_in.found, is_new=handed_in.is_new)


def _body(request: Request) -> dict[str, Any]:
    """The fields of a form, or the body as the one field `file`."""
    data = request.data
    assert isinstance(data, Mapping)
    return {name: data[name] for name in data}


class One(Resource):
    @state
    def get(self, request: Request, import_id: int) -> Response:
        with acting_as(machine(request).actor):
            return _answer(request, _found(request, import_id))


class Submission(Resource):
    @submitted
    def post(self, request: Request, import_id: int) -> Response:
        with acting_as(machine(request).actor):
            _known(request, import_id)  # before the body: who may not know of it learns nothing
        given = SubmitIn(data=request.data).typed()
        found = imports.submit(import_id=import_id, actor=machine(request).actor, now=clock.now(), **given)
        return _answer(request, found)


class Cancellation(Resource):
    @cancelled
    def post(self, request: Request, import_id: int) -> Response:
        found = imports.cancel(import_id=import_id, actor=machine(request).actor, now=clock.now())
        return _answer(request, found)


class Results(Resource):
    @told
    def get(self, request: Request, import_id: int) -> Response:
        asked = ResultsIn(data=dict(request.query_params.items())).typed()
        with acting_as(machine(request).actor):
            found = _found(request, import_id)
            lines = imported.lines(found, verdict=asked.verdict, after=asked.after, most=asked.limit)
        cursor = lines[-1].row if lines else asked.after
        return Response(ImportResultsOut({"results": lines, "cursor": cursor}).data)


def _known(request: Request, import_id: int) -> Import:
    found = Import.objects.visible_to(machine(request).actor).filter(public_id=import_id).first()
    if found is None:
        raise policies.unknown_import()
    return found


def _found(request: Request, import_id: int) -> Import:
    found = _known(request, import_id)
    policies.may_see_import(machine(request).actor, found)
    return found


def _answer(request: Request, found: Import, *, is_new: bool = False) -> Response:
    with acting_as(machine(request).actor):
        return Response(ImportOut(Told(found, imported.counts(found), is_new)).data)
