"""What is forgotten, and what must not be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, event, func, select

from service.storage.database import Database
from service.storage.pruning import (
    SOME,
    forget_articles,
    forget_keys,
    forget_mutes,
    forget_notices,
    forget_silences,
    forget_stories,
)
from service.storage.sightings import forget_sightings
from service.storage.store import Store
from service.storage.tables import (
    alert,
    article,
    attempt,
    channel,
    delivery,
    feed,
    feed_notice,
    match,
    mute,
    rule,
    seen,
    sighting,
    silence,
    story,
    story_print,
)
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


def test_articles_are_held_against_matches_by_an_index_however_many_there_are(postgres_url: str) -> None:
    database, plans = Database(postgres_url), list[str]()

    def explain(connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("DELETE"):
            plan = connection.connection.driver_connection.execute(f"EXPLAIN {statement}", parameters)  # type: ignore[union-attr]
            plans.append("\n".join(line for (line,) in plan))

    event.listen(database.engine, "before_cursor_execute", explain)
    forget_articles(database, older_than=NOON)
    database.close()
    assert plans
    assert not [plan for plan in plans if "SubPlan" in plan], "which is run for each article, once it is too large for a hash table"


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
    put_rule(pruned)
    with pruned.write() as connection:
        connection.execute(article.update().values(story="st_kept"))
        connection.execute(story.insert(), rows)
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


def put_silences(database: Database, **ended: int) -> None:
    texts = dict.fromkeys(("comment", "created_by"), "")
    lists: dict[str, Any] = {name: [] for name in ("actors", "sources", "rules")}
    rows = [
        {
            **texts, **lists, "id": name, "workspace": "ws_1",
            "starts_at": NOON - (age + 1) * DAY, "ends_at": NOON - age * DAY, "created_at": NOON,
        }
        for name, age in ended.items()
    ]  # fmt: skip
    with database.write() as connection:
        connection.execute(silence.insert(), rows)


def ids(database: Database, table: Table) -> set[str]:
    with database.read() as connection:
        return set(connection.execute(select(table.c.id)).scalars())


def test_silences_that_ended_long_ago_go_unless_a_match_names_them(pruned: Database) -> None:
    put_silences(pruned, old=91, lately=89, holds_still=-1, named=400)
    put_articles(pruned, 100)
    put_rule(pruned)
    with pruned.write() as connection:
        held = {"id": "ma_1", "workspace": "ws_1", "rule": "ru_1", "rule_revision": 1, "article": "ar_False_0", "evidence": []}
        connection.execute(match.insert().values(**held, held="silenced", silence="named", created_at=NOON))
    assert forget_silences(pruned, older_than=NOON - 90 * DAY) == 1
    assert ids(pruned, silence) == {"lately", "holds_still", "named"}


def test_mutes_that_ended_long_ago_go(pruned: Database) -> None:
    put_channel(pruned)
    rows = [
        {"id": name, "workspace": "ws_1", "channel": "ch_1", "rule": "ru_1", "alert": "al_1", "since": NOON, "ends_at": NOON - age * DAY}
        for name, age in {"old": 91, "lately": 89, "holds_still": -1}.items()
    ]
    with pruned.write() as connection:
        connection.execute(mute.insert(), rows)
    assert forget_mutes(pruned, older_than=NOON - 90 * DAY) == 1
    assert ids(pruned, mute) == {"lately", "holds_still"}


def put_notices(database: Database, *notices: tuple[str, int, str | None], feed_id: str = "fd_1") -> None:
    """Each by its id, its age in days, and the notice that tells of it."""
    rows = [
        {
            "id": name, "workspace": "ws_1", "feed": feed_id, "state": "failing", "reason": "", "url": "", "title": None,
            "created_at": NOON - age * DAY, "told_in": told_in,
        }
        for name, age, told_in in notices
    ]  # fmt: skip
    with database.write() as connection:
        connection.execute(feed_notice.insert(), rows)


def put_delivery(database: Database, notice: str, *, waits: bool = False) -> None:
    values = {"id": f"dl_{notice}", "workspace": "ws_1", "channel": "ch_1", "notice": notice, "created_at": NOON}
    with database.write() as connection:
        connection.execute(delivery.insert().values(**values, state="sent", next_at=NOON if waits else None))
        tried = {"workspace": "ws_1", "number": 1, "delivered": True, "detail": "", "started_at": NOON, "finished_at": NOON}
        connection.execute(attempt.insert().values(**tried, delivery=values["id"]))


def test_what_was_told_of_feeds_long_ago_goes_with_its_deliveries(pruned: Database) -> None:
    put_channel(pruned)
    with pruned.write() as connection:
        connection.execute(feed.insert().values(id="fd_2", url="https://other.example/feed", state="ok", created_at=NOON))
    put_notices(pruned, ("alone", 200, "alone"), ("waits", 150, None), ("unsent", 120, "unsent"))
    put_notices(pruned, ("first", 180, "first"), ("with_first", 180, "first"), ("last", 100, "last"))
    put_notices(pruned, ("told_with_the_last_of_another", 200, "told_with_the_last_of_another"))
    put_notices(pruned, ("last_of_another", 199, "told_with_the_last_of_another"), feed_id="fd_2")
    for notice in ("alone", "first", "last"):
        put_delivery(pruned, notice)
    put_delivery(pruned, "unsent", waits=True)
    assert forget_notices(pruned, older_than=NOON - 90 * DAY) == 2
    assert ids(pruned, feed_notice) == {"waits", "unsent", "last", "told_with_the_last_of_another", "last_of_another"}
    assert ids(pruned, delivery) == {"dl_unsent", "dl_last"}
    assert forget_notices(pruned, older_than=NOON - 90 * DAY) == 0


def test_what_no_window_reaches_goes_however_much_it_is(pruned: Database) -> None:
    put_rule(pruned)
    put_articles(pruned, *[1] * 4)
    texts = dict.fromkeys(("outlet", "voice", "headline"), "")
    matches = [
        {"id": f"ma_{number}", "workspace": "ws_1", "rule": "ru_1", "rule_revision": 1, "article": f"ar_False_{number}",
         "evidence": [], "created_at": NOON}
        for number in range(4)
    ]  # fmt: skip
    seen_at = [
        {**texts, "workspace": "ws_1", "rule": "ru_1", "match": f"ma_{number}", "at": NOON - age * DAY, "lag": 0}
        for number, age in enumerate((70, 69, 68, 1))
    ]
    with pruned.write() as connection:
        connection.execute(match.insert(), matches)
        connection.execute(sighting.insert(), seen_at)
    assert forget_sightings(pruned, older_than=NOON - 60 * DAY, at_once=2) == 3
    with pruned.read() as connection:
        assert list(connection.execute(select(sighting.c.match)).scalars()) == ["ma_3"]


def put_rule(database: Database) -> None:
    values = {"id": "ru_1", "workspace": "ws_1", "name": "R", "definition": {}, "revision": 1, "created_at": NOON, "updated_at": NOON}
    with database.write() as connection:
        connection.execute(rule.insert().values(**values))


def put_channel(database: Database) -> None:
    values = {"id": "ch_1", "workspace": "ws_1", "kind": "webhook", "name": "Hook", "settings": {}, "secrets": [], "created_at": NOON}
    with database.write() as connection:
        connection.execute(channel.insert().values(**values))
