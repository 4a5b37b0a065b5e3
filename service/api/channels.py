"""Channels: /v1/channels."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.deliveries import DeliveryWithAttempts, WaitQuery, check_open, view_delivery, wait_for_attempt
from service.api.errors import Fault, Problem, found, invalid, missing
from service.api.forms import ById, Form, PageQuery, PageView, View, answer, answer_nothing, answer_page
from service.api.routing import nouns, route
from service.delivery import KINDS, check_settings
from service.delivery.confirmation import needs_confirmation
from service.delivery.secrecy import mask_settings, unmask_settings
from service.delivery.standard_webhooks import new_secret
from service.domain.channels import Channel, Secret
from service.domain.rules import Line
from service.edges import Edges

SECRET_BYTES = 32
ORDERED = (
    "send one after the other, in the order in which they were made: one that fails holds back the later ones until it is sent or dead"
)


class NewChannelForm(Form):
    """A destination of alerts."""

    kind: str = Field(description="one of GET /v1/channel-kinds: " + ", ".join(KINDS), max_length=50, examples=["webhook"])
    name: Line
    settings: dict[str, Any] = Field(
        description="as GET /v1/channel-kinds has it for the kind", examples=[{"url": "https://hooks.example/x"}]
    )
    ordered: bool = Field(default=False, description=ORDERED)


class ChannelChangeForm(Form):
    """What to change of a channel; what is left out stays."""

    name: Line | None = None
    settings: dict[str, Any] | None = Field(default=None, description="replaces all settings")
    ordered: bool | None = Field(default=None, description=ORDERED)


class RotateForm(Form):
    """How to change over to a new secret."""

    overlap: int = Field(default=24, ge=0, le=168, description="for how many hours messages are signed with the old secret, too")


class ChannelView(View):
    """A destination of alerts. Its secret settings are shown as `***`, and so is the query of a URL; sent back like that, they stay."""

    id: str
    kind: str
    name: str
    settings: dict[str, str]
    ordered: bool = Field(description=ORDERED)
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str | None = Field(description="why nothing is sent there; null where all is well")
    unconfirmed: bool = Field(description="whoever reads there has not said yet that messages are welcome; until then nothing is sent")


class SecretChannelView(ChannelView):
    """A channel whose signing secret is new."""

    secret: str | None = Field(description="checks our signatures: shown this once, store it now; null where the kind has none")


class ChannelsView(PageView):
    """A page of channels."""

    items: list[ChannelView]


def channels_api(edges: Edges) -> APIBlueprint:
    """The routes of channels."""
    api = nouns("channels", "Where alerts go")
    _add_reading(api, edges)
    _add_changes(api, edges)
    _add_actions(api, edges)
    return api


def _add_reading(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.channels

    @route(api, "get", "/v1/channels", needs="read", answers={200: ChannelsView})
    def list_channels(query: PageQuery) -> Response:
        """List channels, newest first."""
        return answer_page(ChannelsView, store.list_channels(workspace(), cursor=query.cursor, limit=query.limit), view_channel)

    @route(api, "get", "/v1/channels/<id>", needs="read", answers={200: ChannelView})
    def get_channel(path: ById) -> Response:
        """Show a channel."""
        return answer(view_channel(found(store.find_channel(workspace(), path.id), "channel")))


def _add_changes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.channels

    @route(api, "post", "/v1/channels", needs="write", answers={201: SecretChannelView})
    def create_channel(body: NewChannelForm) -> Response:
        """Make a channel. A webhook's signing secret is shown in this answer and never again."""
        by, settings = caller(edges), _checked(edges, body.kind, body.settings)
        secret = new_secret(edges.random_bytes(SECRET_BYTES)) if KINDS[body.kind].signed else None
        secrets = (Secret(secret),) if secret else ()
        channel = Channel(
            edges.new_id("ch"), by.workspace, body.kind, body.name, settings, secrets, by.now,
            ordered=body.ordered, unconfirmed=needs_confirmation(body.kind, settings, edges.settings),
        )  # fmt: skip
        store.add_channel(channel, caller=by)
        stored = found(store.find_channel(workspace(), channel.id), "channel")
        return answer(SecretChannelView(**view_channel(stored).model_dump(), secret=secret), 201)

    @route(api, "patch", "/v1/channels/<id>", needs="write", answers={200: ChannelView})
    def change_channel(path: ById, body: ChannelChangeForm) -> Response:
        """Give a channel another name or other settings."""
        channel = found(store.find_channel(workspace(), path.id), "channel")
        settings = None if body.settings is None else _changed(edges, channel, body.settings)
        elsewhere = settings is not None and settings != channel.settings
        ask = elsewhere and needs_confirmation(channel.kind, settings or {}, edges.settings)
        by = caller(edges)
        changed = store.change_channel(path.id, name=body.name, settings=settings, ordered=body.ordered, ask=ask, caller=by)
        return answer(view_channel(found(changed, "channel")))

    @route(api, "delete", "/v1/channels/<id>", needs="write", answers={204: None}, problems=[409])
    def delete_channel(path: ById) -> Response:
        """Delete a channel and call off what waits for it. Refused while a rule or the workspace names it."""
        _check_unnamed(edges, path.id)
        if not store.delete_channel(path.id, caller=caller(edges)):
            raise missing("channel")
        return answer_nothing()


def _add_actions(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.channels

    @route(api, "post", "/v1/channels/<id>/test", needs="write", answers={202: DeliveryWithAttempts}, problems=[409])
    def test_channel(path: ById, query: WaitQuery) -> Response:
        """Send a test message. The answer is its delivery, with what the other side said if a worker has tried by then.

        A worker takes it within seconds. Without `wait`, or if nothing has come of it yet, look at the delivery again later.
        """
        check_open(found(store.find_channel(workspace(), path.id), "channel"))
        delivery = edges.store.deliveries.add_test(path.id, new_id=edges.new_id("dl"), caller=caller(edges))
        return answer(view_delivery(edges, delivery if not query.wait else wait_for_attempt(edges, delivery, query.wait)), 202)

    @route(api, "post", "/v1/channels/<id>/rotate-secret", needs="write", answers={200: SecretChannelView}, problems=[409])
    def rotate_secret(path: ById, body: RotateForm) -> Response:
        """Make a new signing secret, shown in this answer and never again; the old one signs too until the overlap ends."""
        if not KINDS[found(store.find_channel(workspace(), path.id), "channel").kind].signed:
            raise Problem(409, "Channels of this kind have no signing secret.")
        secret = new_secret(edges.random_bytes(SECRET_BYTES))
        channel = store.rotate_secret(path.id, secret, overlap=timedelta(hours=body.overlap), caller=caller(edges))
        return answer(SecretChannelView(**view_channel(found(channel, "channel")).model_dump(), secret=secret))


def _check_unnamed(edges: Edges, channel_id: str) -> None:
    naming = edges.store.rules.rules_with_channel(workspace(), channel_id)
    if naming:
        names = ", ".join(f'"{rule.spec.name}" ({rule.id})' for rule in naming)
        raise Problem(409, f"These rules still name the channel: {names}. Take it out of them first.")
    if edges.store.workspaces.get_workspace(workspace()).health_channel == channel_id:
        raise Problem(409, "The workspace is told of its feeds' health there. Choose another for that first: PATCH /v1/workspace.")


def _checked(edges: Edges, kind: str, settings: dict[str, Any]) -> dict[str, str]:
    if kind not in KINDS:
        raise invalid([Fault(at="/kind", message=f"unknown; use {', '.join(KINDS)}")], "channel")
    checked = check_settings(KINDS[kind], settings, edges.settings)
    if isinstance(checked, list):
        raise invalid([Fault(at=f"/settings{each.at}", message=each.message) for each in checked], "channel")
    return checked


def _changed(edges: Edges, channel: Channel, given: dict[str, Any]) -> dict[str, str]:
    return _checked(edges, channel.kind, unmask_settings(KINDS[channel.kind].form, given, channel.settings))


def view_channel(channel: Channel) -> ChannelView:
    """A channel as it may be shown."""
    shown = mask_settings(KINDS[channel.kind].form, channel.settings)
    return ChannelView.model_validate(channel).model_copy(update={"settings": shown})
