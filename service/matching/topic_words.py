"""Which of a topic's words say something, and which hang together as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile

from service.matching.concepts import ConceptTable
from service.matching.text import Word

_HYPHENS = ("-", "\u2010", "\u2011")


def says_nothing(topic: str, word: Word, table: ConceptTable) -> bool:
    """Whether it is a stop word, and not written in capitals."""
    shouted = word.end - word.start > 1 and topic[word.start : word.end].isupper()  # "US", "WHO"
    return word.form in table.stop_words and not shouted


def joined_letters(topic: str, words: Sequence[Word]) -> int:
    """How many single letters it begins with that are written as one word: "A&E" is neither "a" nor "e"."""
    letters = list(takewhile(lambda word: word.end - word.start == 1, words))
    return len(letters[:1]) + len(list(takewhile(lambda two: topic[two[0].end : two[1].start] == "&", pairwise(letters))))


def without_gap(words: Sequence[Word], table: ConceptTable) -> int:
    """How many words stand together without a gap, as they do in scripts without spaces, before one that is known."""
    count = 1
    while count < len(words) and words[count].start == words[count - 1].end:
        if words[count].form in table.stop_words or table.meant([word.form for word in words[count:]]):
            break
        count += 1
    return count
