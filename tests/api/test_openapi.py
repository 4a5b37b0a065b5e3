"""The OpenAPI document tells the truth, and the docs page needs nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.api.conftest import Api, World
from tests.api.test_access import PUBLIC, routes

_BROWSED = {"", "docs", "assets", "openapi.json", "unsubscribe", "confirm", "feedback", "mute", "websub", "feeds"}
FOR_BROWSERS = {name for name in PUBLIC if name.split("/")[1] in _BROWSED}
BUDGET = 5  # examples for each operation
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def document(api: Api) -> Any:
    return api.get("/openapi.json")


def operations(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_route_is_in_the_document(app: Flask, document: Any) -> None:
    written = {name.replace("{", "<").replace("}", ">") for name, _operation in operations(document)}
    assert written == routes(app) - FOR_BROWSERS


def test_every_operation_is_described_and_says_what_it_needs(document: Any) -> None:
    assert document["openapi"] == "3.1.0"
    ids = [operation["operationId"] for _name, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for name, operation in operations(document):
        assert operation["summary"].endswith("."), name
        assert operation["tags"], name
        assert operation.get("security") == (None if name in PUBLIC else [{"key": []}]), name
        problem = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]
        assert problem == {"$ref": "#/components/schemas/ProblemBody"}, name


def test_every_reference_leads_somewhere(document: Any) -> None:
    schemas = document["components"]["schemas"]
    for name in re.findall(r'"#/components/schemas/([^"]+)"', str(document).replace("'", '"')):
        assert name in schemas


def test_whoever_opens_the_host_alone_is_shown_the_docs(api: Api) -> None:
    page = api.client.get("/", follow_redirects=True)
    assert (page.status_code, page.request.path) == (200, "/docs")


def test_the_docs_page_and_all_it_loads_come_from_here(api: Api) -> None:
    page = api.client.get("/docs")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert all("//" not in each for each in loaded)
    for each in loaded:
        if not each.startswith("data:"):
            assert api.client.get(f"/{each}").status_code == 200, each
    assert api.client.get("/assets/../app.py").status_code == 404


@pytest.mark.parametrize("mode", GenerationMode)
def test_whatever_is_sent_the_answer_is_as_the_document_says(mode: GenerationMode, app: Flask, api: Api, world: World) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    headers = {"Authorization": f"Bearer {api.key}"}
    names = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        names.append(operation.label)
        if operation.label == "GET /v1/stream":
            continue  # an answer without an end; test_streams has it
        if mode is GenerationMode.POSITIVE or operation.body or any(operation.iter_parameters()):
            _try_out(operation.as_strategy(mode), headers)
    assert len(names) == len(routes(app) - FOR_BROWSERS)


def _try_out(cases: SearchStrategy[schemathesis.Case[Any]], headers: dict[str, str]) -> None:
    budget = settings(max_examples=BUDGET, database=None, derandomize=True, phases=[Phase.generate])

    @settings(budget, suppress_health_check=list(HealthCheck))
    @given(cases)
    def answer_as_promised(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    answer_as_promised()
