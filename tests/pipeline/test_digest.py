"""From alerts that wait to the one message that tells them, on both engines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.channels import Channel
from service.domain.digests import DigestKind
from service.domain.feeds import Entry
from service.domain.policies import Defaults
from service.domain.rules import Rule
from service.edges import Edges
from service.pipeline.digest import release_due
from service.storage.deliveries import Delivery
from service.storage.digests import ListedDigest
from tests.conftest import START, Clock
from tests.make import a_spec, an_entry
from tests.pipeline.test_match import Desk

DAILY = {"digest": "daily", "at": "12:00"}
HOUR = timedelta(hours=1)


def bridge(number: int, **changes: Any) -> Entry:
    """An article about a bridge of its own."""
    names = ("Marlow", "Tarn", "Ostrava", "Quill", "Dessau", "Yarrow", "Bergen", "Hollow")
    title = f"{names[number % len(names)]} bridge number {number} opens"
    return an_entry(**{"guid": f"b{number}", "link": f"https://outlet{number}.example/bridge", "title": title, **changes})


class Waiting(Desk):
    """A desk with one channel, and what waits there and was sent."""

    feed: str
    channel: Channel

    def open(self) -> Waiting:
        self.feed, self.channel = self.follow("https://wire.example/feed"), self.add_channel()
        return self

    def tell(self, *entries: Entry) -> None:
        self.arrive(self.feed, *entries)
        self.match()

    def choose(self, **alerting: Any) -> None:
        self.edges.store.workspaces.change_alerting(lambda _old: Defaults.model_validate(alerting), caller=self.caller())

    def change(self, changed: Rule, **spec: Any) -> None:
        self.edges.store.rules.change_rule(changed.id, lambda _old: a_spec(**spec), caller=self.caller())

    def at(self, moment: datetime) -> int:
        """At this time the stage has its turn."""
        self.clock.at = moment
        return release_due(self.edges, lambda: None)

    def sent(self) -> list[Delivery]:
        return list(reversed(self.edges.store.deliveries.list_deliveries(self.workspace).items))

    def digests(self) -> list[ListedDigest]:
        return list(reversed(self.edges.store.digests.list_digests(self.workspace).items))

    def reasons(self) -> list[str | None]:
        return [each.reason for each in reversed(self.edges.store.matches.list_matches(self.workspace).items)]

    def to_send(self) -> list[Any]:
        return list(self.edges.store.deliveries.claim_deliveries(now=self.edges.now(), token="t", limit=50))


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Waiting:
    return Waiting(edges_on_both, clock).open()


def test_what_a_day_brings_is_one_message_at_its_time(desk: Waiting) -> None:
    watched = desk.watch(topics=["bridge"], alerting={"when": DAILY})
    desk.tell(bridge(1))
    desk.tell(bridge(2))
    noon = START.replace(hour=12)
    assert (desk.sent(), desk.at(noon - timedelta(seconds=1))) == ([], 0)
    assert desk.reasons() == ["collected for the digest of Mon 2 Mar 2026, 12:00 UTC"] * 2
    assert desk.holds() == [None, None]
    assert (desk.at(noon), desk.at(noon)) == (1, 0)
    (delivery,) = desk.to_send()
    assert delivery.alert is None
    assert (delivery.digest.rule, delivery.digest.kind, delivery.digest.count) == (watched.id, DigestKind.DIGEST, 2)
    assert [each.articles[0].title for each in delivery.digest.alerts] == [bridge(1).title, bridge(2).title]
