"""From stored articles to matches, alerts and deliveries, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from service.api.streams import OVERLAP, Listener
from service.domain.alerting import FoundMatch
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryState
from service.domain.evidence import Scores
from service.domain.feeds import Entry
from service.domain.identity import keys_of, recognise
from service.domain.polling import Fetched, after_success
from service.domain.rules import Rule, RuleSpec
from service.edges import Edges
from service.pipeline.alert import raise_alerts
from service.pipeline.match import Matcher
from service.storage.audit import Caller
from service.storage.polls import PollToSave, SavedPoll, save_polls
from tests.conftest import Clock
from tests.make import a_spec, an_entry
from tests.pipeline.barriers import held_up


class Desk:
    """A workspace that follows feeds; entries arrive without any HTTP."""

    def __init__(self, edges: Edges, clock: Clock, workspace: str = "ws_1") -> None:
        self.edges, self.clock, self.workspace = edges, clock, workspace
        edges.store.workspaces.get_or_add_workspace(workspace, new_id=workspace, now=edges.now())
        self.matcher = Matcher(edges)
        self.bells = 0

    def caller(self) -> Caller:
        return Caller(self.workspace, "test", self.edges.now(), self.edges.new_id("au"))

    def follow(self, url: str, *, tags: Sequence[str] = (), alert_existing: bool = False, polled: bool = True) -> str:
        """Follow a feed, whose first (empty) poll is over unless told otherwise."""
        store = self.edges.store
        feed, _ = store.feeds.follow(
            url, new_id=self.edges.new_id("fd"), tags=tags, alert_existing=alert_existing, caller=self.caller()
        )  # fmt: skip
        if polled and feed.state == "new":
            self.arrive(feed.id)
        return feed.id

    def arrive(self, feed_id: str, *entries: Entry) -> None:
        """A minute later the feed is polled and lists these entries."""
        now = self.clock.advance(minutes=1)
        store = self.edges.store
        store.feeds.poll_now(feed_id, caller=self.caller())
        (claimed,) = store.feeds.claim_feeds(now=now, token="t", limit=1)
        fetched = Fetched(200, claimed.url, b"", claimed.validators, None, complete=True, conditional=False)
        update = after_success(claimed, fetched, None, now=now, interval=timedelta(days=1), jitter=0)
        keys = [key for each in recognise(entries, keys_of(entries), {}) for key in each.keys.lookups]
        (lookups,) = store.articles.known_articles([(claimed.id, keys)])
        (saved,) = save_polls(
            store.database, [PollToSave(claimed, update, recognise(entries, keys_of(entries), lookups), "The Gazette", now)]
        )
        assert isinstance(saved, SavedPoll)

    def watch(self, **spec: Any) -> Rule:
        return self.edges.store.rules.add_rule(a_spec(**spec), new_id=self.edges.new_id("ru"), caller=self.caller())

    def add_channel(self) -> Channel:
        new = Channel(self.edges.new_id("ch"), self.workspace, "webhook", "Desk", {"url": "https://desk.example/"}, (), self.edges.now())
        self.edges.store.channels.add_channel(new, caller=self.caller())
        return new

    def match(self) -> int:
        def ring() -> None:
            self.bells += 1

        return self.matcher.match_due(ring)

    def alerts(self) -> list[str]:
        return sorted(each.articles[0].title for each in self.edges.store.alerts.list_alerts(self.workspace).items)

    def holds(self) -> list[str | None]:
        return [each.held for each in self.edges.store.matches.list_matches(self.workspace).items]


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Desk:
    return Desk(edges_on_both, clock)


def test_an_article_that_matches_is_alerted_to_every_channel(desk: Desk) -> None:
    feed, rule = desk.follow("https://gazette.example/feed"), desk.watch()
    channels = {desk.add_channel().id, desk.add_channel().id}
    desk.arrive(feed, an_entry(), an_entry(guid="g2", link="https://gazette.example/2", title="Dockers strike"))
    assert desk.match() == 2
    assert desk.alerts() == ["Harbour bridge opens"]
    assert desk.bells == 1
    (match,) = desk.edges.store.matches.list_matches("ws_1", rule_id=rule.id).items
    assert (match.held, [found.text for found in match.evidence]) == (None, ["bridge"])
    assert match.scores is not None
    assert 0 < match.scores.is_about <= match.scores.comes_up < 1
    assert match.scores.nearness is None, "judged by its words alone"
    deliveries = desk.edges.store.deliveries.list_deliveries("ws_1").items
    assert {(each.channel, each.state, each.alert) for each in deliveries} == {(channel, "pending", match.alert) for channel in channels}


def test_a_rule_tells_only_its_own_channels(desk: Desk) -> None:
    feed, wanted, _other = desk.follow("https://gazette.example/feed"), desk.add_channel(), desk.add_channel()
    desk.watch(channels=[wanted.id])
    desk.arrive(feed, an_entry())
    desk.match()
    assert [each.channel for each in desk.edges.store.deliveries.list_deliveries("ws_1").items] == [wanted.id]


def test_many_changed_rules_are_taken_in_bit_by_bit_and_the_log_tells(desk: Desk) -> None:
    feed = desk.follow("https://gazette.example/feed")
    rules = [desk.watch(name=f"Bridge {number}") for number in range(5)]
    desk.matcher = Matcher(desk.edges, at_once=2)
    desk.arrive(feed, an_entry())
    with capture_logs() as logs:
        desk.match()
    assert [(each["live"], each["changed"]) for each in logs if each["event"] == "taking in rules"] == [(2, 5), (4, 5), (5, 5)]
    assert 0 < logs[-1]["index_bytes"] < desk.matcher.index.memory, "rules that articles have brought take more"
    assert desk.matcher.index.revision == rules[-1].revision
    assert len(desk.edges.store.matches.list_matches("ws_1").items) == 5


def test_a_warmed_up_matcher_has_the_rules(desk: Desk) -> None:
    desk.watch()
    desk.matcher.warm_up()
    assert len(desk.matcher.index) == 1
    desk.arrive(desk.follow("https://gazette.example/feed"), an_entry())
    assert desk.match() == 1
    assert desk.alerts() == ["Harbour bridge opens"]


def test_matching_twice_alerts_once(desk: Desk) -> None:
    feed = desk.follow("https://gazette.example/feed")
    desk.watch()
    desk.arrive(feed, an_entry())
    desk.match()
    desk.arrive(feed, an_entry(title="Harbour bridge opens late"))
    assert desk.match() == 1
    assert len(desk.alerts()) == 1
    assert desk.holds() == [None]


def test_an_edit_may_raise_the_first_alert(desk: Desk) -> None:
    feed = desk.follow("https://gazette.example/feed")
    desk.watch()
    desk.arrive(feed, an_entry(title="Harbour news"))
    desk.match()
    assert desk.alerts() == []
    desk.arrive(feed, an_entry(title="Harbour news: the bridge opens"))
    desk.match()
    assert desk.alerts() == ["Harbour news: the bridge opens"]


def test_the_same_page_in_two_feeds_alerts_once(desk: Desk) -> None:
    first, second = desk.follow("https://gazette.example/feed"), desk.follow("https://aggregator.example/feed")
    desk.watch()
    desk.arrive(first, an_entry())
    desk.arrive(second, an_entry(guid="x", link="http://www.gazette.example/1?utm_source=rss"))
    desk.match()
    assert len(desk.alerts()) == 1
    assert sorted(map(str, desk.holds())) == ["None", "already_alerted"]


def test_a_cooldown_holds_within_one_batch_too(desk: Desk, clock: Clock) -> None:
    feed = desk.follow("https://gazette.example/feed")
    desk.watch(alerting={"cooldown": "PT1H", "stories": "every_article"})
    entries = [an_entry(guid=str(number), link=f"https://gazette.example/{number}", title=f"Bridge {number}") for number in range(3)]
    desk.arrive(feed, *entries)
    desk.match()
    assert len(desk.alerts()) == 1
    assert sorted(map(str, desk.holds())) == ["None", "cooling_down", "cooling_down"]
    clock.advance(hours=1)
    desk.arrive(feed, an_entry(guid="9", link="https://gazette.example/9", title="Bridge 9"))
    desk.match()
    assert len(desk.alerts()) == 2


def test_the_first_poll_is_matched_but_not_alerted(desk: Desk) -> None:
    feed = desk.follow("https://gazette.example/feed", polled=False)
    desk.watch()
    desk.arrive(feed, an_entry())
    desk.match()
    assert (desk.alerts(), desk.holds()) == ([], ["baseline"])


def test_the_first_poll_is_alerted_if_the_workspace_asked_for_it(desk: Desk) -> None:
    desk.watch()
    desk.arrive(desk.follow("https://gazette.example/feed", polled=False, alert_existing=True), an_entry())
    desk.match()
    assert desk.alerts() == ["Harbour bridge opens"]


def test_a_rule_committed_just_before_the_article_matches_it(desk: Desk) -> None:
    feed = desk.follow("https://gazette.example/feed")
    desk.match()  # the index exists before the rule does
    desk.watch()
    desk.arrive(feed, an_entry())
    desk.match()
    assert len(desk.alerts()) == 1


@pytest.mark.parametrize(
    ("spec", "alerts"),
    [
        pytest.param({"enabled": False}, 0, id="a disabled rule"),
        pytest.param({"exclude": ["harbour"]}, 0, id="an excluded word"),
        pytest.param({"languages": ["fr"]}, 0, id="another language"),
        pytest.param({"languages": ["en"]}, 1, id="the article's language"),
        pytest.param({"feeds": ["tag:ports"]}, 1, id="a tag of the feed"),
        pytest.param({"feeds": ["tag:sport"]}, 0, id="a tag that the feed has not"),
    ],
)
def test_what_a_rule_sees(desk: Desk, spec: dict[str, Any], alerts: int) -> None:
    feed = desk.follow("https://gazette.example/feed", tags=["ports"])
    desk.watch(**spec)
    desk.arrive(feed, an_entry(language="en"))
    desk.match()
    assert len(desk.alerts()) == alerts


def test_a_changed_and_a_deleted_rule_take_effect_in_the_next_batch(desk: Desk) -> None:
    feed, rule = desk.follow("https://gazette.example/feed"), desk.watch()
    desk.match()
    desk.edges.store.rules.change_rule(rule.id, lambda _: RuleSpec(name="Strikes", topics=("strike",)), caller=desk.caller())
    desk.arrive(feed, an_entry(), an_entry(guid="g2", link="https://gazette.example/2", title="Dockers strike"))
    desk.match()
    assert desk.alerts() == ["Dockers strike"]
    desk.edges.store.rules.delete_rule(rule.id, caller=desk.caller())
    desk.arrive(feed, an_entry(guid="g3", link="https://gazette.example/3", title="Another strike"))
    desk.match()
    assert desk.alerts() == ["Dockers strike"]


def test_workspaces_see_only_the_feeds_they_follow(edges_on_both: Edges, clock: Clock) -> None:
    desk, other = Desk(edges_on_both, clock), Desk(edges_on_both, clock, "ws_2")
    desk.watch()
    other.watch()
    desk.arrive(desk.follow("https://gazette.example/feed"), an_entry())
    desk.match()
    assert (len(desk.alerts()), other.alerts(), other.holds()) == (1, [], [])


def test_who_follows_a_known_feed_later_is_not_alerted_about_the_past(edges_on_both: Edges, clock: Clock) -> None:
    desk, other = Desk(edges_on_both, clock), Desk(edges_on_both, clock, "ws_2")
    feed = desk.follow("https://gazette.example/feed")
    desk.arrive(feed, an_entry())
    other.watch()
    clock.advance(minutes=1)
    assert other.follow("https://gazette.example/feed") == feed
    other.match()
    assert (other.alerts(), other.holds()) == ([], ["baseline"])


def test_what_an_address_misses_before_it_confirms_says_so_and_how_it_is_sent(desk: Desk) -> None:
    feed, now = desk.follow("https://gazette.example/feed"), desk.edges.now()
    channel = Channel("ch_ann", desk.workspace, "email", "Ann", {"to": "ann@a.example"}, (), now, unconfirmed=True)
    desk.edges.store.channels.add_channel(channel, caller=desk.caller())
    desk.watch()
    desk.arrive(feed, an_entry())
    desk.match()
    _question, alert = sorted(desk.edges.store.deliveries.list_deliveries("ws_1").items, key=lambda each: each.alert or "")
    why = "the address had not confirmed that it wants messages; once it has, POST /v1/channels/{id}/replay sends what it missed"
    assert (alert.state, alert.detail) == ("dead", why)
    desk.edges.store.confirmations.confirm("ch_ann", caller=desk.caller())
    replayed = desk.edges.store.replays.replay("ch_ann", since=now, until=None, states=[DeliveryState.DEAD], caller=desk.caller())
    assert replayed == 1


def test_alerts_for_a_disabled_channel_are_kept_for_later(desk: Desk) -> None:
    feed, channel = desk.follow("https://gazette.example/feed"), desk.add_channel()
    desk.edges.store.channels.disable_channel(channel.id, "the receiver answered 410", caller=desk.caller())
    desk.watch()
    desk.arrive(feed, an_entry())
    desk.match()
    (delivery,) = desk.edges.store.deliveries.list_deliveries("ws_1").items
    assert (delivery.state, delivery.detail) == ("dead", "the channel is disabled: the receiver answered 410")
    desk.edges.store.channels.enable_channel(channel.id, caller=desk.caller())
    revived = desk.edges.store.deliveries.redeliver(delivery.id, caller=desk.caller())
    assert revived is not None
    assert (revived.id, revived.state) == (delivery.id, "pending")


def test_an_edit_that_arrives_while_the_old_text_is_matched_is_matched_too(desk: Desk) -> None:
    feed = desk.follow("https://gazette.example/feed")
    desk.watch()
    desk.arrive(feed, an_entry(title="Harbour news"))
    store = desk.edges.store
    claimed = store.articles.claim_articles(now=desk.clock.at, token="slow", limit=9)
    desk.arrive(feed, an_entry(title="Harbour news: the bridge opens"))
    raise_alerts(desk.edges, claimed, [])
    desk.match()
    assert desk.alerts() == ["Harbour news: the bridge opens"]


def test_who_follows_a_known_feed_later_may_ask_for_what_is_there(edges_on_both: Edges, clock: Clock) -> None:
    desk, other = Desk(edges_on_both, clock), Desk(edges_on_both, clock, "ws_2")
    feed = desk.follow("https://gazette.example/feed", alert_existing=True)
    desk.arrive(feed, an_entry())
    desk.match()
    other.watch()
    clock.advance(minutes=5)
    desk.watch(name="A later rule, of a workspace that has had the article")
    other.follow("https://gazette.example/feed", alert_existing=True)
    other.match()
    assert other.alerts() == ["Harbour bridge opens"]
    assert (desk.alerts(), desk.holds()) == ([], [])
    other.match()
    assert len(other.holds()) == 1


def test_an_edit_fetched_before_the_old_text_was_matched_is_matched_for_everybody(desk: Desk, clock: Clock) -> None:
    feed = desk.follow("https://gazette.example/feed")
    clock.advance(minutes=5)
    desk.watch()
    desk.arrive(feed, an_entry(title="Harbour news"))
    fetched_at = clock.at
    clock.advance(seconds=5)
    desk.match()
    clock.at = fetched_at - timedelta(minutes=1)  # the poll that brings the edit dates it to its fetch
    desk.arrive(feed, an_entry(title="Harbour news: the bridge opens"))
    clock.advance(seconds=10)
    desk.match()
    assert desk.alerts() == ["Harbour news: the bridge opens"]


def test_one_lost_lease_costs_the_others_of_its_batch_nothing(desk: Desk, clock: Clock) -> None:
    feed, rule = desk.follow("https://gazette.example/feed"), desk.watch()
    desk.arrive(feed, an_entry(), an_entry(guid="g2", link="https://gazette.example/2", title="Another bridge"))
    articles = desk.edges.store.articles
    claimed = articles.claim_articles(now=clock.at, token="slow", limit=9)
    clock.advance(hours=1)
    (taken,) = articles.claim_articles(now=clock.at, token="quick", limit=1)
    found = [FoundMatch(rule, each.article, (), Scores(1.0, 1.0), rule.created_at, existing_wanted=False) for each in claimed]
    raise_alerts(desk.edges, claimed, found)
    kept = {each.article.title for each in claimed} - {taken.article.title}
    assert set(desk.alerts()) == kept
    desk.match()
    assert set(desk.alerts()) == kept, "the quick worker has the other one still"
    clock.advance(hours=1)
    desk.match()
    assert len(desk.alerts()) == 2


def test_who_listens_misses_no_alert_that_waited_long_for_its_rule(
    open_house: Callable[..., Edges], postgres_url: str, clock: Clock, watcher: Engine
) -> None:
    desk = Desk(open_house(postgres_url), clock)
    desk.watch()
    desk.arrive(desk.follow("https://gazette.example/feed"), an_entry())
    desk.matcher.warm_up()
    with held_up(watcher, "SELECT 1 FROM rule FOR UPDATE", desk.match):
        clock.advance(minutes=2)
        listener = Listener(desk.edges, "ws_1", None, clock.at - OVERLAP)
        listener.skip()
    assert len([*listener.news()]) == 1
