"""Reading an article's page: when it is worth it, and when it is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.domain.articles import Article

WHOLE = 3000  # characters of a body that will be the whole article
LEAST = 200  # characters that a page must have, for a cookie notice is no article
LEAST_HEADLINE = 12  # letters of a headline to which something may have been added
SPACING = timedelta(seconds=2)  # between two pages of one host
WAITS = (timedelta(minutes=5), timedelta(hours=1))  # before the second and the third try
MAX_RESPITE = timedelta(days=1)
MAX_DELAY = timedelta(minutes=1)  # of what robots.txt asks for: with more, a busy site could hardly be read
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class PageFailed(Exception):
    """No text came of a page; `passing`: it may another time, after `respite` if the server asks for one."""

    def __init__(self, reason: str, passing: bool = False, respite: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing
        self.respite = respite


def worth_reading(article: Article) -> bool:
    """Whether an article's page may have more than its feed gave."""
    return article.url is not None and len(article.body) < WHOLE


def below_headline(text: str, title: str) -> str:
    """A page's text without the headline, where that is its first line: it stands above the text already.

    Feeds often add the outlet's name to it: "Harbour bridge opens - The Gazette".
    """
    first, _, rest = text.partition("\n")
    line, headline = _letters(first), _letters(title)
    added = len(line) >= LEAST_HEADLINE and headline.startswith(line)
    return rest if rest and line and (line == headline or added) else text


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def is_passing(status: int) -> bool:
    """Whether an HTTP status speaks of this moment rather than of the page."""
    return status in _PASSING


def next_try(failure: PageFailed, tries: int, now: datetime) -> datetime | None:
    """When to try again after the try of this number, from 1; None: never."""
    if not failure.passing or tries > len(WAITS):
        return None
    return now + max(WAITS[tries - 1], min(failure.respite or timedelta(0), MAX_RESPITE))


def host_free_at(now: datetime, respite: timedelta | None, delay: timedelta | None) -> datetime:
    """From when the host may be asked for another page: after the `respite` it asked for, and the `delay` that its robots.txt wants."""
    return now + max(SPACING, min(respite or SPACING, MAX_RESPITE), min(delay or SPACING, MAX_DELAY))
