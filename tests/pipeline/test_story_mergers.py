"""Stories that turn out to be one, found by the service or said by hand: nothing is told again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.domain.feeds import Entry
from service.domain.stories import story_id
from service.edges import Edges
from service.matching.credits import credits_of
from service.matching.prints import dump, print_of
from service.pipeline.match import Matcher
from service.storage.placements import Placed, lock_stories, save_placements
from service.storage.tables import alert, article
from tests.conftest import Clock
from tests.make import an_article
from tests.pipeline.test_stories import FIRST, Newsdesk, report

TAXES = "Parliament debates ferry Aurora's owner and new taxes"
TAXES_LEDE = "Lawmakers passed a budget on Friday with a levy on ports."


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Newsdesk:
    return Newsdesk(edges_on_both, clock).open()


def taxes(number: int, title: str = TAXES) -> Entry:
    return report(number, title, TAXES_LEDE)


def merge(desk: Newsdesk, into: str, other: str) -> None:
    """Another worker places an article that shows two stories to be one."""
    desk.arrive(desk.feed, report(90, "Ferries"))
    database = desk.edges.store.database
    with database.write() as connection:
        lock_stories(connection, database)
        bridge = connection.execute(select(article.c.id).where(article.c.title == "Ferries")).scalar_one()
        seen = dump(print_of(an_article(id=bridge, title="Ferries")))
        save_placements(connection, database, [Placed(bridge, into, (other,), seen)], desk.clock.at)


def rows(desk: Newsdesk) -> set[tuple[str, str]]:
    with desk.edges.store.database.read() as connection:
        return {(row.id, row.story) for row in connection.execute(select(alert.c.id, alert.c.story)).all()}


def test_two_stories_with_alerts_that_become_one_are_not_told_again(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST), taxes(1))
    before, (ferry, owner) = rows(desk), (desk.story_of(FIRST), desk.story_of(TAXES))
    merge(desk, ferry, owner)
    assert desk.story_of(TAXES) == ferry
    desk.tell(report(2), taxes(3, f"{TAXES} again"))
    assert (rows(desk), desk.sent()) == (before, [0, 0])
    listed = desk.edges.store.alerts.list_alerts("ws_1", story_id=ferry).items[0]
    assert listed.coverage is not None
    assert listed.coverage.articles == 4, "the first, both later ones, and what showed it"


def test_the_alert_of_what_became_part_of_another_story_goes_on_with_it(desk: Newsdesk) -> None:
    desk.tell(report(0, "Harbour of Marlow closes in storm", "Waves of nine metres."))
    desk.tell(taxes(1))
    storm, owner = desk.story_of("Harbour of Marlow closes in storm"), desk.story_of(TAXES)
    ((told, _),) = rows(desk)
    merge(desk, storm, owner)
    assert rows(desk) == {(told, storm)}
    desk.tell(taxes(2, f"{TAXES} again"))
    assert desk.holds()[0] == "joined"
    assert len(desk.alerts()) == 1


def test_other_workers_learn_of_it(desk: Newsdesk) -> None:
    other = Matcher(desk.edges)
    desk.tell(report(0, FIRST), taxes(1))
    desk.arrive(desk.feed, taxes(2, f"{TAXES} again"))
    other.match_due(lambda: None)  # knows them as two
    ferry, owner = desk.story_of(FIRST), desk.story_of(TAXES)
    merge(desk, ferry, owner)
    for matcher in (desk.matcher, other, Matcher(desk.edges)):
        desk.matcher = matcher
        title = f"{TAXES} of {len(desk.reasons())}"
        desk.tell(taxes(10 + len(desk.reasons()), title))
        assert desk.story_of(title) == ferry


def test_a_merger_in_the_middle_of_a_batch_reaches_all_of_it(desk: Newsdesk) -> None:
    titles = [FIRST, TAXES, "Ferries"]
    desk.arrive(desk.feed, *(report(number, title) for number, title in enumerate(titles)))
    database = desk.edges.store.database
    with database.write() as connection:
        lock_stories(connection, database)
        found = {row.title: row.id for row in connection.execute(select(article.c.title, article.c.id)).all()}
        first, second, third = (found[title] for title in titles)
        ferry, owner = story_id(first), story_id(second)
        placed = [Placed(first, ferry, (), b"1"), Placed(second, owner, (), b"2"), Placed(third, ferry, (owner,), b"3")]
        assert save_placements(connection, database, placed, desk.clock.at) == 3
    assert {desk.story_of(title) for title in titles} == {ferry}


def test_what_was_merged_by_hand_takes_later_articles_in_and_is_not_told_again(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST), taxes(1))
    ferry, owner = desk.story_of(FIRST), desk.story_of(TAXES)
    before = rows(desk)
    assert desk.edges.store.stories.merge(ferry, [owner], caller=desk.caller()) == ferry
    desk.tell(taxes(2, f"{TAXES} again"), report(3))
    assert desk.story_of(f"{TAXES} again") == ferry
    assert (rows(desk), desk.sent()) == (before, [0, 0])
    assert desk.holds()[:2] == ["joined", "joined"]


def test_what_one_workspace_does_by_hand_holds_there_alone(edges_on_both: Edges, clock: Clock) -> None:
    desk, other = Newsdesk(edges_on_both, clock).open(), Newsdesk(edges_on_both, clock, "ws_2")
    other.open()
    desk.tell(report(0, FIRST), taxes(1))
    ferry, owner = desk.story_of(FIRST), desk.story_of(TAXES)
    desk.edges.store.stories.merge(ferry, [owner], caller=desk.caller())
    desk.tell(taxes(2, f"{TAXES} again"))
    assert (other.story_of(TAXES), other.story_of(f"{TAXES} again")) == (owner, owner)
    assert other.edges.store.stories.find_story("ws_2", owner, credits_of) is not None


def test_what_was_split_by_hand_stays_apart_with_what_is_like_it(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST), report(1), report(2))
    ferry, moved = desk.story_of(FIRST), report(1).title
    store = desk.edges.store
    (found,) = [each.article.id for each in store.articles.list_articles("ws_1").items if each.article.title == moved]
    new = store.stories.split(ferry, [found], caller=desk.caller())
    assert new is not None
    assert (desk.story_of(moved), desk.story_of(FIRST)) == (new, ferry)
    desk.tell(report(3, f"{moved} today"), report(4, f"{FIRST} today"))
    assert (desk.story_of(f"{moved} today"), desk.story_of(f"{FIRST} today")) == (new, ferry)
    assert len(desk.alerts()) == 2, "the user says that it is another event: its next article is told"
    desk.matcher = Matcher(desk.edges)
    desk.tell(report(5, f"{moved} tonight"))
    assert desk.story_of(f"{moved} tonight") == new
    assert len(desk.alerts()) == 2


def test_an_alert_about_nothing_but_what_is_split_off_goes_with_it(desk: Newsdesk) -> None:
    desk.tell(report(0, "Storm at Marlow harbour", "Waves of nine metres."), report(1, FIRST))
    desk.edges.store.stories.merge(desk.story_of("Storm at Marlow harbour"), [desk.story_of(FIRST)], caller=desk.caller())
    store, whole = desk.edges.store, desk.story_of(FIRST)
    (found,) = [each.article.id for each in store.articles.list_articles("ws_1").items if each.article.title == FIRST]
    new = store.stories.split(whole, [found], caller=desk.caller())
    ((_, story),) = rows(desk)
    assert story == new


@pytest.mark.parametrize("service_merges", ["the joined one into the third", "the third into the joined one"])
def test_hand_and_service_agree(desk: Newsdesk, service_merges: str) -> None:
    """The user joined two; the service finds that one of these and a third are one: all three are."""
    desk.tell(report(0, FIRST), taxes(1), report(2, "Ferry Aurora wins regatta of the north", "Crowds cheered the yacht race."))
    ferry, owner, race = (desk.story_of(each) for each in (FIRST, TAXES, "Ferry Aurora wins regatta of the north"))
    assert len({ferry, owner, race}) == 3
    before = {each for each, _ in rows(desk)}
    desk.edges.store.stories.merge(ferry, [owner], caller=desk.caller())
    merge(desk, *((race, owner) if service_merges == "the joined one into the third" else (owner, race)))
    now = {desk.story_of(each) for each in (FIRST, TAXES, "Ferry Aurora wins regatta of the north")}
    assert now == {ferry}
    desk.tell(report(3), taxes(4, f"{TAXES} again"))
    assert {each for each, _ in rows(desk)} == before
    assert desk.holds()[:2] == ["joined", "joined"]


def test_the_other_way_round_by_hand_and_by_the_service(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST), taxes(1))
    ferry, owner = desk.story_of(FIRST), desk.story_of(TAXES)
    desk.edges.store.stories.merge(owner, [ferry], caller=desk.caller())
    merge(desk, ferry, owner)
    assert desk.story_of(FIRST) == desk.story_of(TAXES)
    for old in (ferry, owner):
        found = desk.edges.store.stories.find_story("ws_1", old, credits_of)
        assert found is not None
        assert found.coverage.articles == 3
    desk.tell(report(2))
    assert len(desk.alerts()) == 2
