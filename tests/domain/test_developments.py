"""What of a story is told again, and what is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.alerting import Edit, FoundMatch, Standing, decide, decide_edit
from service.domain.coverage import MOST_OUTLETS, Report, coverage_of, outlet_of, report_of
from service.domain.developments import OUTLET_STEPS, Development, News, StoryAlert, correct, join, merge, open_alert, say, tell
from service.domain.evidence import Evidence, Scores
from service.domain.telling import Hold
from tests.make import NOON, a_rule, an_article

HOUR = timedelta(hours=1)


def a_report(number: int, *, hours: float = 0, title: str = "", credits: tuple[str, ...] = ()) -> Report:  # noqa: A002
    title = title or f"Bridge opens, says outlet {number}"
    at = NOON + hours * HOUR
    return Report(f"outlet{number}.example", f"Outlet {number}", f"ar_{number}", title, None, "en", at, credits)


def an_open_alert(*actors: str) -> StoryAlert:
    return open_alert("al_1", "st_1", a_report(0), actors, NOON)


def test_who_joins_with_nothing_new_brings_nothing() -> None:
    alert = join(an_open_alert("NATO"), a_report(1), ["NATO"])
    assert (alert.untold, alert.coverage.articles) == ((), 2)


def test_a_new_actor_is_new_once() -> None:
    alert = join(an_open_alert("NATO"), a_report(1), ["NATO", "Mark Rutte", "Mark Rutte"])
    assert alert.untold == (News(Development.NEW_ACTOR, "Mark Rutte"),)
    assert join(tell(alert), a_report(2), ["Mark Rutte"]).untold == ()


def test_numbers_of_outlets_are_news_in_steps() -> None:
    alert, told = an_open_alert(), []
    for number in range(1, 120):
        alert = join(alert, a_report(number), [])
        told += [news.what for news in alert.untold]
        alert = tell(alert) if alert.untold else alert
    assert told == [str(step) for step in OUTLET_STEPS]


def test_of_numbers_that_wait_only_the_last_is_told() -> None:
    alert = an_open_alert()
    for number in range(1, 11):
        alert = join(alert, a_report(number), [])
    assert alert.untold == (News(Development.OUTLETS, "10"),)


@pytest.mark.parametrize(
    ("hours", "news"),
    [
        pytest.param(23.9, (), id="within a day"),
        pytest.param(24, (News(Development.RETURNED, "24"),), id="after a day"),
        pytest.param(-48, (), id="published before, found later"),
    ],
)
def test_a_story_comes_back(hours: float, news: tuple[News, ...]) -> None:
    assert join(an_open_alert(), a_report(1, hours=hours), []).untold == news


def test_quiet_counts_from_the_last_article_whoever_published_it() -> None:
    alert = join(an_open_alert(), a_report(0, hours=20), [])
    assert join(alert, a_report(1, hours=30), []).untold == ()


def another(*numbers: int, actors: tuple[str, ...] = ()) -> StoryAlert:
    """The alert of another story, whose articles are of these outlets."""
    first, *others = numbers
    alert = open_alert("al_2", "st_2", a_report(first, hours=-1), actors, NOON)
    for number in others:
        alert = join(alert, a_report(number), [])
    return alert


def test_of_two_that_are_one_the_articles_of_both_count() -> None:
    whole = merge(join(an_open_alert("NATO"), a_report(1), []), another(2, 3, actors=("Mark Rutte",)))
    assert (whole.id, whole.story, whole.coverage.articles, whole.coverage.outlets) == ("al_1", "st_1", 4, 4)
    assert (whole.coverage.first.article, whole.actors, whole.untold) == ("ar_2", ("NATO", "Mark Rutte"), ())
    assert join(whole, a_report(4), ["Mark Rutte"]).untold == (News(Development.OUTLETS, "5"),)


def test_two_that_are_one_bring_no_news_before_an_article_joins() -> None:
    whole = merge(join(an_open_alert(), a_report(1), []), another(2, 3, 4, 5))
    assert (whole.coverage.independent, whole.untold) == (6, ())
    assert join(whole, a_report(6), []).untold == (News(Development.OUTLETS, "5"),)


def test_what_one_of_two_has_told_is_not_told_by_the_whole() -> None:
    five = tell(another(1, 2, 3, 4, 5, actors=("Mark Rutte",)))
    alert = join(an_open_alert("NATO"), a_report(9), ["Mark Rutte", "Ana Silva"])
    assert merge(alert, five).untold == (News(Development.NEW_ACTOR, "Ana Silva"),)
    assert merge(five, alert).untold == (News(Development.NEW_ACTOR, "Ana Silva"),)
    assert join(merge(alert, five), a_report(9), []).untold == (News(Development.NEW_ACTOR, "Ana Silva"),)


def test_what_waits_in_both_of_two_is_told_once() -> None:
    four, nine = another(1, 2, 3, 4, 5), another(*range(11, 21))
    for each, other in ((four, nine), (nine, four)):
        assert merge(correct(each, "12 missing"), correct(other, "12 missing")).untold in (
            (News(Development.CORRECTION, "12 missing"), News(Development.OUTLETS, "10")),
            (News(Development.OUTLETS, "10"), News(Development.CORRECTION, "12 missing")),
        )


def test_corrections_wait_each_once() -> None:
    alert = correct(correct(an_open_alert(), "12 missing"), "12 missing")
    assert alert.untold == (News(Development.CORRECTION, "12 missing"),)
    assert (tell(alert).untold, tell(alert).updates) == ((), 1)


def test_each_kind_is_said_in_words() -> None:
    assert [say(News(kind, "5")) for kind in Development] == [
        "new actor: 5", "5 outlets report it", "correction: 5", "back after 5 hours", "the spike has grown to 5 outlets",
    ]  # fmt: skip


reports = st.builds(
    a_report, st.integers(0, 30), hours=st.integers(-50, 50), title=st.sampled_from(["", "Correction: it closes", "A", "B"]),
    credits=st.sampled_from([(), ("reuters",), ("reuters", "ap")]),
)  # fmt: skip
arrivals = st.lists(st.tuples(reports, st.lists(st.sampled_from(["NATO", "EU", "UN"]), max_size=3), st.booleans()), max_size=40)


@given(arrivals)
def test_whatever_comes_nothing_is_told_twice_and_nothing_is_lost(coming: list[tuple[Report, list[str], bool]]) -> None:
    alert, told = an_open_alert("NATO"), list[News]()
    for report, actors, silent in coming:
        alert = join(alert, report, actors)
        if alert.untold and not silent:
            told += alert.untold
            alert = tell(alert)
    named = [news.what for news in (*told, *alert.untold) if news.kind is Development.NEW_ACTOR]
    assert sorted(named) == sorted({actor for _, actors, _ in coming for actor in actors} - {"NATO"})
    steps = [int(news.what) for news in told if news.kind is Development.OUTLETS]
    assert steps == sorted(set(steps))
    assert alert.coverage.articles == len(coming) + 1


@given(st.lists(reports, min_size=1, max_size=30))
def test_coverage_does_not_depend_on_the_order_in_which_articles_are_found(several: list[Report]) -> None:
    mixed = sorted(several, key=lambda each: (each.title, each.at, each.outlet, each.credits), reverse=True)
    one, other = coverage_of(several), coverage_of(mixed)
    assert (one.articles, one.outlets, one.languages, one.last_at) == (other.articles, other.outlets, other.languages, other.last_at)
    assert [each.at for each in one.reports] == [each.at for each in other.reports] == sorted(each.at for each in one.reports)
    assert 1 <= one.independent <= one.outlets
    assert one.spread >= timedelta(0)


def test_who_prints_an_agency_or_the_same_headline_is_not_independent() -> None:
    agency = [a_report(number, credits=("reuters",)) for number in range(3)]
    reprints = [a_report(number, title="Bridge  OPENS at last") for number in range(3, 6)]
    own = [a_report(6), a_report(7)]
    assert coverage_of([*agency, *reprints, *own]).independent == 4


def test_more_outlets_than_are_kept_are_not_told_apart() -> None:
    coverage = coverage_of(a_report(number) for number in range(MOST_OUTLETS + 50))
    assert (coverage.outlets, coverage.articles) == (MOST_OUTLETS, MOST_OUTLETS + 50)


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        pytest.param("https://www.gazette.example/1", "gazette.example", id="www"),
        pytest.param("https://amp.Gazette.example:8443/1", "gazette.example", id="another door of the same house"),
        pytest.param("https://news.example/1", "news.example", id="a name that looks like a prefix"),
        pytest.param("https://sport.gazette.example/1", "sport.gazette.example", id="a desk of its own"),
        pytest.param(None, "the gazette", id="no link"),
        pytest.param("https://[broken/1", "the gazette", id="a link that is none"),
    ],
)
def test_outlet_of(url: str | None, outlet: str) -> None:
    assert outlet_of(an_article(url=url)) == outlet


EVIDENCE = (Evidence("/actors/1", "Mark Rutte", "title", 0, 5, "Rutte"), Evidence("/topics/0", "bridge", "title", 8, 14, "bridge"))


JOINING = 'joined the alert of "Bridge opens, says outlet 0"'


def found(stories: str = "developments", **alerting: object) -> FoundMatch:
    rule = a_rule(actors=["NATO", {"name": "Mark Rutte", "aliases": ["Rutte"]}], alerting={"stories": stories, **alerting})
    article = an_article(url="https://herald.example/2", title="Rutte: bridge opens", dedup_key="herald.example/2")
    return FoundMatch(rule, article, EVIDENCE, Scores(0.9, 0.7), NOON - HOUR, False, "st_1")


@pytest.mark.parametrize(
    ("match", "standing", "held", "told", "reason"),
    [
        pytest.param(found(), {"actors": ["NATO"]}, None, True, "new actor: Mark Rutte", id="an update"),
        pytest.param(found(), {"actors": ["Mark Rutte"]}, Hold.JOINED, False, JOINING, id="nothing new"),
        pytest.param(found("once"), {"actors": []}, Hold.JOINED, False, JOINING, id="once is once"),
        pytest.param(found("every_article"), {"actors": []}, None, True, None, id="every article"),
        pytest.param(
            found(cooldown="PT2H"), {"actors": [], "alerted_at": NOON - HOUR}, Hold.JOINED, False,
            f'{JOINING}; cooling_down, so not told yet: new actor: Mark Rutte', id="it cools down",
        ),
        pytest.param(found(), {"actors": [], "already_alerted": True}, Hold.ALREADY_ALERTED, False, None, id="the same page"),
        pytest.param(found(), {"actors": [], "live": False}, Hold.RULE_CHANGED, False, None, id="the rule is gone"),
    ],
)  # fmt: skip
def test_decide(match: FoundMatch, standing: dict[str, object], held: Hold | None, told: bool, reason: str | None) -> None:
    actors = standing.pop("actors")
    assert isinstance(actors, list)
    decision = decide(match, Standing(alert=an_open_alert(*actors), **standing), NOON)  # type: ignore[arg-type]
    assert (decision.held, decision.draft is not None, decision.reason) == (held, told, reason)


def test_an_update_says_what_is_new_and_keeps_the_alerts_id_and_time() -> None:
    decision = decide(found(), Standing(alert=an_open_alert("NATO")), NOON + HOUR)
    assert decision.draft is not None
    told = decision.draft.alert
    assert (told.id, told.story, told.created_at) == ("al_1", "st_1", NOON)
    assert told.update is not None
    assert (told.update.number, told.update.created_at) == (1, NOON + HOUR)
    assert told.coverage is not None
    assert told.coverage.outlets == 2
    assert decision.joined == decision.draft.story
    assert decision.joined is not None
    assert (decision.joined.updates, decision.joined.untold) == (1, ())


@pytest.mark.parametrize(
    ("stories", "live", "headline", "told", "waits"),
    [
        pytest.param("developments", True, "Bridge 12 opens", True, False, id="another headline"),
        pytest.param("developments", True, "Rutte, bridge opens!", False, False, id="a better comma"),
        pytest.param("once", True, "Bridge 12 opens", False, False, id="once is once"),
        pytest.param("developments", False, "Bridge 12 opens", False, False, id="the rule is gone"),
    ],
)
def test_decide_edit(stories: str, live: bool, headline: str, told: bool, waits: bool) -> None:
    match = found(stories)
    edit = Edit(match.rule, match.article, "ma_1", "al_1", "al_1", headline)
    corrected = decide_edit(edit, Standing(live=live, alert=an_open_alert()), NOON)
    assert (corrected.draft is not None) is told
    assert corrected.alert is not None
    assert bool(corrected.alert.untold) is waits


def test_an_edit_while_the_rule_is_muted_waits() -> None:
    match = found(mute_until=NOON + HOUR)
    edit = Edit(match.rule, match.article, "ma_1", "al_1", "al_1", "Bridge 12 opens")
    corrected = decide_edit(edit, Standing(alert=an_open_alert()), NOON)
    assert corrected.draft is None
    assert corrected.alert is not None
    assert corrected.alert.untold == (News(Development.CORRECTION, match.article.title),)


def test_a_report_is_dated_by_when_it_was_published() -> None:
    assert report_of(an_article(published_at=NOON - HOUR)).at == NOON - HOUR
    assert report_of(an_article()).at == NOON
