"""What owners are told of their feeds' health, with everything real: a newsroom, a receiver, a mailbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from service.domain.channels import Channel, Secret
from service.domain.feed_notices import LONGEST, QUIET, is_ripe
from service.edges import Edges
from service.pipeline.deliver import deliver_due
from service.pipeline.sweep import set_poison_aside, tell_of_feeds
from service.storage.audit import Caller
from service.storage.columns import MAX_CLAIMS
from service.storage.followed_feeds import FollowedFeed
from service.storage.tables import feed, feed_notice
from tests.conftest import Clock
from tests.make import NOON
from tests.newsroom import Answer, Newsroom, Story
from tests.parsers import poll
from tests.pipeline.test_poll import BRIDGE, health
from tests.world import Mailbox, Receiver, Reply

SECRET = "whsec_" + "A" * 43 + "="


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


class Desk:
    """A workspace that follows feeds and is told of them by a channel of its own."""

    def __init__(self, edges: Edges, workspace: str = "ws_1") -> None:
        self.edges, self.workspace = edges, workspace
        edges.store.workspaces.get_or_add_workspace(workspace, new_id=workspace, now=edges.now())

    def caller(self) -> Caller:
        return Caller(self.workspace, "test", self.edges.now(), self.edges.new_id("au"))

    def choose(self, kind: str = "webhook", **settings: str) -> str:
        new = Channel(self.edges.new_id("ch"), self.workspace, kind, "Desk", settings, (Secret(SECRET),), self.edges.now())
        self.edges.store.channels.add_channel(new, caller=self.caller())
        self.edges.store.workspaces.choose_health_channel(new.id, caller=self.caller())
        return new.id

    def follow(self, url: str) -> FollowedFeed:
        new_id = self.edges.new_id("fd")
        return self.edges.store.feeds.follow(url, new_id=new_id, tags=[], alert_existing=False, caller=self.caller())[0]


@pytest.fixture
def desk(edges_on_both: Edges) -> Desk:
    return Desk(edges_on_both)


def polls(desk: Desk, clock: Clock, feed_id: str, times: int) -> None:
    """So many polls of this feed, each when it is due."""
    for _ in range(times):
        found = desk.edges.store.feeds.find_feed(desk.workspace, feed_id)
        assert found is not None
        clock.at = max(clock.at, found.next_at or clock.at)
        poll(desk.edges)


def tell(desk: Desk, clock: Clock) -> int:
    """Send what is to be told once nothing more has happened for a while."""
    clock.advance(seconds=QUIET.total_seconds())
    tell_of_feeds(desk.edges)
    return deliver_due(desk.edges)


def bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(request.body) for request in receiver.requests]


def test_a_feed_that_fails_three_times_is_told_once_and_its_recovery_too(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    with Receiver() as receiver:
        desk.choose(url=receiver.url)
        followed = desk.follow(newsroom.publish("/feed", [BRIDGE]))
        polls(desk, clock, followed.id, 1)
        newsroom.answers["/feed"] = Answer(b"no", 500)
        polls(desk, clock, followed.id, 2)
        assert tell(desk, clock) == 0, "twice may be a hiccup"
        polls(desk, clock, followed.id, 4)
        assert tell(desk, clock) == 1
        newsroom.publish("/feed", [BRIDGE])
        polls(desk, clock, followed.id, 2)
        assert tell(desk, clock) == 1
        failing, well = bodies(receiver)
    assert (failing["type"], well["type"]) == ("feed.failing", "feed.recovered")
    assert failing["data"]["feed"] == {"id": followed.id, "url": followed.url, "title": "The Gazette"}
    assert (failing["data"]["state"], failing["data"]["reason"]) == ("failing", "The server answers HTTP 500: an error.")
    assert (well["data"]["state"], well["data"]["reason"]) == ("ok", "It answers with a feed again.")


def test_a_notice_that_is_not_taken_is_tried_again_with_the_same_id(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    with Receiver(Reply(500), Reply(200)) as receiver:
        desk.choose(url=receiver.url)
        newsroom.answers["/feed"] = Answer(b"gone", 410)
        polls(desk, clock, desk.follow(newsroom.url + "/feed").id, 1)
        assert tell(desk, clock) == 1
        clock.advance(minutes=10)
        assert deliver_due(desk.edges) == 1
        first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_without_a_channel_of_its_choice_a_workspace_is_told_nothing(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    newsroom.answers["/feed"] = Answer(b"no", 500)
    followed = desk.follow(newsroom.url + "/feed")
    polls(desk, clock, followed.id, 4)
    assert tell(desk, clock) == 0
    assert health(desk.edges, followed).state == "failing"


def test_each_workspace_is_told_by_its_own_channel_and_only_while_it_follows_unpaused(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    other, resting = Desk(desk.edges, "ws_2"), Desk(desk.edges, "ws_3")
    with Receiver() as ours, Receiver() as theirs, Receiver() as nobodys:
        newsroom.answers["/feed"] = Answer(b"no", 500)
        for each, receiver in ((desk, ours), (other, theirs), (resting, nobodys)):
            each.choose(url=receiver.url)
            followed = each.follow(newsroom.url + "/feed")
        desk.edges.store.feeds.change_subscription(followed.id, paused=True, tags=None, caller=resting.caller())
        polls(desk, clock, followed.id, 3)
        tell(desk, clock)
        assert [len(each.requests) for each in (ours, theirs, nobodys)] == [1, 1, 0]
        assert ours.requests[0].headers["webhook-id"] != theirs.requests[0].headers["webhook-id"]


def test_who_was_not_told_of_the_trouble_is_not_told_that_it_is_over(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    with Receiver() as receiver:
        newsroom.answers["/feed"] = Answer(b"no", 500)
        followed = desk.follow(newsroom.url + "/feed")
        polls(desk, clock, followed.id, 3)
        desk.choose(url=receiver.url)
        newsroom.publish("/feed", [BRIDGE])
        polls(desk, clock, followed.id, 1)
        assert tell(desk, clock) == 0


def test_a_disabled_channel_gets_a_dead_delivery_that_can_be_revived(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    with Receiver() as receiver:
        channel = desk.choose(url=receiver.url)
        desk.edges.store.channels.disable_channel(channel, "on holiday", caller=desk.caller())
        newsroom.answers["/feed"] = Answer(b"gone", 410)
        polls(desk, clock, desk.follow(newsroom.url + "/feed").id, 1)
        tell(desk, clock)
        (dead,) = desk.edges.store.deliveries.list_deliveries("ws_1").items
        assert (dead.state, dead.alert, dead.notice is not None) == ("dead", None, True)
        desk.edges.store.channels.enable_channel(channel, caller=desk.caller())
        desk.edges.store.deliveries.redeliver(dead.id, caller=desk.caller())
        assert deliver_due(desk.edges) == 1
        assert bodies(receiver)[0]["type"] == "feed.failing"


def test_a_feed_set_aside_is_told(desk: Desk, clock: Clock) -> None:
    with Receiver() as receiver:
        desk.choose(url=receiver.url)
        followed = desk.follow("https://gazette.example/feed")
        with desk.edges.store.database.write() as connection:
            connection.execute(update(feed).where(feed.c.id == followed.id).values(claims=MAX_CLAIMS))
        assert set_poison_aside(desk.edges, "feeds") == 1
        assert tell(desk, clock) == 1
        assert bodies(receiver)[0]["type"] == "feed.quarantined"
    assert health(desk.edges, followed).state == "quarantined"


def test_a_window_that_rolled_over_is_told(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    with Receiver() as receiver:
        desk.choose(url=receiver.url)
        followed = desk.follow(newsroom.publish("/feed", [Story("A"), Story("B")]))
        polls(desk, clock, followed.id, 1)
        newsroom.publish("/feed", [Story("C"), Story("D")])
        polls(desk, clock, followed.id, 2)
        tell(desk, clock)
        assert [each["type"] for each in bodies(receiver)] == ["feed.rolled_over"]


def test_the_notice_is_committed_with_the_state_that_it_tells_of(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    desk.choose(url="https://hooks.example/in")
    newsroom.answers["/feed"] = Answer(b"gone", 410)
    followed = desk.follow(newsroom.url + "/feed")
    (stolen,) = desk.edges.store.feeds.claim_feeds(now=clock.at, token="slow", limit=1)
    clock.advance(minutes=1)
    polls(desk, clock, followed.id, 1)
    assert stolen.id == followed.id
    with desk.edges.store.database.read() as connection:
        assert len(connection.execute(select(feed_notice.c.id)).all()) == 1


def test_a_mail_says_what_has_become_of_which_feed(open_house: Callable[..., Edges], newsroom: Newsroom, clock: Clock) -> None:
    with Mailbox() as mailbox:
        desk = Desk(open_house(smtp_host=mailbox.host, smtp_port=mailbox.port, smtp_security="none"))
        desk.choose("email", to="editor@desk.example")
        followed = desk.follow(newsroom.publish("/feed", [BRIDGE], title="The <b>Gazette"))
        polls(desk, clock, followed.id, 1)
        newsroom.answers["/feed"] = Answer(b"gone", 410)
        polls(desk, clock, followed.id, 1)
        tell(desk, clock)
        raw = mailbox.mails[0].raw.decode()
    assert "Gazette cannot be read" in raw.partition("\r\n\r\n")[0]
    assert "410" in raw
    assert "<b>Gazette" not in raw


def test_our_own_outage_is_told_to_nobody(desk: Desk, clock: Clock) -> None:
    with Receiver() as receiver, ExitStack() as open_now:
        rooms = [open_now.enter_context(Newsroom()) for _ in range(4)]
        desk.choose(url=receiver.url)
        for room in rooms:
            desk.follow(room.publish("/feed", [BRIDGE]))
        poll(desk.edges)
        for room in rooms:
            room.answers["/feed"] = Answer(b"no network", 502)
        for _ in range(6):
            clock.advance(minutes=6)
            poll(desk.edges)
        assert tell(desk, clock) == 0
        assert receiver.requests == []


def follow_many(desk: Desk, newsroom: Newsroom, clock: Clock, count: int) -> list[FollowedFeed]:
    """So many good feeds of one host, polled once."""
    followed = [desk.follow(newsroom.publish(f"/feed/{number}", [BRIDGE], title=f"Paper {number}")) for number in range(count)]
    poll(desk.edges)
    return followed


def pass_minutes(desk: Desk, clock: Clock, count: int) -> int:
    """So many minutes as beat has them; how many messages they brought."""
    made = 0
    for _ in range(count):
        clock.advance(minutes=1)
        poll(desk.edges)
        made += tell_of_feeds(desk.edges)
    return made


def test_what_happens_to_many_feeds_in_the_same_minutes_is_one_message(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    with Receiver() as receiver:
        desk.choose(url=receiver.url)
        many = follow_many(desk, newsroom, clock, 12)
        for number in range(12):
            newsroom.answers[f"/feed/{number}"] = Answer(b"no", 500)
            pass_minutes(desk, clock, 1)
        assert pass_minutes(desk, clock, 30) == 1
        for number, each in enumerate(many):
            newsroom.publish(f"/feed/{number}", [BRIDGE])
            desk.edges.store.feeds.poll_now(each.id, caller=desk.caller())
        assert pass_minutes(desk, clock, 10) == 1
        deliver_due(desk.edges)
        failing, well = bodies(receiver)
    assert (failing["type"], well["type"]) == ("feed.failing", "feed.recovered")
    for told in (failing["data"], well["data"]):
        assert told["count"] == 12
        assert {each["id"] for each in told["feeds"]} == {each.id for each in many}


def test_two_sweeps_at_once_make_one_message(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    desk.choose(url="https://hooks.example/in")
    newsroom.answers["/feed"] = Answer(b"gone", 410)
    polls(desk, clock, desk.follow(newsroom.url + "/feed").id, 1)
    clock.advance(seconds=QUIET.total_seconds())
    with ThreadPoolExecutor(4) as sweeps:
        made = list(sweeps.map(lambda _: tell_of_feeds(desk.edges), range(8)))
    assert sum(made) == 1
    assert len(desk.edges.store.deliveries.list_deliveries("ws_1").items) == 1


def test_trouble_that_is_over_before_it_is_told_is_not_told(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    desk.choose(url="https://hooks.example/in")
    followed = desk.follow(newsroom.publish("/feed", [BRIDGE]))
    polls(desk, clock, followed.id, 1)
    newsroom.answers["/feed"] = Answer(b"gone", 410)
    polls(desk, clock, followed.id, 1)
    desk.edges.store.feeds.poll_now(followed.id, caller=desk.caller())
    newsroom.publish("/feed", [BRIDGE])
    polls(desk, clock, followed.id, 1)
    assert health(desk.edges, followed).state == "ok"
    assert tell(desk, clock) == 0


def test_that_it_is_over_is_told_once_though_there_was_short_trouble_since(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    desk.choose(url="https://hooks.example/in")
    followed = desk.follow(newsroom.publish("/feed", [BRIDGE]))
    polls(desk, clock, followed.id, 1)
    made = []
    for lasting in (QUIET, timedelta(0)):
        newsroom.answers["/feed"] = Answer(b"gone", 410)
        polls(desk, clock, followed.id, 1)
        clock.advance(seconds=lasting.total_seconds())
        made.append(tell_of_feeds(desk.edges))
        desk.edges.store.feeds.poll_now(followed.id, caller=desk.caller())
        newsroom.publish("/feed", [BRIDGE])
        polls(desk, clock, followed.id, 1)
        clock.advance(seconds=QUIET.total_seconds())
        made.append(tell_of_feeds(desk.edges))
    assert made == [1, 1, 0, 0]


def test_a_recovery_that_did_not_last_until_it_was_told_is_not_told(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    with Receiver() as receiver:
        desk.choose(url=receiver.url)
        followed = desk.follow(newsroom.publish("/feed", [BRIDGE]))
        polls(desk, clock, followed.id, 1)
        well, gone = newsroom.answers["/feed"], Answer(b"gone", 410)
        newsroom.answers["/feed"] = gone
        polls(desk, clock, followed.id, 1)
        assert tell(desk, clock) == 1
        for answer in (well, gone):
            newsroom.answers["/feed"] = answer
            desk.edges.store.feeds.poll_now(followed.id, caller=desk.caller())
            polls(desk, clock, followed.id, 1)
        assert health(desk.edges, followed).state == "failing"
        assert tell(desk, clock) == 0
        assert [each["type"] for each in bodies(receiver)] == ["feed.failing"], "and it does fail"


def test_who_follows_a_feed_that_has_failed_for_long_is_told_so(desk: Desk, newsroom: Newsroom, clock: Clock) -> None:
    newcomer = Desk(desk.edges, "ws_2")
    with Receiver() as receiver:
        newcomer.choose(url=receiver.url)
        newsroom.answers["/feed"] = Answer(b"no", 500)
        followed = desk.follow(newsroom.url + "/feed")
        polls(desk, clock, followed.id, 1)
        early = Desk(desk.edges, "ws_3")
        early.choose(url="https://hooks.example/in")
        early.follow(followed.url)
        polls(desk, clock, followed.id, 2)
        found = newcomer.follow(followed.url)
        assert (found.state, found.reason) == ("failing", "The server answers HTTP 500: an error.")
        tell(desk, clock)
        [told] = bodies(receiver)
        assert (told["type"], told["data"]["feed"]["id"]) == ("feed.failing", followed.id)
    assert len(desk.edges.store.deliveries.list_deliveries("ws_3").items) == 1, "told by the third failure alone"


@pytest.mark.parametrize(
    ("first", "last", "ripe"),
    [
        pytest.param(QUIET, QUIET, True, id="nothing more has happened for a while"),
        pytest.param(2 * QUIET, QUIET / 2, False, id="something has"),
        pytest.param(LONGEST, QUIET / 2, True, id="but the first has waited for long"),
    ],
)
def test_when_what_happened_is_told(first: timedelta, last: timedelta, ripe: bool) -> None:
    assert is_ripe(NOON - first, NOON - last, NOON) is ripe
