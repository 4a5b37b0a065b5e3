"""A print: what is remembered of an article to tell whether another one reports the same event."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import regex

from service.domain.articles import Article
from service.matching.concepts import load_concepts
from service.matching.credits import credits_of, without_credit
from service.matching.reading import Reading
from service.matching.series import counters_in, is_of_series
from service.matching.stems import stem_of
from service.matching.text import Word, words_of
from service.matching.things import things_in

if TYPE_CHECKING:
    from service.matching.meaning import Vectors

_MAGIC, _VERSION = b"WWPR", 1
_HEADER = struct.Struct("<4sHHI")  # magic, version, bytes of the vector, checksum of all that follows
_LEDE = 600  # characters of the lede, or of the body where there is none
_SHORT_ENDINGS = ("ing", "ed", "s")
_NUMBER = regex.compile(r"\d[\d.,]*+")
_THOUSANDS = regex.compile(r"(?<=\d)[.,](?=\d{3}(?:\D|$))")
_INSIDE = regex.compile(r"[\s,'’«(-]*+")  # what stands between two words of a sentence
_MANY_NAMES = 0.6
_TERMS = 90  # of one field: hostile texts have more


@dataclass(frozen=True, slots=True)
class Print:
    """What of an article tells its event.

    `title` and `lede`: the words in their order, each as what all its inflections share; `lede` is the beginning of the text, without
    the words of the title. `title_things` and `things`: the actors, places and concepts in the title, and in either. `numbers` are in
    digits. `credits`: the agencies whose text it says it is. `title_names`: the words of the title that a sentence writes with a capital
    inside it. `counters`: what the title counts on with, "day 448". `series`: whether it is one of a row, as a live blog's day.
    `vector`: what it means, as `meaning.pack` stores it, empty where that is not known.
    """

    article: str
    at: datetime
    source: str
    language: str
    title: tuple[str, ...]
    lede: tuple[str, ...]
    title_things: frozenset[str]
    things: frozenset[str]
    title_numbers: frozenset[str]
    numbers: frozenset[str]
    credits: frozenset[str]
    title_names: frozenset[str]
    counters: frozenset[str]
    series: bool = field(kw_only=True, default=False)
    vector: bytes = field(kw_only=True, default=b"")

    @property
    def terms(self) -> tuple[str, ...]:
        """All that it can be found by, each once and always in this order."""
        return tuple(dict.fromkeys((*self.title, *self.lede, *sorted(self.things))))


def print_of(article: Article, vector: Vectors | None = None) -> Print:
    """The print of an article; `vector` is that of `meaning.article_text`."""
    title = without_credit(article.title, article.source)
    lede = (article.summary if len(article.summary) >= min(len(article.body), _LEDE // 3) else article.body)[:_LEDE]
    title_words, lede_words = words_of(title, _TERMS), words_of(lede, _TERMS)
    things_of_title = things_in(Reading({"title": title}), article.day)
    terms = tuple(_terms(title_words))
    return Print(
        article.id,
        min(article.published_at or article.first_seen_at, article.first_seen_at).astimezone(UTC),
        article.source,
        article.language or "",
        terms,
        tuple(term for term in dict.fromkeys(_terms(lede_words)) if term not in terms),
        things_of_title,
        things_of_title | things_in(Reading({"title": title, "lede": lede}), article.day),
        frozenset(_numbers(title)),
        frozenset(_numbers(f"{title} {lede}")),
        credits_of(article),
        frozenset((*_names(title, title_words), *_names(lede, lede_words))).intersection(terms),
        counters_in(title_words),
        series=is_of_series(title),
        vector=b"" if vector is None else vector.astype("<f2").tobytes(),
    )


def _terms(words: Sequence[Word]) -> Iterator[str]:
    """The words that say something, without their endings; of scripts without spaces each two neighbouring characters."""
    stop = load_concepts().stop_words
    for number, word in enumerate(words):
        following = words[number + 1] if number + 1 < len(words) else None
        if _unspaced(word) and following is not None and following.start == word.end and _unspaced(following):
            yield word.form + following.form
        elif word.form not in stop and (len(word.form) > 1 or word.form.isdigit()) and not _unspaced(word):
            yield _stem(word.form)


@lru_cache(maxsize=50_000)  # news repeats its words
def _stem(word: str) -> str:
    """What the inflections of a word share; short English ones, too: jail, jailed, years."""
    shorter = next((word.removesuffix(end) for end in _SHORT_ENDINGS if word.endswith(end) and len(word) - len(end) in (3, 4)), word)
    if shorter is not word and not word.endswith("ss"):
        return shorter
    stems = stem_of(word)
    return stems[0][0] if stems and stems[0][1] else word


def _names(text: str, words: Sequence[Word]) -> Iterator[str]:
    """The words with a capital inside sentences; none of a text that writes most words so, as English titles may be."""
    inside = [word for before, word in pairwise(words) if _INSIDE.fullmatch(text, before.end, word.start)]
    capital = [word for word in inside if text[word.start].isupper()]
    if len(capital) <= _MANY_NAMES * len(inside):
        yield from (_stem(word.form) for word in capital if word.form not in load_concepts().stop_words)


def _unspaced(word: Word) -> bool:
    return word.end - word.start == 1 and word.form >= "\u0e00"


def _numbers(text: str) -> Iterator[str]:
    """The numbers in digits, without what parts thousands: 5,500 is 5500, and so is 5.500."""
    for found in _NUMBER.findall(text):
        yield _THOUSANDS.sub("", found).rstrip(".,").replace(",", ".")


def dump(each: Print) -> bytes:
    """The print in about a kilobyte, two with a vector."""
    kept = [each.article, each.at.timestamp(), each.source, each.language, each.title, each.lede, each.series]
    sets = (each.title_things, each.things, each.title_numbers, each.numbers, each.credits, each.title_names, each.counters)
    text = zlib.compress(json.dumps([*kept, *map(sorted, sets)], ensure_ascii=False).encode("utf-8", "surrogatepass"))
    content = each.vector + text
    return _HEADER.pack(_MAGIC, _VERSION, len(each.vector), zlib.crc32(content)) + content


def load(data: bytes) -> Print:
    """What `dump` wrote. Raises ValueError where it is something else, of another version, or broken."""
    content = data[_HEADER.size :]
    if len(data) < _HEADER.size or _HEADER.unpack_from(data) != (_MAGIC, _VERSION, _HEADER.unpack_from(data)[2], zlib.crc32(content)):
        raise ValueError("not a print, of another version, or broken")
    length = _HEADER.unpack_from(data)[2]
    article, at, source, language, title, lede, series, *sets = _parsed(content[length:])
    moment = datetime.fromtimestamp(at, UTC)
    words = tuple(title), tuple(lede)
    return Print(article, moment, source, language, *words, *map(frozenset, sets), series=series, vector=content[:length])


def _parsed(text: bytes) -> list[Any]:
    try:
        kept: list[Any] = json.loads(zlib.decompress(text).decode("utf-8", "surrogatepass"))
    except (zlib.error, UnicodeError) as error:
        raise ValueError("a broken print") from error
    return kept
