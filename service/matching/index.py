"""All rules at once against one article, taking in changes of rules as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock

from service.domain.evidence import Evidence
from service.domain.rules import Rule
from service.matching.anchors import Anchors, Key, anchors_of
from service.matching.condition import Condition, Group, Term, inside
from service.matching.evaluation import Known, Occurrences, evaluate
from service.matching.marks import OPEN
from service.matching.phrases import PhraseBook
from service.matching.rules import condition_of
from service.matching.text import Phrase

_BYTES_PER_RULE, _BYTES_PER_PHRASE = 1200, 400  # measured: benchmarks/match_rules.py


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that an article matches, and why."""

    rule: Rule
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    rule: Rule
    condition: Condition
    anchors: Anchors


class RuleIndex:
    """The live rules, filed so that an article only meets the rules whose rarest required part it has.

    Threads may share one. `revision` is the revision of the rules up to which changes have been taken in.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._lock = Lock()
        self._entries: dict[str, _Entry] = {}
        self._book = PhraseBook()
        self._filed: dict[Key, dict[str, _Entry]] = {}  # first anchor -> entries by rule id
        self._groups: dict[Group, int] = {}  # how many times rules name them
        self._groups_of: dict[Phrase, list[Group]] = {}  # the groups that have a phrase
        self._unanchored: dict[str, _Entry] = {}  # rules that no phrase is required for

    def __len__(self) -> int:
        """How many rules are matched."""
        return len(self._entries)

    @property
    def memory(self) -> int:
        """Roughly how many bytes the index takes, the rules themselves not counted."""
        return len(self._entries) * _BYTES_PER_RULE + len(self._book) * _BYTES_PER_PHRASE

    def apply(self, rules: Iterable[Rule], revision: int) -> None:
        """Take in every rule changed since `self.revision`: new, changed, disabled and deleted ones, in any order.

        `revision` is what they lead to. One older than the index's changes nothing: another thread was faster.
        """
        with self._lock:
            if revision < self.revision:
                return
            changed = {rule.id: rule for rule in rules}
            conditions = {rule.id: condition_of(rule.spec) for rule in changed.values() if rule.live}
            for rule_id in changed:
                self._remove(rule_id)
            for condition in conditions.values():  # all before the first is filed: what is rare shows only then
                self._look_for(condition)
            for rule_id, condition in conditions.items():
                self._file(changed[rule_id], condition)
            self.revision = revision

    def match(self, fields: Mapping[str, str], eligible: Callable[[Rule], bool], day: date | None = None) -> list[Found]:
        """The rules that hold for an article of this day, of those that are `eligible`, in no particular order.

        `fields` are `Article.fields`: the texts in order of weight, then what is known about it. `eligible` must not call the index.
        """
        with self._lock:
            found, known = self._book.find(fields), Known()
            return [
                Found(entry.rule, evidence)
                for entry in self._candidates(found)
                if eligible(entry.rule) and (evidence := evaluate(entry.condition, found, day, known)) is not None
            ]

    def _candidates(self, found: Occurrences) -> Iterator[_Entry]:
        """Every rule that may hold, once."""
        yield from self._unanchored.values()
        present: set[Key] = {*found}
        present.update(group for phrase in found for group in self._groups_of.get(phrase, ()))
        met: set[str] = set()
        for key in present:
            for rule_id, entry in self._filed.get(key, {}).items():
                if rule_id not in met and (entry.anchors.second is None or not entry.anchors.second.isdisjoint(present)):
                    met.add(rule_id)
                    yield entry

    def _file(self, rule: Rule, condition: Condition) -> None:
        entry = _Entry(rule, condition, anchors_of(condition, self._cost))
        self._entries[rule.id] = entry
        if entry.anchors.first is None:
            self._unanchored[rule.id] = entry
            return
        for key in entry.anchors.first:
            self._filed.setdefault(key, {})[rule.id] = entry

    def _remove(self, rule_id: str) -> None:
        entry = self._entries.pop(rule_id, None)
        if entry is None:
            return
        self._look_no_more(entry.condition)
        self._unanchored.pop(rule_id, None)
        for key in entry.anchors.first or ():
            del self._filed[key][rule_id]
            if not self._filed[key]:
                del self._filed[key]

    def _look_for(self, condition: Condition) -> None:
        for each in _leaves(condition):
            if isinstance(each, Term):
                self._book.add(each.phrase)
                continue
            self._groups[each] = self._groups.get(each, 0) + 1
            if self._groups[each] == 1:
                for phrase in _phrases(each):
                    self._book.add(phrase)
                    self._groups_of.setdefault(phrase, []).append(each)

    def _look_no_more(self, condition: Condition) -> None:
        for each in _leaves(condition):
            if isinstance(each, Term):
                self._book.discard(each.phrase)
                continue
            self._groups[each] -= 1
            if not self._groups[each]:
                del self._groups[each]
                for phrase in _phrases(each):
                    self._book.discard(phrase)
                    self._groups_of[phrase].remove(each)
                    if not self._groups_of[phrase]:
                        del self._groups_of[phrase]

    def _cost(self, key: Key) -> float:
        """How often articles are likely to have `key`: often if many rules name it, and the more seldom the more words it has."""
        if isinstance(key, Group):
            return 4.0 * self._groups[key]  # some form of it is one word
        if key and key[0].startswith("lang:"):
            return float("inf")  # nearly all of them, so any other part is better
        return (self._book.uses(key) + 1) * (4.0 if key and key[-1].endswith(OPEN) else 1.0) / 4.0 ** min(len(key), 8)


def _leaves(condition: Condition) -> Iterator[Term | Group]:
    """The terms and groups of `condition`."""
    waiting = [condition]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Term | Group):
            yield each
        else:
            waiting.extend(inside(each))


def _phrases(group: Group) -> set[Phrase]:
    return {term.phrase for term in group.terms if term.phrase}
