"""What is forgotten, and what must not be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.storage.database import Database
from service.storage.pruning import SOME, forget_articles, forget_keys, forget_stories
from service.storage.store import Store
from service.storage.tables import alert, article, feed, rule, seen, story, story_print
from tests.make import NOON

DAY = timedelta(days=1)


@pytest.fixture
def pruned(store: Store) -> Database:
    with store.database.write() as connection:
        connection.execute(feed.insert().values(id="fd_1", url="https://gazette.example/feed", state="ok", created_at=NOON))
    return store.database


def put_articles(database: Database, *ages: int, waits: bool = False) -> None:
    texts = dict.fromkeys(("dedup_key", "content_hash", "title", "summary", "body", "author", "source"), "")
    rows = [
        {
            **texts,
            "id": f"ar_{waits}_{number}",
            "feed": "fd_1",
            "baseline": False,
            "first_seen_at": NOON - age * DAY,
            "changed_at": NOON,
            "next_at": NOON if waits else None,
        }
        for number, age in enumerate(ages)
    ]
    with database.write() as connection:
        connection.execute(article.insert(), rows)


def put_keys(database: Database, **last_listed: int) -> None:
    with database.write() as connection:
        rows = [{"feed": "fd_1", "key": key, "article": "ar", "listed_at": NOON - age * DAY} for key, age in last_listed.items()]
        connection.execute(seen.insert(), rows)


def keys(database: Database) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(seen.c.key)).scalars())


def test_old_articles_go_and_those_that_wait_stay(pruned: Database) -> None:
    put_articles(pruned, 100, 91, 89)
    put_articles(pruned, 100, waits=True)
    assert forget_articles(pruned, older_than=NOON - 90 * DAY) == 2


def test_more_than_one_transactions_worth_go_too(pruned: Database) -> None:
    put_articles(pruned, *[100] * (SOME + 1))
    assert forget_articles(pruned, older_than=NOON) == SOME + 1
    with pruned.read() as connection:
        assert connection.execute(select(func.count()).select_from(article)).scalar_one() == 0


def test_keys_go_90_days_after_their_feed_listed_them_last(pruned: Database) -> None:
    put_keys(pruned, dropped=91, dropped_lately=89, listed=0)
    forget_keys(pruned, now=NOON)
    assert keys(pruned) == {"dropped_lately", "listed"}


def test_a_feed_without_news_for_a_year_keeps_the_keys_of_what_it_lists(pruned: Database) -> None:
    put_keys(pruned, dropped=500, listed=365, listed_too=366)
    forget_keys(pruned, now=NOON)
    assert keys(pruned) == {"listed", "listed_too"}


def test_stories_of_which_nothing_is_left_go_and_so_do_old_prints(pruned: Database) -> None:
    put_articles(pruned, 1)
    values = {"opened_at": NOON - 20 * DAY, "merged_into": None}
    rows = [{**values, "id": each} for each in ("st_kept", "st_alerted", "st_empty")]
    rows += [{**values, "id": "st_part", "merged_into": "st_kept"}, {**values, "id": "st_part_of_nothing", "merged_into": "st_gone"}]
    rows += [{**values, "id": "st_new", "opened_at": NOON}]
    with pruned.write() as connection:
        connection.execute(article.update().values(story="st_kept"))
        connection.execute(story.insert(), rows)
        connection.execute(
            rule.insert().values(id="ru_1", workspace="ws_1", name="R", definition={}, revision=1, created_at=NOON, updated_at=NOON)
        )
        told = {"id": "al_1", "workspace": "ws_1", "rule": "ru_1", "subject": "p", "content": {}, "created_at": NOON, "story": "st_alerted"}
        connection.execute(alert.insert().values(**told))
        connection.execute(story_print.insert().values(article="ar_False_0", seq=1, print=b"1", placed_at=NOON - 13 * DAY))
    assert forget_stories(pruned, older_than=NOON - 12 * DAY) == 2
    with pruned.read() as connection:
        assert set(connection.execute(select(story.c.id)).scalars()) == {"st_kept", "st_alerted", "st_part", "st_new"}
        assert connection.execute(select(story_print)).all() == []


def test_what_a_worker_needs_to_place_articles_stays(pruned: Database) -> None:
    put_articles(pruned, 1)
    with pruned.write() as connection:
        connection.execute(story_print.insert().values(article="ar_False_0", seq=1, print=b"1", placed_at=NOON - 11 * DAY))
    forget_stories(pruned, older_than=NOON - 12 * DAY)
    with pruned.read() as connection:
        assert len(connection.execute(select(story_print)).all()) == 1
