"""Channels in use again, and what they missed: enable, replay, confirmation."""

from __future__ import annotations

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.channels import ChannelView, view_channel
from service.api.deliveries import check_open, only_by_reader
from service.api.errors import Fault, Problem, found, invalid
from service.api.forms import ById, Form, Query, View, answer
from service.api.routing import nouns, route
from service.domain.deliveries import DeliveryState
from service.domain.written_times import Moment
from service.edges import Edges


class EnableQuery(Query):
    """What becomes of what it missed."""

    replay: bool = Field(default=False, description="send what has died since it was disabled, too")


class ReplayForm(Form):
    """Which deliveries of the channel to send again, by when they were made."""

    since: Moment = Field(description="made at this time or later", examples=["2026-03-02T09:00:00Z"])
    until: Moment | None = Field(default=None, description="made before this time; null: until now")
    states: list[DeliveryState] = Field(
        default=[DeliveryState.DEAD],
        min_length=1,
        max_length=len(DeliveryState),
        description="those in these states: dead is what failed, pending what waits for its next try; "
        "with sent, receivers get what they had, under the same ids",
    )


class ReplayedView(View):
    """What is sent again."""

    replayed: int = Field(description="how many deliveries are due again")


def replays_api(edges: Edges) -> APIBlueprint:
    """The routes by which a channel gets what it missed."""
    api = nouns("channels", "Where alerts go", part="replays")
    _add_enabling(api, edges)
    _add_replay(api, edges)
    return api


def _add_enabling(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store

    @route(api, "post", "/v1/channels/<id>/enable", needs="write", answers={200: ChannelView}, problems=[409])
    def enable_channel(path: ById, query: EnableQuery) -> Response:
        """Use a disabled channel again. What it missed is dead until you replay it, here or later."""
        channel = found(store.channels.find_channel(workspace(), path.id), "channel")
        if channel.unconfirmed:
            raise Problem(409, only_by_reader(channel))
        enabled = found(store.channels.enable_channel(path.id, caller=caller(edges)), "channel")
        if query.replay and channel.disabled_at is not None:
            store.replays.replay_missed(path.id, since=channel.disabled_at, caller=caller(edges))
        return answer(view_channel(enabled))

    @route(api, "post", "/v1/channels/<id>/confirmation", needs="write", answers={202: ChannelView}, problems=[409])
    def ask_again(path: ById) -> Response:
        """Send the question whether mails are welcome once more, an hour after the last at the earliest."""
        channel = found(store.channels.find_channel(workspace(), path.id), "channel")
        if not channel.unconfirmed:
            raise Problem(409, "Nothing is to be confirmed for this channel.")
        if not store.confirmations.ask_again(path.id, caller=caller(edges)):
            raise Problem(409, "The last mail was sent within the hour; look into the mailbox, or ask again later.")
        return answer(view_channel(channel), 202)


def _add_replay(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store

    @route(api, "post", "/v1/channels/<id>/replay", needs="write", answers={202: ReplayedView}, problems=[409])
    def replay(path: ById, body: ReplayForm) -> Response:
        """Send again what was made in a time: all that failed, or in the states you name.

        Each keeps its id and has all its tries again. The oldest are sent first, in an ordered channel one after the other.
        """
        check_open(found(store.channels.find_channel(workspace(), path.id), "channel"))
        if body.until is not None and body.until <= body.since:
            raise invalid([Fault(at="/until", message="it must be later than `since`")], "replay")
        by = caller(edges)
        count = store.replays.replay(path.id, since=body.since, until=body.until, states=body.states, caller=by)
        return answer(ReplayedView(replayed=count), 202)
