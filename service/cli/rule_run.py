"""Rules of a file held against articles of a file, as the service would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from service.cli.article_file import WrittenArticle
from service.cli.rule_file import WatchedRule
from service.cli.rules_meaning import ArticleMeaning
from service.domain.rules import Rule
from service.matching.index import Found, Meaning, RuleIndex
from service.matching.rules import speaks

WORKSPACE = ""  # of all rules of a file
ScoreName = Literal["comes_up", "is_about"]


@dataclass(frozen=True, slots=True)
class RuleRun:
    """The rules, ready for any number of articles, and what is asked of a match.

    `threshold`: the least `score` of a match; None: what each rule's own precision asks for. A rule's feeds are not
    looked at: an article in a file is of none.
    """

    index: RuleIndex
    order: Mapping[str, int]  # of the rules in their file, by id
    meaning: ArticleMeaning
    threshold: float | None
    score: ScoreName

    def matches(self, articles: Sequence[WrittenArticle]) -> list[list[Found]]:
        """The rules that each article matches, in the order of their file. Several threads may ask at once."""
        wanted = [article for article in articles if self.index.wants_meaning(article.fields, [WORKSPACE], _spoken(article), article.day)]
        meanings = {id(article): meaning for article, meaning in zip(wanted, self.meaning(wanted), strict=True)}
        return [self._matches(article, meanings.get(id(article))) for article in articles]

    def _matches(self, article: WrittenArticle, meaning: Meaning | None) -> list[Found]:
        if self.threshold is None:
            found = self.index.match(article.fields, _spoken(article), article.day, meaning)
        else:
            every = self.index.weigh(article.fields, _spoken(article), article.day, meaning)
            found = [each for each in every if getattr(each.scores, self.score) >= self.threshold]
        return sorted(found, key=lambda each: self.order[each.rule.id])


def _spoken(article: WrittenArticle) -> Callable[[Rule], bool]:
    return lambda rule: speaks(rule.spec, article.lang)


def ready_run(rules: Sequence[WatchedRule], meaning: ArticleMeaning, threshold: float | None, score: ScoreName) -> RuleRun:
    """The rules in an index."""
    index = RuleIndex()
    index.apply((rule.stored for rule in rules), 1)
    return RuleRun(index, {rule.id: number for number, rule in enumerate(rules)}, meaning, threshold, score)


def render_match(found: Found, article: WrittenArticle, score: ScoreName) -> dict[str, Any]:
    """The match as a line of output has it."""
    scores = found.scores
    evidence = [
        {"part": each.part, "term": each.term, "field": each.field, "start": each.start, "end": each.end, "text": each.text}
        for each in found.evidence
    ]
    return {
        "rule": found.rule.id,
        "article": article.id,
        "score": getattr(scores, score),
        "about": scores.is_about,
        "nearness": scores.nearness,
        "evidence": evidence,
    }
