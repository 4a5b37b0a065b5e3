"""Which of a topic's words say something, and which hang together as it is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise, takewhile

from service.matching.actor_index import find_actor
from service.matching.concepts import Concept, ConceptTable, Meant
from service.matching.designations import other_ways
from service.matching.forms import Form
from service.matching.text import Word

_HYPHENS = ("-", "\u2010", "\u2011")
_JOINING = ("&", "/")
_BOUND_FIRST, _BOUND_LAST = ("co", "no", "non", "re"), ("free", "proof")
_APOSTROPHES = ("'", "\u2019", "\u02bc")
_LONGEST = 6  # words that hyphens make one
_LONG = 3  # letters of a word that may be written as one with the next
_LONG_ENOUGH = 6  # letters of the one word
_LONG_NAME = 4  # letters: shorter ones are many things
_ENDING = 2  # letters more than the table has
_SHOUTED = 3  # words in capitals that are no acronyms


def says_nothing(topic: str, word: Word, table: ConceptTable) -> bool:
    """Whether it is a stop word, and neither an acronym ("US", "WHO") nor a letter that is a name or part of one ("vitamin D")."""
    return word.form in table.stop_words and not (is_acronym(topic, word) or _is_letter(topic, word) or _is_name(topic, word))


def is_acronym(topic: str, word: Word) -> bool:
    """Whether it is written in capitals, unlike the rest: "WAR IN SUDAN" has none."""
    return word.end - word.start > 1 and topic[word.start : word.end].isupper() and not _is_shouted(topic)


def is_small(topic: str, written: str, forms: Sequence[Form]) -> bool:
    """Whether it is an acronym in small letters, where the topic has capitals: "ab" of "Wahlrecht ab 16" is no AB."""
    is_cased = any(form.cased and form.words == (written,) for form in forms)
    return is_cased and topic != topic.lower()


def _is_name(topic: str, word: Word) -> bool:
    """Whether it is written as the name of somebody known: Uber is no German "über"."""
    written = topic[word.start : word.end]
    return len(written) >= _LONG_NAME and written.isascii() and written.istitle() and find_actor(written) is not None


def _is_shouted(topic: str) -> bool:
    return topic.isupper() and len(topic.split()) >= _SHOUTED


def _is_letter(topic: str, word: Word) -> bool:
    if word.end - word.start > 1:
        return False
    around = topic[max(word.start - 1, 0) : word.start] + topic[word.end : word.end + 1]
    if any(sign in around for sign in _HYPHENS):
        return True
    is_capital = topic[word.start].isupper() and not _is_shouted(topic)
    return is_capital and word.start > 0 and not any(sign in around for sign in _APOSTROPHES)


def joined_letters(topic: str, words: Sequence[Word]) -> int:
    """How many single letters it begins with that are written as one word: "A&E" is neither "a" nor "e", nor is "A/B"."""
    letters = list(takewhile(lambda word: word.end - word.start == 1, words))
    return len(letters[:1]) + len(list(takewhile(lambda two: topic[two[0].end : two[1].start] in _JOINING, pairwise(letters))))


def hyphened(topic: str, words: Sequence[Word]) -> int:
    """How many words it begins with that hyphens make one."""
    return 1 + len(list(takewhile(lambda two: topic[two[0].end : two[1].start] in _HYPHENS, pairwise(words[:_LONGEST]))))


def written_as_one(topic: str, words: Sequence[Word], table: ConceptTable) -> tuple[int, Sequence[Concept]]:
    """What the words that it begins with mean where the table has them as one ("hydro-electric", "pot holes"), and how many they are."""
    length = hyphened(topic, words)
    if length == 1:
        length = 2 if len(words) > 1 and topic[words[0].end : words[1].start] == " " and _are_long(words[:2]) else 1
    one = "".join(word.form for word in words[:length])
    known = table.meant([one]) if length > 1 and len(one) >= _LONG_ENOUGH and words[0].form != one[:1] else None
    return (length, known.concepts) if known and known.ending <= _ENDING else (0, ())


def in_other_ways(words: Sequence[Word], table: ConceptTable) -> tuple[int, Sequence[Concept]]:
    """What the words that it begins with mean in another way to write a designation or a number, and how many they are: F16, MiG29."""
    forms = tuple([word.form for word in words[:_LONGEST]])
    for way in other_ways(forms):
        known = table.meant(way)
        length = known.length + len(forms) - len(way) if known else 0
        if known and length > 0 and way[: known.length] != forms[: known.length] and known.concepts[0].sort != "general":
            return length, known.concepts
    return 0, ()


def is_name(topic: str, words: Sequence[Word], table: ConceptTable) -> bool:
    """Whether words that hyphens make one are a name with little words inside, Île-de-France, or begin with a number: 9-Euro-Ticket."""
    if len(words) > 1 and words[0].form.isdigit():
        return True
    return all(topic[word.start].isupper() for word in (words[0], words[-1])) and any(
        topic[word.start].islower() and word.form in table.stop_words for word in words[1:-1]
    )


def is_denied(words: Sequence[Word], table: ConceptTable) -> bool:
    """Whether a topic begins with "no" and a word that says little without it: no first use, no deal."""
    if len(words) == 1 or words[0].form != "no" or words[1].form in table.stop_words:
        return False
    known = table.meant([word.form for word in words[1:]])
    return known is None or known.concepts[0].sort == "general"


def is_bound(words: Sequence[Word]) -> bool:
    """Whether words that hyphens make one say another thing than each of them: "smoke-free", "no-deal", "co-operation"."""
    return len(words) > 1 and (words[0].form in _BOUND_FIRST or words[-1].form in _BOUND_LAST)


def _are_long(words: Sequence[Word]) -> bool:
    return all(word.end - word.start >= _LONG and word.form.isalpha() for word in words)


def is_one_unknown(words: Sequence[Word], knows: Callable[[Word], bool], table: ConceptTable) -> bool:
    """Whether words that hyphens make one, the first of which is not known, are a word of their own: "star-gazing", "e-ID".

    Not where another of them is known ("Foyer-Brand" is a fire), but for "buy-to-let". `knows`: whether it is a name or in the table.
    """
    rest = words[1:]
    if words[0].end - words[0].start == 1 and words[0].form in table.stop_words:
        return True
    return any(word.form in table.stop_words for word in rest[:-1]) or not any(knows(word) for word in rest)


def without_gap(words: Sequence[Word], table: ConceptTable) -> int:
    """How many words stand together without a gap, as they do in scripts without spaces, before one that is known."""
    count = 1
    while count < len(words) and words[count].start == words[count - 1].end:
        if words[count].form in table.stop_words or table.meant([word.form for word in words[count:]]):
            break
        count += 1
    return count


def reach_of(meant: Meant, words: Sequence[Word], empty: Collection[int], table: ConceptTable) -> int:
    """How many of the words say it: "offshore wind farm" says twice the same, and the second time begins inside the first."""
    reach, start = meant.length, 1
    while start < reach:
        again = table.meant([word.form for word in words[start:]], {place - start for place in empty})
        if start not in empty and again and not set(again.concepts).isdisjoint(meant.concepts):
            reach = max(reach, start + again.length)
        start += 1
    return reach
