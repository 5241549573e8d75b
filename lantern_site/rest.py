"""What the whole machine interface has in common: the key at the door, JSON in and out, how a refusal is answered."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.db.models import TextChoices
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lantern_site import clock, public_ids
from lantern_site.audit.actors import Actor
from lantern_site.errors import Hidden, Invalid, NotAllowed, NotProven, Refusal, Spent, WrongState
from lantern_site.members import networks
from lantern_site.members.models import ApiKey
from lantern_site.members.services import keys

log = logging.getLogger(__name__)
T = TypeVar("T")

STATUS: dict[type[Refusal], HTTPStatus] = {
    Hidden: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotProven: HTTPStatus.FORBIDDEN,
    WrongState: HTTPStatus.CONFLICT,
    Spent: HTTPStatus.TOO_MANY_REQUESTS,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
}
LARGEST_BODY = 1_000_000
DEEPEST_BODY = 8
SCHEME = "bearer"
ENDS_AT = "Lantern-Key-Expires"
"""The header that says when a key stops working, while it works no longer than `ENDS_SOON`."""
ENDS_SOON = timedelta(days=30)


@dataclass(frozen=True)
class Machine:
    """Who calls: a key, and the actor that it stands for."""

    is_authenticated: ClassVar[bool] = True

    key: ApiKey
    actor: Actor


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer lk_…`, and nothing else: a session in a browser opens no door here."""

    def authenticate(self, request: Request) -> tuple[Machine, ApiKey] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _space, text = header.partition(" ")
        if not header:
            return None
        now, address = clock.now(), networks.of_client(request.META, settings.PROXY_COUNT)
        key = keys.verify(text=text.strip(), address=address, now=now) if scheme.lower() == SCHEME else None
        if key is None:
            raise exceptions.AuthenticationFailed
        keys.note_use(key, address=address, now=now)
        return Machine(key, key.actor()), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="lantern"'


class TooLarge(exceptions.APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The body is larger than 1 MB. Send fewer rows at a time.")


class Json(JSONParser):
    """JSON of a size and depth that the interface can have use for; anything else is 400 or 413, never a crash."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge
        try:
            data = json.loads(body.decode(), object_pairs_hook=_without_repetition, parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise exceptions.ParseError(_("The body is not valid JSON in UTF-8.")) from None
        if _is_deep(data):
            raise exceptions.ParseError(_("The body is nested too deeply."))
        return data


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _no_number(_name: str) -> float:
    raise ValueError


def _is_deep(data: Any) -> bool:
    level = [data]
    for _step in range(DEEPEST_BODY):
        level = [child for node in level for child in _children(node)]
    return bool(level)


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


class Resource(APIView):
    """A view for machines, open to keys only. Answers hold personal data: nobody on the way may keep them."""

    authentication_classes = [KeyAuthentication]
    parser_classes = [Json]
    http_method_names = ["get", "post", "put", "patch", "delete", "options"]
    """No HEAD: it would take what the feed hands out, with its receipts, and throw it away."""
    caller: Machine | None = None

    def perform_authentication(self, request: Request) -> None:
        self.caller = cast(Machine | None, request.user)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Cache-Control"] = "no-store"
        if self.caller is not None and self.caller.key.ends_at - clock.now() <= ENDS_SOON:
            final.headers[ENDS_AT] = f"{self.caller.key.ends_at:%Y-%m-%dT%H:%M:%SZ}"
        return final


class Unknown(Resource):
    """Any address of the interface that nothing else answers."""

    schema = None

    def get(self, request: Request, rest: str) -> Response:
        raise Hidden(_("There is no such thing."))

    post = put = patch = delete = get


def machine(request: Request) -> Machine:
    """Who calls. The default permission has refused everybody else."""
    return cast(Machine, request.user)


class In(serializers.Serializer[T]):
    """Text into one frozen dataclass. Fields that nobody knows are refused: a typing error must not pass in silence."""

    def typed(self) -> T:
        """What was given, checked for its form. Raises ValidationError, which is answered with 422."""
        return cast(T, self.run_validation(self.initial_data))

    def made(self, given: dict[str, Any]) -> T:
        """The dataclass out of the fields' values."""
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and not set(data) <= set(self.fields):
            known = ", ".join(self.fields)
            raise serializers.ValidationError(_("There is an unknown field. Known are: %(known)s.") % {"known": known})
        return self.made(super().to_internal_value(data))


class Word(serializers.ChoiceField):
    """A word of a closed list. The refusal does not repeat what was given: it may be a value in the wrong place."""

    default_error_messages = {"invalid_choice": gettext_lazy("This is not one of the words that are allowed here.")}

    def __init__(self, words: type[TextChoices], **kwargs: Any) -> None:
        super().__init__(choices=words.choices, **kwargs)
        self.words = words

    def to_internal_value(self, data: Any) -> TextChoices:
        return self.words(super().to_internal_value(data))


@extend_schema_field({"type": "string", "pattern": f"^{public_ids.PATTERN}$", "examples": [public_ids.shown(1 << 49)]})
class PublicId(serializers.Field[int, str, str, Any]):
    """A public id in its form LN-XXXXX-XXXXX; an int inside."""

    default_error_messages = {"invalid": gettext_lazy("This is not an id of the form LN-XXXXX-XXXXX.")}

    def to_internal_value(self, data: Any) -> int:
        try:
            return public_ids.parse(data) if isinstance(data, str) else self.fail("invalid")
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: int) -> str:
        return public_ids.shown(value)


@dataclass(frozen=True)
class Refused:
    """The body of every refusal: a sentence, and the input at fault where there is one."""

    detail: str
    field: str = ""


class RefusedOut(serializers.Serializer[Refused]):
    detail = serializers.CharField(help_text="What is wrong and what to do, in a sentence.")
    field = serializers.CharField(help_text="The input at fault, such as `rows.0.kind`; empty where there is none.")


def answer_refusal(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The one place where refusals become statuses for machines. None lets a fault of ours be one (500)."""
    if isinstance(error, Hidden | Http404 | exceptions.NotFound):
        return _response(HTTPStatus.NOT_FOUND, Refused(_("There is no such thing.")))
    if isinstance(error, Refusal):
        waiting = {"Retry-After": str(error.again_in)} if isinstance(error, Spent) else None
        return _response(STATUS[type(error)], Refused(str(error), getattr(error, "field", "")), waiting)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        sentence = _("Send a valid key: Authorization: Bearer lk_….")
        headers = {"WWW-Authenticate": getattr(error, "auth_header", "Bearer")}
        return _response(HTTPStatus.UNAUTHORIZED, Refused(sentence), headers)
    if isinstance(error, exceptions.ValidationError):
        return _response(HTTPStatus.UNPROCESSABLE_ENTITY, first_fault(error))
    if isinstance(error, PermissionDenied):
        return _response(HTTPStatus.FORBIDDEN, Refused(_("This is not allowed.")))
    if isinstance(error, exceptions.APIException):
        return _response(HTTPStatus(error.status_code), Refused(str(error.detail)))
    if isinstance(error, OperationalError):
        log.error("the database refused its service", exc_info=error)
        sentence = _("The hub is busy. Try again in a moment.")
        return _response(HTTPStatus.SERVICE_UNAVAILABLE, Refused(sentence), {"Retry-After": "2"})
    return None


def first_fault(error: exceptions.ValidationError) -> Refused:
    """The first thing that is wrong with an input, with the path to it counted from 0."""
    detail: Any = error.detail
    path: list[str] = []
    while not isinstance(detail, str):
        key, detail = next(iter(detail.items() if isinstance(detail, dict) else enumerate(detail)))
        if not isinstance(detail, str) and key != "non_field_errors":
            path.append(str(key))
    return Refused(str(detail), ".".join(path))


def _response(status: HTTPStatus, refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    return Response(RefusedOut(refused).data, status=status, headers=dict(headers or {}))
