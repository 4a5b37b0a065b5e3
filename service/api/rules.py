"""Rules: /v1/rules."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from pydantic import ConfigDict, Field, RootModel, ValidationError

from service.api.auth import caller, workspace
from service.api.bodies import faults_of
from service.api.errors import found, invalid, missing
from service.api.forms import ById, PageQuery, PageView, View, answer, answer_nothing, answer_page
from service.api.merging import merge_patch
from service.api.routing import nouns, route
from service.api.rule_checks import check_rule
from service.domain.policies import KINDS_OF_WHEN
from service.domain.rules import Rule, RuleSpec
from service.edges import Edges


class RulePatch(RootModel[dict[str, Any]]):
    """What to change of a rule: a JSON Merge Patch (RFC 7396). Lists are replaced as a whole, and so is a `when` that says `digest` or
    `spike`; null takes a field back to its default."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"enabled": False}, {"alerting": {"cooldown": "PT4H"}}]})


class RuleView(View):
    """A stored rule. Its revision is its ETag too."""

    id: str
    revision: int = Field(description="grows with every change")
    created_at: datetime
    updated_at: datetime
    rule: RuleSpec


class RulesView(PageView):
    """A page of rules."""

    items: list[RuleView]


def rules_api(edges: Edges) -> APIBlueprint:
    """The routes of rules."""
    api = nouns("rules", "What you watch")
    _add_basic_routes(api, edges)
    _add_changes(api, edges)
    return api


def _add_basic_routes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.rules

    @route(api, "post", "/v1/rules", needs="write", answers={201: RuleView}, problems=[409])
    def create_rule(body: RuleSpec) -> Response:
        """Make a rule. Every article stored from now on is matched against it."""
        by = caller(edges)
        check_rule(edges, by.workspace, body, saved_at=by.now)
        return _answer_rule(store.add_rule(body, new_id=edges.new_id("ru"), caller=by), 201)

    @route(api, "get", "/v1/rules", needs="read", answers={200: RulesView})
    def list_rules(query: PageQuery) -> Response:
        """List rules, newest first."""
        return answer_page(RulesView, store.list_rules(workspace(), cursor=query.cursor, limit=query.limit), _view)

    @route(api, "get", "/v1/rules/<id>", needs="read", answers={200: RuleView})
    def get_rule(path: ById) -> Response:
        """Show a rule. Send its ETag as If-Match with a change, so that nobody else's change in between is overwritten."""
        return _answer_rule(store.find_rule(workspace(), path.id))


def _add_changes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.rules

    def change(rule_id: str, make: Callable[[RuleSpec], RuleSpec]) -> Response:
        by = caller(edges)

        def make_checked(old: RuleSpec) -> RuleSpec:
            new = make(old)
            check_rule(edges, by.workspace, new, old, rule_id=rule_id, saved_at=by.now)
            return new

        return _answer_rule(store.change_rule(rule_id, make_checked, caller=by, expected=_expected()))

    @route(api, "put", "/v1/rules/<id>", needs="write", answers={200: RuleView}, problems=[409, 412])
    def replace_rule(path: ById, body: RuleSpec) -> Response:
        """Replace a rule. If-Match is honoured."""
        return change(path.id, lambda _old: body)

    @route(api, "patch", "/v1/rules/<id>", needs="write", answers={200: RuleView}, problems=[409, 412])
    def change_rule(path: ById, body: RulePatch) -> Response:
        """Change some fields of a rule (JSON Merge Patch). If-Match is honoured."""
        return change(path.id, lambda old: _patched(old, body.root))

    @route(api, "delete", "/v1/rules/<id>", needs="write", answers={204: None}, problems=[409, 412])
    def delete_rule(path: ById) -> Response:
        """Delete a rule; the alerts it has raised stay and are delivered. Refused while another rule uses it. If-Match is honoured."""
        if not store.delete_rule(path.id, caller=caller(edges), expected=_expected()):
            raise missing("rule")
        return answer_nothing()


def _patched(old: RuleSpec, patch: dict[str, Any]) -> RuleSpec:
    merged = merge_patch(old.model_dump(mode="json"), patch, anew=KINDS_OF_WHEN)
    try:
        return RuleSpec.model_validate(merged)
    except ValidationError as error:
        raise invalid(faults_of(error, merged, RuleSpec), "rule") from error


def _expected() -> Collection[int] | None:
    """The revisions that If-Match names (RFC 9110, 13.1.1); None: any will do."""
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    return {int(tag) for tag in request.if_match.as_set() if tag and tag.isascii() and tag.isdigit() and len(tag) < 20}


def _view(rule: Rule) -> RuleView:
    return RuleView(id=rule.id, revision=rule.revision, created_at=rule.created_at, updated_at=rule.updated_at, rule=rule.spec)


def _answer_rule(stored: Rule | None, status: int = 200) -> Response:
    rule = found(stored, "rule")
    return answer(_view(rule), status, {"ETag": f'"{rule.revision}"'})
