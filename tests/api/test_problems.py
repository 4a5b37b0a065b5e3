"""Every error is a problem that tells what, where, what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NoReturn
from urllib.parse import urlencode, urljoin

import pytest
from sqlalchemy.exc import OperationalError

from service.api.app import create_app
from service.config import Settings
from service.domain.faults import MOST_TOLD
from service.edges import Edges, open_edges
from service.storage.migrate import migrate
from tests.api.conftest import Api, make_key

RULE = {"name": "Bridges", "topics": ["bridge"]}

FIRST_TIME = "0001-01-01T00:00:00+14:00"  # no UTC time at all, and so the last
LAST_TIME = "9999-12-31T23:59:59-14:00"
FIRST_MOMENT = "MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMCBhcl8x"  # 0001-01-01T00:00:00+14:00 ar_1: no UTC time at all

REFUSED = [
    pytest.param("POST", "/v1/feeds", {"url": "ftp://a.example/"}, "/url", "http", id="a feed that is not http"),
    pytest.param("POST", "/v1/feeds", {"url": "http://10.1.2.3/"}, "/url", "not public", id="a feed at a private address"),
    pytest.param("POST", "/v1/feeds", {"url": "http://[::1"}, "/url", "valid", id="a URL that no parser takes"),
    pytest.param("POST", "/v1/feeds", {"url": "http://user:pw@a.example/"}, "/url", "password", id="a password in a feed's URL"),
    pytest.param("POST", "/v1/feeds", {}, "/url", "required", id="a field that is missing"),
    pytest.param("POST", "/v1/feeds", {"url": "http://a.example/", "colour": 1}, "/colour", "unknown field", id="an unknown field"),
    pytest.param("POST", "/v1/feeds", {"url": "http://a.example/", "tags": ["a\nb"]}, "/tags/0", "control", id="a line break in a tag"),
    pytest.param("POST", "/v1/rules", {"name": "Empty"}, "", "at least one actor or topic", id="a rule with nothing in it"),
    pytest.param("POST", "/v1/rules", {"name": "N", "exclude": ["x"]}, "", "at least one", id="a rule of exclusions only"),
    pytest.param("POST", "/v1/rules", {"name": "N", "topics": ["ok", "*"]}, "/topics/1", "letter or digit", id="a lone wildcard"),
    pytest.param("POST", "/v1/rules", {**RULE, "topcis": []}, "/topcis", "did you mean `topics`?", id="a typing error"),
    pytest.param("POST", "/v1/rules/preview", {"rule": {**RULE, "topcis": []}}, "/rule/topcis", "you mean `topics`", id="one deeper"),
    pytest.param("PATCH", "/v1/workspace", {"alerting": {"quiet_hour": 1}}, "/alerting/quiet_hour", "you mean `quiet_hours`", id="a patch"),
    pytest.param("GET", "/v1/feeds?limits=5", None, "query/limits", "did you mean `limit`?", id="a parameter and a letter"),
    pytest.param("POST", "/v1/rules", {**RULE, "topics": "bridge"}, "/topics", "a list is wanted", id="a string where a list is wanted"),
    pytest.param("POST", "/v1/rules", {**RULE, "actors": [{"name": "A", "alias": []}]}, "/actors/0/alias", "unknown", id="a typo"),
    pytest.param("POST", "/v1/rules", {**RULE, "actors": [{}]}, "/actors/0/name", "required", id="an actor without a name"),
    pytest.param("POST", "/v1/rules", {**RULE, "actors": [""]}, "/actors/0", "at least 1", id="an empty actor"),
    pytest.param("POST", "/v1/rules", {**RULE, "actors": [7]}, "/actors/0", "string", id="a number for an actor"),
    pytest.param("POST", "/v1/rules", {**RULE, "alerting": {"cooldown": "soon"}}, "/alerting/cooldown", "PT4H", id="no duration"),
    pytest.param(
        "POST", "/v1/rules", {**RULE, "alerting": {"mute_until": "2030-01-07T08:00:00"}},
        "/alerting/mute_until", "time zone", id="a time without its zone",
    ),
    pytest.param("POST", "/v1/rules", {**RULE, "channels": ["ch_no"]}, "/channels/0", "no channel", id="a channel that is not there"),
    pytest.param("POST", "/v1/rules", {**RULE, "feeds": ["fd_no"]}, "/feeds/0", "follow no feed", id="a feed that is not there"),
    pytest.param("POST", "/v1/rules/preview", {"rule": {"name": "N"}}, "/rule", "at least one", id="a preview of an empty rule"),
    pytest.param("POST", "/v1/rules/preview", {"rule": {**RULE, "topics": ["?"]}}, "/rule/topics/0", "letter", id="a preview of no word"),
    pytest.param("POST", "/v1/rules/preview", {"rule": RULE, "limit": 501}, "/limit", "500", id="a preview of too many"),
    pytest.param("POST", "/v1/channels", {"kind": "pigeon", "name": "P", "settings": {}}, "/kind", "webhook", id="an unknown kind"),
    pytest.param(
        "POST", "/v1/channels", {"kind": "webhook", "name": "W", "settings": {"url": "http://169.254.169.254/"}},
        "/settings/url", "not public", id="a webhook to a metadata service",
    ),
    pytest.param("POST", "/v1/channels", {"kind": "webhook", "name": "W", "settings": {}}, "/settings/url", "required", id="no URL"),
    pytest.param("POST", "/v1/keys", {"name": "K", "scope": "root"}, "/scope", "admin", id="an unknown scope"),
    pytest.param("POST", "/v1/keys", {"name": "K", "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at", "passed", id="a key of yesterday"),
    pytest.param("PUT", "/v1/actors", {"aliases": ["x"]}, "query/name", "required", id="a change of no actor"),
    pytest.param("PUT", "/v1/actors?name=%3F", {"aliases": ["x"]}, "query/name", "letter or digit", id="an actor without a letter"),
    pytest.param("PUT", "/v1/actors?name=A", {}, "", "at least one alias or strike", id="a change that says nothing"),
    pytest.param("PUT", "/v1/actors?name=A", {"aliases": ["x", "?!"]}, "/aliases/1", "letter or digit", id="an alias without a letter"),
    pytest.param("PUT", "/v1/actors?name=A", {"strikes": ["*"]}, "/strikes/0", "letter or digit", id="a strike that is only a star"),
    pytest.param("PUT", "/v1/actors?name=A", {"aliases": ["x"] * 51}, "/aliases", "a list of at most 50", id="too many aliases"),
    pytest.param("POST", "/v1/feeds/bulk", {"feeds": []}, "/feeds", "a list of at least 1 is wanted here, not of 0", id="no feeds"),
    pytest.param("PUT", "/v1/actors?name=A", {"strikes": ["x"] * 51}, "/strikes", "50", id="too many strikes"),
    pytest.param("PUT", "/v1/actors?name=A", {"aliases": ["x"], "roles": []}, "/roles", "unknown field", id="an unknown part of an actor"),
    pytest.param("PUT", "/v1/actors?name=A", {"aliases": ["Kremlin"], "strikes": ["y", "kreml*"]}, "/strikes/1", "alias", id="both"),
    pytest.param("GET", "/v1/actors?name=", None, "query/name", "at least 1", id="an actor without a name"),
    pytest.param("GET", "/v1/actors?actor=A", None, "query/actor", "unknown field", id="a name under another name"),
    pytest.param(
        "POST", "/v1/rules", {**RULE, "alerting": {"when": "hourly"}}, "/alerting/when", '{"digest": "hourly"}', id="a digest by its name",
    ),
    pytest.param(
        "POST", "/v1/rules", {**RULE, "alerting": {"when": "never"}}, "/alerting/when", 'write "instant"', id="an unknown way of telling",
    ),
    pytest.param(
        "POST", "/v1/rules", {**RULE, "alerting": {"mute_until": "tomorrow"}}, "/alerting/mute_until", '"2026-03-02T08:00:00Z"',
        id="a time in words",
    ),
    pytest.param(
        "POST", "/v1/rules", {**RULE, "channels": [{"channel": "ch_1", "only": {"least_score": 70}}]},
        "/channels/0/only/least_score", "from 0 to 1: 0.7", id="a probability in hundredths",
    ),
    pytest.param("POST", "/v1/channels/ch_1/test?wait=5s", None, "query/wait", "seconds from 0 to 20", id="a wait with its unit"),
    pytest.param("POST", "/v1/channels/ch_1/test?wait=21", None, "query/wait", "seconds from 0 to 20", id="a wait too long"),
    pytest.param(
        "POST", "/v1/silences", {"comment": "c", "rules": ["ru_0"], "duration": "PT1H"}, "/rules/0", "see GET /v1/rules",
        id="a silence of an unknown rule",
    ),
    pytest.param(
        "POST", "/v1/channels/ch_1/replay", {"since": FIRST_TIME}, "/since", "before the year 1", id="a replay since before time",
    ),
    pytest.param(
        "POST", "/v1/silences", {"comment": "c", "rules": ["ru_0"], "ends_at": LAST_TIME}, "/ends_at", "year 9999", id="a silence for ever",
    ),
    pytest.param("POST", "/v1/keys", {"name": "K", "expires_at": LAST_TIME}, "/expires_at", "year 9999", id="a key for ever"),
    pytest.param(
        "POST", "/v1/rules", {**RULE, "alerting": {"mute_until": LAST_TIME}}, "/alerting/mute_until", "year 9999", id="a mute for ever",
    ),
    pytest.param("GET", "/v1/stories?since=0001-01-01T00:00:00%2B14:00", None, "query/since", "before the year 1", id="all stories ever"),
    pytest.param("GET", "/v1/stories?since=5", None, "query/since", "a time is wanted", id="seconds since 1970"),
    pytest.param(
        "PATCH", "/v1/workspace", {"alerting": {"holidays": ["2026-12-25T08:00:00"]}}, "/alerting/holidays/0", "a date is wanted",
        id="a time for a day",
    ),
    pytest.param("PATCH", "/v1/workspace", {"alerting": {"holidays": [0]}}, "/alerting/holidays/0", "a date is wanted", id="a number"),
    pytest.param("PATCH", "/v1/workspace", {"alerting": {"holidays": ["0"]}}, "/alerting/holidays/0", "a date is wanted", id="its digits"),
    pytest.param(
        "PATCH", "/v1/workspace", {"alerting": {"holidays": ["2026-12-25T00:00"]}}, "/alerting/holidays/0", "a date is wanted",
        id="midnight",
    ),
    pytest.param(
        "PATCH", "/v1/workspace", {"alerting": {"holidays": ["2026-02-30"]}}, "/alerting/holidays/0", "a date is wanted", id="no such day",
    ),
    pytest.param("POST", "/v1/rules", {**RULE, "feeds": ["fd_0"] * 501}, "/feeds", "a list of at most 500", id="too many feeds"),
    pytest.param("POST", "/v1/rules", {**RULE, "channels": ["ch_0"] * 201}, "/channels", "a list of at most 200", id="too many channels"),
    pytest.param("POST", "/v1/rules", {**RULE, "languages": ["en"] * 201}, "/languages", "a list of at most 200", id="too many languages"),
    pytest.param("POST", "/v1/feeds", [], "", "object", id="a list for a body"),
    pytest.param("POST", "/v1/feeds", '{"url": "http://a.example/"}', "", "object", id="JSON inside a JSON string"),
    pytest.param("GET", "/v1/feeds?limit=201", None, "query/limit", "200", id="a page too large"),
    pytest.param("GET", "/v1/feeds?limit=ten", None, "query/limit", "integer", id="a limit that is no number"),
    pytest.param("GET", "/v1/feeds?state=sad", None, "query/state", "failing", id="an unknown state"),
    pytest.param("GET", "/v1/feeds?sort=url", None, "query/sort", "unknown field", id="an unknown parameter"),
    pytest.param("GET", "/v1/articles?feed=%00", None, "query/feed", "not written as it must be", id="NUL in a parameter"),
    pytest.param("GET", "/v1/articles?cursor=garbage", None, "query/cursor", "page before", id="a cursor that is none"),
    pytest.param("GET", f"/v1/articles?cursor={FIRST_MOMENT}", None, "query/cursor", "page before", id="a cursor before time"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "at", "says"), REFUSED)
def test_what_is_understood_and_refused_names_its_place(method: str, path: str, body: Any, at: str, says: str, door: Api) -> None:
    response = door.call(method, path, body)
    problem = response.json
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"
    assert problem is not None
    assert problem["status"] == 422
    [fault] = problem["errors"]
    assert fault["at"] == at
    assert says in fault["message"]


def test_a_byte_order_mark_before_the_body_is_passed_over(door: Api) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(RULE).encode()
    sent = {"Authorization": f"Bearer {door.key}"}
    assert door.client.post("/v1/rules", data=body, content_type="application/json", headers=sent).status_code == 201


def test_every_fault_is_named_at_once(door: Api) -> None:
    body = {"name": "", "topics": ["ok", 7], "languages": ["english"], "colour": "red"}
    problem = door.expect(422, "POST", "/v1/rules", body)
    assert {fault["at"] for fault in problem["errors"]} == {"/name", "/topics/1", "/languages/0", "/colour"}


def test_of_very_many_faults_the_first_are_named(door: Api) -> None:
    many = {f"topcis{number}": number for number in range(1_000)}
    assert len(door.expect(422, "POST", "/v1/rules", {**RULE, **many})["errors"]) == MOST_TOLD
    assert len(door.expect(422, "GET", f"/v1/feeds?{urlencode(many)}")["errors"]) == MOST_TOLD


def test_an_empty_silence_is_told_all_that_it_lacks(door: Api) -> None:
    faults = {fault["at"]: fault["message"] for fault in door.expect(422, "POST", "/v1/silences", {})["errors"]}
    assert {*faults} == {"/comment", ""}
    assert "an actor, a source or a rule" in faults[""]
    assert "`ends_at` or with `duration`" in faults[""]


MALFORMED = [
    pytest.param(b"{", "application/json", 400, "line 1", id="JSON that breaks off"),
    pytest.param(b"\xff\xfe{}", "application/json", 400, "UTF-8", id="not UTF-8"),
    pytest.param(b'{"url": NaN}', "application/json", 400, "number", id="NaN"),
    pytest.param(b'{"url": ' + b"9" * 5000 + b"}", "application/json", 400, "number", id="an integer of 5,000 digits"),
    pytest.param(b"[" * 100_000, "application/json", 400, "nested", id="100,000 levels, unclosed"),
    pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "application/json", 400, "nested", id="100,000 levels"),
    pytest.param(b'{"a":' * 40 + b"1" + b"}" * 40, "application/json", 400, "32 levels", id="40 levels"),
    pytest.param(b'{"url": "http://a.example/\\u0000"}', "application/json", 400, "NUL", id="NUL in a string"),
    pytest.param(b'{"url": "\\ud800"}', "application/json", 400, "surrogate", id="half a surrogate pair"),
    pytest.param(b'{"\\udfff": 1}', "application/json", 400, "surrogate", id="half a surrogate pair in a name"),
    pytest.param(b"url=http://a.example/", "application/x-www-form-urlencoded", 415, "application/json", id="a form"),
    pytest.param(b"{}", "text/plain", 415, "application/json", id="JSON that does not say so"),
    pytest.param(b'{"url": "' + b"a" * 1_000_001 + b'"}', "application/json", 413, "", id="more than a megabyte"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "kind", "status", "says"), MALFORMED)
@pytest.mark.parametrize("path", ["/v1/feeds", "/v1/rules"])
def test_what_is_no_json_is_refused(path: str, raw: bytes, kind: str, status: int, says: str, door: Api) -> None:
    response = door.client.post(path, data=raw, content_type=kind, headers={"Authorization": f"Bearer {door.key}"})
    problem = response.json
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert problem is not None
    assert says in problem["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/v1/nothing", 404, id="an unknown route"),
        pytest.param("GET", "/v1/feeds/", 404, id="a slash too many"),
        pytest.param("DELETE", "/v1/feeds", 405, id="a method that is not there"),
        pytest.param("OPTIONS", "/v1/feeds", 405, id="no CORS"),
        pytest.param("GET", "/v1/feeds/fd_none", 404, id="a feed that is not there"),
        pytest.param("GET", "/v1/feeds/%00", 404, id="NUL in a path"),
        pytest.param("GET", "/v1/feeds/%ED%A0%80", 404, id="half a surrogate pair in a path"),
    ],
)
def test_errors_of_routing_are_problems_too(method: str, path: str, status: int, door: Api) -> None:
    response = door.call(method, path)
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    if status == 405:
        assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize(
    ("method", "path", "says"),
    [
        pytest.param(
            "GET", "/v1/nothing", "There is nothing at this address; GET /openapi.json lists what there is", id="an unknown route"
        ),
        pytest.param("GET", "/assets/nothing.js", "There is nothing at this address; ", id="a file that no page loads"),
        pytest.param("PUT", "/v1/feeds", "This address does not take PUT; it takes GET and POST.", id="a method that is not there"),
    ],
)
def test_what_is_not_there_is_told_in_our_own_words(method: str, path: str, says: str, door: Api) -> None:
    problem = door.call(method, path).json
    assert problem is not None
    assert problem["detail"].startswith(says)


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("method", "path", "status", "says"),
    [
        pytest.param("GET", "/nothing", 404, "There is nothing here", id="nothing there"),
        pytest.param("GET", "/deep/down/nothing", 404, "There is nothing here", id="nothing there, deep down"),
        pytest.param("GET", "/feeds/closed.atom", 404, "what was here is gone", id="a feed of alerts that was closed"),
        pytest.param("GET", "/v1/feeds/fd_1/poll", 405, "does not take GET; it takes POST", id="an address for programs"),
        pytest.param("GET", "/v1/feeds", 401, "press Authorize", id="what needs a key"),
        pytest.param("POST", "/unsubscribe/x", 404, "This link does not work", id="a link that was cut"),
    ],
)
def test_a_browser_is_shown_a_page(method: str, path: str, status: int, says: str, door: Api) -> None:
    page = door.client.open(path, method=method, headers={"Accept": BROWSER})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert says in page.text
    for link in re.findall(r'href="([^":]+)"', page.text):
        assert door.client.get(urljoin(f"http://localhost{path}", link)).status_code == 200, link
    assert status != 405 or page.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "accepts", [None, "*/*", "application/json", "application/problem+json", "application/json, text/html", "image/png"]
)
def test_everybody_else_is_told_in_json(accepts: str | None, door: Api) -> None:
    answer = door.client.get("/nothing", headers={"Accept": accepts} if accepts else {})
    assert (answer.mimetype, answer.headers["Vary"]) == ("application/problem+json", "Accept")


def test_a_page_says_what_is_wrong_where_and_escapes_it(door: Api) -> None:
    page = door.client.get("/v1/feeds?%3Cb%3E=1", headers={"Accept": BROWSER, "Authorization": f"Bearer {door.key}"})
    assert page.status_code == 422
    assert "<code>query/&lt;b&gt;</code>: unknown field" in page.text


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API of one house for all the tests that leave nothing behind."""
    folder = tmp_path_factory.mktemp("door")
    edges = open_edges(Settings(data_dir=folder))
    migrate(edges.store.database)
    yield Api(create_app(edges).test_client(), make_key(edges, "ours", "admin").secret, "")
    edges.close()


def failing(error: Callable[[], Exception]) -> Callable[[int], NoReturn]:
    def fail(_count: int) -> NoReturn:
        raise error()

    return fail


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(lambda: OperationalError("SELECT", {}, Exception("hush")), 503, id="the database is away"),
        pytest.param(lambda: RuntimeError("hush"), 500, id="a fault of ours"),
    ],
)
def test_our_own_faults_are_told_plainly_and_without_their_text(
    error: Callable[[], Exception], status: int, edges: Edges, caplog: pytest.LogCaptureFixture
) -> None:
    key = make_key(edges, "ours", "admin").secret
    broken = create_app(replace(edges, random_bytes=failing(error)))
    response = Api(broken.test_client(), key, "").call("POST", "/v1/keys", {"name": "K"})
    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert "hush" not in response.text
    assert "hush" in caplog.text


def test_answers_forbid_caching_sniffing_and_framing(door: Api) -> None:
    for path in ("/v1/feeds", "/v1/nothing", "/healthz"):
        headers = door.call("GET", path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
