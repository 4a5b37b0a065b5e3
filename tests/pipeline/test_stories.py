"""Stories from arrival to message: one living alert, its updates, and the same answer whoever places the articles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from service.domain.channels import Channel
from service.domain.deliveries import Receipt
from service.domain.developments import Development
from service.domain.feeds import Entry
from service.domain.rules import Rule, RuleSpec
from service.domain.stories import story_id
from service.domain.timing import after_success
from service.edges import Edges
from service.pipeline.match import Matcher
from service.pipeline.stories import Stories
from service.storage.alerts import ListedAlert
from service.storage.outbox import Tried
from service.storage.placements import recorded_since
from service.storage.tables import alert_item, article, delivery, story
from tests.conftest import Clock
from tests.make import an_entry
from tests.pipeline.test_match import Desk

FEED = "https://wire.example/feed"
FIRST = "Ferry Aurora sinks off Marlow harbour, 12 missing"
LEDE = "Twelve people are missing after the ferry Aurora sank off Marlow harbour on Monday, the coast guard said."
REWRITES = (
    "Twelve missing as ferry Aurora sinks near Marlow harbour",
    "Ferry Aurora sinks near Marlow: 12 people missing",
    "12 missing after the Aurora ferry sank off Marlow harbour",
    "Aurora ferry sinks off Marlow harbour, twelve still missing",
    "Marlow harbour: ferry Aurora sinks, 12 are missing",
)


def report(number: int, title: str = "", lede: str = LEDE, **changes: Any) -> Entry:
    """What the outlet of this number reports of the ferry."""
    link = f"https://outlet{number}.example/ferry"
    title = title or REWRITES[number % len(REWRITES)].replace("missing", f"missing{'!' * (number // len(REWRITES))}")
    return an_entry(**{"guid": f"g{number}", "link": link, "title": title, "summary": lede, "language": "en", **changes})


class Newsdesk(Desk):
    """A desk that watches the ferry, and two people, with one channel."""

    channel: Channel
    feed: str
    rule: Rule

    def open(self, **alerting: Any) -> Newsdesk:
        self.feed, self.channel = self.follow(FEED), self.add_channel()
        self.rule = self.watch(name="Ferry", actors=["Aurora", "Lena Brandt", "Otto Weiss"], topics=["ferry"], alerting=alerting)
        return self

    def tell(self, *entries: Entry) -> None:
        self.arrive(self.feed, *entries)
        self.match()

    def the_alert(self) -> ListedAlert:
        (listed,) = self.edges.store.alerts.list_alerts(self.workspace).items
        return listed

    def news(self) -> list[list[tuple[Development, str]]]:
        """What each update said."""
        return [[(each.kind, each.what) for each in update.update.news] for update in self.the_alert().updates if update.update]

    def sent(self) -> list[int]:
        """The numbers of the updates that have deliveries."""
        return sorted(each.update_number for each in self.edges.store.deliveries.list_deliveries(self.workspace).items)

    def reasons(self) -> list[str | None]:
        """Why each match was or was not told, the oldest first."""
        return [each.reason for each in reversed(self.edges.store.matches.list_matches(self.workspace, limit=200).items)]

    def story_of(self, title: str) -> str:
        """The story of the article with this title."""
        found = [each for each in self.edges.store.articles.list_articles(self.workspace, limit=200).items if each.article.title == title]
        assert found[0].story is not None
        return found[0].story


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Newsdesk:
    return Newsdesk(edges_on_both, clock).open()


def test_the_first_article_of_a_story_alerts_and_the_others_join(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(report(1), report(2, language="de"))
    listed = desk.the_alert()
    assert [each.title for each in listed.articles] == [FIRST]
    assert (listed.updates, desk.sent(), desk.bells) == ((), [0], 1)
    assert listed.coverage is not None
    assert (listed.coverage.articles, listed.coverage.outlets, listed.coverage.languages) == (3, 3, ("de", "en"))
    assert listed.coverage.first.title == FIRST
    assert listed.coverage.spread.total_seconds() == 60
    assert desk.reasons() == [None, *[f'joined the alert of "{FIRST}"'] * 2]
    assert desk.holds() == ["joined", "joined", None]


def test_another_event_is_another_alert(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(
        report(1, "Parliament debates ferry Aurora's owner and new taxes", "Lawmakers passed a budget on Friday with a levy on ports.")
    )
    assert len(desk.alerts()) == 2


def test_a_new_actor_of_the_rule_is_told(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(report(1, lede=f"{LEDE} Minister Lena Brandt flew to the harbour."))
    desk.tell(report(2, lede=f"{LEDE} Minister Lena Brandt met families."))
    assert desk.news() == [[(Development.NEW_ACTOR, "Lena Brandt")]]
    assert desk.reasons()[1] == "new actor: Lena Brandt"
    (update,) = desk.the_alert().updates
    assert [each.url for each in update.articles] == ["https://outlet1.example/ferry"]
    assert update.coverage is not None
    assert update.coverage.outlets == 2
    assert desk.sent() == [0, 1]


def test_a_number_of_independent_outlets_is_told_once(desk: Newsdesk) -> None:
    for number in range(12):
        desk.tell(report(number))
    assert desk.news() == [[(Development.OUTLETS, "5")], [(Development.OUTLETS, "10")]]
    assert desk.sent() == [0, 1, 2]


def test_outlets_that_print_one_agencys_text_count_as_one(desk: Newsdesk) -> None:
    for number in range(7):
        desk.tell(report(number, lede=f"MARLOW (Reuters) - {LEDE}"))
    assert desk.news() == []
    coverage = desk.the_alert().coverage
    assert coverage is not None
    assert (coverage.outlets, coverage.independent) == (7, 1)


def test_an_article_that_corrects_is_told(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    corrects = "Correction: Ferry Aurora sinks off Marlow harbour, 12 missing"
    desk.tell(report(1, corrects))
    assert desk.news() == [[(Development.CORRECTION, corrects)]]


def test_a_headline_that_says_something_else_now_is_told_once(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(report(0, "Ferry Aurora sinks off Marlow harbour; 12 missing"))
    assert desk.news() == []
    edited = "Ferry Aurora sinks off Marlow harbour, 21 missing"
    for _ in range(2):
        desk.tell(report(0, edited))
    assert desk.news() == [[(Development.CORRECTION, edited)]]
    assert desk.sent() == [0, 1]
    assert len(desk.alerts()) == 1


def test_a_headline_that_no_longer_matches_is_told_too(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST, "Twelve people are missing."))
    desk.tell(report(0, "Correction: no boat sank off Marlow harbour", "Nobody is missing."))
    assert desk.news() == [[(Development.CORRECTION, "Correction: no boat sank off Marlow harbour")]]


def test_a_story_that_comes_back_after_a_quiet_day_is_told(desk: Newsdesk, clock: Clock) -> None:
    desk.tell(report(0, FIRST))
    clock.advance(hours=26)
    desk.tell(report(1))
    assert desk.news() == [[(Development.RETURNED, "26")]]


def test_once_tells_the_first_article_and_nothing_more(edges_on_both: Edges, clock: Clock) -> None:
    desk = Newsdesk(edges_on_both, clock).open(stories="once")
    desk.tell(report(0, FIRST))
    desk.tell(report(1, "Correction: 13 missing as ferry Aurora sinks off Marlow harbour", f"{LEDE} Minister Lena Brandt flew there."))
    assert (desk.news(), desk.sent(), desk.holds()) == ([], [0], ["joined", None])


def test_every_article_is_told_where_the_rule_asks_for_it(edges_on_both: Edges, clock: Clock) -> None:
    desk = Newsdesk(edges_on_both, clock).open(stories="every_article")
    desk.tell(report(0, FIRST), report(1), report(2))
    assert (len(desk.alerts()), desk.sent(), desk.holds()) == (3, [0, 0, 0], [None, None, None])
    listed = desk.edges.store.alerts.list_alerts("ws_1").items
    (story,) = {each.story for each in listed}
    assert story is not None, "the one that all of them are in"
    assert {each.coverage for each in listed} == {None}


def test_what_is_new_waits_for_the_cooldown_and_is_told_with_the_next_article(edges_on_both: Edges, clock: Clock) -> None:
    desk = Newsdesk(edges_on_both, clock).open(cooldown="PT4H")
    desk.tell(report(0, FIRST))
    desk.tell(report(1, lede=f"{LEDE} Minister Lena Brandt flew there."))
    assert desk.news() == []
    assert desk.reasons()[1] == f'joined the alert of "{FIRST}"; cooling_down, so not told yet: new actor: Lena Brandt'
    clock.advance(hours=4)
    desk.tell(report(2))
    assert desk.news() == [[(Development.NEW_ACTOR, "Lena Brandt")]]


def test_a_correction_does_not_wait_for_the_cooldown(edges_on_both: Edges, clock: Clock) -> None:
    desk = Newsdesk(edges_on_both, clock).open(cooldown="PT4H")
    desk.tell(report(0, FIRST))
    desk.tell(report(1, "Corrected: Ferry Aurora sinks off Marlow harbour, 12 missing"))
    assert len(desk.news()) == 1


def test_a_muted_rule_takes_articles_in_and_tells_nothing(desk: Newsdesk, clock: Clock) -> None:
    desk.tell(report(0, FIRST))
    muted = {"mute_until": clock.at.replace(day=clock.at.day + 1)}
    spec = desk.rule.spec.model_dump()
    desk.edges.store.rules.change_rule(desk.rule.id, lambda _: RuleSpec.model_validate({**spec, "alerting": muted}), caller=desk.caller())
    desk.tell(report(1, "Correction: 13 missing as ferry Aurora sinks off Marlow harbour"))
    assert (desk.news(), desk.sent()) == ([], [0])


def test_updates_are_messages_of_their_own_with_ids_that_stay(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(report(1, lede=f"{LEDE} Minister Lena Brandt flew there."))
    outbox = desk.edges.store.deliveries.outbox
    first = outbox.claim(now=desk.clock.at, token="t", limit=9)
    taken = after_success(Receipt(200, "ok"))
    outbox.save_attempts([Tried(each, taken, "a.example", desk.clock.at) for each in first], now=desk.clock.at)
    claimed = [*first, *outbox.claim(now=desk.clock.at, token="t", limit=9)]
    assert len({each.id for each in claimed}) == 2
    kinds = {each.alert.update.number if each.alert and each.alert.update else 0: each.alert for each in claimed}
    assert {told.id for told in kinds.values() if told} == {desk.the_alert().id}
    assert kinds[1] is not None
    assert [each.what for each in (kinds[1].update.news if kinds[1].update else ())] == ["Lena Brandt"]
    assert kinds[0] is not None
    assert kinds[0].articles[0].title == FIRST


def test_workspaces_have_alerts_of_their_own_about_a_story(edges_on_both: Edges, clock: Clock) -> None:
    desk, other = Newsdesk(edges_on_both, clock).open(), Newsdesk(edges_on_both, clock, "ws_2")
    other.open()
    desk.tell(report(0, FIRST), report(1))
    assert desk.the_alert().id != other.the_alert().id
    assert desk.the_alert().story == other.the_alert().story


def test_a_worker_started_anew_goes_on_with_the_same_stories(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.matcher = Matcher(desk.edges)
    desk.tell(report(1))
    assert len(desk.alerts()) == 1
    assert desk.story_of(FIRST) == desk.story_of(report(1).title)


def test_two_workers_in_turn_place_as_one_does(desk: Newsdesk) -> None:
    matchers = [Matcher(desk.edges), Matcher(desk.edges)]
    for number in range(6):
        desk.matcher = matchers[number % 2]
        desk.tell(report(number))
    assert len(desk.alerts()) == 1
    with desk.edges.store.database.read() as connection:
        assert [each.seq for each in recorded_since(connection, 0)] == [1, 2, 3, 4, 5, 6]


def test_many_workers_at_once_make_one_alert(desk: Newsdesk) -> None:
    desk.arrive(desk.feed, *(report(number) for number in range(20)))
    store = desk.edges.store
    batches = [store.articles.claim_articles(now=desk.clock.at, token=f"t{number}", limit=5) for number in range(4)]
    workers = [Stories(desk.edges) for _ in batches]
    together(
        *(
            lambda worker=worker, batch=batch: worker.place([each.article for each in batch])
            for worker, batch in zip(workers, batches, strict=True)
        )
    )
    with store.database.read() as connection:
        assert len(set(connection.execute(select(article.c.story)).scalars())) == 1
        assert [each.seq for each in recorded_since(connection, 0)] == list(range(1, 21))
    desk.clock.advance(hours=1)
    together(*(lambda matcher=matcher: matcher.match_due(lambda: None) for matcher in [Matcher(desk.edges) for _ in range(3)]))
    assert len(desk.alerts()) == 1
    assert sorted(desk.sent()) == list(range(len(desk.sent())))
    coverage = desk.the_alert().coverage
    assert coverage is not None
    assert coverage.articles == 20


def together(*works: Callable[[], object]) -> None:
    """Do these at once; fail where one fails."""
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # whatever it is, the test fails of it
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_placement_that_was_not_stored_never_was(desk: Newsdesk) -> None:
    desk.arrive(desk.feed, report(0, FIRST), report(1))
    first, second = (each.article for each in desk.edges.store.articles.claim_articles(now=desk.clock.at, token="t", limit=2))
    stories = Stories(desk.edges)
    with without(desk.edges, "counter"), pytest.raises(DBAPIError):
        stories.place([first])
    stories.place([second])
    assert desk.story_of(second.title) == story_id(second.id), "not that of an article which is in none"
    stories.place([first])
    assert desk.story_of(first.title) == story_id(second.id)


@contextmanager
def without(edges: Edges, table: str) -> Iterator[None]:
    """The database lacks this table for a while."""
    with edges.store.database.write() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO away"))
    yield
    with edges.store.database.write() as connection:
        connection.execute(text(f"ALTER TABLE away RENAME TO {table}"))


def test_placing_twice_changes_nothing(desk: Newsdesk) -> None:
    desk.arrive(desk.feed, report(0, FIRST))
    (claimed,) = desk.edges.store.articles.claim_articles(now=desk.clock.at, token="t", limit=1)
    for stories in (Stories(desk.edges), Stories(desk.edges)):
        stories.place([claimed.article])
    with desk.edges.store.database.read() as connection:
        assert len(recorded_since(connection, 0)) == 1
        assert len(connection.execute(select(story)).all()) == 1


def test_a_match_of_an_old_print_is_left_out(desk: Newsdesk, clock: Clock) -> None:
    desk.tell(report(0, FIRST))
    clock.advance(days=6)
    desk.tell(report(1))
    assert len(desk.alerts()) == 2, "a week later it is another story"


HOSTILE = "\u202eFerry\0 Aurora \ud800sinks <script>alert(1)</script> off Marlow harbour\r\nBcc: x@y.example, 12 missing " + "x" * 100_000


def test_hostile_titles_join_and_are_told(desk: Newsdesk) -> None:
    clean = HOSTILE.replace("\0", "").replace("\ud800", "")  # as parsing leaves it
    desk.tell(report(0, clean))
    desk.tell(report(1, f"Correction: {clean}"))
    with desk.edges.store.database.read() as connection:
        assert len(connection.execute(select(delivery)).all()) == len(connection.execute(select(alert_item)).all()) == 2
