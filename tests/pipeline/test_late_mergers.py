"""Two stories that a later article shows to be one, decided by the service itself: from arrival to message, whoever places the articles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from service.domain.feeds import Entry
from service.edges import Edges
from service.pipeline.match import Matcher
from service.storage.alerts import ListedAlert
from tests.conftest import Clock
from tests.pipeline.test_stories import Newsdesk, report, together

SEARCH = report(
    1,
    "Twelve missing from Aurora ferry as rescuers search sea off Marlow",
    "The Aurora, with 80 people on board, went down within minutes in heavy waves, survivors said.",
)
WRECK = report(2, "Divers reach wreck of ferry; twelve passengers missing")
BETWEEN = report(
    3,
    "Ferry disaster: Aurora had 80 on board, twelve missing, says coast guard",
    "Rescuers search the sea off Marlow for twelve people after the Aurora with 80 on board sank in heavy waves. Divers reach the wreck.",
)
LATER = report(4, f"{WRECK.title}, coast guard says")
AFTER = report(5, f"{SEARCH.title} and Thule")


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Newsdesk:
    """Both have been told, as two events."""
    desk = Newsdesk(edges_on_both, clock).open()
    desk.tell(SEARCH)
    desk.tell(WRECK)
    assert desk.story_of(SEARCH.title) != desk.story_of(WRECK.title)
    assert (len(desk.alerts()), desk.sent()) == (2, [0, 0])
    return desk


def alert_of(desk: Newsdesk, entry: Entry) -> ListedAlert:
    """The alert that this article raised."""
    (found,) = [each for each in desk.edges.store.alerts.list_alerts("ws_1").items if each.articles[0].title == entry.title]
    return found


def knowing(desk: Newsdesk) -> Matcher:
    """Another worker, which knows the two as two."""
    other = Matcher(desk.edges)
    desk.arrive(desk.feed, Entry("g9", "https://outlet9.example/chess", "Chess final ends in a draw"))
    other.match_due(lambda: None)
    return other


def expect_one(desk: Newsdesk, *titles: str, articles: int, sent: list[int]) -> None:
    """One story has all of these, the older alert goes on with it alone, and this was sent."""
    stories = {desk.story_of(title) for title in (SEARCH.title, WRECK.title, BETWEEN.title, *titles)}
    older, other = alert_of(desk, SEARCH), alert_of(desk, WRECK)
    assert stories == {older.story} == {other.story}
    assert (older.joined_into, other.joined_into) == (None, older.id)
    assert [each.coverage and each.coverage.articles for each in (older, other)] == [articles, 1]
    assert (len(desk.alerts()), desk.sent()) == (2, sent)


WORKERS: dict[str, Callable[[Newsdesk], Matcher]] = {
    "the same worker": lambda desk: desk.matcher,
    "one started anew": lambda desk: Matcher(desk.edges),
    "another that knows them as two": knowing,
}


@pytest.mark.parametrize(
    ("merges", "then"),
    [
        pytest.param("the same worker", "one started anew", id="a restart after the merger"),
        pytest.param("one started anew", "the same worker", id="a restart before it"),
        pytest.param("another that knows them as two", "the same worker", id="two workers"),
    ],
)
def test_of_two_alerts_that_a_later_article_joins_the_older_goes_on(desk: Newsdesk, merges: str, then: str) -> None:
    first = desk.story_of(SEARCH.title)
    following = WORKERS[then](desk)
    desk.matcher = WORKERS[merges](desk)
    desk.tell(BETWEEN)
    assert desk.story_of(BETWEEN.title) == first
    expect_one(desk, articles=3, sent=[0, 0])
    desk.matcher = following
    desk.tell(LATER)
    expect_one(desk, LATER.title, articles=4, sent=[0, 0])
    desk.tell(AFTER)
    expect_one(desk, LATER.title, AFTER.title, articles=5, sent=[0, 0, 1])
    assert desk.holds() == [None, "joined", "joined", None, None]
    assert desk.reasons()[-1] == "5 outlets report it", "by what both alerts have counted"


def test_the_alert_that_goes_on_says_who_reports_the_whole_story(desk: Newsdesk) -> None:
    desk.tell(BETWEEN)
    coverage = alert_of(desk, SEARCH).coverage
    assert coverage is not None
    assert [each.title for each in coverage.reports] == [SEARCH.title, WRECK.title, BETWEEN.title]
    assert (coverage.first.outlet, coverage.spread.total_seconds()) == ("outlet1.example", 120)


def test_a_new_actor_after_the_merger_is_told_once(desk: Newsdesk) -> None:
    desk.tell(BETWEEN)
    with_minister = f"{LATER.summary} Minister Lena Brandt flew to the harbour."
    desk.tell(report(4, LATER.title, with_minister))
    desk.tell(report(6, f"{LATER.title} again", with_minister, link="https://outlet4.example/ferry/2"))
    assert desk.sent() == [0, 0, 1]


def test_two_workers_at_once_while_the_stories_become_one(desk: Newsdesk) -> None:
    workers = [knowing(desk), Matcher(desk.edges)]
    desk.arrive(desk.feed, BETWEEN, LATER, AFTER)
    together(*(lambda worker=worker: worker.match_due(lambda: None) for worker in workers))
    expect_one(desk, LATER.title, AFTER.title, articles=5, sent=[0, 0, 1])
