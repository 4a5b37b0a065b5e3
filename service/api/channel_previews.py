"""A message before it is sent: /v1/channels/preview."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field, model_validator

from service.api.auth import workspace
from service.api.errors import Fault, Problem, found, invalid
from service.api.forms import Form, Id, View, answer
from service.api.routing import nouns, route
from service.delivery import KINDS
from service.delivery.templating import BodyTemplate, SubjectTemplate
from service.domain.alerts import Alert
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryToSend
from service.edges import Edges
from service.storage.alerts import ListedAlert


class ChannelPreviewForm(Form):
    """What to look at. A channel, or a kind; templates given here take the place of the channel's."""

    channel: Id | None = None
    kind: str | None = Field(default=None, max_length=50)
    subject: SubjectTemplate | None = None
    body: BodyTemplate | None = None
    alert: Id | None = Field(default=None, description="whose message; none: the newest alert of the workspace")
    update: int = Field(default=0, ge=0, le=1000, description="which update of it; 0: the alert itself")

    @model_validator(mode="after")
    def _one_of_both(self) -> ChannelPreviewForm:
        if (self.channel is None) == (self.kind is None):
            raise ValueError("name a channel or a kind, one of them")
        return self


class ChannelPreviewView(View):
    """The message as it would be sent, in the markup of its kind."""

    kind: str
    alert: str
    subject: str | None = Field(description="null: messages of this kind have none")
    body: str


def channel_previews_api(edges: Edges) -> APIBlueprint:
    """The route of the preview."""
    api = nouns("channels", "Where alerts go", part="channel-previews")

    @route(api, "post", "/v1/channels/preview", needs="read", answers={200: ChannelPreviewView}, problems=[409])
    def preview_channel(body: ChannelPreviewForm) -> Response:
        """Show what a channel, or one of a kind, would send of an alert. Nothing is sent."""
        channel = _channel(edges, body)
        kind = KINDS[channel.kind]
        if kind.preview is None:
            raise Problem(409, "A webhook's message is JSON and has no templates; docs/schema/webhook.json describes it.")
        alert = _alert(edges, body)
        now = edges.now()
        zone = edges.store.workspaces.get_workspace(workspace()).alerting.zone
        delivery = DeliveryToSend("dl_preview", channel, alert, alert.created_at, "", now, 0, 0, zone)
        wanted = {"subject": body.subject, "body": body.body}
        kept = {name: value for name, value in channel.settings.items() if name in wanted}
        templates = kept | {name: value for name, value in wanted.items() if value is not None}
        # The other settings say where to, which a preview does not need.
        subject, text = kind.preview(kind.form.model_construct(**templates), delivery)
        return answer(ChannelPreviewView(kind=channel.kind, alert=alert.id, subject=subject, body=text))

    return api


def _channel(edges: Edges, body: ChannelPreviewForm) -> Channel:
    if body.channel is not None:
        return found(edges.store.channels.find_channel(workspace(), body.channel), "channel")
    if body.kind is None or body.kind not in KINDS:
        raise invalid([Fault(at="/kind", message=f"unknown; use {', '.join(KINDS)}")], "preview")
    settings: dict[str, Any] = {}
    return Channel("ch_preview", workspace(), body.kind, "Preview", settings, (), edges.now())


def _alert(edges: Edges, body: ChannelPreviewForm) -> Alert:
    listed = _listed(edges, body.alert)
    if not body.update:
        return listed.alert
    told = next((each for each in listed.updates if each.update and each.update.number == body.update), None)
    return found(told, "update of this alert")


def _listed(edges: Edges, alert_id: str | None) -> ListedAlert:
    if alert_id is not None:
        return found(edges.store.alerts.find_alert(workspace(), alert_id), "alert")
    newest = edges.store.alerts.list_alerts(workspace(), limit=1).items
    if not newest:
        raise Problem(409, "There is no alert yet to show; the first one brings the preview.")
    return newest[0]
