"""Why one rule matches one article, or does not, on the screen."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.text import Text

from service.cli.article_file import WrittenArticle, read_articles
from service.cli.rule_examples import explain_article, reason_of
from service.cli.rule_file import WatchedRule, get_rule
from service.cli.rule_pass import match_each
from service.cli.rule_run import ready_run
from service.cli.rules_meaning import ArticleMeaning, no_meaning
from service.cli.screen import Screen, printable
from service.domain.evidence import Evidence
from service.matching.calibration import features_of
from service.matching.explain import PartFinding
from service.matching.rules import speaks

if TYPE_CHECKING:
    from service.matching.nearness import ArticleMeaning as Known

AROUND = 60  # characters that are quoted on each side of what was found
PLACES = 40
_BEFORE = 2_000  # articles before the one explained that are looked at, too
_GAP = re.compile(r"\s+")


def show_explanation(
    screen: Screen, rules: Sequence[WatchedRule], wanted: tuple[str, str], articles: Path, meaning: ArticleMeaning
) -> None:
    """The verdict on a rule and an article, by their ids, and its reason, what is there of each part and where, and the numbers.

    Raises ClickException where one of them is not there.
    """
    rule = get_rule(rules, wanted[0])
    article, known = _met(rules, articles, wanted[1], meaning)
    explained = explain_article(rule, article, known)
    verdict = explained.verdict
    matches = verdict.matches and speaks(rule.spec, article.lang)
    screen.fact("rule", printable(f"{rule.id}  {rule.spec.name}" if rule.id != rule.spec.name else rule.id))
    screen.fact("article", printable(f"{article.id}  {article.lang or 'language unknown'}  {article.day or 'day unknown'}"))
    screen.fact("verdict", "matches" if matches else "does not match", "green" if matches else "yellow")
    screen.fact("reason", printable(reason_of(rule, article, explained)))
    _show_lines(screen, "parts", [_part(each) for each in explained.parts])
    _show_lines(screen, "where", list(_places(article, verdict.evidence)))
    scores = verdict.scores
    near = "" if scores.nearness is None else f", its meaning is {scores.nearness:.2f} deviations nearer than usual"
    screen.fact("scores", f"comes up {scores.comes_up:.2f}, is about {scores.is_about:.2f}{near}")
    features = features_of(verdict.findings, known.near(rule.id) if known else None)
    screen.fact("features", ", ".join(f"{name} {value:.2f}" for name, value in features.items()))


def _met(rules: Sequence[WatchedRule], path: Path, wanted: str, meaning: ArticleMeaning) -> tuple[WrittenArticle, Known | None]:
    """The first article of the file with this id, and what is known of it once the rules have met those before it."""
    before, article = _find(path, wanted)
    if meaning is no_meaning:
        return article, None
    from service.matching.company import WINDOW  # numpy comes with the extra

    recent = [each for each in before if not (each.day and article.day) or article.day - each.day <= WINDOW]
    *_, last = match_each(ready_run(rules, meaning, None, "comes_up"), [*recent, article])
    return article, last.known or next(iter(meaning([article])))


def _find(path: Path, wanted: str) -> tuple[Sequence[WrittenArticle], WrittenArticle]:
    """The article, and those before it that may have to do with it. Raises ClickException."""
    before: deque[WrittenArticle] = deque(maxlen=_BEFORE)
    with path.open("rb") as file:
        for each in read_articles(file):
            if isinstance(each, WrittenArticle):
                if each.id == wanted:
                    return before, each
                before.append(each)
    raise click.ClickException(f'there is no article "{wanted}" in {path}')


def _show_lines(screen: Screen, label: str, lines: Sequence[Text]) -> None:
    for number, line in enumerate(lines or [Text("nothing")]):
        screen.say(Text.assemble((f"  {'' if number else label:<10}", "bold"), line))


def _part(part: PartFinding) -> Text:
    told = Text(f"{part.part}: ")
    for word, terms, style in (("found", part.found, "green"), ("lacks", part.missing, "yellow")):
        if terms:
            told.append(", " if word == "lacks" and part.found else "")
            told.append(f"{word} ").append(", ".join(f'"{printable(term)}"' for term in terms), style)
    return told


def _places(article: WrittenArticle, evidence: Sequence[Evidence]) -> Iterator[Text]:
    for each in evidence[:PLACES]:
        text = article.fields[each.field]
        before, after = text[max(0, each.start - AROUND) : each.start], text[each.end : each.end + AROUND]
        head, tail = "…" * (each.start > AROUND), "…" * (each.end + AROUND < len(text))
        hit = (f"[{_plain(each.text)}]", "bold green")
        yield Text.assemble(f"{each.part} {each.field}: {head}{_plain(before)}", hit, f"{_plain(after)}{tail}")
    if len(evidence) > PLACES:
        yield Text(f"and {len(evidence) - PLACES} more")


def _plain(text: str) -> str:
    return printable(_GAP.sub(" ", text))
