"""What kinds of channel there are, with the form of each one's settings: /v1/channel-kinds."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.forms import View, answer
from service.api.routing import nouns, route
from service.delivery import KINDS
from service.delivery.kinds import Kind
from service.delivery.secrecy import secret_settings
from service.edges import Edges


class ChannelKindView(View):
    """A kind of channel."""

    kind: str = Field(description="what POST /v1/channels takes as `kind`")
    label: str
    about: str
    available: bool = Field(description="whether channels of this kind can be used here")
    missing: str | None = Field(description="what must be done before; null where it is available")
    signed: bool = Field(description="whether its channels have a signing secret")
    templates: bool = Field(description="whether `subject` and `body` templates may be among its settings")
    secret: list[str] = Field(description="the settings that are never shown again")
    settings: dict[str, Any] = Field(description="JSON Schema of its settings; secret ones are writeOnly")


class ChannelKindsView(View):
    """Every kind there is."""

    items: list[ChannelKindView]


def channel_kinds_api(edges: Edges) -> APIBlueprint:
    """The route of the kinds."""
    api = nouns("channels", "Where alerts go", part="channel-kinds")

    @route(api, "get", "/v1/channel-kinds", needs="read", answers={200: ChannelKindsView})
    def list_channel_kinds() -> Response:
        """List the kinds of channel, each with the form of its settings."""
        return answer(ChannelKindsView(items=[_view(name, kind, edges) for name, kind in KINDS.items()]))

    return api


def _view(name: str, kind: Kind[Any], edges: Edges) -> ChannelKindView:
    missing = kind.missing(edges.settings)
    return ChannelKindView(
        kind=name,
        label=kind.label,
        about=kind.about,
        available=missing is None,
        missing=missing,
        signed=kind.signed,
        templates=kind.preview is not None,
        secret=sorted(secret_settings(kind.form)),
        settings=kind.form.model_json_schema(),
    )
