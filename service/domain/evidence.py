"""Why a rule matched: which part of it, by which words, where, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One term of a rule found at one place.

    `part` points into the rule ("/actors/0", "/topics/1", "/query"); `term` is as the user wrote it; `start` and `end`
    are code-point offsets into the article's `field` ("title", "lede", "body"; where a query asks for them also "source",
    "author", "url", "lang"); `text` is what stands there.
    """

    part: str
    term: str
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Scores:
    """How probable it is that what the rule watches comes up in the article, and that the article is about it.

    `nearness`: how near its meaning is to the rule's, in standard deviations above recent articles; None where the
    meaning is not known and the words alone decide.
    """

    comes_up: float
    is_about: float
    nearness: float | None = None
