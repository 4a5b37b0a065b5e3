"""All rules at once against one article, taking in changes of rules as they come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Protocol

from service.domain.evidence import Evidence, Scores
from service.domain.rules import Rule
from service.matching.anchors import Key, anchors_of
from service.matching.calibration import Nearness
from service.matching.groups import Group, Known, see
from service.matching.marks import OPEN
from service.matching.phrases import PhraseBook
from service.matching.reading import Reading
from service.matching.rules import condition_of
from service.matching.text import Phrase
from service.matching.verdict import NEAR_ENOUGH, CompiledRule, Verdict, compile_rule, judge, weigh

_FEW = 200  # rules that are asked one by one
_BYTES_PER_RULE, _BYTES_PER_PHRASE = 2_000, 850  # by what a process grew from 12,000 to 16,000 rules, what is cached of words included


class Meaning(Protocol):
    """How near one article's meaning is to the rules."""

    def near(self, rule_id: str) -> Nearness | None:
        """How near it is to this rule; None where that is not known."""

    def nearest(self, least: float) -> Iterable[str]:
        """The rules that it is at least so near to."""


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that an article matches, why, and how sure that is."""

    rule: Rule
    evidence: tuple[Evidence, ...]
    scores: Scores


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A rule and its anchors: the rarest keys of which an article must have one, then others; None where it need not."""

    rule: Rule
    compiled: CompiledRule
    first: tuple[Key, ...] | None
    second: tuple[Key, ...] | None

    @property
    def keys(self) -> set[Key]:
        """Those of both anchors."""
        return {*(self.first or ()), *(self.second or ())}


class RuleIndex:
    """The live rules, filed so that an article only meets the rules whose rarest required part it has.

    Threads may share one. `revision` is the revision of the rules up to which changes have been taken in.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._lock = Lock()
        self._entries: dict[str, _Entry] = {}
        self._changing = Lock()  # held while changes are taken in; `_lock` only while one of them is filed
        self._book: PhraseBook[Key] = PhraseBook()  # what tells that an article has an anchor
        self._filed: dict[Key, list[_Entry]] = {}  # by each key of their first anchor
        self._uses: dict[Key, int] = {}  # by how many rules' anchors
        self._of_workspace: dict[str, dict[str, _Entry]] = {}
        self._of_pages: dict[str, _Entry] = {}  # rules that ask for full texts
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
        with self._changing:
            if revision < self.revision:
                return
            changed = {rule.id: rule for rule in rules}
            for rule in changed.values():
                entry = self._compile(rule) if rule.live else None  # outside of the lock: it takes longest
                with self._lock:
                    self._remove(rule.id)
                    if entry is not None:
                        self._file(entry)
            self.revision = revision

    def match(
        self, fields: Mapping[str, str], eligible: Callable[[Rule], bool], day: date | None = None, meaning: Meaning | None = None
    ) -> list[Found]:
        """The rules that hold for an article of this day, of those that are `eligible`, in no particular order.

        `fields` are `Article.fields`: the texts in order of weight, then what is known about it. Without its `meaning`
        the words decide alone. `eligible` must not call the index.
        """
        return [found for found, verdict in self._weighed(fields, eligible, day, meaning) if verdict.matches]

    def weigh(
        self, fields: Mapping[str, str], eligible: Callable[[Rule], bool], day: date | None = None, meaning: Meaning | None = None
    ) -> list[Found]:
        """The rules that may hold for an article, with their scores, however low: what their precision asks for is left aside."""
        return [found for found, verdict in self._weighed(fields, eligible, day, meaning, every=True) if verdict.demands_met]

    def _weighed(
        self, fields: Mapping[str, str], eligible: Callable[[Rule], bool], day: date | None, meaning: Meaning | None, every: bool = False
    ) -> list[tuple[Found, Verdict]]:
        """The candidates that hold, or every one of them, with the verdicts."""
        look = weigh if every else judge
        with self._lock:
            reading, known = Reading(fields), Known()
            verdicts = (
                (entry.rule, look(entry.compiled, reading, day, known, meaning.near(entry.rule.id) if meaning else None))
                for entry in self._candidates(reading, meaning)
                if eligible(entry.rule)
            )
            return [(Found(rule, verdict.evidence, verdict.scores), verdict) for rule, verdict in verdicts if verdict is not None]

    def wants_meaning(
        self, fields: Mapping[str, str], workspaces: Collection[str], eligible: Callable[[Rule], bool], day: date | None = None
    ) -> bool:
        """Whether an article's meaning may decide about a rule of these workspaces: whether some part of one is in its words.

        Where they have many rules, some always is.
        """
        with self._lock:
            rules = [entry for workspace in workspaces for entry in self._of_workspace.get(workspace, {}).values()]
            if len(rules) > _FEW:
                return True
            watching = [entry.compiled.watch for entry in rules if eligible(entry.rule)]
            reading, known = Reading(fields), Known()
            return any(see(leaf.group, reading, day, known) for watch in watching for leaf in watch.leaves)

    def wants_page(self, eligible: Callable[[Rule], bool]) -> bool:
        """Whether one of the `eligible` rules asks for full texts."""
        with self._lock:
            return any(eligible(entry.rule) for entry in self._of_pages.values())

    def _candidates(self, reading: Reading, meaning: Meaning | None) -> Iterator[_Entry]:
        """Every rule that may hold, once."""
        yield from self._unanchored.values()
        present = self._book.present(reading)
        filed = [self._filed[key] for key in present if key in self._filed]
        met = {entry: None for entries in filed for entry in entries if entry.second is None or not present.isdisjoint(entry.second)}
        yield from met
        for rule_id in meaning.nearest(NEAR_ENOUGH) if meaning else ():
            entry = self._entries.get(rule_id)
            if entry is not None and entry not in met and rule_id not in self._unanchored:
                yield entry

    def _compile(self, rule: Rule) -> _Entry:
        anchors = anchors_of(condition_of(rule.spec, rule.saved), self._cost)
        first, second = (None if keys is None else tuple(keys) for keys in (anchors.first, anchors.second))
        return _Entry(rule, compile_rule(rule.spec, rule.saved), first, second)

    def _file(self, entry: _Entry) -> None:
        rule = entry.rule
        self._entries[rule.id] = entry
        self._of_workspace.setdefault(rule.workspace, {})[rule.id] = entry
        if rule.spec.full_text:
            self._of_pages[rule.id] = entry
        if entry.first is None:
            self._unanchored[rule.id] = entry
            return
        for key in entry.first:
            self._filed.setdefault(key, []).append(entry)
        for key in entry.keys:
            self._look_for(key)

    def _remove(self, rule_id: str) -> None:
        entry = self._entries.pop(rule_id, None)
        if entry is None:
            return
        self._of_workspace[entry.rule.workspace].pop(rule_id)
        self._unanchored.pop(rule_id, None)
        self._of_pages.pop(rule_id, None)
        for key in entry.first or ():
            self._filed[key].remove(entry)
            if not self._filed[key]:
                del self._filed[key]
        for key in entry.keys:
            self._look_no_more(key)

    def _look_for(self, key: Key) -> None:
        self._uses[key] = self._uses.get(key, 0) + 1
        if self._uses[key] == 1:
            for phrase in _phrases_of(key):
                self._book.add(phrase, key)

    def _look_no_more(self, key: Key) -> None:
        self._uses[key] -= 1
        if not self._uses[key]:
            del self._uses[key]
            for phrase in _phrases_of(key):
                self._book.discard(phrase, key)

    def _cost(self, key: Key) -> float:
        """How often articles are likely to have `key`: often if many rules need it, and the more seldom the more words it has."""
        if isinstance(key, Group):
            return 1.0 + self._uses.get(key, 0) + len(key.hints) / 8  # what goes by many forms is in many articles
        if key and key[0].startswith("lang:"):
            return float("inf")  # nearly all of them, so any other part is better
        return (self._uses.get(key, 0) + 1) * (4.0 if key and key[-1].endswith(OPEN) else 1.0) / 4.0 ** min(len(key), 8)


def _phrases_of(key: Key) -> Sequence[Phrase]:
    return key.hints if isinstance(key, Group) else (key,)
