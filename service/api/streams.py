"""Alerts as they come: /v1/stream, Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.errors import Fault, Problem, invalid, unknown
from service.api.forms import Id, Query
from service.api.routing import nouns, route
from service.api.stream_ids import Had, read_id, write_id
from service.delivery.message import render_body
from service.domain.alerts import Alert
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryToSend
from service.edges import Edges
from service.storage.audit import Caller
from service.storage.told import Mark

# What is told is stored in transactions that end in another order than they began: what was told up to so long before what we
# sent last may become visible after it.
OVERLAP = timedelta(seconds=60)
PAUSE = 1.0  # seconds between looks
HEARTBEAT = 15  # looks without news until a comment shows that we are alive
LOOKS = 300  # in one connection: then its client comes back
EVENT_STREAM = "text/event-stream"
_UTC = ZoneInfo("UTC")


class StreamQuery(Query):
    """Which alerts."""

    rule: Id | None = Field(default=None, description="only the alerts of this rule")


@dataclass(slots=True)
class Listener:
    """One connection: sends what it has not sent yet, as long as its `key` (None: nobody's) opens the workspace.

    `since` is from when on it looks, `sent` what it has sent of that.
    """

    edges: Edges
    workspace: str
    rule: str | None
    since: datetime
    key: str | None = None
    sent: set[Mark] = field(default_factory=set)

    def may_listen(self) -> bool:
        """Whether the key has been neither revoked nor has it expired meanwhile."""
        return self.key is None or self.edges.store.workspaces.still_opens(self.key, now=self.edges.now())

    def skip(self) -> None:
        """Leave aside what was told before."""
        self.sent.update(self._told())

    def skip_what(self, had: Had) -> None:
        """Leave aside what its reader has had already."""
        self.sent.update(had.among(takewhile(lambda mark: mark.at <= had.at, self._told())))

    def news(self) -> Iterator[str]:
        """Each new message as an event, the oldest first."""
        for mark in self._told():
            if mark in self.sent:
                continue
            told = self.edges.store.told.get_message(mark)
            self.sent.add(mark)
            self._move_on(mark.at)
            if told is not None:
                yield _event(write_id(mark, self.sent), mark, told)

    def _told(self) -> Iterator[Mark]:
        return self.edges.store.told.list_since(self.workspace, self.since, rule_id=self.rule)

    def _move_on(self, at: datetime) -> None:
        self.since = max(self.since, at - OVERLAP)
        self.sent = {each for each in self.sent if each.at >= self.since}


def streams_api(edges: Edges) -> APIBlueprint:
    """The route of the stream."""
    api = nouns("alerts", "What was told, word for word", part="streams")
    places = threading.BoundedSemaphore(edges.settings.stream_connections)

    @route(api, "get", "/v1/stream", needs="read", answers={200: EVENT_STREAM})
    def stream_alerts(query: StreamQuery) -> Response:
        """Alerts and updates as they come, as Server-Sent Events.

        An event's `event` and `data` are the type and the body of the webhook. After `Last-Event-ID` nothing is lost, and nothing comes
        twice, however large a burst was; only where the minute before it had alerts at more than 900 moments, those of the oldest may.
        The connection ends after five minutes, and clients come back by themselves; it ends within a second when its key is revoked.
        """
        if query.rule is not None and edges.store.rules.find_rule(workspace(), query.rule) is None:
            raise invalid([unknown("query/rule", "rule", query.rule)])
        listener = _listener(edges, caller(edges), query.rule, request.headers.get("Last-Event-ID"))
        if not places.acquire(blocking=False):
            raise Problem(503, "Every place at the stream is taken; try again in a little while.", headers={"Retry-After": "10"})
        answer = Response(follow(listener, lambda: time.sleep(PAUSE)), content_type=f"{EVENT_STREAM}; charset=utf-8")
        answer.headers["X-Accel-Buffering"] = "no"  # nginx would hold events back
        answer.call_on_close(places.release)
        return answer

    return api


def follow(listener: Listener, pause: Callable[[], None], looks: int = LOOKS) -> Iterator[str]:
    """What is new, look by look, with a sign of life in between."""
    yield "retry: 1000\n\n"
    quiet = 0
    for _look in range(looks):
        quiet += 1
        if not listener.may_listen():
            return
        for event in listener.news():
            quiet = 0
            yield event
        if quiet >= HEARTBEAT:
            quiet = 0
            yield ": still here\n\n"
        pause()


def _listener(edges: Edges, by: Caller, rule: str | None, last: str | None) -> Listener:
    if last is not None:
        had = _had(last)
        listener = Listener(edges, by.workspace, rule, had.at - OVERLAP, by.name)
        listener.skip_what(had)
        return listener
    listener = Listener(edges, by.workspace, rule, by.now - OVERLAP, by.name)
    listener.skip()
    return listener


def _had(last: str) -> Had:
    try:
        return read_id(last)
    except ValueError:
        raise invalid([Fault(at="header/Last-Event-ID", message="give the id of an event as it came")]) from None


def _event(its_id: str, mark: Mark, told: Alert) -> str:
    nowhere = Channel("", told.workspace, "stream", "", {}, (), told.created_at)
    data = render_body(DeliveryToSend(told.id, nowhere, told, mark.at, "", mark.at, 0, 0, _UTC)).decode()
    kind = "alert.updated" if told.update else "alert.created"
    return f"id: {its_id}\nevent: {kind}\ndata: {data}\n\n"
