"""Whoever writes the same rows at the same time takes them in one order, on PostgreSQL: nobody is ended for waiting in a circle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, select, text

from service.domain.deliveries import DeliveryState, DeliveryToSend, Outcome, Receipt
from service.domain.timing import after_success
from service.edges import Edges
from service.pipeline.digest import give_up_poison
from service.storage.feed_rows import match_again
from service.storage.outbox import Tried
from service.storage.pruning import forget_articles
from service.storage.tables import article, delivery, feed
from tests.conftest import START, Clock
from tests.machine import until
from tests.pipeline.barriers import locks_awaited
from tests.pipeline.test_deliver import Outbox
from tests.pipeline.test_digest import Waiting, bridge

MIDNIGHT = START.replace(hour=0) + timedelta(days=1)


@pytest.fixture
def desk(open_house: Callable[..., Edges], postgres_url: str, clock: Clock) -> Waiting:
    return Waiting(open_house(postgres_url), clock).open()


def test_a_days_rest_is_told_while_somebody_decides_what_else_goes_into_it(desk: Waiting, watcher: Engine) -> None:
    """The budget is taken away just then: who decides has read it, who tells the rest has not. In the rest there is a muted rule."""
    desk.choose(budget=1)
    muted = desk.rule()
    desk.tell(bridge(1), bridge(2))
    desk.change(muted, mute_until=(MIDNIGHT + timedelta(hours=8)).isoformat())
    desk.rule(name="Loud")
    desk.arrive(desk.feed, bridge(3))
    desk.matcher.warm_up()
    with ThreadPoolExecutor(2) as run, watcher.connect() as changing, watcher.connect() as late:
        late.execute(text("LOCK TABLE alert IN SHARE MODE"))  # whoever has decided waits here
        changing.execute(text("UPDATE workspace SET alerting = jsonb_set(alerting, '{budget}', 'null')"))
        deciding = run.submit(desk.match)
        until(lambda: locks_awaited(watcher) == 1, "who decides waits for the workspace, whose budget it has read")
        changing.commit()
        until(lambda: _waits_for(watcher, "alert"), "it has decided")
        telling = run.submit(desk.at, MIDNIGHT)
        until(lambda: locks_awaited(watcher) == 2, "who tells the rest waits for it")
        late.rollback()
        assert deciding.result(timeout=60) == 1
        assert telling.result(timeout=60) == 1
    assert [len(each.alerts) for each in desk.digests()] == [1, 1], "what the muted rule had to tell is apart"


def test_digests_of_muted_rules_are_given_up_while_somebody_decides_about_those_rules(desk: Waiting, watcher: Engine) -> None:
    rules = [desk.rule(name=f"Rule {number}", when={"digest": "daily", "at": "12:00"}) for number in range(6)]
    desk.tell(bridge(1))
    by_digest = [str(each.rule) for each in sorted(desk.digests(), key=lambda each: each.id)]
    later = next(each for each, following in pairwise(by_digest) if each > following)  # the digest of a later rule is given up before
    earlier = by_digest[by_digest.index(later) + 1]
    desk.clock.at = MIDNIGHT
    for each in rules:
        if each.id in (earlier, later):
            desk.change(each, mute_until=(MIDNIGHT + timedelta(hours=8)).isoformat())
    with watcher.begin() as connection:
        connection.execute(text("UPDATE digest SET claims = 5"))
    desk.arrive(desk.feed, bridge(2))
    desk.matcher.warm_up()
    with ThreadPoolExecutor(2) as run, watcher.connect() as late:
        late.execute(text("SELECT 1 FROM rule WHERE id = :later FOR KEY SHARE"), {"later": later})
        deciding = run.submit(desk.match)
        until(lambda: locks_awaited(watcher) == 1, "who decides has locked the rules before this one")
        giving_up = run.submit(give_up_poison, desk.edges)
        until(lambda: locks_awaited(watcher) == 2, "who gives up waits for one of those")
        late.rollback()
        assert deciding.result(timeout=60) == 1
        assert giving_up.result(timeout=60) == 6


class Three(Outbox):
    """A channel with three deliveries, of which the last has the first id."""

    def open(self) -> Three:
        self.channel = self.add_channel(url="https://slow.example/hook")
        for number in (3, 2, 1):
            made = {"workspace": "ws_1", "channel": self.channel, "state": "pending", "created_at": self.clock.at, "next_at": self.clock.at}
            with self.edges.store.database.write() as connection:
                connection.execute(delivery.insert().values(id=f"dl_{number}", **made))
            self.clock.advance(seconds=1)
        return self

    def replay(self) -> int:
        states, since = list(DeliveryState), self.clock.at - timedelta(days=1)
        return self.edges.store.replays.replay(self.channel, since=since, until=None, states=states, caller=self.caller())

    def claim(self, limit: int = 9) -> Sequence[DeliveryToSend]:
        return self.edges.store.deliveries.outbox.claim(now=self.clock.at, token="t", limit=limit)

    def save(self, claimed: Sequence[DeliveryToSend]) -> int:
        """The first by id was taken, and the others are given back unsent; of how many another worker has by now."""
        first, *others = sorted(claimed, key=lambda each: each.id)
        tried = [Tried(first, after_success(Receipt(200, "ok")), "slow.example", self.clock.at)]
        released = [each.id for each in others]
        return len(self.edges.store.deliveries.outbox.save_attempts(tried, now=self.clock.at, release=released, token="t"))

    def save_one(self, claimed: DeliveryToSend, outcome: Outcome) -> int:
        tried = Tried(claimed, outcome, "slow.example", self.clock.at)
        return len(self.edges.store.deliveries.outbox.save_attempts([tried], now=self.clock.at))


@pytest.fixture
def three(open_house: Callable[..., Edges], postgres_url: str, clock: Clock) -> Three:
    return Three(open_house(postgres_url), clock).open()


@pytest.mark.parametrize("under_way", [pytest.param(True, id="stored"), pytest.param(False, id="taken")])
def test_deliveries_are_sent_again_while_they_are(three: Three, watcher: Engine, under_way: bool) -> None:
    claimed = three.claim() if under_way else ()
    with ThreadPoolExecutor(2) as run, watcher.connect() as late:
        late.execute(text("SELECT 1 FROM delivery WHERE id = 'dl_2' FOR UPDATE"))
        replaying = run.submit(three.replay)
        until(lambda: locks_awaited(watcher) == 1, "it has taken one and waits for the second")
        other = run.submit(lambda: three.save(claimed) if under_way else len(three.claim()))
        until(lambda: locks_awaited(watcher) == 2, "the other waits, too")
        late.rollback()
        assert replaying.result(timeout=60) == 3
        assert other.result(timeout=60) == (0 if under_way else 3)
    assert {each.state for each in three.edges.store.deliveries.list_deliveries("ws_1").items} <= {"pending", "sent"}


def test_a_channel_is_disabled_while_it_is_sent_again(three: Three, watcher: Engine) -> None:
    """What is sent again then is ended by whoever claims it."""
    (last,) = three.claim(limit=1)
    assert last.id == "dl_3"
    gone = Outcome(DeliveryState.DEAD, None, delivered=False, status=410, detail="it is gone", disable_channel="it is gone")
    with ThreadPoolExecutor(2) as run, watcher.connect() as late:
        late.execute(text("SELECT 1 FROM delivery WHERE id = 'dl_2' FOR UPDATE"))
        replaying = run.submit(three.replay)
        until(lambda: locks_awaited(watcher) == 1, "it has taken one and waits for the second")
        disabling = run.submit(three.save_one, last, gone)
        until(lambda: disabling.done() or locks_awaited(watcher) == 2, "the last one's worker disables the channel")
        late.rollback()
        assert replaying.result(timeout=60) == 3
        assert disabling.result(timeout=60) == 0
    assert three.claim() == ()
    assert {each.state for each in three.edges.store.deliveries.list_deliveries("ws_1").items} == {"dead"}


def test_articles_are_forgotten_while_those_of_their_feed_are_matched_again(three: Three, watcher: Engine) -> None:
    database, texts = three.edges.store.database, ("dedup_key", "content_hash", "title", "summary", "body", "author", "source")
    old = {**dict.fromkeys(texts, ""), "feed": "fd_1", "baseline": False, "first_seen_at": three.clock.at, "changed_at": three.clock.at}
    with database.write() as connection:
        connection.execute(feed.insert().values(id="fd_1", url="https://gazette.example/feed", state="ok", created_at=three.clock.at))
        connection.execute(article.insert(), [{**old, "id": f"ar_{number}"} for number in (3, 2, 1)])

    def match() -> None:
        with database.write() as connection:
            match_again(connection, "fd_1", three.clock.at)

    with ThreadPoolExecutor(2) as run, watcher.connect() as late:
        late.execute(text("SELECT 1 FROM article WHERE id = 'ar_2' FOR UPDATE"))
        matching = run.submit(match)
        until(lambda: locks_awaited(watcher) == 1, "it has taken one and waits for the second")
        forgetting = run.submit(forget_articles, database, older_than=three.clock.at + timedelta(days=1))
        until(lambda: forgetting.done() or locks_awaited(watcher) == 2, "the last one is forgotten")
        late.rollback()
        matching.result(timeout=60)
        assert forgetting.result(timeout=60) == 1
    with database.read() as connection:
        assert {row.id for row in connection.execute(select(article.c.id).where(article.c.next_at.is_not(None)))} == {"ar_1", "ar_2"}


def _waits_for(watcher: Engine, table: str) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(:table AS regclass)")
    with watcher.connect() as connection:
        return bool(connection.execute(waiting, {"table": table}).scalar_one())
