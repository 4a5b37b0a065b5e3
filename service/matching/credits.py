"""Whose text an article is: the agencies that it credits, where credits stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple

import regex

from service.domain.articles import Article
from service.matching.once import once

_HEAD = 400  # characters of a text: a dateline, a credit in the first sentences
_TAIL = 80
_LINE = 300  # of a title or an author


class _Tables(NamedTuple):
    agency: str  # any of them, as a pattern
    agencies: Mapping[str, str]  # as it is written, casefolded -> its name
    inside: regex.Pattern[str]  # (Reuters), 【ロイター】, according to AP
    at_end: regex.Pattern[str]
    anywhere: regex.Pattern[str]


def credits_of(article: Article) -> frozenset[str]:
    """The agencies whose text the article says it is, by their names in the table: "reuters", or "media" for unnamed ones.

    In brackets or after words like "according to" in the title and the beginning of the text, at the end of title or lede, as its
    author, or because its outlet is the agency itself.
    """
    tables = _tables()
    texts = (article.title[:_LINE], article.summary[:_HEAD], article.body[:_HEAD])
    ends = (article.title[-_TAIL:], article.summary[-_TAIL:])
    names = (article.author[:_LINE], article.source[:_LINE])
    found = (*_found(tables.inside, texts), *_found(tables.at_end, ends), *_found(tables.anywhere, names))
    return frozenset(tables.agencies[name.casefold()] for name in found)


def agency_pattern() -> str:
    """A regular expression of all the ways in which agencies are written, for a larger one."""
    return _tables().agency


def without_credit(title: str, source: str) -> str:
    """The title without the outlet at its end: "Harbour bridge opens - The Gazette"."""
    head, _, tail = title.rpartition(" - ")
    if not head or len(tail) > _TAIL:
        return title
    outlet = tail.strip().casefold()
    return head if outlet == source.casefold() or outlet in _tables().agencies or _SITE.fullmatch(outlet) else title


_SITE = regex.compile(r"(?:[\w-]+\.)+[a-z]{2,}")


def _found(pattern: regex.Pattern[str], texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for found in pattern.finditer(text):
            yield found["agency"]


@once
def _tables() -> _Tables:
    agencies, around = dict[str, str](), dict[str, list[str]]()
    for line in files("service.matching").joinpath("data/stories/credits.txt").read_text("utf-8").splitlines():
        head, colon, rest = line.partition(": ")
        if colon and not line.startswith("#"):
            kind, _, name = head.partition(" ")
            written = [each.strip() for each in rest.split(",")]
            if kind == "agency":
                agencies.update((each.casefold(), name) for each in written)
                around.setdefault("agency", []).extend(written)
            else:
                around.setdefault(kind, []).extend(written)
    agency = f"(?P<agency>{'|'.join(_name(each) for each in sorted(around['agency'], key=len, reverse=True))})"
    before, behind = (rf"(?i:{'|'.join(map(regex.escape, sorted(around[kind], key=len, reverse=True)))})" for kind in ("before", "behind"))
    inside = (
        rf"[(（\[【]\s*{agency}\s*[)）\]】]|/\s*{agency}\s*/|(?<!\w){before}:?\s+(?:the\s+|die\s+|der\s+|agencj\w+\s+|агент\w+\s+|l['’])?[\"«“]?{agency}(?!\w)"
        rf"|(?<!\w){agency}(?:通信)?\s*{behind}"
    )
    return _Tables(
        agency,
        agencies,
        regex.compile(inside),
        regex.compile(rf"(?:[-–—|/:]\s*|(?<=\s)){agency}\s*$"),
        regex.compile(rf"(?<!\w){agency}(?!\w)"),
    )


def _name(written: str) -> str:
    """A name in capitals alone may be a word in small letters: "ap", "pa"."""
    escaped = regex.escape(written)
    return escaped if written.isupper() else f"(?i:{escaped})"
