"""How precise a rule is by what was said of its alerts, and what would have prevented the false alarms: /v1/rules/{id}/feedback."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import workspace
from service.api.errors import found
from service.api.forms import ById, Query, View, answer
from service.api.proposing import Proposing
from service.api.routing import nouns, route
from service.domain.feedback import Feedback, judge_alert, measure_precision
from service.domain.rules import Rule
from service.domain.written_times import Moment
from service.edges import Edges
from service.matching.proposals import Proposal, ProposalKind, Proposals


class RuleFeedbackQuery(Query):
    """Which alerts."""

    since: Moment | None = Field(default=None, description="only alerts raised then or later; none: all that were judged")


class PrecisionView(View):
    """How many of the judged alerts were relevant."""

    judged: int
    relevant: int
    share: float | None = Field(description="of the judged that were relevant; null: none was judged")
    low: float = Field(description="between `low` and `high` lies the share of all such alerts, with 95 % confidence (Wilson's interval)")
    high: float


class ProposalView(View):
    """A change of the rule, and what it would have done to the compared alerts."""

    kind: ProposalKind = Field(
        description="term: exclude it; actor, source: exclude it by the query; precision, least_score: ask for more certainty"
    )
    what: str = Field(description="the term, the actor, the outlet, the precision, or the score", examples=["fantasy football"])
    text: str = Field(description="the same in a sentence", examples=['to exclude "fantasy football" would have prevented 4 of 9 ...'])
    prevented: list[str] = Field(description="false alarms that would not have been raised, by their alerts' ids")
    lost: list[str] = Field(description="relevant alerts that would not have been raised, or later")
    alternatives: list[str] = Field(description="other terms with the very same effect")
    patch: dict[str, Any] = Field(description="for PATCH /v1/rules/{id}", examples=[{"exclude": ["fantasy football"]}])


class RuleFeedbackView(View):
    """What was said of a rule's alerts, and what follows."""

    rule: str
    since: datetime | None = Field(description="when the first of the judged alerts was raised, or as asked; null: none was judged")
    precision: PrecisionView = Field(description="of the alerts raised since the rule matches as it does now")
    ever: PrecisionView = Field(description="of all judged alerts, those of the rule as it was before, too")
    false_alarms: int = Field(description="compared: judged not relevant, and the rule as it is now would still raise them")
    right: int = Field(description="compared: judged relevant, likewise")
    outdated: int = Field(description="false alarms that the rule as it is now would not raise any more")
    proposals: list[ProposalView] = Field(description="the most effective first")
    together: ProposalView | None = Field(description="all proposed terms that cost nothing; `patch` has the whole exclude list")
    why_none: str | None = Field(description="why nothing is proposed, in a sentence; null: something is")


def rule_feedback_api(edges: Edges) -> APIBlueprint:
    """The route of a rule's precision."""
    api = nouns("rules", "What you watch", part="rule-feedback")
    proposing = Proposing(edges)

    @route(api, "get", "/v1/rules/<id>/feedback", needs="read", answers={200: RuleFeedbackView})
    def show_rule_feedback(path: ById, query: RuleFeedbackQuery) -> Response:
        """Show how precise a rule is by what was said of its alerts, and what would have prevented the false alarms.

        Each proposal was tried on the newest judged alerts, up to 200, as the rule itself would be. None is made of what may be a chance.
        """
        rule = found(edges.store.rules.find_rule(workspace(), path.id), "rule")
        words = edges.store.feedback.of_rule(rule.workspace, rule.id, since=query.since)
        return answer(_view(edges, proposing, rule, words, query.since))

    return api


def _view(
    edges: Edges, proposing: Proposing, rule: Rule, words: Mapping[str, Sequence[Feedback]], since: datetime | None
) -> RuleFeedbackView:
    judged = {alert: judge_alert(said) for alert, said in words.items()}
    proposals = proposing.for_rule(rule, judged)
    before = edges.store.feedback.raised_before(rule.id)
    now = {alert: relevant for alert, relevant in judged.items() if alert not in before}
    first = edges.store.alerts.find_alert(rule.workspace, [*judged][-1]) if judged and since is None else None
    return RuleFeedbackView(
        rule=rule.id,
        since=first.alert.created_at if first else since,
        precision=_measure(now),
        ever=_measure(judged),
        false_alarms=proposals.false_alarms,
        right=proposals.right,
        outdated=proposals.outdated,
        proposals=[_show(each, proposals) for each in proposals.each],
        together=_show(proposals.together, proposals) if proposals.together else None,
        why_none=proposals.why_none,
    )


def _measure(judged: Mapping[str, bool]) -> PrecisionView:
    return PrecisionView.model_validate(measure_precision(sum(judged.values()), len(judged)))


def _show(proposal: Proposal, among: Proposals) -> ProposalView:
    prevented, lost = proposal.effect.prevented, proposal.effect.lost
    cost = f"cost {len(lost)} of {among.right} relevant alerts" if lost else f"cost none of {among.right} relevant alerts"
    text = f"to {_say(proposal)} would have prevented {len(prevented)} of {among.false_alarms} false alarms and {cost}"
    return ProposalView(
        kind=proposal.kind,
        what=proposal.what,
        text=text,
        prevented=list(prevented),
        lost=list(lost),
        alternatives=list(proposal.alternatives),
        patch=dict(proposal.patch),
    )


def _say(proposal: Proposal) -> str:
    match proposal.kind:
        case ProposalKind.TERM:
            return f'exclude "{proposal.what}"'
        case ProposalKind.ACTOR:
            return f'exclude what names "{proposal.what}"'
        case ProposalKind.SOURCE:
            return f'leave out the outlet "{proposal.what}"'
        case ProposalKind.PRECISION:
            return f'set the precision to "{proposal.what}"'
        case ProposalKind.LEAST_SCORE:
            return f"send only what scores {proposal.what} or more"
