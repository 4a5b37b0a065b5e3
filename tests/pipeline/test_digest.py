"""From alerts that wait to the one message that tells them, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.domain.channels import Channel
from service.domain.deliveries import DeliveryState, DeliveryToSend, Receipt
from service.domain.digests import DigestKind
from service.domain.feeds import Entry
from service.domain.mutes import Muted, make_mute
from service.domain.policies import Defaults
from service.domain.rules import Rule
from service.domain.silences import Silence
from service.domain.timing import after_success
from service.edges import Edges
from service.pipeline.digest import give_up_poison, open_empty, release, release_due
from service.storage.claims import LeaseLost
from service.storage.database import Database
from service.storage.deliveries import Delivery
from service.storage.digests import ClaimedDigest, ListedDigest, drop_empty, load_collected, lock_digest
from service.storage.matches import Match
from service.storage.outbox import Tried
from tests.conftest import START, Clock
from tests.machine import until
from tests.make import a_spec, an_entry
from tests.pipeline.test_match import Desk

NOON = START.replace(hour=12)
DAILY = {"digest": "daily", "at": "12:00"}
MORNING = {"from": "08:00", "to": "12:00"}  # quiet while these tests begin
LEASE = timedelta(seconds=30)


def bridge(number: int, title: str = "") -> Entry:
    """What the outlet of this number writes of a bridge."""
    return an_entry(guid=f"b{number}", link=f"https://outlet{number}.example/bridge", title=title or f"Bridge number {number} opens")


class Waiting(Desk):
    """A desk with one channel, and what waits there and was sent. Its rules tell of every article."""

    feed: str
    channel: Channel

    def open(self) -> Waiting:
        self.feed, self.channel = self.follow("https://wire.example/feed"), self.add_channel()
        return self

    def rule(self, name: str = "Bridges", **alerting: Any) -> Rule:
        return self.watch(name=name, alerting={"stories": "every_article", **alerting})

    def change(self, changed: Rule, *, channels: Sequence[Any] | None = None, **alerting: Any) -> None:
        spec = a_spec(channels=channels, alerting={"stories": "every_article", **alerting})
        assert self.edges.store.rules.change_rule(changed.id, lambda _old: spec, caller=self.caller())

    def choose(self, **alerting: Any) -> None:
        self.edges.store.workspaces.change_alerting(lambda _old: Defaults.model_validate(alerting), caller=self.caller())

    def tell(self, *entries: Entry) -> None:
        self.arrive(self.feed, *entries)
        self.match()

    def at(self, moment: datetime) -> int:
        """At this time the stage has its turn."""
        self.clock.at = moment
        return release_due(self.edges, lambda: None)

    def claim(self) -> ClaimedDigest:
        (claimed,) = self.edges.store.digests.claim_digests(now=self.edges.now(), token="slow", limit=9)
        return claimed

    def give_up(self) -> int:
        """Workers end one after the other at the one digest that is due; how many digests are given up then."""
        for _ in range(5):
            self.claim()
            self.clock.advance(minutes=1)
        return give_up_poison(self.edges)

    def sent(self) -> list[Delivery]:
        return sorted(self.edges.store.deliveries.list_deliveries(self.workspace).items, key=lambda each: each.created_at)

    def digests(self) -> list[ListedDigest]:
        return list(reversed(self.edges.store.digests.list_digests(self.workspace).items))

    def reasons(self) -> list[str | None]:
        return [each.reason for each in reversed(self.edges.store.matches.list_matches(self.workspace).items)]

    def mute(self, muted: Rule, at: datetime) -> None:
        """The reader of the one channel mutes a rule for a day."""
        wanted = make_mute(Muted.RULE, workspace=self.workspace, channel=self.channel.id, rule=muted.id, story=None, alert="al_1", now=at)
        self.edges.store.mutes.put_mute(wanted, caller=self.caller())

    def matches(self) -> list[Match]:
        return list(self.edges.store.matches.list_matches(self.workspace).items)

    def taken(self) -> list[DeliveryToSend]:
        """What the outbox hands to the senders now; the other side takes it all."""
        handed: list[DeliveryToSend] = []
        outbox, now = self.edges.store.deliveries.outbox, self.edges.now()
        while some := outbox.claim(now=now, token="t", limit=50):
            outbox.save_attempts([Tried(each, after_success(Receipt(200, "")), "desk.example", now) for each in some], now=now)
            handed += some
        return handed

    def taken_digest(self) -> tuple[DigestKind, list[str]]:
        """The kind and the headlines of the one message that is handed to the senders."""
        (delivery,) = self.taken()
        assert delivery.digest is not None
        return delivery.digest.kind, [each.articles[0].title for each in delivery.digest.alerts]


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Waiting:
    return Waiting(edges_on_both, clock).open()


@pytest.fixture
def one(edges: Edges, clock: Clock) -> Waiting:
    """A desk on one engine, where the engine is not the point."""
    return Waiting(edges, clock).open()


def test_what_a_day_brings_is_one_message_at_its_time(desk: Waiting) -> None:
    watched = desk.rule(when=DAILY)
    desk.tell(bridge(1))
    desk.tell(bridge(2))
    assert desk.at(NOON - timedelta(seconds=1)) == 0
    assert (desk.sent(), desk.bells) == ([], 0)
    assert desk.reasons() == ["collected for the digest of Mon 2 Mar 2026, 12:00 UTC"] * 2
    assert desk.holds() == [None, None]
    (waiting,) = desk.digests()
    assert {each.digest for each in desk.edges.store.matches.list_matches("ws_1").items} == {waiting.id}
    assert (desk.at(NOON), desk.at(NOON)) == (1, 0)
    (delivery,) = desk.taken()
    assert (delivery.alert, delivery.channel.id) == (None, desk.channel.id)
    assert delivery.digest is not None
    assert (delivery.digest.rule, delivery.digest.kind, delivery.digest.count) == (watched.id, DigestKind.DIGEST, 2)
    assert [each.articles[0].title for each in delivery.digest.alerts] == ["Bridge number 1 opens", "Bridge number 2 opens"]
    desk.tell(bridge(3))
    assert desk.at(NOON + timedelta(hours=23)) == 0
    assert desk.at(NOON + timedelta(days=1)) == 1
    assert len(desk.sent()) == 2


def test_a_worker_killed_between_claim_and_commit_costs_nothing_but_a_lease(desk: Waiting) -> None:
    desk.rule(when=DAILY)
    desk.tell(bridge(1))
    desk.clock.at = NOON
    slow = desk.claim()  # and then it is killed, or merely slow
    assert desk.at(NOON + LEASE - timedelta(seconds=1)) == 0
    assert desk.at(NOON + LEASE) == 1
    with pytest.raises(LeaseLost):
        release(desk.edges, slow)
    assert desk.at(NOON + 2 * LEASE) == 0
    assert len(desk.sent()) == 1


def test_what_comes_while_a_digest_is_released_is_in_the_next(desk: Waiting) -> None:
    desk.rule(when=DAILY)
    desk.tell(bridge(1))
    desk.at(NOON)
    late = desk.edges
    desk.clock.at = NOON - timedelta(seconds=90)  # a worker decided just before, and commits only now
    desk.tell(bridge(2))
    assert [each.released_at is None for each in desk.digests()].count(True) == 1
    assert release_due(late, lambda: None) == 0
    assert desk.at(NOON) == 1
    assert len(desk.sent()) == 2
    assert len({each.id for each in desk.sent()}) == 2


def test_who_decides_while_a_digest_is_released_waits_and_loses_nothing(
    open_house: Callable[..., Edges], postgres_url: str, clock: Clock
) -> None:
    desk = Waiting(open_house(postgres_url), clock).open()
    desk.rule(when=DAILY)
    desk.tell(bridge(1))
    desk.arrive(desk.feed, bridge(2))
    decides_at, clock.at = clock.at, NOON
    claimed, database = desk.claim(), desk.edges.store.database
    clock.at = decides_at
    with ThreadPoolExecutor(1) as other:
        with database.write() as connection:
            lock_digest(connection, claimed)
            assert len(load_collected(connection, claimed)) == 1
            deciding = other.submit(desk.match)
            until(lambda: _waits_for_a_lock(database), "a decision waits for the release")
            drop_empty(connection, claimed, NOON)
        assert deciding.result(timeout=60) == 1
    assert desk.at(NOON) == 1
    assert desk.taken_digest() == (DigestKind.DIGEST, ["Bridge number 2 opens"])


def _waits_for_a_lock(database: Database) -> bool:
    with database.read() as connection:
        return bool(connection.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one())


def test_one_event_that_breaks_in_ten_outlets_is_one_message(desk: Waiting) -> None:
    desk.rule(group_wait=300)
    desk.tell(bridge(0))
    desk.tell(*(bridge(number) for number in range(1, 10)))
    assert desk.sent() == []
    (group,) = desk.digests()
    assert (len(group.alerts), group.send_at) == (10, group.created_at + timedelta(minutes=5))
    assert desk.at(group.send_at) == 1
    kind, titles = desk.taken_digest()
    assert (kind, len(titles)) == (DigestKind.GROUP_WAIT, 10)
    desk.tell(bridge(11))
    assert len(desk.digests()) == 2, "another group"


def test_one_alert_that_waited_is_sent_as_the_alert_that_it_is_with_who_reports_it_by_then(desk: Waiting) -> None:
    desk.watch(alerting={"group_wait": 300})
    title = "Harbour bridge at Marlow opens after a long delay"
    desk.tell(bridge(0, title))
    desk.tell(bridge(1, f"{title} of years"), bridge(2, f"{title}, mayor says"))
    (group,) = desk.digests()
    desk.at(group.send_at)
    (delivery,) = desk.taken()
    assert (delivery.digest, delivery.alert and delivery.alert.update) == (None, None)
    assert delivery.alert is not None
    assert delivery.alert.coverage is not None
    assert (len(delivery.alert.articles), delivery.alert.coverage.outlets) == (1, 3)
    assert delivery.alert.held == DigestKind.GROUP_WAIT
    assert "waited for others of this rule, told Mon 2 Mar 2026, 09:07 UTC" in desk.reasons()


def test_quiet_hours_hold_and_come_as_one_message_when_they_end(desk: Waiting) -> None:
    desk.rule(quiet_hours=MORNING)
    urgent = desk.rule(name="Urgent", quiet_hours=MORNING, urgent=True)
    desk.tell(bridge(1), bridge(2))
    assert {each.alert.rule for each in desk.taken() if each.alert} == {urgent.id}
    assert "quiet hours until Mon 2 Mar 2026, 12:00 UTC" in desk.reasons()
    desk.at(NOON)
    assert desk.taken_digest() == (DigestKind.QUIET_HOURS, ["Bridge number 1 opens", "Bridge number 2 opens"])
    assert desk.reasons().count("held by quiet hours, told Mon 2 Mar 2026, 12:00 UTC") == 2
    assert not any("quiet hours until" in (each or "") for each in desk.reasons())
    desk.tell(bridge(3))
    assert len(desk.sent()) == 5, "now it is not quiet, and both tell at once"


def test_a_cooldown_begins_when_the_quiet_ends(one: Waiting) -> None:
    one.rule(quiet_hours=MORNING, cooldown="PT1H")
    one.tell(bridge(1))
    one.at(NOON)
    one.tell(bridge(2))
    assert one.holds() == ["cooling_down", None]


def test_what_is_more_than_the_cap_comes_when_the_hour_is_over(desk: Waiting) -> None:
    desk.rule(cap={"hour": 2})
    desk.tell(*(bridge(number) for number in range(4)))
    desk.tell(bridge(4))
    assert [each.digest for each in desk.sent()] == [None, None]
    assert desk.reasons().count("more than the rule's cap, collected for the digest of Mon 2 Mar 2026, 10:00 UTC") == 3
    desk.taken()
    assert desk.at(START.replace(hour=10)) == 1
    kind, titles = desk.taken_digest()
    assert (kind, len(titles)) == (DigestKind.CAP, 3)
    desk.tell(bridge(5))
    assert len(desk.sent()) == 4, "a new hour, a new message at once"


def test_the_budget_is_of_all_rules_together_and_its_rest_one_message(desk: Waiting) -> None:
    desk.choose(budget=2, timezone="Asia/Tokyo")
    for name in ("One", "Two", "Three"):
        desk.rule(name=name)
    desk.tell(bridge(1), bridge(2))
    assert len(desk.taken()) == 2
    assert desk.at(START.replace(hour=14, minute=59)) == 0
    assert desk.at(START.replace(hour=15)) == 1, "midnight in Tokyo"
    (delivery,) = desk.taken()
    assert delivery.digest is not None
    assert (delivery.digest.kind, delivery.digest.rule, delivery.digest.count) == (DigestKind.BUDGET, None, 4)
    assert len({each.rule for each in delivery.digest.alerts}) >= 2


def test_rules_with_channels_of_their_own_spend_the_budget_into_digests_of_their_own(one: Waiting) -> None:
    other = one.add_channel()
    one.choose(budget=1)
    first = one.rule(name="One")
    one.change(first, channels=[one.channel.id])
    second = one.rule(name="Two")
    one.change(second, channels=[other.id])
    one.tell(bridge(1), bridge(2))
    one.taken()
    one.at(START.replace(hour=0) + timedelta(days=1))
    told = {each.channel.id: [alert.rule for alert in each.digest.alerts] for each in one.taken() if each.digest}
    assert set(told) <= {one.channel.id, other.id}
    assert all(set(rules) == {first.id if channel == one.channel.id else second.id} for channel, rules in told.items())
    assert sum(map(len, told.values())) == 3


def test_a_rule_that_is_edited_while_alerts_wait_keeps_them(desk: Waiting) -> None:
    watched, other = desk.rule(when=DAILY), desk.add_channel()
    desk.tell(bridge(1))
    desk.change(watched, channels=[other.id])  # instant now, and told elsewhere
    desk.tell(bridge(2))
    assert [each.channel for each in desk.sent()] == [other.id]
    desk.taken()
    assert desk.at(NOON) == 1
    (delivery,) = desk.taken()
    assert delivery.digest is not None
    assert (delivery.channel.id, delivery.digest.count) == (other.id, 1)


def test_a_rule_that_is_deleted_while_alerts_wait_has_them_told(one: Waiting) -> None:
    watched = one.rule(when=DAILY)
    one.tell(bridge(1))
    one.edges.store.rules.delete_rule(watched.id, caller=one.caller())
    assert one.at(NOON) == 1
    assert len(one.sent()) == 1


def test_a_rule_that_is_muted_while_alerts_wait_tells_them_when_it_speaks_again(one: Waiting) -> None:
    watched = one.rule(when=DAILY)
    one.tell(bridge(1))
    one.change(watched, when=DAILY, mute_until=(NOON + timedelta(hours=3)).isoformat())
    assert one.at(NOON) == 1
    assert one.sent() == []
    one.tell(bridge(2))
    assert one.holds()[0] == "muted"
    one.change(watched, when=DAILY)
    one.at(NOON + timedelta(minutes=15))
    assert one.taken_digest() == (DigestKind.DIGEST, ["Bridge number 1 opens"])


def test_the_matches_of_a_digest_that_a_mute_holds_say_so(one: Waiting) -> None:
    watched = one.rule(when=DAILY)
    one.tell(bridge(1))
    one.change(watched, when=DAILY, mute_until=(NOON + timedelta(hours=3)).isoformat())
    one.at(NOON)
    assert one.reasons() == ["the rule is muted, told after Mon 2 Mar 2026, 15:00 UTC"]
    one.at(NOON + timedelta(hours=3))
    assert one.reasons() == ["told in the digest of Mon 2 Mar 2026, 15:00 UTC"]


def test_a_muted_rule_is_not_in_the_digest_of_several_and_is_told_after_its_mute(desk: Waiting) -> None:
    desk.choose(budget=2)
    loud, muted = desk.rule(name="Loud"), desk.rule(name="Muted")
    desk.tell(bridge(1))
    desk.tell(bridge(2), bridge(3))
    desk.taken()
    midnight = START.replace(hour=0) + timedelta(days=1)
    until = midnight + timedelta(hours=8)
    desk.change(muted, mute_until=until.isoformat())
    assert desk.at(midnight) == 1
    (delivery,) = desk.taken()
    assert delivery.digest is not None
    assert ({each.rule for each in delivery.digest.alerts}, delivery.digest.count) == ({loud.id}, 2)
    waits = "the rule is muted, told after Tue 3 Mar 2026, 08:00 UTC"
    assert desk.reasons().count(waits) == 2
    (apart,) = desk.edges.store.digests.list_digests(desk.workspace, waiting=True).items
    assert (apart.rule, len(apart.alerts)) == (muted.id, 2)
    assert {each.digest for each in desk.matches() if each.reason == waits} == {apart.id}
    assert desk.at(until - timedelta(seconds=1)) == 1, "it is looked at in between: the mute may be taken back"
    assert desk.taken() == []
    assert desk.at(until) == 1
    kind, titles = desk.taken_digest()
    assert (kind, len(titles)) == (DigestKind.BUDGET, 2)
    assert desk.reasons().count("more than the workspace's budget, told in the digest of Tue 3 Mar 2026, 08:00 UTC") == 2


def test_a_digest_of_several_whose_rules_are_all_muted_is_not_sent(one: Waiting) -> None:
    one.choose(budget=1)
    watched = one.rule()
    one.tell(bridge(1), bridge(2))
    one.taken()
    midnight = START.replace(hour=0) + timedelta(days=1)
    one.change(watched, mute_until=(midnight + timedelta(hours=8)).isoformat())
    assert one.at(midnight) == 1
    assert one.taken() == []
    one.change(watched)
    one.at(midnight + timedelta(minutes=15))
    assert one.taken_digest()[0] is DigestKind.BUDGET


def test_a_digest_goes_without_what_the_reader_of_its_channel_has_muted(desk: Waiting) -> None:
    other = desk.add_channel()
    desk.choose(budget=2)
    loud, muted = desk.rule(name="Loud"), desk.rule(name="Muted")
    desk.tell(bridge(1))
    desk.taken()
    desk.tell(bridge(2), bridge(3))
    midnight = START.replace(hour=0) + timedelta(days=1)
    desk.mute(muted, midnight - timedelta(hours=1))
    desk.at(midnight)
    told = {each.channel.id: each.digest for each in desk.taken() if each.digest}
    assert {channel: digest.count for channel, digest in told.items()} == {desk.channel.id: 2, other.id: 4}
    assert {each.rule for each in told[desk.channel.id].alerts} == {loud.id}
    called_off = [each for each in desk.sent() if each.state is DeliveryState.CANCELLED]
    assert [(each.channel, each.digest) for each in called_off] == [(desk.channel.id, None)] * 2
    assert {str(each.detail).partition(" until")[0] for each in called_off} == {"the reader of this channel muted the rule"}
    assert desk.edges.store.deliveries.redeliver(called_off[0].id, caller=desk.caller())
    (again,) = desk.taken()
    assert again.alert is not None
    assert (again.alert.id, again.alert.rule) == (called_off[0].alert, muted.id)


def test_a_digest_of_which_the_reader_has_muted_all_is_called_off(one: Waiting) -> None:
    one.choose(budget=1)
    watched = one.rule()
    one.tell(bridge(1), bridge(2))
    one.taken()
    midnight = START.replace(hour=0) + timedelta(days=1)
    one.mute(watched, midnight - timedelta(hours=1))
    one.at(midnight)
    assert one.taken() == []
    (called_off,) = [each for each in one.sent() if each.state is DeliveryState.CANCELLED]
    assert called_off.digest is not None
    assert one.edges.store.deliveries.redeliver(called_off.id, caller=one.caller())
    assert one.taken_digest()[0] is DigestKind.BUDGET


def test_an_empty_digest_is_sent_once_where_it_is_wanted(desk: Waiting) -> None:
    desk.rule(when={**DAILY, "send_empty": True})
    desk.rule(name="Silent when there is nothing", when=DAILY)
    for _ in range(2):
        assert open_empty(desk.edges) == 1
    assert desk.at(NOON) == 1
    desk.clock.at = NOON - timedelta(seconds=1)
    open_empty(desk.edges)  # a worker that is a little late
    assert desk.at(NOON) == 0
    assert desk.taken_digest() == (DigestKind.DIGEST, [])
    open_empty(desk.edges)
    desk.tell(bridge(1))
    assert desk.at(NOON + timedelta(days=1)) == 2
    assert sorted(len(each.digest.alerts) for each in desk.taken() if each.digest) == [1, 1]


def test_an_empty_digest_that_is_not_wanted_any_more_is_not_sent(desk: Waiting) -> None:
    desk.choose(when={**DAILY, "send_empty": True})
    for name in ("Instant by its own choice", "Later"):
        desk.rule(name=name, **({"when": "instant"} if name != "Later" else {}))
    assert open_empty(desk.edges) == 1
    desk.choose(when={**DAILY, "at": "13:00", "send_empty": True})
    assert (desk.at(NOON), desk.sent()) == (1, [])


def test_a_silence_holds_with_its_id_and_what_was_said_of_it(desk: Waiting) -> None:
    desk.rule()
    now = desk.edges.now()
    silence = Silence("sl_1", "ws_1", "opening week", (), ("The Gazette",), (), now, now + timedelta(hours=1), now, "key_1")
    desk.edges.store.silences.add_silence(silence, caller=desk.caller())
    desk.tell(bridge(1))
    (match,) = desk.edges.store.matches.list_matches("ws_1").items
    assert (match.held, match.silence, match.reason, match.alert) == ("silenced", "sl_1", 'silenced by sl_1: "opening week"', None)
    desk.edges.store.silences.expire("sl_1", caller=desk.caller())
    desk.tell(bridge(2))
    assert desk.alerts() == ["Bridge number 2 opens"]


def test_a_silence_keeps_the_news_of_a_story_until_it_has_ended(one: Waiting) -> None:
    one.watch(actors=["Lena Brandt", "Otto Weiss"], topics=["bridge"])
    title = "Lena Brandt opens the harbour bridge at Marlow"
    one.tell(bridge(0, title))
    now = one.edges.now()
    silence = Silence("sl_1", "ws_1", "enough", ("Otto Weiss",), (), (), now, now + timedelta(hours=1), now, "key_1")
    one.edges.store.silences.add_silence(silence, caller=one.caller())
    one.tell(bridge(1, f"{title} with Otto Weiss"))
    assert one.holds()[0] == "silenced"
    assert one.reasons()[1] == f'joined the alert of "{title}"; silenced by sl_1: "enough", so not told yet: new actor: Otto Weiss'
    one.tell(bridge(2, f"{title}, mayor says"))
    assert one.reasons()[2] == "new actor: Otto Weiss"


def test_updates_of_a_story_wait_with_its_alert(one: Waiting) -> None:
    one.watch(actors=["Lena Brandt", "Otto Weiss"], topics=["bridge"], alerting={"quiet_hours": MORNING})
    title = "Lena Brandt opens the harbour bridge at Marlow"
    one.tell(bridge(0, title))
    one.tell(bridge(1, f"{title} with Otto Weiss"))
    assert one.reasons()[1] == "new actor: Otto Weiss; quiet hours until Mon 2 Mar 2026, 12:00 UTC"
    one.at(NOON)
    (delivery,) = one.taken()
    assert delivery.alert is not None
    assert (delivery.alert.update, len(delivery.alert.articles)) == (None, 2)


def test_a_digest_that_ends_every_worker_is_given_up_and_its_alerts_told_one_by_one(one: Waiting) -> None:
    one.rule(when=DAILY)
    one.tell(bridge(1), bridge(2))
    one.clock.at = NOON
    assert one.give_up() == 1
    assert one.at(NOON + timedelta(hours=1)) == 0
    told = [each.alert.articles[0].title for each in one.taken() if each.alert]
    assert sorted(told) == ["Bridge number 1 opens", "Bridge number 2 opens"]
    assert one.reasons() == ["told by itself, as its digest could not be put together"] * 2


def test_each_alert_of_a_digest_that_is_given_up_goes_where_it_belongs(one: Waiting) -> None:
    other = one.add_channel()
    watched = one.rule(when=DAILY)
    routes = [one.channel.id, {"channel": other.id, "only": {"sources": ["outlet2.example"]}}]
    one.change(watched, channels=routes, when=DAILY)
    one.tell(bridge(1), bridge(2))
    one.clock.at = NOON
    one.give_up()
    told = [(each.channel.id, each.alert.articles[0].title) for each in one.taken() if each.alert]
    first, second = "Bridge number 1 opens", "Bridge number 2 opens"
    assert sorted(told) == sorted([(one.channel.id, first), (one.channel.id, second), (other.id, second)])


def test_a_muted_rule_is_silent_though_its_digest_is_given_up(desk: Waiting) -> None:
    watched = desk.rule(when=DAILY)
    desk.tell(bridge(1), bridge(2))
    until = NOON + timedelta(hours=3)
    desk.change(watched, when=DAILY, mute_until=until.isoformat())
    desk.clock.at = NOON
    assert desk.give_up() == 1
    assert desk.taken() == []
    assert desk.reasons() == ["the rule is muted, told after Mon 2 Mar 2026, 15:00 UTC"] * 2
    desk.at(until)
    kind, titles = desk.taken_digest()
    assert (kind, sorted(titles)) == (DigestKind.DIGEST, ["Bridge number 1 opens", "Bridge number 2 opens"])


def test_of_a_digest_of_several_that_is_given_up_muted_rules_are_told_after_their_mute(one: Waiting) -> None:
    one.choose(budget=2)
    loud, muted = one.rule(name="Loud"), one.rule(name="Muted")
    one.tell(bridge(1))
    one.tell(bridge(2), bridge(3))
    one.taken()
    one.clock.at = START.replace(hour=0) + timedelta(days=1)
    until = one.clock.at + timedelta(hours=8)
    one.change(muted, mute_until=until.isoformat())
    one.give_up()
    assert [each.alert.rule for each in one.taken() if each.alert] == [loud.id] * 2
    one.at(until)
    kind, titles = one.taken_digest()
    assert (kind, len(titles)) == (DigestKind.BUDGET, 2)


def test_what_the_reader_of_a_channel_has_muted_is_called_off_when_a_digest_is_given_up(one: Waiting) -> None:
    watched = one.rule(when=DAILY)
    one.tell(bridge(1))
    one.clock.at = NOON
    one.mute(watched, NOON)
    one.give_up()
    assert one.taken() == []
    assert [each.state for each in one.sent()] == [DeliveryState.CANCELLED]


def test_an_empty_digest_of_a_muted_rule_does_not_wait_for_the_end_of_the_mute(one: Waiting) -> None:
    daily = {**DAILY, "send_empty": True}
    watched = one.rule(when=daily)
    open_empty(one.edges)
    one.change(watched, when=daily, mute_until=(NOON + timedelta(hours=3)).isoformat())
    assert one.at(NOON) == 1
    one.change(watched, when=daily)
    assert one.at(NOON + timedelta(hours=1)) == 0
    assert one.sent() == []


def test_a_digest_of_a_muted_rule_is_not_put_together(one: Waiting) -> None:
    watched = one.rule(when=DAILY)
    one.tell(bridge(1))
    one.change(watched, when=DAILY, mute_until=(NOON + timedelta(hours=3)).isoformat())
    with one.edges.store.database.write() as connection:
        connection.execute(text("UPDATE alert SET content = '{}'"))
    assert one.at(NOON) == 1
    assert one.sent() == []


def test_nobody_else_is_told_what_one_workspace_collects(open_house: Callable[..., Edges], clock: Clock) -> None:
    edges = open_house()
    ours, theirs = Waiting(edges, clock).open(), Waiting(edges, clock, "ws_2").open()
    ours.rule(when=DAILY)
    ours.tell(bridge(1))
    ours.at(NOON)
    assert (len(ours.digests()), theirs.digests(), theirs.sent()) == (1, [], [])
    assert edges.store.digests.find_digest("ws_2", ours.digests()[0].id) is None
