"""Deliveries and their attempts: /v1/deliveries."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import BeforeValidator, Field

from service.api.auth import caller, workspace
from service.api.errors import Problem, found
from service.api.forms import ById, Id, PageQuery, PageView, Query, View, answer, answer_page
from service.api.routing import nouns, route
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryState
from service.edges import Edges
from service.storage.deliveries import Delivery

MAX_WAIT = 20  # seconds that a call may take of a thread
LOOK_AGAIN = 0.25


class DeliveryQuery(PageQuery):
    """Which deliveries."""

    state: DeliveryState | None = None
    channel: Id | None = None
    alert: Id | None = None
    digest: Id | None = None


def _seconds(value: object) -> object:
    try:
        good = 0 <= float(str(value)) <= MAX_WAIT
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"give seconds from 0 to {MAX_WAIT}, as in ?wait=10")
    return value


class WaitQuery(Query):
    """For how long to wait for what the other side says."""

    wait: Annotated[float, BeforeValidator(_seconds)] = Field(default=0, ge=0, le=MAX_WAIT, description="seconds")


class AttemptView(View):
    """One try, and what the other side said."""

    number: int
    delivered: bool
    status: int | None
    detail: str
    started_at: datetime
    finished_at: datetime


class DeliveryView(View):
    """One alert, digest or feed notice to one channel, and how it stands."""

    id: str = Field(description="what the receiver sees as webhook-id or in Message-ID, the same at every attempt")
    alert: str | None = Field(description="null: a digest, a feed notice or a test message")
    digest: str | None = Field(description="the digest that it sends, for GET /v1/digests/{id}; null: something else")
    notice: str | None = Field(description="what is told of a feed's health; null: an alert or a test message")
    channel_notice: str | None = Field(description="what is told of a channel: that it was disabled, or the question to its reader")
    update_number: int = Field(description="which update of the alert it sends; 0: the alert itself")
    channel: str
    state: DeliveryState
    detail: str | None = Field(description="what the last attempt brought, what it waits for, or why there will be none")
    tries: int = Field(description="attempts since it was created or revived")
    attempts: int = Field(description="attempts ever")
    created_at: datetime
    finished_at: datetime | None
    next_at: datetime | None = Field(description="when it is tried next")


class DeliveryWithAttempts(DeliveryView):
    """A delivery and every attempt to make it."""

    history: list[AttemptView] = Field(description="oldest first")


class DeliveriesView(PageView):
    """A page of deliveries."""

    items: list[DeliveryView]


def deliveries_api(edges: Edges) -> APIBlueprint:
    """The routes of deliveries."""
    api = nouns("deliveries", "One alert to one channel each: whether it arrived, and what the other side said")
    store = edges.store.deliveries

    @route(api, "get", "/v1/deliveries", needs="read", answers={200: DeliveriesView})
    def list_deliveries(query: DeliveryQuery) -> Response:
        """List deliveries, newest first."""
        wanted = {"state": query.state, "channel_id": query.channel, "alert_id": query.alert, "digest_id": query.digest}
        page = store.list_deliveries(workspace(), **wanted, cursor=query.cursor, limit=query.limit)
        return answer_page(DeliveriesView, page, DeliveryView.model_validate)

    @route(api, "get", "/v1/deliveries/<id>", needs="read", answers={200: DeliveryWithAttempts})
    def get_delivery(path: ById) -> Response:
        """Show a delivery with its attempts."""
        return answer(view_delivery(edges, found(store.find_delivery(workspace(), path.id), "delivery")))

    @route(api, "post", "/v1/deliveries/<id>/redeliver", needs="write", answers={202: DeliveryView}, problems=[409])
    def redeliver(path: ById) -> Response:
        """Send it again, with all its tries and the same id.

        A worker takes it within seconds. A receiver that knows the id may rightly drop it.
        """
        delivery = found(store.find_delivery(workspace(), path.id), "delivery")
        check_open(edges.store.channels.find_channel(workspace(), delivery.channel))
        return answer(DeliveryView.model_validate(found(store.redeliver(path.id, caller=caller(edges)), "delivery")), 202)

    return api


def view_delivery(edges: Edges, delivery: Delivery) -> DeliveryWithAttempts:
    """A delivery with its attempts."""
    attempts = edges.store.deliveries.list_attempts(delivery.workspace, delivery.id)
    history = [AttemptView.model_validate(attempt) for attempt in attempts]
    return DeliveryWithAttempts(**DeliveryView.model_validate(delivery).model_dump(), history=history)


def wait_for_attempt(edges: Edges, delivery: Delivery, seconds: float) -> Delivery:
    """The delivery once it has been tried, put off or ended, at the latest after `seconds`. Only looks: the sweep wakes the workers."""
    until = time.monotonic() + seconds
    while not delivery.attempts and delivery.detail is None and delivery.finished_at is None and time.monotonic() < until:
        time.sleep(LOOK_AGAIN)
        delivery = edges.store.deliveries.find_delivery(delivery.workspace, delivery.id) or delivery
    return delivery


def only_by_reader(channel: Channel) -> str:
    """Why nobody but its reader can take a channel into use whose address has not confirmed yet, and what can be done."""
    return f"Only its reader can enable it, by the link in the mail. POST /v1/channels/{channel.id}/confirmation sends another."


def check_open(channel: Channel | None) -> Channel:
    """The channel, if messages can go there. Raises Problem: 409."""
    if channel is None:
        raise Problem(409, "The channel of this delivery was deleted; nothing can be sent there.")
    if channel.unconfirmed:
        raise Problem(409, only_by_reader(channel))
    if channel.disabled_at is not None:
        raise Problem(409, f"The channel is disabled ({channel.disabled_reason}); enable it first: POST /v1/channels/{channel.id}/enable.")
    return channel
