"""An exam of the matching: rules, articles, and what somebody who read them says of pairs of both.

It is a folder with `rules.json` (as `wirewatch rules test` takes them), `labels.jsonl` (rule, article, label: 2 it is about it,
1 it comes up, 0 neither) and `corpus.jsonl` (id, title, summary, body, lang, date).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Literal

import click
from pydantic import BaseModel, ConfigDict, ValidationError

from service.cli.article_file import BrokenLine, WrittenArticle, read_articles
from service.cli.rule_file import WatchedRule, read_rules
from service.domain.faults import message_of
from service.domain.rules import RuleSpec
from service.matching.rules import speaks

MOST_LACKING = 0.02  # of what is judged: with more of it gone, figures would not be of this exam

Pair = tuple[str, str]  # the ids of a rule and an article


class Judgement(BaseModel):
    """What a reader says of a pair."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    rule: str
    article: str
    label: Literal[0, 1, 2]


@dataclass(frozen=True, slots=True)
class Exam:
    """Rules and articles by their ids, and what is judged of them; `lacking`: judgements whose article is not in the corpus."""

    rules: Mapping[str, WatchedRule]
    articles: Mapping[str, WrittenArticle]
    judgements: tuple[Judgement, ...]
    lacking: int


class Overruled(Enum):
    """What decides a pair, whatever a reader says of it: the rule asks for other languages, or it excludes a term."""

    LANGUAGE = auto()
    EXCLUDED = auto()  # in title or summary
    EXCLUDED_IN_BODY = auto()


def read_exam(folder: Path, articles: Path | None = None) -> Exam:
    """The exam in this folder, on the corpus `articles` if it has none of its own. Raises ClickException: what is wrong, and where."""
    rules = {rule.id: rule for rule in read_rules(_there(folder / "rules.json"))}
    own, labels = folder / "corpus.jsonl", _there(folder / "labels.jsonl")
    corpus = read_corpus(own if own.exists() or articles is None else articles)
    judged = read_judgements(labels)
    for each in judged:
        if each.rule not in rules:
            raise click.ClickException(f'{labels}: there is no rule "{each.rule}" in rules.json')
    found = tuple(each for each in judged if each.article in corpus)
    lacking = len(judged) - len(found)
    if not judged:
        raise click.ClickException(f"{labels}: nothing is judged in it")
    if lacking > MOST_LACKING * len(judged):
        raise click.ClickException(f"{labels}: {lacking} of {len(judged)} judged articles are not in the corpus")
    return Exam(rules, corpus, found, lacking)


def pooled(exams: Sequence[Exam]) -> Exam:
    """The exams as one; an article that several have counts once. Raises ClickException where two rules have the same id."""
    rules = {rule_id: rule for exam in exams for rule_id, rule in exam.rules.items()}
    if len(rules) < sum(len(exam.rules) for exam in exams):
        twice = next(each for each in rules if sum(each in exam.rules for exam in exams) > 1)
        raise click.ClickException(f'two of the exams have a rule "{twice}"; give each an id of its own')
    articles = {article_id: article for exam in exams for article_id, article in exam.articles.items()}
    return Exam(rules, articles, tuple(each for exam in exams for each in exam.judgements), sum(exam.lacking for exam in exams))


def read_corpus(path: Path) -> dict[str, WrittenArticle]:
    """The articles by their ids. Raises ClickException at the first line that is no article, or has the id of an earlier one."""
    articles: dict[str, WrittenArticle] = {}
    with _there(path).open("rb") as file:
        for each in read_articles(file):
            if isinstance(each, BrokenLine):
                raise click.ClickException(f"{path}, line {each.number}: {each.reason}")
            if each.id in articles:
                raise click.ClickException(f'{path}: two articles have the id "{each.id}"')
            articles[each.id] = each
    return articles


def read_judgements(path: Path) -> tuple[Judgement, ...]:
    """The judgements of the file, each pair once. Raises ClickException with the line that is none."""
    judged: dict[Pair, Judgement] = {}
    for number, line in _lines(_there(path)):
        try:
            each = Judgement.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            field = f"{first['loc'][0]}: " if first["loc"] else ""
            raise click.ClickException(f"{path}, line {number}: {field}{message_of(first)}") from error
        if (each.rule, each.article) in judged:
            raise click.ClickException(f'{path}, line {number}: article "{each.article}" is judged a second time for rule "{each.rule}"')
        judged[each.rule, each.article] = each
    return tuple(judged.values())


def overruled(spec: RuleSpec, article: WrittenArticle) -> Overruled | None:
    """What decides the pair before it is read, if anything does.

    Terms are sought here by their letters between word boundaries, not as the matching does it: that is what is examined.
    """
    if not speaks(spec, article.lang):
        return Overruled.LANGUAGE
    terms = [re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE) for term in spec.exclude]
    if any(term.search(text) for term in terms for text in (article.title, article.summary)):
        return Overruled.EXCLUDED
    return Overruled.EXCLUDED_IN_BODY if any(term.search(article.body) for term in terms) else None


def labels_of(exam: Exam) -> dict[Pair, int]:
    """The label that counts for each judged pair.

    It is 0 where the rule's languages or, in title or summary, its exclusions decide. A pair that is judged relevant, with an
    excluded term in the body, is left out: whether its reader saw the term is not known.
    """
    labels = {}
    for each in exam.judgements:
        decided = overruled(exam.rules[each.rule].spec, exam.articles[each.article])
        if decided is None:
            labels[each.rule, each.article] = int(each.label)
        elif decided is not Overruled.EXCLUDED_IN_BODY or not each.label:
            labels[each.rule, each.article] = 0
    return labels


def _there(path: Path) -> Path:
    if not path.is_file():
        raise click.ClickException(f"there is no {path}")
    return path


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        yield from ((number, line) for number, line in enumerate(file, start=1) if line.strip())
