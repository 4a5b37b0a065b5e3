"""What of a story is worth a message of its own, once somebody has been told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.coverage import NOBODY, Coverage, Report
from service.domain.headlines import is_correction

OUTLET_STEPS = (5, 10, 25, 50, 100)  # independent outlets whose number is news when it is reached
QUIET = timedelta(hours=24)  # without a report, after which a story has come back


class Development(StrEnum):
    """What kind of news an update of an alert brings."""

    NEW_ACTOR = "new_actor"  # an actor of the rule whom no article of the alert named before
    OUTLETS = "outlets"  # so many independent outlets report it
    CORRECTION = "correction"  # an article corrects, or the headline that was told says something else now
    RETURNED = "returned"  # it is reported again after a quiet time
    GREW = "grew"  # the spike that was told has grown


@dataclass(frozen=True, slots=True)
class News:
    """One thing that is new. `what`: the actor's name, the number of outlets, the headline, or the hours of quiet."""

    kind: Development
    what: str


@dataclass(frozen=True, slots=True)
class StoryAlert:
    """The alert of one rule about one story, as far as it has come.

    `actors` of the rule have been named; `step`: the number of outlets told last; `untold`: what is new and could not
    be told yet; `updates`: how many were sent.
    """

    id: str
    story: str
    created_at: datetime
    coverage: Coverage
    actors: tuple[str, ...] = ()
    step: int = 0
    updates: int = 0
    untold: tuple[News, ...] = ()


def open_alert(alert: str, story: str, report: Report, actors: Sequence[str], now: datetime) -> StoryAlert:
    """The alert that a story's first matching article raises."""
    return StoryAlert(alert, story, now, NOBODY.with_report(report), tuple(actors))


def join(alert: StoryAlert, report: Report, actors: Iterable[str]) -> StoryAlert:
    """The alert with one article more, and all that is new by it among the `untold`."""
    coverage = alert.coverage.with_report(report)
    entering = tuple(actor for actor in dict.fromkeys(actors) if actor not in alert.actors)
    step = max((each for each in OUTLET_STEPS if each <= coverage.independent), default=0)
    news = (*_news(alert, report, entering), *([News(Development.OUTLETS, str(step))] if step > alert.step else []))
    # Of two numbers of outlets that wait to be told only the greater is still true.
    waiting = tuple(each for each in alert.untold if each.kind is not Development.OUTLETS or step == alert.step)
    untold = tuple(dict.fromkeys((*waiting, *news)))
    return replace(alert, coverage=coverage, actors=(*alert.actors, *entering), step=max(step, alert.step), untold=untold)


def merge(alert: StoryAlert, other: StoryAlert) -> StoryAlert:
    """The alert once its story and another's are one: with all that the other's articles brought, and none of it new by that alone.

    What waits to be told of either still does, unless the other has told it. That more outlets report the whole than either was told
    of is new by the next article that joins.
    """
    waiting = [each for each in alert.untold if not _has_told(other, each)] + [each for each in other.untold if not _has_told(alert, each)]
    actors = tuple(dict.fromkeys((*alert.actors, *other.actors)))
    coverage = alert.coverage.with_coverage(other.coverage)
    return replace(alert, coverage=coverage, actors=actors, step=max(alert.step, other.step), untold=tuple(dict.fromkeys(waiting)))


def correct(alert: StoryAlert, headline: str) -> StoryAlert:
    """The alert with a headline, once told, that says something else now."""
    news = News(Development.CORRECTION, headline)
    return replace(alert, untold=tuple(dict.fromkeys((*alert.untold, news))))


def tell(alert: StoryAlert) -> StoryAlert:
    """The alert once all that is new has been told, in one update."""
    return replace(alert, untold=(), updates=alert.updates + 1)


def say(news: News) -> str:
    """The news in a few words, for people."""
    match news.kind:
        case Development.NEW_ACTOR:
            return f"new actor: {news.what}"
        case Development.OUTLETS:
            return f"{news.what} outlets report it"
        case Development.CORRECTION:
            return news.what if is_correction(news.what) else f"correction: {news.what}"
        case Development.RETURNED:
            return f"back after {news.what} hours"
        case Development.GREW:
            return f"the spike has grown to {news.what} outlets"


def _has_told(alert: StoryAlert, news: News) -> bool:
    """Whether somebody has been told of it, or of a greater number, by this alert."""
    if news in alert.untold:
        return False
    return news.what in alert.actors if news.kind is Development.NEW_ACTOR else _is_passed(news, alert.step)


def _is_passed(news: News, step: int) -> bool:
    return news.kind is Development.OUTLETS and int(news.what) <= step


def _news(alert: StoryAlert, report: Report, entering: Iterable[str]) -> Iterator[News]:
    if is_correction(report.title):
        yield News(Development.CORRECTION, report.title)
    for actor in entering:
        yield News(Development.NEW_ACTOR, actor)
    quiet = report.at - (alert.coverage.last_at or report.at)
    if quiet >= QUIET:
        yield News(Development.RETURNED, str(int(quiet / timedelta(hours=1))))
