"""What false alarms have in common and right alerts lack: words, actors and outlets that a rule might exclude."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from service.domain.articles import Article
from service.domain.coverage import outlet_of
from service.domain.feedback import JudgedAlert
from service.matching.actor_index import find_actor
from service.matching.concepts import load_concepts
from service.matching.text import Phrase, phrase_of, words_of

MAX_TERMS, MAX_ACTORS, MAX_SOURCES = 300, 20, 20
LEAST_STORIES = 2  # what only one story has says nothing of the next
LEAST_OF_A_WORD = 3  # likewise; single words meet by chance more often than phrases do
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

    @property
    def least_stories(self) -> int:
        """In how many stories of false alarms it must be to mean something."""
        return LEAST_OF_A_WORD if self.kind is SuspectKind.TERM and len(phrase_of(self.written)) == 1 else LEAST_STORIES


def lift(false: int, all_false: int, right: int, all_right: int) -> float:
    """How many times likelier something is in a false alarm than in a right alert.

    Half an alert is added on both sides, so that little evidence says little: what two false alarms have and one right one
    lacks is no more than a chance.
    """
    return ((false + 0.5) / (all_false + 1)) / ((right + 0.5) / (all_right + 1))


def suspects_of(false: Sequence[JudgedAlert], right: Sequence[JudgedAlert]) -> tuple[Suspect, ...]:
    """What stands in titles and ledes of false alarms about two stories at least, or who published those; the likeliest first."""
    terms = _terms(false, right)
    actors = [each for each in terms if find_actor(each)][:MAX_ACTORS]
    named: Iterable[tuple[SuspectKind, Iterable[str]]] = (
        (SuspectKind.TERM, terms[:MAX_TERMS]),
        (SuspectKind.ACTOR, actors),
        (SuspectKind.SOURCE, _sources(false)),
    )
    return tuple(Suspect(kind, written) for kind, several in named for written in several)


def _terms(false: Sequence[JudgedAlert], right: Sequence[JudgedAlert]) -> list[str]:
    own = {form for alert in (*false, *right) for article in alert.articles for found in article.evidence for form in phrase_of(found.text)}
    stories: defaultdict[Phrase, set[str]] = defaultdict(set)
    written: dict[Phrase, str] = {}
    for alert in false:
        for phrase, text in _phrases_of(alert, own):
            stories[phrase].add(alert.about)
            written.setdefault(phrase, text)
    common = {phrase: len(about) for phrase, about in stories.items() if len(about) >= LEAST_STORIES}
    there = _stories_with(common, right, own)

    def likelihood(phrase: Phrase) -> tuple[float, int, int, Phrase]:
        return -lift(common[phrase], len(false), there.get(phrase, 0), len(right)), -common[phrase], -len(phrase), phrase

    return [written[phrase] for phrase in sorted(common, key=likelihood)]


def _stories_with(phrases: Mapping[Phrase, int], alerts: Sequence[JudgedAlert], own: Set[str]) -> dict[Phrase, int]:
    stories: defaultdict[Phrase, set[str]] = defaultdict(set)
    for alert in alerts:
        for phrase, _text in _phrases_of(alert, own):
            if phrase in phrases:
                stories[phrase].add(alert.about)
    return {phrase: len(about) for phrase, about in stories.items()}


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


def _sources(false: Sequence[JudgedAlert]) -> list[str]:
    stories: defaultdict[str, set[str]] = defaultdict(set)
    for alert in false:
        for each in alert.articles:
            stories[_source_of(each.article)].add(alert.about)
    common = [source for source, about in stories.items() if source and len(about) >= LEAST_STORIES]
    return sorted(common, key=lambda source: (-len(stories[source]), source))[:MAX_SOURCES]


def _source_of(article: Article) -> str:
    """What a query calls the outlet: its host, or its name where it has none; empty where that cannot be written in a query."""
    source = outlet_of(article)
    return "" if '"' in source or not source.isprintable() or not phrase_of(source) or len(source) > _LONGEST else source
