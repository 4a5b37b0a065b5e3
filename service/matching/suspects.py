"""What false alarms have in common and right alerts lack: words, actors and outlets that a rule might exclude."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from service.domain.articles import Article
from service.domain.coverage import outlet_of
from service.domain.feedback import JudgedAlert
from service.matching.actor_index import find_actor
from service.matching.chance import Tally
from service.matching.concepts import load_concepts
from service.matching.text import Phrase, phrase_of, words_of

MAX_SUSPECTS = 40  # of each kind
_WORDS = 3  # of a phrase
_READ = 120  # words of a title or a lede
_LONGEST = 60  # characters
_ENDS = frozenset('.,;:!?()[]{}"“”„«»|…•–—\n')  # where a phrase does not go on


class SuspectKind(StrEnum):
    """What a rule would exclude."""

    TERM = "term"
    ACTOR = "actor"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that a rule might exclude, as a user would write it."""

    kind: SuspectKind
    written: str


def suspects_of(false: Sequence[JudgedAlert], right: Sequence[JudgedAlert]) -> tuple[Suspect, ...]:
    """What titles and ledes of false alarms have, or who published those, so much oftener than right alerts that it is no chance."""
    terms = _terms(false, right)
    named: Iterable[tuple[SuspectKind, Iterable[str]]] = (
        (SuspectKind.TERM, terms),
        (SuspectKind.ACTOR, (each for each in terms if find_actor(each))),
        (SuspectKind.SOURCE, _sources(false, right)),
    )
    return tuple(Suspect(kind, each) for kind, several in named for each in islice(several, MAX_SUSPECTS))


def _terms(false: Sequence[JudgedAlert], right: Sequence[JudgedAlert]) -> list[str]:
    """Phrases first, then words; each kind has its own chances."""
    own = {form for alert in (*false, *right) for article in alert.articles for found in article.evidence for form in phrase_of(found.text)}
    written: dict[Phrase, str] = {}
    words, phrases = _tally(false, right), _tally(false, right)
    for alert in (*false, *right):
        for phrase, text in _phrases_of(alert, own):
            written.setdefault(phrase, text)
            (phrases if len(phrase) > 1 else words).count(phrase, alert.about)
    return [written[phrase] for phrase in (*phrases.telling(), *words.telling())]


def _sources(false: Sequence[JudgedAlert], right: Sequence[JudgedAlert]) -> list[str]:
    outlets = _tally(false, right)
    for alert in (*false, *right):
        for each in alert.articles:
            if source := _source_of(each.article):
                outlets.count(source, alert.about)
    return outlets.telling()


def _tally(false: Sequence[JudgedAlert], right: Sequence[JudgedAlert]) -> Tally[Any]:
    """An empty one. A story that brought false alarms and right alerts is no false alarm."""
    good = frozenset(alert.about for alert in right)
    return Tally(frozenset(alert.about for alert in false) - good, good)


def _phrases_of(alert: JudgedAlert, own: Set[str]) -> Iterator[tuple[Phrase, str]]:
    for each in alert.articles:
        for text in (each.article.title, each.article.summary):
            yield from _phrases_in(text, own)


def _phrases_in(text: str, own: Set[str]) -> Iterator[tuple[Phrase, str]]:
    """Phrases of up to three words that may say something, each with the way it is written there."""
    words = words_of(text, _READ)
    for first in range(len(words)):
        for last in range(first, min(first + _WORDS, len(words))):
            if last > first and not _ENDS.isdisjoint(text[words[last - 1].end : words[last].start]):
                break
            phrase = tuple(word.form for word in words[first : last + 1])
            as_there = " ".join(text[words[first].start : words[last].end].split())
            if _tells(phrase, own) and len(as_there) <= _LONGEST and as_there.isprintable() and phrase_of(as_there) == phrase:
                yield phrase, as_there


def _tells(phrase: Phrase, own: Set[str]) -> bool:
    """Whether a phrase may tell articles apart: no number, not the rule's own words, and no word that every text has at its edge."""
    empty = load_concepts().stop_words
    letters = "".join(phrase)
    if phrase[0] in empty or phrase[-1] in empty or letters.isdigit() or all(form in own for form in phrase):
        return False
    return len(letters) >= 3 or (len(letters) == 2 and not letters.isascii())


def _source_of(article: Article) -> str:
    """What a query calls the outlet: its host, or its name where it has none; empty where that cannot be written in a query."""
    source = outlet_of(article)
    return "" if '"' in source or not source.isprintable() or not phrase_of(source) or len(source) > _LONGEST else source
