"""The table of kinds, and the check of settings at the door."""

from __future__ import annotations

from typing import Any

import pytest

from service.delivery import KINDS, FieldError, check_settings
from tests.delivery.builders import some_settings


def test_the_kinds_and_who_signs() -> None:
    chats = {"slack", "teams", "discord", "telegram", "mattermost", "ntfy", "pagerduty", "apprise"}
    assert {name: kind.signed for name, kind in KINDS.items()} == {"email": False, "webhook": True, **dict.fromkeys(chats, False)}


@pytest.mark.parametrize(
    ("kind", "given", "canonical"),
    [
        pytest.param("webhook", {"url": "https://news.example/hook?k=1"}, {"url": "https://news.example/hook?k=1"}, id="a webhook"),
        pytest.param("webhook", {"url": "http://127.0.0.1:9/hook"}, {"url": "http://127.0.0.1:9/hook"}, id="in an allowed network"),
        pytest.param("email", {"to": " Desk@News.Example"}, {"to": "Desk@news.example"}, id="an address in canonical form"),
    ],
)
def test_good_settings(kind: str, given: dict[str, Any], canonical: dict[str, str]) -> None:
    assert check_settings(KINDS[kind], given, some_settings(smtp_host="127.0.0.1")) == canonical


@pytest.mark.parametrize(
    ("kind", "given", "at", "message"),
    [
        pytest.param("webhook", {}, "/url", "field required", id="missing"),
        pytest.param("webhook", {"url": 5}, "/url", "input should be a valid string", id="not a string"),
        pytest.param("webhook", {"url": "https://a.example", "uri": ""}, "/uri", "unknown field", id="unknown field"),
        pytest.param("webhook", {"url": "ftp://a.example/"}, "/url", "only http://", id="another scheme"),
        pytest.param("webhook", {"url": "http://10.0.0.1/"}, "/url", "not public", id="a private address"),
        pytest.param("webhook", {"url": "https://u:p@a.example/"}, "/url", "user name or password", id="a password"),
        pytest.param("webhook", {"url": "https://a.example/" + "x" * 2048}, "/url", "2048", id="too long"),
        pytest.param("webhook", "https://a.example", "", "an object is wanted here", id="no object"),
        pytest.param("ntfy", {"topic": "our desk"}, "/topic", "written as it must be: up to 64 letters, digits", id="another shape"),
        pytest.param("email", {"to": "a@b.example, c@d.example"}, "/to", "one address only", id="two addresses"),
    ],
)
def test_bad_settings_are_refused_with_the_place(kind: str, given: Any, at: str, message: str) -> None:
    errors = check_settings(KINDS[kind], given, some_settings(smtp_host="127.0.0.1"))
    assert isinstance(errors, list)
    (error,) = errors
    assert error.at == at
    assert message in error.message
    assert "Value error" not in error.message


def test_every_error_is_told() -> None:
    errors = check_settings(KINDS["webhook"], {"uri": "", "secret": ""}, some_settings())
    assert isinstance(errors, list)
    assert {error.at for error in errors} == {"/url", "/uri", "/secret"}


def test_e_mail_is_refused_where_no_mail_server_is_set() -> None:
    assert check_settings(KINDS["email"], {"to": "a@b.example"}, some_settings()) == [
        FieldError("", "this server sends no e-mail; its operator must set WIREWATCH_SMTP_HOST")
    ]
