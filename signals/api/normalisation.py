"""What everybody may read: the specification of normal forms, and the vectors to check one's own code against."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from lantern_site.rest import RefusedOut
from signals import specification
from signals.kinds import Kind

_RULES: dict[str, Any] = {
    "version": "1",
    "unicode": "14.0.0",
    "for_all": ["Take away white space at both ends."],
    "digest": ["Write the normal form in UTF-8."],
    "kinds": [
        {
            "kind": "md5",
            "name": "MD5 of a file",
            "normal_form": "The hash in lower-case hexadecimal.",
            "steps": ["Lower case."],
            "refusals": ["hash_digits", "hash_length"],
        }
    ],
    "refusals": [{"code": "empty", "sentence": "Nothing was entered. Enter a value.", "has_normal_form": False}],
    "limits": {"longest_url": 2048},
    "lists": {"addresses": {"version": 1, "date": "2026-11-22", "tracking": ["fbclid"]}},
    "vectors": "https://lantern.example.org/api/v1/normalisation/vectors",
}
_VECTORS: dict[str, Any] = {
    "version": "1",
    "date": "2026-11-24",
    "vectors": [
        {
            "kind": "email",
            "input": "Anna@Example.org",
            "normal_form": "anna@example.org",
            "digest": "d1fe4343424559974d94777ca633930610fcfdd3a0ca80c983bc20ab7b110959",
        },
        {"kind": "email", "input": "anna", "refused": "email_no_at"},
    ],
}


def _example(answer: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("Answer", value=answer, response_only=True, status_codes=["200"])


_NOT_JSON = OpenApiResponse(RefusedOut, "Something else than `application/json` was asked for.")


class RuleOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Kind.choices)
    name = serializers.CharField()
    normal_form = serializers.CharField(help_text="What the normal form is, in a sentence.")
    steps = serializers.ListField(child=serializers.CharField(), help_text="How to get there, in this order.")
    refusals = serializers.ListField(child=serializers.CharField(), help_text="Codes that belong to this kind.")


class ReasonOut(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Keeps its meaning.")
    sentence = serializers.CharField(help_text="What people read; `{count}` stands for what is filled in.")
    has_normal_form = serializers.BooleanField(help_text="The value may be looked up, but must not be shared.")


class SpecificationOut(serializers.Serializer[Any]):
    version = serializers.CharField()
    unicode = serializers.CharField(help_text="The version of Unicode that this hub folds by.")
    for_all = serializers.ListField(child=serializers.CharField(), help_text="Steps that every kind begins with.")
    digest = serializers.ListField(child=serializers.CharField(), help_text="How a public digest is made.")
    kinds = RuleOut(many=True)
    refusals = ReasonOut(many=True)
    limits = serializers.DictField(child=serializers.IntegerField())
    lists = serializers.DictField(help_text="The lists that the steps speak of, with version, date and source.")
    vectors = serializers.URLField(help_text="Where the test vectors are.")


class Published(APIView):
    """A view that needs no key, because it tells nothing about anybody."""

    authentication_classes = []
    permission_classes = [AllowAny]


class Specification(Published):
    @extend_schema(
        operation_id="normalisation",
        summary="How values become normal forms and public digests",
        description="The rules in words and the lists they use. Sentences come in the language of `Accept-Language`. "
        "No key is needed.",
        tags=["normal forms"],
        auth=[],
        responses={200: SpecificationOut, 406: _NOT_JSON},
        examples=[_example(_RULES)],
    )
    def get(self, request: Request) -> Response:
        vectors = reverse("api-normalisation-vectors", request=request)
        return Response(SpecificationOut(specification.document() | {"vectors": vectors}).data)


class Vectors(Published):
    @extend_schema(
        operation_id="normalisation_vectors",
        summary="Test vectors for normal forms and public digests",
        description="Inputs with their normal form and digests in hexadecimal, or with the code of their refusal. "
        "`refused_at_intake` is the code for a value that has a normal form but must not be shared. No key is needed.",
        tags=["normal forms"],
        auth=[],
        responses={200: OpenApiTypes.OBJECT, 406: _NOT_JSON},
        examples=[_example(_VECTORS)],
    )
    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(
            specification.VECTORS, content_type="application/json", headers={"Cache-Control": "public, max-age=3600"}
        )
