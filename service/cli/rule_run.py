"""Rules of a file held against articles of a file, as the service would."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from service.cli.article_file import WrittenArticle
from service.cli.rule_file import WatchedRule
from service.cli.rules_meaning import ArticleMeaning, no_meaning
from service.domain.rules import Rule
from service.matching.index import Found, RuleIndex
from service.matching.rules import speaks

if TYPE_CHECKING:
    from service.matching.company import RecentMatches
    from service.matching.nearness import ArticleMeaning as Known

WORKSPACE = ""  # of all rules of a file
ScoreName = Literal["comes_up", "is_about"]


class Matched(NamedTuple):
    """An article, what is known of its meaning, and the rules that it matches, in the order of their file."""

    article: WrittenArticle
    known: Known | None
    found: Sequence[Found]


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

    def meanings(self, articles: Sequence[WrittenArticle]) -> list[Known | None]:
        """What each article means, where a rule wants to know that. Several threads may ask at once."""
        wanted = [article for article in articles if self.index.wants_meaning(article.fields, [WORKSPACE], _spoken(article), article.day)]
        meanings = {id(article): meaning for article, meaning in zip(wanted, self.meaning(wanted), strict=True)}
        return [meanings.get(id(article)) for article in articles]

    def in_order(self, articles: Iterable[tuple[WrittenArticle, Known | None]]) -> Iterator[Matched]:
        """What each article matches, with what it means, each in the company of those before it."""
        recent = self._no_recent()
        for article, known in articles:
            if known is not None and recent is not None:
                known = known.in_company(recent.company(known.vector))
            every = self._every(article, known)
            if known is not None and recent is not None:
                recent.add(known.vector, article.day, {each.rule.id: each.scores.comes_up for each in every})
            found = [each for each in every if self.threshold is None or getattr(each.scores, self.score) >= self.threshold]
            yield Matched(article, known, sorted(found, key=lambda each: self.order[each.rule.id]))

    def _every(self, article: WrittenArticle, known: Known | None) -> Sequence[Found]:
        hold = self.index.match if self.threshold is None else self.index.weigh
        return hold(article.fields, _spoken(article), article.day, known)

    def _no_recent(self) -> RecentMatches | None:
        if self.meaning is no_meaning:
            return None
        from service.matching.company import RecentMatches  # numpy comes with the extra

        return RecentMatches()


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
