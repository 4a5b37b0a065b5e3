"""All rules at once against one article, taking in changes of rules as they come."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from threading import Lock
from typing import Protocol

from service.domain.evidence import Evidence, Scores
from service.domain.rules import Rule
from service.matching.anchors import Key, anchors_of
from service.matching.calibration import Nearness
from service.matching.entries import Entry, Short, entry_of, keys_of, phrases_of, short
from service.matching.filing import Filing
from service.matching.groups import Group, Known, see
from service.matching.marks import JOINED, OPEN
from service.matching.phrases import PhraseBook
from service.matching.reading import Reading
from service.matching.rules import condition_of
from service.matching.verdict import NEAR_ENOUGH, CompiledRule, Verdict, compile_rule, judge, weigh

_FEW = 200  # rules that are asked one by one
_READY = 16_000  # rules kept ready: those that articles bring again and again
_GROUPS = 50_000  # whose keys are kept at hand
_BYTES_PER_RULE, _BYTES_PER_PHRASE, _BYTES_READY = 1_600, 420, 10_000  # by what a process grew from 10,000 to 100,000 rules


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


class RuleIndex:
    """The live rules, filed so that an article only meets the rules whose rarest required part it has.

    Threads may share one. `revision` is the revision of the rules up to which changes have been taken in.
    """

    def __init__(self) -> None:
        self.revision = 0
        self._lock = Lock()
        self._entries: dict[str, Entry] = {}
        self._changing = Lock()  # held while changes are taken in; `_lock` only while one of them is filed
        self._book: PhraseBook[Short] = PhraseBook()  # what tells that an article has an anchor
        self._filing = Filing()
        self._uses: dict[Short, int] = {}  # by how many rules' anchors
        self._of_workspace: dict[str, dict[str, Entry]] = {}
        self._of_pages: dict[str, Entry] = {}  # rules that ask for full texts
        self._unanchored: dict[str, Entry] = {}  # rules that no phrase is required for
        self._ready = lru_cache(maxsize=_READY)(_compiled)
        self._keys_of = lru_cache(maxsize=_GROUPS)(self._looked_for)  # as long as no rule changes

    def __len__(self) -> int:
        """How many rules are matched."""
        return len(self._entries)

    @property
    def memory(self) -> int:
        """Roughly how many bytes the index takes; not counted are the rules themselves and the tables of names and concepts."""
        ready = min(self._ready.cache_info().currsize, len(self._entries))
        return len(self._entries) * _BYTES_PER_RULE + len(self._book) * _BYTES_PER_PHRASE + ready * _BYTES_READY

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
                    self._keys_of.cache_clear()
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
            reading = Reading(fields)
            present = self._book.present(reading)
            known = Known(partial(self._is_hinted, present))
            verdicts = (
                (entry.rule, look(self._ready(entry), reading, day, known, _near(entry, meaning)))
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
            watching = [self._ready(entry).watch for entry in rules if eligible(entry.rule)]
            reading, known = Reading(fields), Known()
            return any(see(leaf.group, reading, day, known) for watch in watching for leaf in watch.leaves)

    def wants_page(self, eligible: Callable[[Rule], bool]) -> bool:
        """Whether one of the `eligible` rules asks for full texts."""
        with self._lock:
            return any(eligible(entry.rule) for entry in self._of_pages.values())

    def _is_hinted(self, present: Set[Short], group: Group, own: bool) -> bool | None:
        """Whether an article with these keys has one of the group's, or of its own; None where not all of those are looked for."""
        keys = self._keys_of(group)[own]
        return None if keys is None else not present.isdisjoint(keys)

    def _looked_for(self, group: Group) -> Sequence[Set[Short] | None]:
        """A group's keys, and its own ones; None where not all of them are looked for."""
        return [keys if keys <= self._uses.keys() else None for keys in keys_of(group)]

    def _candidates(self, present: Set[Short], meaning: Meaning | None) -> Iterator[Entry]:
        """Every rule that may hold for an article with these keys, once."""
        yield from self._unanchored.values()
        met = set(self._filing.met(present))
        yield from met
        for rule_id in meaning.nearest(NEAR_ENOUGH) if meaning else ():
            near = self._entries.get(rule_id)
            if near is not None and near not in met and rule_id not in self._unanchored:
                yield near

    def _entry_of(self, rule: Rule) -> Entry:
        anchors = anchors_of(condition_of(rule.spec, rule.saved), self._cost)
        return entry_of(rule, anchors)

    def _file(self, entry: Entry) -> None:
        rule = entry.rule
        self._entries[rule.id] = entry
        self._of_workspace.setdefault(rule.workspace, {})[rule.id] = entry
        if rule.spec.full_text:
            self._of_pages[rule.id] = entry
        if entry.first is None:
            self._unanchored[rule.id] = entry
            return
        self._filing.add(entry)
        for key in entry.keys:
            self._look_for(key)

    def _remove(self, rule_id: str) -> None:
        entry = self._entries.pop(rule_id, None)
        if entry is None:
            return
        self._of_workspace[entry.rule.workspace].pop(rule_id)
        self._unanchored.pop(rule_id, None)
        self._of_pages.pop(rule_id, None)
        if entry.first is not None:
            self._filing.discard(entry)
        for key in entry.keys:
            self._look_no_more(key)

    def _look_for(self, key: Short) -> None:
        self._uses[key] = self._uses.get(key, 0) + 1
        if self._uses[key] == 1:
            for phrase in phrases_of(key):
                self._book.add(phrase, key)

    def _look_no_more(self, key: Short) -> None:
        self._uses[key] -= 1
        if not self._uses[key]:
            del self._uses[key]
            for phrase in phrases_of(key):
                self._book.discard(phrase, key)

    def _cost(self, key: Key) -> float:
        """How often articles are likely to have `key`: often if many rules need it, and the more seldom the more words it has."""
        uses = self._uses.get(short(key), 0)
        if isinstance(key, Group):
            return 1.0 + uses + len(key.hints) / 8  # what goes by many forms is in many articles
        if key and key[0].startswith("lang:"):
            return float("inf")  # nearly all of them, so any other part is better
        words = min(len(key) + 2 * (JOINED in key[0]), 6) if key else 1  # a name's initial and surname are seldom met
        return (uses + 1) * (2.0 if key and key[-1].endswith(OPEN) else 1.0) / 8.0**words


def _compiled(entry: Entry) -> CompiledRule:
    return compile_rule(entry.rule.spec, entry.rule.saved)


def _near(entry: Entry, meaning: Meaning | None) -> Nearness | None:
    return meaning.near(entry.rule.id) if meaning else None
