"""Where hubs reach us: /websub/<id>. No key is needed: the id cannot be guessed, and what is sent is signed."""

from __future__ import annotations

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint
from werkzeug.exceptions import NotFound

from service.api.routing import page_route
from service.domain.websub import SLOWEST, granted, is_signed, renewal, secret_of
from service.edges import Edges
from service.storage.sealing import Unsealable
from service.storage.websub import HubSubscription

MAX_CHALLENGE = 2000  # characters
TEXT = "text/plain; charset=utf-8"


def websub_api(edges: Edges) -> APIBlueprint:
    """The routes of the callback (https://www.w3.org/TR/websub/, 5.3 and 7)."""
    api = APIBlueprint("websub", __name__, doc_ui=False)

    @page_route(api, "/websub/<subscription>")
    def verify_intent(subscription: str) -> Response:
        # Only what we asked for, and of this very topic: else anybody could subscribe us to anything.
        found = _find(edges, subscription)
        asked = request.args
        if found is None or found.asked_at is None or asked.get("hub.topic") != found.topic:
            raise NotFound
        if asked.get("hub.mode") == "denied":
            edges.store.websub.deny(found.id, "the hub refuses", next_at=edges.now() + SLOWEST)
            return Response("noted", content_type=TEXT)
        challenge = asked.get("hub.challenge", "")
        if asked.get("hub.mode") != "subscribe" or not challenge or len(challenge) > MAX_CHALLENGE:
            raise NotFound
        now, lease = edges.now(), granted(asked.get("hub.lease_seconds"))
        edges.store.websub.confirm(found.id, lease_ends_at=now + lease, renew_at=renewal(now, lease))
        return Response(challenge, content_type=TEXT)

    @page_route(api, "/websub/<subscription>", method="POST")
    def receive_content(subscription: str) -> Response:
        found = _find(edges, subscription)
        if found is None or found.asked_at is None:
            return Response("", 410)  # ends it at the hub
        body = request.get_data()
        if _is_genuine(edges, found, body):
            kind = request.headers.get("Content-Type", "")[:1000]
            edges.store.websub.receive(found.feed, body, kind, new_id=edges.new_id("pu"), now=edges.now())
        return Response("", 202)  # also where the signature is wrong: who guesses learns nothing

    return api


def _find(edges: Edges, subscription: str) -> HubSubscription | None:
    # PostgreSQL does not even look for a text with NUL in it.
    return None if "\0" in subscription else edges.store.websub.find_subscription(subscription)


def _is_genuine(edges: Edges, found: HubSubscription, body: bytes) -> bool:
    try:
        secret = edges.sealer.unseal(found.secret, about=secret_of(found.feed))
    except Unsealable:
        return False
    return is_signed(body, request.headers.get("X-Hub-Signature", ""), secret)
