"""Webhooks against a real receiver, good and bad."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from service.delivery.alert_links import LinkMaker
from service.delivery.message import MAX_BYTES
from service.delivery.standard_webhooks import new_secret
from service.domain.channels import Secret
from service.domain.deliveries import DeliveryError
from tests.delivery.builders import KEY, NOW, SECRET, a_channel, a_delivery, a_digest, an_alert, send, some_settings, titled
from tests.world import Fault, Received, Receiver, Reply

OLD = new_secret(bytes(range(1, 33)))


def verifies(request: Received, secret: str) -> bool:
    """Whether the reference library finds its own signature among the request's."""
    headers = request.headers
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    return Webhook(secret).sign(headers["webhook-id"], NOW, request.body.decode()) in headers["webhook-signature"].split(" ")


def failure(*script: Reply | Fault, deadline: float = 10) -> DeliveryError:
    with Receiver(*script) as receiver, pytest.raises(DeliveryError) as caught:
        send(a_delivery(a_channel(url=receiver.url), an_alert()), some_settings(webhook_deadline=deadline))
    assert len(receiver.requests) == 1
    return caught.value


def test_an_alert_arrives_signed() -> None:
    with Receiver(Reply(204)) as receiver:
        receipt = send(a_delivery(a_channel(url=receiver.url), an_alert()), some_settings())
    (request,) = receiver.requests
    assert (receipt.status, receipt.detail) == (204, "HTTP 204")
    assert (request.headers["content-type"], request.headers["webhook-id"]) == ("application/json", "dl_1")
    assert json.loads(request.body)["data"]["id"] == "al_1"
    assert verifies(request, SECRET)
    assert not verifies(request, OLD)


@pytest.mark.parametrize("public_url", ["https://watch.example", None])
def test_an_alert_has_the_address_of_the_page_that_asks_for_feedback(public_url: str | None) -> None:
    with Receiver() as receiver:
        for delivery in (
            a_delivery(a_channel(url=receiver.url), an_alert()),
            a_delivery(a_channel(url=receiver.url), digest=a_digest(an_alert())),
        ):
            send(delivery, some_settings(public_url=public_url))
    alone, digest = (json.loads(request.body)["data"] for request in receiver.requests)
    wanted = LinkMaker(public_url, "ch_1", KEY).feedback_url("al_1") if public_url else None
    assert alone["feedback_url"] == wanted
    assert digest["alerts"][0]["feedback_url"] is None


def test_what_the_receiver_quotes_of_that_address_works_no_more() -> None:
    link = LinkMaker("https://watch.example", "ch_1", KEY).feedback_url("al_1")
    with Receiver(Reply(200, body=f"unknown field {link}".encode())) as receiver:
        receipt = send(a_delivery(a_channel(url=receiver.url), an_alert()), some_settings(public_url="https://watch.example"))
    assert receipt.detail.endswith(".***")
    assert link.rpartition(".")[2] not in receipt.detail


@pytest.mark.parametrize(
    ("retires_in", "old_verifies"),
    [
        pytest.param(timedelta(seconds=1), True, id="during rotation both secrets verify"),
        pytest.param(timedelta(0), False, id="afterwards the new one alone"),
    ],
)
def test_rotation(retires_in: timedelta, old_verifies: bool) -> None:
    with Receiver() as receiver:
        channel = a_channel(secrets=(Secret(SECRET), Secret(OLD, NOW + retires_in)), url=receiver.url)
        send(a_delivery(channel, an_alert()), some_settings())
    (request,) = receiver.requests
    assert verifies(request, SECRET)
    assert verifies(request, OLD) is old_verifies
    assert request.headers["webhook-signature"].startswith(Webhook(SECRET).sign("dl_1", NOW, request.body.decode()))


def test_a_retry_says_the_same_under_the_same_id() -> None:
    with Receiver(Reply(500)) as receiver:
        delivery = a_delivery(a_channel(url=receiver.url), an_alert())
        with pytest.raises(DeliveryError):
            send(delivery, some_settings())
        later = NOW + timedelta(seconds=5)
        send(delivery, some_settings(), later)
    first, second = receiver.requests
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert second.headers["webhook-timestamp"] == str(int(later.timestamp()))
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


@pytest.mark.parametrize(
    ("reply", "detail", "retry_after"),
    [
        pytest.param(Reply(500, b"out of\r\n disk\x1b[31m"), "HTTP 500: out of disk [31m", None, id="500, its words made printable"),
        pytest.param(Reply(500, b"\xff\xfe" * 600), "HTTP 500: " + "\ufffd" * 200, None, id="500 with garbage, cut"),
        pytest.param(Reply(404), "HTTP 404", None, id="404 may pass"),
        pytest.param(Reply(401), "HTTP 401", None, id="401 may pass"),
        pytest.param(Reply(429, headers={"Retry-After": "120"}), "HTTP 429", timedelta(minutes=2), id="429 with seconds"),
        pytest.param(
            Reply(503, headers={"Retry-After": "Mon, 02 Mar 2026 13:00:07 GMT"}), "HTTP 503", timedelta(hours=1), id="503 with a date"
        ),
        pytest.param(Reply(429, headers={"Retry-After": "soon"}), "HTTP 429", None, id="429 with garbage"),
        pytest.param(Reply(500, headers={"Retry-After": "120"}), "HTTP 500", None, id="500: Retry-After means nothing here"),
        pytest.param(
            Reply(302, b"moved", {"Location": "/elsewhere"}),
            "HTTP 302: answered with a redirect, which is not followed; set the channel's URL to its end",
            None,
            id="a redirect is not followed",
        ),
    ],
)
def test_a_refusal_is_tried_again(reply: Reply, detail: str, retry_after: timedelta | None) -> None:
    error = failure(reply)
    assert (error.status, error.detail, error.retry_after) == (reply.status, detail, retry_after)
    assert not error.permanent


def test_410_ends_the_channel() -> None:
    error = failure(Reply(410))
    assert (error.status, error.gone, error.permanent) == (410, True, True)


@pytest.mark.parametrize(
    ("fault", "deadline"),
    [
        pytest.param(Fault.HANG, 0.2, id="no answer"),
        pytest.param(Fault.RESET, 10, id="reset"),
        pytest.param(Fault.DROP, 10, id="closed"),
        pytest.param(Reply(headers={"X-Long": "x" * 100_000}), 10, id="a header of 100 kB"),
    ],
)
def test_a_fault_is_tried_again(fault: Fault | Reply, deadline: float) -> None:
    error = failure(fault, deadline=deadline)
    assert (error.status, error.permanent) == (None, False)
    assert error.detail


def test_an_endless_answer_is_cut_and_its_status_counts() -> None:
    with Receiver(Fault.ENDLESS) as receiver:
        receipt = send(a_delivery(a_channel(url=receiver.url), an_alert()), some_settings())
    assert (receipt.status, receipt.detail) == (200, "HTTP 200: " + "x" * 200)


def test_an_answer_that_trickles_is_left_at_the_deadline_and_its_status_counts() -> None:
    with Receiver(Fault.TRICKLE) as receiver:
        receipt = send(a_delivery(a_channel(url=receiver.url), an_alert()), some_settings(webhook_deadline=1))
    assert (receipt.status, receipt.detail) == (200, "HTTP 200")
    assert len(receiver.requests) == 1


def test_a_private_address_is_refused_when_it_is_dialled() -> None:
    with Receiver() as receiver, pytest.raises(DeliveryError) as caught:
        send(a_delivery(a_channel(url=receiver.url), an_alert()), some_settings(allowed_networks=()))
    assert not receiver.requests
    assert not caught.value.permanent


def test_nobody_listening() -> None:
    with Receiver() as receiver:
        pass
    with pytest.raises(DeliveryError, match="no connection"):
        send(a_delivery(a_channel(url=receiver.url), an_alert()), some_settings())


def test_nothing_is_sent_unsigned() -> None:
    with Receiver() as receiver, pytest.raises(DeliveryError, match="no signing secret"):
        send(a_delivery(a_channel(secrets=(), url=receiver.url), an_alert()), some_settings())
    assert not receiver.requests


def test_settings_that_no_longer_pass_end_the_delivery() -> None:
    with pytest.raises(DeliveryError, match="/uri: unknown field") as caught:
        send(a_delivery(a_channel(url="http://127.0.0.1", uri="x"), an_alert()), some_settings())
    assert caught.value.permanent


def test_a_hostile_title_arrives() -> None:
    with Receiver() as receiver:
        send(a_delivery(a_channel(url=receiver.url), an_alert(titled("\ud800\0\r\n" * 100_000))), some_settings())
    (request,) = receiver.requests
    assert len(request.body) < MAX_BYTES
    assert verifies(request, SECRET)
