"""The forms of one actor or of one part of a topic, and where an article has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from sys import intern

from service.matching.acting import Sort, acts
from service.matching.beginnings import Beginnings, beginnings_of, phrase_of_form
from service.matching.cases import given_name_cases
from service.matching.elsewhere import not_elsewhere
from service.matching.forms import OPEN_END, Form
from service.matching.full_names import whole_name
from service.matching.marks import OPEN, after
from service.matching.meant import meant
from service.matching.opposites import not_opposite
from service.matching.reading import HEAD, Place, Reading
from service.matching.scoring import TopicStrength, place_weight
from service.matching.text import Phrase

SAME_SENTENCE, NEXT_SENTENCE = 0.8, 0.72  # what the forms of all of `together` weigh in one sentence, and in neighbours

_MANY = 12  # hints: to look for more takes longer than to look for the forms
_PLACES = 200  # of one form: no news text has more, and hostile ones have thousands
_TELLING = 3  # letters of a word that, with the beginning of the word before it, tells a name from most others


@dataclass(frozen=True)
class Forms:
    """What finds one actor, or one part of a topic.

    `sure` count by themselves; `needs_context` in an article that has one of them or of `context`. All of `together` near
    each other say the same. A form inside one of `longer`, which maps it to phrases around it, is another's: South Sudan.
    What stands inside one of `struck` is not meant. `given`: the first names of a person, in Latin letters; none of
    somebody unknown that is called by one word, None of what is no person. What needs context is enough by itself where it
    does what only its `sort` does. `homes`: the regions in which a town lies, as its user said; none: as its name
    tells. What is `of_topic` may lie anywhere, and is not found in its opposite: de-escalation.
    """

    sure: tuple[Form, ...]
    needs_context: tuple[Form, ...] = ()
    context: tuple[Form, ...] = ()
    together: tuple[Group, ...] = ()
    longer: Mapping[Phrase, Sequence[Phrase]] = field(default_factory=dict)
    struck: tuple[Phrase, ...] = ()
    given: Set[str] | None = frozenset()
    sort: Sort | None = None
    homes: Set[str] = frozenset()
    of_topic: bool = False

    @cached_property
    def sure_by_beginning(self) -> Beginnings:
        """Those that are sure."""
        return beginnings_of(self.sure)

    @cached_property
    def others_by_beginning(self) -> tuple[Beginnings, Beginnings]:
        """Those that need context, and the context."""
        return beginnings_of(self.needs_context), beginnings_of(self.context)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Group:
    """One actor, or one part of a topic, shared by the rules that name it.

    It is compared by identity, so that an article reads it once, however many rules have it. An article that has it by its own
    forms has one of its `hints`: of those it is made with, or of `base`'s, an actor whom this one adds names to. Without one of its
    own it is found as its base is, if they are `alike`. `expand` gives its forms: names in no pack have dozens, and are seldom asked.
    """

    own_hints: tuple[Phrase, ...]
    expand: Callable[[], Forms]
    together: tuple[Group, ...] = ()
    base: Group | None = None
    alike: bool = False

    @property
    def hints(self) -> tuple[Phrase, ...]:
        """Those of its own and those of its base."""
        return (*self.own_hints, *self.base.hints) if self.base else self.own_hints

    @property
    def own_keys(self) -> tuple[Phrase | Group, ...]:
        """Its own hints, or, where they are many, the group that has them."""
        return self.own_hints if len(self.own_hints) <= _MANY else (self,)

    @property
    def keys(self) -> tuple[Phrase | Group, ...]:
        """What an index files a rule under: its own keys and those of its base."""
        return (*self.own_keys, *self.base.keys) if self.base else self.own_keys


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


class Known(dict[Group, "Seen | None"]):
    """What was found out about an article's groups and, beside it, about whole topics.

    `is_hinted(group, own)` tells whether one of a group's hints is there, or one of its `own` hints; None where that is not known and has
    to be looked for.
    """

    def __init__(self, is_hinted: Callable[[Group, bool], bool | None] = lambda _group, _own: None) -> None:
        super().__init__()
        self.is_hinted = is_hinted
        self.topics: dict[object, TopicStrength] = {}


_UNKNOWN = Seen((), {})


def hints_of(forms: Forms, letters: int = HEAD) -> tuple[Phrase, ...]:
    """Few phrases of which an article has one wherever it has one of the forms.

    Full names are told by the surname and so many letters of what comes before it, HEAD at most.
    """
    hints: dict[Phrase, None] = {}
    surnames: dict[str, list[Form]] = {}  # by initial
    found_by = (*forms.sure, *(forms.needs_context if forms.context else ()))
    stems = {form.words[0] for form in found_by if form.open_end and not form.cased and len(form.words) == 1}
    for form in found_by:
        if len(form.words) == 1 or form.cased or form.written or len(form.words[-1]) < _TELLING:
            if form.open_end or not _goes_on_from(form, stems):
                hints[phrase_of_form(form)] = None
        else:
            surnames.setdefault(form.words[-2][0], []).append(form)
    for several in surnames.values():
        beginning = _beginning_in_common({form.words[-2] for form in several})[:letters]
        hints.update(((intern(after(beginning, word)),), None) for word in _beginnings(several))  # many actors have the same
    return tuple(hints)


def _beginning_in_common(first_names: Set[str]) -> str:
    """The first letters, HEAD of them at most, of all of them in every case, bare initials aside."""
    whole = [case for name in first_names if len(name) > 1 for case in given_name_cases(name)] or [*first_names]
    first, last = min(whole), max(whole)
    length = next((at for at in range(HEAD) if first[at : at + 1] != last[at : at + 1]), HEAD)
    return first[:length]


def _goes_on_from(form: Form, stems: Set[str]) -> bool:
    """Whether it is a single word that one of the stems finds, too."""
    word = form.words[-1]
    return len(form.words) == 1 and any(word[:length] in stems for length in range(max(1, len(word) - OPEN_END), len(word) + 1))


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
    if group in known:
        return known[group]
    known[group] = None  # a group is never part of itself
    if not group.together and known.is_hinted(group, False) is False:
        return None  # most of all that are asked for
    if group.base and group.alike and not _own_hinted(group, reading, known):
        known[group] = see(group.base, reading, day, known)
    elif group.together or _hinted(group, reading, known):
        known[group] = _look(group, reading, day, known)
    return known[group]


def _hinted(group: Group, reading: Reading, known: Known) -> bool:
    """Whether the article may have it."""
    if _own_hinted(group, reading, known, many=True):
        return True
    base = group.base
    return base is not None and known.get(base, _UNKNOWN) is not None and _hinted(base, reading, known)


def _own_hinted(group: Group, reading: Reading, known: Known, many: bool = False) -> bool:
    """Whether one of its own hints is there; `many`: of so many that it takes longer to look for them, one is taken to be."""
    told = known.is_hinted(group, True)
    if told is None:
        return (many and len(group.own_hints) > _MANY) or any(map(reading.has, group.own_hints))
    return told


def _look(group: Group, reading: Reading, day: date | None, known: Known) -> Seen | None:
    forms = group.expand()
    found = list(_sightings(forms, forms.sure_by_beginning, reading, day))
    if forms.needs_context:
        unsure, context = forms.others_by_beginning
        if found or any(_sightings(forms, context, reading, day)):
            found += _sightings(forms, unsure, reading, day)
        elif forms.sort:
            found += [each for each in _sightings(forms, unsure, reading, day) if acts(each[0], reading, forms.sort)]
    strength: dict[int, float] = {}
    for place, weight in found:
        sentence, words_before = reading.standing(place)
        strength[sentence] = max(strength.get(sentence, 0.0), weight * place_weight(sentence, words_before))
    places = [whole_name(place, forms.given or frozenset(), reading) for place, _weight in found]
    if group.together:
        places += _composed(group.together, reading, day, known, strength)
    return Seen(tuple(_widest(places)), strength) if strength else None


def _sightings(of: Forms, forms: Beginnings, reading: Reading, day: date | None) -> Iterator[tuple[Place, float]]:
    for form, phrase in forms.found_in(reading):
        places = reading.places(phrase)
        if places and form.holds_on(day):
            own = meant(form, places[:_PLACES], (*of.struck, *of.longer.get(form.words, ())), of.given, reading)
            kept = not_opposite(own, reading) if of.of_topic else not_elsewhere(form, own, of.homes, reading)
            yield from ((place, form.weight) for place in kept)


def _composed(members: Sequence[Group], reading: Reading, day: date | None, known: Known, strength: dict[int, float]) -> Iterator[Place]:
    """The places of all members where they stand in one sentence or two neighbours; their strength is added to `strength`."""
    seen = [see(each, reading, day, known) for each in members]
    if None in seen:
        return
    strengths = [each.strength for each in seen if each]
    added = set[int]()
    for sentence in set[int]().union(*strengths):
        same, after = (min(each.get(number, 0.0) for each in strengths) for number in (sentence, sentence + 1))
        beside = min(max(each.get(sentence, 0.0), each.get(sentence + 1, 0.0)) for each in strengths)
        together = max(SAME_SENTENCE * same, NEXT_SENTENCE * beside)
        if together > strength.get(sentence, 0.0):
            strength[sentence] = together
            added |= {sentence} if same else {sentence + 1} if after else {sentence, sentence + 1}
    for each in seen:
        yield from (place for place in (each.places if each else ()) if reading.sentence_of(place) in added)


def _widest(places: Sequence[Place]) -> Iterator[Place]:
    """In reading order, none inside another."""
    if len(places) == 1:
        yield places[0]
        return
    behind = (-1, -1)
    for place in sorted(places, key=lambda each: (each.rank, each.first, -each.last)):
        if (place.rank, place.last) > behind:
            behind = (place.rank, place.last)
            yield place
