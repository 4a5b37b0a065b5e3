"""The examples of a rule file: what each rule must match, and must not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.cli.article_file import WrittenArticle
from service.cli.rule_file import Example, WatchedRule
from service.cli.rules_meaning import ArticleMeaning
from service.matching.explain import Explanation, explain
from service.matching.index import Meaning
from service.matching.rules import speaks
from service.matching.verdict import CompiledRule, compile_rule


@dataclass(frozen=True, slots=True)
class FailedExample:
    """An example that went the other way, and why."""

    rule: WatchedRule
    example: Example
    reason: str


def failed_examples(rules: Sequence[WatchedRule], meaning: ArticleMeaning) -> Iterator[FailedExample]:
    """The examples that fail, rule by rule. A rule at rest is tried too: its examples say what it is for."""
    for rule in rules:
        compiled = compile_rule(rule.spec, rule.saved) if rule.examples else None
        for example in rule.examples:
            (known,) = meaning([example.article])
            explained = explain_article(rule, example.article, known, compiled)
            matches = speaks(rule.spec, example.article.lang) and explained.verdict.matches
            if matches != example.wanted:
                yield FailedExample(rule, example, reason_of(rule, example.article, explained))


def explain_article(rule: WatchedRule, article: WrittenArticle, known: Meaning | None, compiled: CompiledRule | None = None) -> Explanation:
    """Hold the rule against the article, its languages apart."""
    return explain(rule.spec, article.fields, article.day, known.near(rule.id) if known else None, compiled, saved=rule.saved)


def reason_of(rule: WatchedRule, article: WrittenArticle, explained: Explanation) -> str:
    """What decided."""
    if speaks(rule.spec, article.lang):
        return explained.reason
    return f'the rule asks for articles in {", ".join(rule.spec.languages)}, and this one is in "{article.lang}"'
