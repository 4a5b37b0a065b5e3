"""Stories that turn out to be one, found by the service or said by hand: nothing is told again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.domain.deliveries import DeliveryState
from service.domain.feeds import Entry
from service.domain.mutes import Muted, make_mute
from service.domain.stories import story_id
from service.edges import Edges
from service.matching.credits import credits_of
from service.matching.prints import dump, print_of
from service.pipeline.match import Matcher
from service.storage.placements import Placed, lock_stories, save_placements
from service.storage.tables import alert, article
from tests.conftest import Clock
from tests.make import an_article
from tests.pipeline.test_stories import FIRST, LEDE, Newsdesk, report

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


def counts(desk: Newsdesk) -> list[tuple[str, int]]:
    """The alerts that go on, by the headlines that raised them, each with how many articles it counts; the oldest first."""
    listed = reversed(desk.edges.store.alerts.list_alerts(desk.workspace).items)
    return [(each.articles[0].title, each.coverage.articles) for each in listed if each.coverage and not each.joined_into]


def article_of(desk: Newsdesk, title: str) -> str:
    (found,) = [each.article.id for each in desk.edges.store.articles.list_articles("ws_1").items if each.article.title == title]
    return found


@pytest.mark.parametrize("stays", [FIRST, TAXES], ids=["the older alert's story stays", "the other one's stays"])
def test_of_two_stories_with_alerts_that_become_one_the_older_alert_goes_on(desk: Newsdesk, stays: str) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(taxes(1))
    goes = TAXES if stays == FIRST else FIRST
    into = desk.story_of(stays)
    merge(desk, into, desk.story_of(goes))
    assert desk.story_of(goes) == into
    desk.tell(report(2))
    assert (counts(desk), desk.sent()) == ([(FIRST, 4)], [0, 0]), "both, what showed it, and the last"
    assert {story for _, story in rows(desk)} == {into}
    assert len(desk.edges.store.alerts.list_alerts("ws_1", story_id=into).items) == 2


def test_an_alert_that_goes_on_may_be_joined_into_an_older_one(desk: Newsdesk) -> None:
    race = "Ferry Aurora wins regatta of the north"
    desk.tell(report(0, FIRST))
    desk.tell(taxes(1))
    desk.tell(report(2, race, "Crowds cheered the yacht race."))
    for into, other in ((TAXES, race), (FIRST, TAXES)):
        desk.edges.store.stories.merge(desk.story_of(into), [desk.story_of(other)], caller=desk.caller())
    last, middle, first = desk.edges.store.alerts.list_alerts("ws_1").items
    assert (last.joined_into, middle.joined_into, first.joined_into) == (first.id, first.id, None)
    assert (counts(desk), desk.sent()) == ([(FIRST, 3)], [0, 0, 0])


def test_a_merger_is_no_news_and_the_outlets_of_both_are_by_the_next_article(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST), report(1), report(2))
    desk.tell(taxes(10), taxes(11, f"{TAXES} again"), taxes(12, f"{TAXES} today"))
    desk.edges.store.stories.merge(desk.story_of(FIRST), [desk.story_of(TAXES)], caller=desk.caller())
    assert (counts(desk), desk.sent()) == ([(FIRST, 6)], [0, 0])
    desk.tell(taxes(13, f"{TAXES} tonight"))
    assert (desk.reasons()[-1], desk.sent()) == ("5 outlets report it", [0, 0, 1])


def test_a_headline_that_a_joined_alert_told_is_corrected_by_the_one_that_goes_on(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(taxes(1))
    desk.edges.store.stories.merge(desk.story_of(FIRST), [desk.story_of(TAXES)], caller=desk.caller())
    for _ in range(2):
        desk.tell(taxes(1, "No levy on ports: ferry Aurora's owner cleared"))
    other, older = desk.edges.store.alerts.list_alerts("ws_1").items
    assert (len(other.updates), len(older.updates), desk.sent()) == (0, 1, [0, 0, 1])


def test_who_muted_the_story_of_a_joined_alert_hears_nothing_of_the_one_that_goes_on(desk: Newsdesk) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(taxes(1))
    joined = desk.edges.store.alerts.list_alerts("ws_1").items[0]
    desk.edges.store.stories.merge(desk.story_of(FIRST), [desk.story_of(TAXES)], caller=desk.caller())
    mute = make_mute(
        Muted.STORY, workspace="ws_1", channel=desk.channel.id, rule=desk.rule.id, story=joined.alert.story, alert=joined.id,
        now=desk.clock.at,
    )  # fmt: skip
    desk.edges.store.mutes.put_mute(mute, caller=desk.caller())
    desk.tell(report(2, lede=f"{LEDE} Minister Lena Brandt flew to the harbour."))
    (update,) = [each for each in desk.edges.store.deliveries.list_deliveries("ws_1").items if each.update_number]
    assert (update.state, mute.id in (update.detail or "")) == (DeliveryState.CANCELLED, True)


@pytest.mark.parametrize("leaves", [FIRST, TAXES], ids=["the one that went on", "the one that was joined"])
def test_alerts_that_a_split_parts_go_on_each_with_its_own(desk: Newsdesk, leaves: str) -> None:
    desk.tell(report(0, FIRST))
    desk.tell(taxes(1))
    stories = desk.edges.store.stories
    for _ in range(2):
        desk.clock.advance(minutes=1)
        whole = stories.merge(desk.story_of(FIRST), [desk.story_of(TAXES)], caller=desk.caller())
        assert whole is not None
        assert counts(desk) == [(FIRST, 2)], "each article once, however often they are merged"
        new = stories.split(whole, [article_of(desk, leaves)], credits_of, caller=desk.caller())
        assert counts(desk) == [(FIRST, 1), (TAXES, 1)]
        assert {story for _, story in rows(desk)} == {whole, new} == {desk.story_of(FIRST), desk.story_of(TAXES)}
    desk.tell(report(2), taxes(3, f"{TAXES} again"))
    assert (counts(desk), desk.sent()) == ([(FIRST, 2), (TAXES, 2)], [0, 0])


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
    assert desk.edges.store.stories.merge(ferry, [owner], caller=desk.caller()) == ferry
    desk.tell(taxes(2, f"{TAXES} again"), report(3))
    assert desk.story_of(f"{TAXES} again") == ferry
    assert ([articles for _, articles in counts(desk)], desk.sent()) == ([4], [0, 0])
    assert {story for _, story in rows(desk)} == {ferry}
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
    new = store.stories.split(ferry, [article_of(desk, moved)], credits_of, caller=desk.caller())
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
    new = store.stories.split(whole, [article_of(desk, FIRST)], credits_of, caller=desk.caller())
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
    assert ({each for each, _ in rows(desk)}, [articles for _, articles in counts(desk)]) == (before, [6])
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
    assert (len(desk.alerts()), [articles for _, articles in counts(desk)]) == (2, [4])
