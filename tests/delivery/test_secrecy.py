"""What is blacked out of the other side's words, and how settings are shown."""

from __future__ import annotations

import pytest

from service.delivery import KINDS
from service.delivery.replies import MAX_DETAIL
from service.delivery.secrecy import black_out, mask_settings, secrets_of, unmask_settings
from service.domain.channels import Secret
from tests.delivery.builders import a_channel

HOOK = "https://hooks.slack.com/services/T0000/B0000/canary%2B7f3a"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("Cannot POST /services/T0000/B0000/canary%2B7f3a", id="the path"),
        pytest.param("Cannot POST /services/T0000/B0000/canary+7f3a", id="the path, decoded"),
        pytest.param("invalid token canary%2B7f3a", id="a part of the path"),
        pytest.param("x" * (MAX_DETAIL - 5) + "canary", id="cut off in the middle"),
    ],
)
def test_a_quoted_secret_is_blacked_out(said: str) -> None:
    assert "canar" not in black_out(said, secrets_of(KINDS["slack"].form, a_channel("slack", (), url=HOOK)))


def test_what_is_no_secret_stays_readable() -> None:
    channel = a_channel("webhook", (Secret("whsec_abcdefghijkl"),), url="https://news.example/hook?token=hush-hush&v=2")
    secrets = secrets_of(KINDS["webhook"].form, channel)
    assert black_out("POST /hook?token=hush-hush failed: v=2, abcdefghijkl", secrets) == "POST /hook?token=*** failed: v=2, ***"
    assert black_out("HTTP 500: out of disk", secrets) == "HTTP 500: out of disk"


def test_settings_are_shown_without_their_secrets_and_sent_back_as_they_were() -> None:
    form = KINDS["slack"].form
    stored = {"url": HOOK, "body": "{{ title }}"}
    shown = mask_settings(form, stored)
    assert shown == {"url": "https://hooks.slack.com/***", "body": "{{ title }}"}
    assert unmask_settings(form, shown, stored) == stored
    assert unmask_settings(form, {**shown, "url": "https://hooks.slack.com/new"}, stored)["url"] == "https://hooks.slack.com/new"
    assert mask_settings(KINDS["ntfy"].form, {"topic": "t", "server": "https://n.example"}) == {
        "topic": "***",
        "server": "https://n.example",
    }
