"""Mails about feeds and channels, as plain text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from service.delivery.mail_content import render_content
from service.delivery.telling import tell
from service.domain.channel_notices import UNSUBSCRIBED, ChannelNotice, ChannelNoticeKind
from service.domain.feed_notices import FeedNotice
from service.domain.feeds import FeedState
from service.domain.sentences import as_sentence
from tests.delivery.builders import CREATED, a_channel, a_delivery

FEED = FeedNotice(
    "fn_1", "ws_1", "fd_1", FeedState.FAILING, "The server answers HTTP 500.", "https://gazette.example/feed", "The Gazette", CREATED
)
CHANNEL = ChannelNotice("cn_1", ChannelNoticeKind.DISABLED, "ch_2", "webhook", "Desk", "HTTP 410.", CREATED)


@pytest.mark.parametrize(
    "about",
    [
        pytest.param({"notice": FEED}, id="a feed"),
        pytest.param({"notice": replace(FEED, others=(replace(FEED, id="fn_2", feed="fd_2"),))}, id="feeds"),
        pytest.param({"channel_notice": CHANNEL}, id="a channel"),
    ],
)
def test_the_date_stands_apart(about: dict[str, Any]) -> None:
    text = render_content(a_delivery(a_channel("email"), **about), None).text
    assert "\n\n2 Mar 2026, 11:55 UTC\n\n" in text, text
    assert "\n\n\n" not in text


def test_a_feed_with_an_arabic_name_does_not_turn_the_english_of_its_line_around() -> None:
    others = (replace(FEED, id="fn_2", feed="fd_2", title="مجلة"),)
    html = render_content(a_delivery(a_channel("email"), notice=replace(FEED, others=others)), None).html
    assert re.search(r'<div dir="ltr"[^>]*>مجلة: The server answers HTTP 500', html)


@pytest.mark.parametrize("others", [(), (replace(FEED, id="fn_2", feed="fd_2"),)])
@pytest.mark.parametrize("state", FeedState)
def test_a_mail_about_a_feed_says_what_to_do_where_one_would_ask(state: FeedState, others: tuple[FeedNotice, ...]) -> None:
    mail = render_content(a_delivery(a_channel("email"), notice=replace(FEED, state=state, others=others)), None)
    says = {
        FeedState.FAILING: "What fails is tried again by itself",
        FeedState.NOT_A_FEED: "whether the outlet has moved its feed",
        FeedState.REFUSED: "Ask your operator",
        FeedState.GONE: "POST /v1/feeds/{id}/poll" if others else "POST /v1/feeds/fd_1/poll",
        FeedState.QUARANTINED: "Tell your operator",
        FeedState.SILENT: "another feed now",
    }.get(state)
    for part in (mail.text, mail.html):
        assert says is None or says in part
        assert "\n\n\n" not in mail.text


def test_a_chat_says_it_too() -> None:
    assert tell(a_delivery(a_channel("slack"), notice=FEED)).notes[-1].startswith("What fails is tried again by itself")


@pytest.mark.parametrize(
    ("reason", "says", "never"),
    [
        pytest.param("HTTP 410.", "enable?replay=true", "only when they ask", id="it went away"),
        pytest.param(as_sentence(UNSUBSCRIBED), "Enable it only when they ask for them again", "replay", id="its reader wants no more"),
    ],
)
def test_whoever_unsubscribed_is_not_to_be_sent_what_they_missed(reason: str, says: str, never: str) -> None:
    notice = replace(CHANNEL, reason=reason)
    mail = render_content(a_delivery(a_channel("email"), channel_notice=notice), None)
    chat = "\n".join(tell(a_delivery(a_channel("slack"), channel_notice=notice)).notes)
    for text in (mail.text, mail.html, chat):
        assert says in text
        assert never not in text
