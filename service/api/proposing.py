"""Working out what would have prevented a rule's false alarms: in a process one rule at a time, and once for what was said of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from threading import BoundedSemaphore, Lock
from typing import TypeAlias

from service.api.errors import Problem
from service.domain.feedback import JudgedAlert
from service.domain.rules import Rule
from service.edges import Edges
from service.matching.proposals import Proposals, propose
from service.storage.paging import MAX_PAGE

MAX_COMPARED = 200  # judged alerts, the newest, whose articles are read
MAX_TEXT = 1_000_000  # characters of those in all: less than a second of CPU
KEPT = 200  # rules
KEPT_FOR = timedelta(minutes=10)  # articles may be edited meanwhile
BUSY = "What was said of another rule is being worked out just now; try again in two seconds."

_Asked: TypeAlias = tuple[str, int, tuple[tuple[str, bool], ...], tuple[str, ...]]


class Proposing:
    """Works proposals out, each once: a rule's stay as they are while neither it nor what was said of it changes."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._known: OrderedDict[_Asked, tuple[datetime, Proposals]] = OrderedDict()
        self._turn = BoundedSemaphore(1)
        self._lock = Lock()

    def for_rule(self, rule: Rule, judged: Mapping[str, bool]) -> Proposals:
        """What would have prevented the false alarms among the newest of these alerts, each with whether it was relevant.

        Raises:
            Problem: 503, where it is not known yet and another rule has its turn.
        """
        channels = self._edges.store.channels.list_channels(rule.workspace, limit=MAX_PAGE)
        named = () if channels.next_cursor else tuple(each.id for each in channels.items)  # a part would leave the others out
        asked = (rule.id, rule.revision, tuple(islice(judged.items(), MAX_COMPARED)), named)
        known = self._find(asked)
        if known is not None:
            return known
        if not self._turn.acquire(blocking=False):
            raise Problem(503, BUSY, headers={"Retry-After": "2"})
        try:
            return self._keep(asked, self._propose(rule, dict(asked[2]), named))
        finally:
            self._turn.release()

    def _propose(self, rule: Rule, judged: Mapping[str, bool], channels: tuple[str, ...]) -> Proposals:
        store, owner = self._edges.store, rule.workspace
        return propose(
            rule.spec,
            tuple(_first_of(store.judged.load(owner, judged), MAX_TEXT)),
            saved=store.actors.saved_as_matched(owner, store.rules.saved_for(owner, rule.spec, rule.id)),
            channels=channels,
            as_matched=lambda spec: store.actors.as_matched(owner, spec),
        )

    def _find(self, asked: _Asked) -> Proposals | None:
        with self._lock:
            made_at, known = self._known.get(asked, (None, None))
        return known if made_at is not None and self._edges.now() < made_at + KEPT_FOR else None

    def _keep(self, asked: _Asked, proposals: Proposals) -> Proposals:
        made_at = self._edges.now()
        with self._lock:
            self._known[asked] = (made_at, proposals)
            self._known.move_to_end(asked)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return proposals


def _first_of(alerts: Iterable[JudgedAlert], characters: int) -> Iterator[JudgedAlert]:
    """The first of the alerts, as many as have so much text."""
    for alert in alerts:
        characters -= sum(len(text) for each in alert.articles for text in (each.article.title, each.article.summary, each.article.body))
        if characters < 0:
            return
        yield alert
