"""A receiver that takes what the independent library `standardwebhooks` verifies, and nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.delivery.standard_webhooks import new_secret
from service.domain.channel_notices import ChannelNotice, ChannelNoticeKind
from service.domain.channels import Secret, rotate
from service.domain.feed_notices import FeedNotice
from service.domain.feeds import FeedState
from service.edges import clock
from service.storage.database import Database
from tests.delivery.builders import CREATED, SECRET, a_channel, a_delivery, a_digest, an_alert, an_update, send, some_settings, titled
from tests.world import Received, Receiver

OTHER = new_secret(bytes(range(1, 33)))
TOLERANCE = timedelta(minutes=5)
FEED_STATES = (
    FeedState.OK, FeedState.FAILING, FeedState.NOT_A_FEED, FeedState.REFUSED, FeedState.GONE, FeedState.QUARANTINED, FeedState.SILENT,
    FeedState.ROLLED_OVER, FeedState.MOVED,
)  # fmt: skip


def of_a_feed(state: FeedState) -> dict[str, Any]:
    return {"notice": FeedNotice("fn_1", "ws_1", "fd_1", state, "HTTP 500", "https://gazette.example/feed", "The Gazette", CREATED)}


SAID: Mapping[str, tuple[Any, dict[str, Any]]] = {
    "alert.created": (an_alert(titled("Рутте: угода — 和平 \U0001f54a \ud800")), {}),
    "alert.updated": (an_update(), {}),
    "digest.created": (None, {"digest": a_digest(an_alert(), an_update())}),
    "channel.disabled": (
        None, {"channel_notice": ChannelNotice("cn_1", ChannelNoticeKind.DISABLED, "ch_2", "webhook", "Desk", "HTTP 410", CREATED)},
    ),
    "test": (None, {}),
    **{f"feed.{'recovered' if state is FeedState.OK else state.value}": (None, of_a_feed(state)) for state in FEED_STATES},
}  # fmt: skip


@pytest.fixture
def now(tmp_path: Path) -> datetime:
    """The real time: the library reads its own clock."""
    return clock(Database(f"sqlite:///{tmp_path / 'clock.db'}"))()


def sent(kind: str, now: datetime, *secrets: Secret) -> Received:
    """What a receiver gets that was sent with these secrets."""
    alert, said = SAID[kind]
    with Receiver() as receiver:
        send(a_delivery(a_channel(secrets=secrets, url=receiver.url), alert, **said), some_settings(), now)
    (request,) = receiver.requests
    return request


def verify(request: Received, secret: str, **changes: str) -> Any:
    """The message, as the library hands it on. It looks headers up by their lower-case names."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Webhook(secret).verify(request.body, headers | changes)


@pytest.mark.parametrize("kind", SAID)
def test_every_type_of_message_is_verified(kind: str, now: datetime) -> None:
    message = verify(sent(kind, now, Secret(SECRET)), SECRET)
    assert message["type"] == kind
    assert {"timestamp", "data"} <= message.keys()


def test_while_a_secret_is_rotated_the_old_one_and_the_new_one_verify(now: datetime) -> None:
    both = rotate((Secret(SECRET),), OTHER, now=now, overlap=timedelta(hours=24))
    request = sent("alert.created", now + timedelta(seconds=1), *both)
    assert verify(request, SECRET) == verify(request, OTHER)
    over = rotate((Secret(SECRET),), OTHER, now=now - timedelta(hours=24), overlap=timedelta(hours=24))
    request = sent("alert.created", now, *over)
    assert verify(request, OTHER)["type"] == "alert.created"
    with pytest.raises(WebhookVerificationError):
        verify(request, SECRET)


def test_what_was_tampered_with_is_not_verified(now: datetime) -> None:
    request = sent("alert.created", now, Secret(SECRET))
    tampered = Received(request.path, request.headers, request.body.replace(b"al_1", b"al_2"))
    assert tampered.body != request.body
    with pytest.raises(WebhookVerificationError):
        verify(tampered, SECRET)
    for header, value in (
        ("webhook-id", "dl_2"),
        ("webhook-timestamp", str(int(now.timestamp()) + 1)),
        ("webhook-signature", "v1," + base64.b64encode(bytes(32)).decode()),
    ):
        with pytest.raises(WebhookVerificationError):
            verify(request, SECRET, **{header: value})


@pytest.mark.parametrize("late", [TOLERANCE + timedelta(minutes=1), -TOLERANCE - timedelta(minutes=1)])
def test_an_old_message_is_not_verified_nor_one_from_the_future(late: timedelta, now: datetime) -> None:
    with pytest.raises(WebhookVerificationError):
        verify(sent("alert.created", now - late, Secret(SECRET)), SECRET)


def test_a_late_retry_is_dated_anew_and_verified(now: datetime) -> None:
    alert, _ = SAID["alert.created"]
    with Receiver() as receiver:
        delivery = a_delivery(a_channel(secrets=(Secret(SECRET),), url=receiver.url), alert, tries=9, number=9)
        send(delivery, some_settings(), now - timedelta(days=3))
        send(delivery, some_settings(), now)
    first, last = receiver.requests
    assert first.headers["webhook-id"] == last.headers["webhook-id"]
    assert verify(last, SECRET)["type"] == "alert.created"
    with pytest.raises(WebhookVerificationError):
        verify(first, SECRET)
