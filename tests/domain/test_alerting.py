"""When a match is told, and why not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.alerting import FoundMatch, Standing, decide
from service.domain.evidence import Evidence, Scores
from service.domain.ids import alert_id
from service.domain.telling import Hold
from tests.make import NOON, a_rule, an_article

HOUR = timedelta(hours=1)
EVIDENCE = (Evidence("/topics/0", "bridge", "title", 8, 14, "bridge"),)
SCORES = Scores(0.9, 0.7)


def found(
    *, article: dict[str, Any] | None = None, followed_at: datetime = NOON - 2 * HOUR, wanted: bool = False, **rule: Any
) -> FoundMatch:
    return FoundMatch(a_rule(**rule), an_article(**(article or {})), EVIDENCE, SCORES, followed_at, wanted)


@pytest.mark.parametrize(
    ("match", "standing", "expected"),
    [
        pytest.param(found(), {}, None, id="a new article alerts"),
        pytest.param(found(article={"baseline": True}), {}, Hold.BASELINE, id="what the first poll found is old news"),
        pytest.param(found(article={"baseline": True}, wanted=True), {}, None, id="unless the workspace asked for it"),
        pytest.param(found(followed_at=NOON + HOUR), {}, Hold.BASELINE, id="it came before the workspace followed the feed"),
        pytest.param(found(made=NOON + HOUR), {}, Hold.OLDER_THAN_RULE, id="it came before the rule was made"),
        pytest.param(
            found(made=NOON + HOUR, article={"changed_at": NOON + 2 * HOUR}), {}, None, id="but it was edited after the rule was made"
        ),
        pytest.param(found(alerting={"mute_until": NOON + 2 * HOUR}), {}, Hold.MUTED, id="the rule is muted"),
        pytest.param(found(alerting={"mute_until": NOON + HOUR}), {}, None, id="a mute ends at its time"),
        pytest.param(found(alerting={"cooldown": "PT4H"}), {"alerted_at": NOON}, Hold.COOLING_DOWN, id="the rule alerted an hour ago"),
        pytest.param(found(alerting={"cooldown": "PT1H"}), {"alerted_at": NOON}, None, id="a cooldown ends at its time"),
        pytest.param(found(), {"alerted_at": NOON + 2 * HOUR}, None, id="no cooldown, though another worker alerted a moment later"),
        pytest.param(found(alerting={"cooldown": "PT4H"}), {}, None, id="a rule that never alerted has nothing to cool down from"),
        pytest.param(found(), {"live": False}, Hold.RULE_CHANGED, id="the rule was disabled meanwhile"),
        pytest.param(found(wanted=True), {"already_alerted": True}, Hold.ALREADY_ALERTED, id="the same page came by another feed"),
    ],
)
def test_hold(match: FoundMatch, standing: dict[str, Any], expected: Hold | None) -> None:
    decision = decide(match, Standing(**standing), NOON + HOUR)
    assert (decision.held, decision.draft is None) == (expected, expected is not None)


def test_an_alert_tells_the_article_with_its_evidence() -> None:
    decision = decide(found(channels=["ch_1"]), Standing(), NOON)
    assert decision.held is None
    assert decision.draft is not None
    assert decision.draft.channels == ("ch_1",)
    told = decision.draft.alert
    assert (told.id, told.rule_name) == (alert_id("ru_1", "gazette.example/1"), "Bridges")
    assert told.articles[0].passages[0].text == "Harbour bridge opens"
    assert told.articles[0].passages[0].highlights == ((8, 14),)


def test_a_held_match_raises_no_alert_but_keeps_its_evidence() -> None:
    decision = decide(found(), Standing(already_alerted=True), NOON)
    assert (decision.held, decision.draft, decision.evidence) == (Hold.ALREADY_ALERTED, None, EVIDENCE)
