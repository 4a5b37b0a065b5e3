"""The concept table: what news is made of, in the words of many languages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal, NamedTuple

from service.matching.concept_patterns import Fit, Pattern, Slot, fit_of, pattern_of, slot_of, typed_word
from service.matching.once import once

_HALF, _HALF_ENDING, _LINKS = 4, 2, ("", "s", "es", "n", "en")  # of compounds: letters of each half, and what may stand between
_KEY = 3  # letters of a pattern's first word by which it is filed
_NONE = "''"  # the empty ending
_NAMING = "=<~"  # the lines that name other concepts: what it is made of, the kinds of it, what is related to it

Sort = Literal["concept", "place", "name", "general"]
_SIGNS: dict[str, Sort] = {"@": "place", "&": "name", "%": "general"}
_SIGN_LETTERS = "".join(_SIGNS)


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing news is made of; `made_of`, `kinds` and `related` name other concepts.

    `made_of`: what says the same when found together ("grain" and "agreement": a grain deal). `kinds`: what is always one of
    these (a flood is extreme weather). `related`: what only hints at it. `sort`: "place" for a region or sea that is no state,
    "name" for an organisation, "general" for words that say little beside others ("crisis", "plan").
    """

    name: str
    patterns: tuple[Pattern, ...]
    made_of: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    sort: Sort = "concept"


class Meant(NamedTuple):
    """What some words mean: how many of them, how many letters of the last are mere ending, and the concepts it can be."""

    length: int
    ending: int
    concepts: tuple[Concept, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ConceptTable:
    """The concepts by name; compared by identity. `stop_words` say nothing about a topic."""

    concepts: Mapping[str, Concept]
    stop_words: frozenset[str]
    filed: Mapping[str, Sequence[Pattern]]  # by the first letters of the first word that is no stop word

    def meant(self, words: Sequence[str], empty: Collection[int] | None = None) -> Meant | None:
        """The longest concept that begins with the first of `words`; of several the most literal.

        `empty`: the places of those that say nothing and may stand between the others, by default of all stop words.
        "Fire" is a fire rather than a dismissal, which has "to fire".
        """
        if empty is None:
            empty = {place for place, word in enumerate(words) if word in self.stop_words}
        best, names = Fit(0, 0, (0, 0, 0, 0, 0)), list[str]()
        readings = [typed_word(word) for word in words]
        for pattern in self._beginning_like((*readings[0].own, *readings[0].others)) if words else ():
            fit = fit_of(pattern, readings, empty)
            if fit and fit.rank >= best.rank:
                names = [*names, pattern.concept] if fit.rank == best.rank else [pattern.concept]
                best = fit
        concepts = tuple(self.concepts[name] for name in dict.fromkeys(names))
        return Meant(best.length, best.ending, concepts) if concepts else None

    def halves(self, word: str) -> tuple[Sequence[Concept], Sequence[Concept]] | None:
        """What the two words mean that a compound is made of ("Mordprozess": murder, trial), the second as long as it can be."""
        for cut in range(_HALF, len(word) - _HALF + 1):
            second = self._special(word[cut:], _HALF_ENDING)
            first = second and next((known for link in _LINKS if (known := self._special(word[:cut].removesuffix(link), 0))), ())
            if first and second:
                return first, second
        return None

    def _special(self, word: str, ending: int) -> Sequence[Concept]:
        meant = self.meant([word]) if len(word) >= _HALF else None
        return [concept for concept in meant.concepts if concept.sort == "concept"] if meant and meant.ending <= ending else []

    def with_kinds(self, concept: Concept) -> Iterator[Concept]:
        """The concept, then the kinds of it and the kinds of those, each once."""
        wanted = {concept.name: None}
        for name in (queue := [concept.name]):
            new = [kind for kind in self.concepts[name].kinds if kind not in wanted]
            wanted.update(dict.fromkeys(new))
            queue += new
        return (self.concepts[name] for name in wanted)

    def _beginning_like(self, readings: Slot) -> Iterator[Pattern]:
        for key in dict.fromkeys(word[:length] for word in readings for length in range(1, min(_KEY, len(word)) + 1)):
            yield from self.filed.get(key, ())


@once
def load_concepts() -> ConceptTable:
    """The table that is shipped with this package, with the languages that have files of their own; read on the first call."""
    data = files("service.matching").joinpath("data")
    languages = (each for each in data.joinpath("concepts").iterdir() if each.name.endswith(".txt"))
    more = {each.name.removesuffix(".txt"): each.read_text("utf-8") for each in sorted(languages, key=lambda each: each.name)}
    return parse_concepts(data.joinpath("concepts.txt").read_text("utf-8"), more)


@dataclass(slots=True)
class _Draft:
    """A table while its lines are read."""

    stop_words: dict[str, set[str]] = field(default_factory=dict)  # by language
    endings: dict[str, list[tuple[str, Slot]]] = field(default_factory=dict)  # language -> (last letters of the stem, endings)
    blocks: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # concept -> (head of line, rest of it)
    slots: dict[str, Slot] = field(default_factory=dict)  # most words come again in other patterns: each is kept once

    def slot(self, word: str, language: str) -> Slot:
        key = word if word.isalnum() else f"{language} {word}"
        known = self.slots.get(key)
        if known is None:
            known = self.slots[key] = (word,) if key is word else slot_of(word, self.endings.get(language, ()))
        return known


def parse_concepts(text: str, more: Mapping[str, str] | None = None) -> ConceptTable:
    """The table that `text` writes down, and `more` of it by language; data/README-concepts.md has the form.

    ValueError, naming the line, where it is broken.
    """
    draft, name = _Draft(), ""
    for number, line in enumerate(text.splitlines(), 1):
        head, _, rest = line.strip().partition(" ")
        if not head or head == "#":
            continue
        if line.startswith(" "):
            _take_line(draft, name, head, rest, number)
        elif rest:
            _take_setting(draft, head, rest, number)
        elif head in draft.blocks:
            raise ValueError(f"concepts, line {number}: {head} is there already; add to its block")
        else:
            name = head
            draft.blocks[name] = []
    for language, lines in (more or {}).items():
        _take_language(draft, language, lines)
    return _table(draft)


def _take_language(draft: _Draft, language: str, text: str) -> None:
    """The words of one language, each line those of a concept that has a block."""
    blocks = {name.lstrip(_SIGN_LETTERS): lines for name, lines in draft.blocks.items()}
    for number, line in enumerate(text.splitlines(), 1):
        head, _, rest = line.strip().partition(" ")
        if not head or head == "#":
            continue
        if head == "stop":
            draft.stop_words.setdefault(language, set()).update(rest.split())
        elif head not in blocks or not rest:
            raise ValueError(f"concepts in {language}, line {number}: {head} has no block, or no words here")
        else:
            blocks[head].append((language, rest))


def _take_line(draft: _Draft, name: str, head: str, rest: str, number: int) -> None:
    if not name or not rest:
        raise ValueError(f"concepts, line {number}: begin a block with a concept's name, and give each line patterns or names")
    draft.blocks[name].append((head, rest))


def _take_setting(draft: _Draft, head: str, rest: str, number: int) -> None:
    language, *words = rest.split()
    if head == "stop":
        draft.stop_words.setdefault(language, set()).update(words)
    elif head == "endings" and words:
        last_letters, *endings = words
        rule = ("" if last_letters == "-" else last_letters, tuple("" if ending == _NONE else ending for ending in endings))
        draft.endings.setdefault(language, []).append(rule)
    else:
        raise ValueError(f'concepts, line {number}: "{head}" is no setting; a line that is not indented is a name, "stop" or "endings"')


def _table(draft: _Draft) -> ConceptTable:
    concepts = {name.lstrip(_SIGN_LETTERS): _concept(name, lines, draft) for name, lines in draft.blocks.items()}
    for concept in concepts.values():
        for named in (*concept.made_of, *concept.kinds, *concept.related):
            if named not in concepts:
                raise ValueError(f"concepts: {concept.name} names {named}, which has no block")
    filed: dict[str, list[Pattern]] = {}
    for pattern in (pattern for concept in concepts.values() for pattern in concept.patterns):
        for key in {word[:_KEY] for word in pattern.telling[0]} if pattern.telling else ():
            filed.setdefault(key, []).append(pattern)
    return ConceptTable(concepts, frozenset().union(*draft.stop_words.values()), filed)


def _concept(name: str, lines: Sequence[tuple[str, str]], draft: _Draft) -> Concept:
    bare_name = name.lstrip(_SIGN_LETTERS)
    named: dict[str, tuple[str, ...]] = {}
    patterns: list[Pattern] = []
    for head, rest in lines:
        if head in _NAMING:
            named[head] = tuple(rest.split())
        else:
            first, *_others = head.split(",")
            stops = draft.stop_words.get(first, set())
            patterns += [pattern_of(written, first, bare_name, stops, draft.slot) for written in rest.split(", ")]
    made_of, kinds, related = (named.get(sign, ()) for sign in _NAMING)
    return Concept(bare_name, tuple(patterns), made_of, kinds, related, _SIGNS.get(name[0], "concept"))
