"""The description of the machine interface: an OpenAPI document, and a page to read and try it."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from lantern_site.members.key_texts import PATTERN
from lantern_site.pages import public
from lantern_site.rest import ENDS_AT, SCHEME, KeyAuthentication


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document describes a key. Defining it registers it."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": SCHEME,
            "bearerFormat": "lk_<prefix>_<secret>",
            "description": "A key that a member admin has issued. It carries scopes, an expiry date, and perhaps the "
            "networks from which it may be used. In its last 30 days every answer says in the header "
            f"`{ENDS_AT}` when it stops working. Secret scanners find keys by the regular expression "
            f"`{PATTERN}`.",
        }


# The page draws its icons from data: addresses.
docs: Callable[..., Any] = csp_update({"img-src": ["data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema")
)
schema: Callable[..., Any] = SpectacularJSONAPIView.as_view()

urlpatterns = [
    path("schema/", public(schema), name="api-schema"),
    path("docs/", public(docs), name="api-docs"),
]
