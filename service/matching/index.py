"""All rules at once against one article, taking in changes of rules as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from threading import Lock

from service.domain.evidence import Evidence
from service.domain.rules import Rule
from service.matching.anchors import Anchors, anchors_of
from service.matching.condition import Condition, Occurrences, evaluate, terms_in
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
        self._filed: dict[Phrase, dict[str, _Entry]] = {}  # first anchor -> entries by rule id
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
                for term in terms_in(condition):
                    self._book.add(term.phrase)
            for rule_id, condition in conditions.items():
                self._file(changed[rule_id], condition)
            self.revision = revision

    def match(self, fields: Mapping[str, str], eligible: Callable[[Rule], bool]) -> list[Found]:
        """The rules that hold for an article, of those that are `eligible`, in no particular order.

        `fields` are the article's texts by name, in order of weight. `eligible` must not call the index.
        """
        with self._lock:
            found = self._book.find(fields)
            return [
                Found(entry.rule, evidence)
                for entry in self._candidates(found)
                if eligible(entry.rule) and (evidence := evaluate(entry.condition, found)) is not None
            ]

    def _candidates(self, found: Occurrences) -> Iterator[_Entry]:
        """Every rule that may hold, once."""
        yield from self._unanchored.values()
        present = found.keys()
        met: set[str] = set()
        for phrase in present:
            for rule_id, entry in self._filed.get(phrase, {}).items():
                if rule_id not in met and (entry.anchors.second is None or not entry.anchors.second.isdisjoint(present)):
                    met.add(rule_id)
                    yield entry

    def _file(self, rule: Rule, condition: Condition) -> None:
        entry = _Entry(rule, condition, anchors_of(condition, self._cost))
        self._entries[rule.id] = entry
        if entry.anchors.first is None:
            self._unanchored[rule.id] = entry
            return
        for phrase in entry.anchors.first:
            self._filed.setdefault(phrase, {})[rule.id] = entry

    def _remove(self, rule_id: str) -> None:
        entry = self._entries.pop(rule_id, None)
        if entry is None:
            return
        for term in terms_in(entry.condition):
            self._book.discard(term.phrase)
        self._unanchored.pop(rule_id, None)
        for phrase in entry.anchors.first or ():
            del self._filed[phrase][rule_id]
            if not self._filed[phrase]:
                del self._filed[phrase]

    def _cost(self, phrase: Phrase) -> float:
        """How often articles are likely to have `phrase`: often if many rules name it, and the more seldom the more words it has."""
        return (self._book.uses(phrase) + 1) / 4.0 ** min(len(phrase), 8)
