"""Feeds and their followers, who come, pause and go while others do the same."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select, update

from service.storage.database import Database
from service.storage.followed_feeds import FollowedFeed
from service.storage.store import Store, open_store
from service.storage.tables import feed, subscription
from tests.machine import until
from tests.make import NOON, SEALER
from tests.storage.conftest import CallerAt

URL = "https://gazette.example/feed"
HOUR = timedelta(hours=1)


def follow(store: Store, caller: CallerAt, workspace: str = "ws_1", at: timedelta = timedelta(0)) -> FollowedFeed:
    followed, _ = store.feeds.follow(URL, new_id=f"fd_{workspace}", tags=[], alert_existing=False, caller=caller(workspace, NOON + at))
    return followed


def set_polled(store: Store) -> None:
    """As after its first poll."""
    with store.database.write() as connection:
        connection.execute(update(feed).values(state="ok", baselined_at=NOON, next_at=NOON + HOUR, etag="x", watch={"told": "failing"}))


def baselined(store: Store) -> bool:
    with store.database.read() as connection:
        return connection.execute(select(feed.c.baselined_at)).scalar_one() is not None


def test_two_workspaces_share_one_feed(store: Store, caller: CallerAt) -> None:
    assert follow(store, caller).id == follow(store, caller, "ws_2").id


def test_it_is_polled_while_anybody_follows_it_unpaused(store: Store, caller: CallerAt) -> None:
    shared = follow(store, caller)
    follow(store, caller, "ws_2")
    store.feeds.change_subscription(shared.id, paused=True, tags=None, caller=caller())
    assert len(store.feeds.claim_feeds(now=NOON, token="a", limit=9)) == 1
    assert store.feeds.unfollow(shared.id, caller=caller("ws_2"))
    assert store.feeds.claim_feeds(now=NOON + HOUR, token="b", limit=9) == ()
    store.feeds.change_subscription(shared.id, paused=False, tags=None, caller=caller())
    assert len(store.feeds.claim_feeds(now=NOON + HOUR, token="c", limit=9)) == 1


def test_a_feed_that_nobody_followed_begins_anew(store: Store, caller: CallerAt) -> None:
    first = follow(store, caller)
    set_polled(store)
    store.feeds.unfollow(first.id, caller=caller())
    follow(store, caller, at=HOUR)
    (claimed,) = store.feeds.claim_feeds(now=NOON + HOUR, token="t", limit=1)
    assert (claimed.id, claimed.baselined_at, claimed.validators.etag) == (first.id, None, None)
    assert claimed.watch.told is None, "who follows it now was told nothing"


def test_a_feed_that_others_follow_goes_on(store: Store, caller: CallerAt) -> None:
    follow(store, caller)
    set_polled(store)
    follow(store, caller, "ws_2", at=HOUR)
    assert baselined(store)


def test_pausing_and_resuming_is_no_new_beginning(store: Store, caller: CallerAt) -> None:
    followed = follow(store, caller)
    set_polled(store)
    for paused in (True, False):
        store.feeds.change_subscription(followed.id, paused=paused, tags=None, caller=caller())
    assert baselined(store)


@pytest.fixture
def postgres_store(postgres_url: str) -> Store:
    opened = Database(postgres_url)
    store = open_store(opened, SEALER)
    store.workspaces.get_or_add_workspace("ws_1", new_id="ws_1", now=NOON)
    return store


def test_poll_now_beside_the_last_unfollow_leaves_the_feed_at_rest(postgres_store: Store, postgres_url: str, caller: CallerAt) -> None:
    store, followed = postgres_store, follow(postgres_store, caller)
    wish = threading.Thread(target=store.feeds.poll_now, args=(followed.id,), kwargs={"caller": caller()})
    with store.database.write() as connection:  # the unfollowing, half way
        connection.execute(select(feed.c.id).with_for_update())
        connection.execute(subscription.delete())
        connection.execute(update(feed).values(next_at=None))
        wish.start()
        until(lambda: _waits(postgres_url), "the wish waits for the feed's row")
    wish.join()
    assert store.feeds.claim_feeds(now=NOON + HOUR, token="t", limit=1) == ()
    store.database.close()


def _waits(url: str) -> bool:
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as watcher:
        row = watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None and row[0] > 0
