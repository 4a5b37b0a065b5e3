"""An exam of the stories: articles that somebody put into groups, one event each, and how good an answer is.

It is a folder with `corpus.jsonl` (as `tools.exam`), `clusters.jsonl` (article, cluster) and, where some groups may as well be one,
`clusters_ambiguous.json`: pairs of groups that are not held against an answer.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from pathlib import Path

import click

from service.matching.prints import Print


@dataclass(frozen=True, slots=True)
class StoryExam:
    """The group of each judged article, and the pairs of groups that are not scored."""

    group: Mapping[str, str]
    ambiguous: Collection[frozenset[str]]

    def judged(self, one: str, other: str) -> bool | None:
        """Whether two articles report one event; None where that is not known."""
        mine, theirs = self.group.get(one), self.group.get(other)
        if mine is None or theirs is None or frozenset((mine, theirs)) in self.ambiguous:
            return None
        return mine == theirs


@dataclass(slots=True)
class Counts:
    """What an answer comes to on some groups; they add up. A false pair counts half for each of its two groups."""

    right: float = 0
    wrong: float = 0
    missed: float = 0
    across_right: float = 0  # of two languages
    across_missed: float = 0
    pure: float = 0  # the sums of B-cubed (Bagga and Baldwin 1998)
    whole: float = 0
    articles: float = 0
    stories: float = 0
    lost: float = 0  # groups no article of which is the first of a story: nobody is told of them

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    def __str__(self) -> str:
        pairs, cubed = _f1(self.right, self.wrong, self.missed), (self.pure / self.articles, self.whole / self.articles)
        return (
            f"pairs P {pairs[0]:.3f} R {pairs[1]:.3f} F1 {pairs[2]:.3f} | B3 P {cubed[0]:.3f} R {cubed[1]:.3f} "
            f"F1 {2 * cubed[0] * cubed[1] / sum(cubed):.3f} | lost {self.lost:.0f} of {self.stories:.0f} | "
            f"across languages {self.across_right:.0f} of {self.across_right + self.across_missed:.0f}"
        )


def read_story_exam(folder: Path) -> StoryExam:
    """The exam in this folder. Raises ClickException where there is none."""
    path, ambiguous = folder / "clusters.jsonl", folder / "clusters_ambiguous.json"
    if not path.is_file():
        raise click.ClickException(f"there is no {path}")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    pairs = json.loads(ambiguous.read_text("utf-8")) if ambiguous.is_file() else []
    return StoryExam({each["article"]: each["cluster"] for each in lines}, {frozenset(pair) for pair in pairs})


def score(exam: StoryExam, prints: Sequence[Print], story: Mapping[str, str], groups: Collection[str]) -> Counts:
    """What the stories of the articles, oldest first, are worth on these groups, among all of the exam."""
    there = [each for each in prints if each.article in exam.group]
    members, of_story = defaultdict[str, list[Print]](list), defaultdict[str, list[Print]](list)
    for each in there:
        members[exam.group[each.article]].append(each)
        of_story[story[each.article]].append(each)
    told = {exam.group[several[0].article] for several in of_story.values()}
    total = Counts()
    for group in set(groups) & members.keys():
        total += _score_group(exam, members[group], of_story, story)
        swallowed_by = {exam.group[each.article] for mine in members[group] for each in of_story[story[mine.article]]} - {group}
        lost = group not in told and not any(frozenset((group, other)) in exam.ambiguous for other in swallowed_by)
        total += Counts(stories=1, lost=lost)
    return total


def _score_group(exam: StoryExam, mine: Sequence[Print], of_story: Mapping[str, Sequence[Print]], story: Mapping[str, str]) -> Counts:
    counts = Counts(articles=len(mine))
    for one, other in combinations(mine, 2):
        together, across = story[one.article] == story[other.article], one.language != other.language
        counts.right += together
        counts.missed += not together
        counts.across_right += together and across
        counts.across_missed += not together and across
    for each in mine:
        judged = list(_judged(exam, each, of_story[story[each.article]]))
        counts.wrong += judged.count(False) / 2
        counts.pure += judged.count(True) / len(judged)
        counts.whole += judged.count(True) / len(mine)
    return counts


def _judged(exam: StoryExam, each: Print, others: Sequence[Print]) -> Iterator[bool]:
    for other in others:
        same = exam.judged(each.article, other.article)
        if same is not None:
            yield same


def _f1(right: float, wrong: float, missed: float) -> tuple[float, float, float]:
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)
