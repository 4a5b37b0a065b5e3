"""All rules at once against one article, taking in changes of rules as they come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from sys import intern
from threading import Lock
from typing import NamedTuple, Protocol, TypeAlias

from service.domain.evidence import Evidence, Scores
from service.domain.rules import Rule
from service.matching.anchors import Key, anchors_of
from service.matching.calibration import Nearness
from service.matching.groups import Group, Known, see
from service.matching.marks import JOINED, OPEN
from service.matching.phrases import PhraseBook
from service.matching.reading import Reading
from service.matching.rules import condition_of
from service.matching.text import Phrase
from service.matching.verdict import NEAR_ENOUGH, CompiledRule, Verdict, compile_rule, judge, weigh

_FEW = 200  # rules that are asked one by one
_READY = 16_000  # rules kept ready: those that articles bring again and again
_BYTES_PER_RULE, _BYTES_PER_PHRASE = 2_000, 850  # by what a process grew from 12,000 to 16,000 rules, what is cached of words included

_Short: TypeAlias = "Key | str"  # a key; a phrase of one item is that item alone: it takes less, and is faster to find


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
    """A rule and its anchors: the rarest keys of which an article must have one, None where it need not, then others."""

    rule: Rule
    first: tuple[_Short, ...] | None
    others: tuple[tuple[_Short, ...], ...]

    @property
    def keys(self) -> set[_Short]:
        """Those of all anchors."""
        return {*(self.first or ()), *(key for keys in self.others for key in keys)}

    def may_hold(self, present: Set[_Short]) -> bool:
        """Whether an article with these keys, some of the first among them, has some of all the others."""
        return True not in map(present.isdisjoint, self.others)


class _Ready(NamedTuple):
    """A rule that is ready to be held against articles, and its groups of which the index knows from their keys that they are absent."""

    rule: CompiledRule
    told: tuple[tuple[Group, tuple[_Short, ...]], ...]

    def learn(self, present: Set[_Short], known: Known) -> None:
        """What an article with these keys cannot have."""
        for group, keys in self.told:
            if group not in known and present.isdisjoint(keys):
                known[group] = None


class RuleIndex:
    """The live rules, filed so that an article only meets the rules whose rarest required part it has.

    Threads may share one. `revision` is the revision of the rules up to which changes have been taken in.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._lock = Lock()
        self._entries: dict[str, _Entry] = {}
        self._changing = Lock()  # held while changes are taken in; `_lock` only while one of them is filed
        self._book: PhraseBook[_Short] = PhraseBook()  # what tells that an article has an anchor
        self._filed: dict[_Short, list[_Entry]] = {}  # by each key of their first anchor
        self._uses: dict[_Short, int] = {}  # by how many rules' anchors
        self._of_workspace: dict[str, dict[str, _Entry]] = {}
        self._unanchored: dict[str, _Entry] = {}  # rules that no phrase is required for
        self._ready = lru_cache(maxsize=_READY)(_make_ready)

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
                entry = self._entry_of(rule) if rule.live else None  # outside of the lock: it takes longest
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
            present = self._book.present(reading)
            verdicts = (
                (entry.rule, look(self._ready_for(entry, present, known), reading, day, known, _near(entry, meaning)))
                for entry in self._candidates(present, meaning)
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
            watching = [self._ready(entry).rule.watch for entry in rules if eligible(entry.rule)]
            reading, known = Reading(fields), Known()
            return any(see(leaf.group, reading, day, known) for watch in watching for leaf in watch.leaves)

    def _ready_for(self, entry: _Entry, present: Set[_Short], known: Known) -> CompiledRule:
        ready = self._ready(entry)
        ready.learn(present, known)
        return ready.rule

    def _candidates(self, present: Set[_Short], meaning: Meaning | None) -> Iterator[_Entry]:
        """Every rule that may hold for an article with these keys, once."""
        yield from self._unanchored.values()
        met: dict[_Entry, None] = {}
        for key in present & self._filed.keys():
            for entry in self._filed[key]:
                if entry not in met and entry.may_hold(present):
                    met[entry] = None
        yield from met
        for rule_id in meaning.nearest(NEAR_ENOUGH) if meaning else ():
            near = self._entries.get(rule_id)
            if near is not None and near not in met and rule_id not in self._unanchored:
                yield near

    def _entry_of(self, rule: Rule) -> _Entry:
        anchors = anchors_of(condition_of(rule.spec, rule.saved), self._cost)
        return _Entry(rule, None if anchors.first is None else _filed_under(anchors.first), tuple(map(_filed_under, anchors.others)))

    def _file(self, entry: _Entry) -> None:
        rule = entry.rule
        self._entries[rule.id] = entry
        self._of_workspace.setdefault(rule.workspace, {})[rule.id] = entry
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
        for key in entry.first or ():
            self._filed[key].remove(entry)
            if not self._filed[key]:
                del self._filed[key]
        for key in entry.keys:
            self._look_no_more(key)

    def _look_for(self, key: _Short) -> None:
        self._uses[key] = self._uses.get(key, 0) + 1
        if self._uses[key] == 1:
            for phrase in _phrases_of(key):
                self._book.add(phrase, key)

    def _look_no_more(self, key: _Short) -> None:
        self._uses[key] -= 1
        if not self._uses[key]:
            del self._uses[key]
            for phrase in _phrases_of(key):
                self._book.discard(phrase, key)

    def _cost(self, key: Key) -> float:
        """How often articles are likely to have `key`: often if many rules need it, and the more seldom the more words it has."""
        uses = self._uses.get(_short(key), 0)
        if isinstance(key, Group):
            return 1.0 + uses + len(key.hints) / 8  # what goes by many forms is in many articles
        if key and key[0].startswith("lang:"):
            return float("inf")  # nearly all of them, so any other part is better
        words = min(len(key) + (JOINED in key[0]), 6) if key else 1
        return (uses + 1) * (2.0 if key and key[-1].endswith(OPEN) else 1.0) / 8.0**words


def _short(key: Key) -> _Short:
    return intern(key[0]) if isinstance(key, tuple) and len(key) == 1 else key


def _filed_under(keys: Iterable[Key]) -> tuple[_Short, ...]:
    return tuple(map(_short, keys))


def _make_ready(entry: _Entry) -> _Ready:
    rule = compile_rule(entry.rule.spec, entry.rule.saved)
    groups = dict.fromkeys(each for leaf in rule.watch.leaves for each in (leaf.group, leaf.group.base) if each and not each.together)
    looked_for = entry.keys
    return _Ready(rule, tuple((group, keys) for group in groups if looked_for.issuperset(keys := _filed_under(group.keys))))


def _near(entry: _Entry, meaning: Meaning | None) -> Nearness | None:
    return meaning.near(entry.rule.id) if meaning else None


def _phrases_of(key: _Short) -> Sequence[Phrase]:
    if isinstance(key, Group):
        return key.hints
    return ((key,),) if isinstance(key, str) else (key,)
