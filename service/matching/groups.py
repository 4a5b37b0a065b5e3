"""The forms of one actor or of one part of a topic, and where an article has them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from service.matching.forms import OPEN_END, Form
from service.matching.marks import OPEN, after_initial, in_capitals, open_ended
from service.matching.names import name_words
from service.matching.reading import Place, Reading
from service.matching.scoring import place_weight
from service.matching.text import Phrase

SAME_SENTENCE, NEXT_SENTENCE = 0.8, 0.72  # what the forms of all of `together` weigh in one sentence, and in neighbours

_MANY = 12  # hints: to look for more takes longer than to look for the forms
_PLACES = 200  # of one form: no news text has more, and hostile ones have thousands
_TELLING = 3  # letters of a word that, with the initial before it, tells a name from most others


@dataclass(frozen=True)
class Forms:
    """What finds one actor, or one part of a topic.

    `sure` count by themselves; `needs_context` in an article that has one of them or of `context`. All of `together` near
    each other say the same. A form inside one of `longer`, which maps it to phrases around it, is another's: South Sudan.
    What stands inside one of `struck` is not meant.
    """

    sure: tuple[Form, ...]
    needs_context: tuple[Form, ...] = ()
    context: tuple[Form, ...] = ()
    together: tuple[Group, ...] = ()
    longer: Mapping[Phrase, Sequence[Phrase]] = field(default_factory=dict)
    struck: tuple[Phrase, ...] = ()

    @cached_property
    def sure_by_beginning(self) -> _Beginnings:
        """Those that are sure."""
        return _beginnings_of(self.sure)

    @cached_property
    def others_by_beginning(self) -> tuple[_Beginnings, _Beginnings]:
        """Those that need context, and the context."""
        return _beginnings_of(self.needs_context), _beginnings_of(self.context)


class _Beginnings(NamedTuple):
    """Forms with their phrases, by the words or the stems with which they begin: few of hundreds begin like a word of the article."""

    words: Mapping[str, Sequence[tuple[Form, Phrase]]]
    stems: Mapping[str, Sequence[tuple[Form, Phrase]]]

    def found_in(self, reading: Reading) -> Iterator[tuple[Form, Phrase]]:
        """Those that begin like some word of the article."""
        for there in (reading.at, reading.nouns):
            for word in self.words.keys() & there.keys():
                yield from self.words[word]
        many = len(self.stems) > _MANY  # else listing how all words begin takes longer than looking for each
        for stem in self.stems.keys() & reading.beginnings.keys() if many else self.stems:
            yield from self.stems[stem]


def _beginnings_of(forms: Iterable[Form]) -> _Beginnings:
    words, stems = dict[str, list[tuple[Form, Phrase]]](), dict[str, list[tuple[Form, Phrase]]]()
    for form in forms:
        if form.words:
            table = stems if form.open_end and len(form.words) == 1 else words
            table.setdefault(form.words[0], []).append((form, phrase_of_form(form)))
    return _Beginnings(words, stems)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Group:
    """One actor, or one part of a topic, shared by the rules that name it.

    It is compared by identity, so that an index files and an article reads it once, however many rules have it. An article that
    has it by its own forms has one of its `hints`. `expand` gives its forms: names in no pack have dozens, and are seldom asked.
    """

    hints: tuple[Phrase, ...]
    expand: Callable[[], Forms]
    together: tuple[Group, ...] = ()


def group_of(forms: Forms) -> Group:
    """The group that has its forms at hand."""
    return Group(hints_of(forms), lambda: forms, forms.together)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where an article has a group: its places in reading order, and how strongly each of its sentences speaks of it."""

    places: tuple[Place, ...]
    strength: Mapping[int, float]

    @property
    def best(self) -> float:
        """The strength of its strongest sentence."""
        return max(self.strength.values())


Known = dict[Group, "Seen | None"]  # what was found out about an article's groups


def phrase_of_form(form: Form) -> Phrase:
    """The phrase, marked as the form asks."""
    phrase = in_capitals(form.words) if form.cased else form.words
    return open_ended(phrase) if form.open_end else phrase


def hints_of(forms: Forms) -> tuple[Phrase, ...]:
    """Few phrases of which an article has one wherever it has one of the forms: full names by surname and initial."""
    hints: dict[Phrase, None] = {}
    surnames: dict[str, list[Form]] = {}
    for form in (*forms.sure, *(forms.needs_context if forms.context else ())):
        if len(form.words) == 1 or form.cased or len(form.words[-1]) < _TELLING:
            hints[phrase_of_form(form)] = None
        else:
            surnames.setdefault(form.words[-2][0], []).append(form)
    for letter, several in surnames.items():
        hints.update(((after_initial(letter, word),), None) for word in _beginnings(several))
    return tuple(hints)


def _beginnings(forms: Iterable[Form]) -> Iterator[str]:
    """The last words of the forms; a word that others only add an ending to stands for them."""
    open_ended = {form.words[-1]: form.open_end for form in sorted(forms, key=lambda form: form.open_end)}
    kept = dict[str, bool]()
    for word in sorted(open_ended, key=len):
        shorter = [word[:length] for length in range(max(_TELLING, len(word) - OPEN_END), len(word)) if word[:length] in kept]
        if open_ended[word] or not shorter:
            kept[word] = open_ended[word]
        else:
            kept[shorter[0]] = True
    return (word + OPEN if goes_on else word for word, goes_on in kept.items())


def see(group: Group, reading: Reading, day: date | None, known: Known) -> Seen | None:
    """Where the article of this day has the group, None if nowhere. What is found is kept in `known`."""
    if group not in known:
        known[group] = None  # a group is never part of itself
        if group.together or len(group.hints) > _MANY or any(map(reading.has, group.hints)):
            known[group] = _look(group, reading, day, known)
    return known[group]


def _look(group: Group, reading: Reading, day: date | None, known: Known) -> Seen | None:
    forms = group.expand()
    found = list(_sightings(forms, forms.sure_by_beginning, reading, day))
    if forms.needs_context:
        unsure, context = forms.others_by_beginning
        if found or any(_sightings(forms, context, reading, day)):
            found += _sightings(forms, unsure, reading, day)
    places = [place for place, _weight in found]
    strength: dict[int, float] = {}
    for place, weight in found:
        sentence = reading.sentence_of(place)
        strength[sentence] = max(strength.get(sentence, 0.0), weight * place_weight(sentence, reading.words_before(place)))
    if group.together:
        places += _composed(group.together, reading, day, known, strength)
    return Seen(tuple(_widest(places)), strength) if strength else None


def _sightings(of: Forms, forms: _Beginnings, reading: Reading, day: date | None) -> Iterator[tuple[Place, float]]:
    struck = _Around(of.struck, reading)
    for form, phrase in forms.found_in(reading):
        places = reading.places(phrase)
        if places and form.holds_on(day):
            around = _Around(of.longer.get(form.words, ()), reading)
            former = name_words("former") if form.kind == "role" else ()
            for place in places[:_PLACES]:
                if place not in around and place not in struck and reading.word_before(place) not in former:
                    yield place, form.weight


class _Around:
    """Whether a place is inside one of the places of some phrases."""

    def __init__(self, phrases: Iterable[Phrase], reading: Reading) -> None:
        places = sorted((place.rank, place.first, place.last) for phrase in phrases for place in reading.places(phrase))
        self._firsts = [(rank, first) for rank, first, _last in places]
        self._reached = list(accumulate(((rank, last) for rank, _first, last in places), max))

    def __contains__(self, place: Place) -> bool:
        behind = bisect_right(self._firsts, (place.rank, place.first)) if self._firsts else 0
        return behind > 0 and self._reached[behind - 1] >= (place.rank, place.last)


def _composed(members: Sequence[Group], reading: Reading, day: date | None, known: Known, strength: dict[int, float]) -> Iterator[Place]:
    """The places of all members where they stand in one sentence or two neighbours; their strength is added to `strength`."""
    seen = [see(each, reading, day, known) for each in members]
    if None in seen:
        return
    strengths = [each.strength for each in seen if each]
    added = set[int]()
    for sentence in set[int]().union(*strengths):
        same = min(each.get(sentence, 0.0) for each in strengths)
        beside = min(max(each.get(sentence, 0.0), each.get(sentence + 1, 0.0)) for each in strengths)
        together = max(SAME_SENTENCE * same, NEXT_SENTENCE * beside)
        if together > strength.get(sentence, 0.0):
            strength[sentence] = together
            added |= {sentence} if same else {sentence, sentence + 1}
    for each in seen:
        yield from (place for place in (each.places if each else ()) if reading.sentence_of(place) in added)


def _widest(places: Iterable[Place]) -> Iterator[Place]:
    """In reading order, none inside another."""
    behind = (-1, -1)
    for place in sorted(places, key=lambda each: (each.rank, each.first, -each.last)):
        if (place.rank, place.last) > behind:
            behind = (place.rank, place.last)
            yield place
