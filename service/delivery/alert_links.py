"""Signed links in the message of an alert, to give feedback and to mute: bound to their purpose, to alert and channel, for a month."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from service.domain.alerts import Alert

LINKS_LAST = timedelta(days=30)
_SHOWN = re.compile(r"(al_\w+\.ch_\w+\.[0-9]+\.)[\w-]+", re.ASCII)


class Purpose(StrEnum):
    """What a link is for. Whoever may answer for a channel may not mute it: webhooks hand on the link for feedback alone."""

    FEEDBACK = "feedback"
    MUTE = "mute"


@dataclass(frozen=True, slots=True)
class AlertLink:
    """What a genuine link is about. Whether it has expired is for whoever opens it to see."""

    alert: str
    channel: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AlertLinks:
    """The links of one message. Each leads to a page that asks first. `mute_story`: None where the alert has none."""

    relevant: str
    not_relevant: str
    mute_rule: str
    mute_story: str | None


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the links in messages to one channel; `made_at` is when the message was made, so that every attempt sends the same."""

    public_url: str
    channel: str
    made_at: datetime
    key: bytes = field(repr=False)

    def links_of(self, alert: Alert) -> AlertLinks:
        """The links for the message of this alert, or for its place in a digest."""
        feedback, mute = self.feedback_url(alert.id), self._url(Purpose.MUTE, alert.id)
        story = f"{mute}?what=story" if alert.story else None
        return AlertLinks(f"{feedback}?relevant=yes", f"{feedback}?relevant=no", f"{mute}?what=rule", story)

    def feedback_url(self, alert_id: str) -> str:
        """The page that asks whether the alert was relevant."""
        return self._url(Purpose.FEEDBACK, alert_id)

    def _url(self, purpose: Purpose, alert_id: str) -> str:
        token = alert_token(purpose, AlertLink(alert_id, self.channel, self.made_at + LINKS_LAST), self.key)
        return f"{self.public_url.rstrip('/')}/{purpose}/{token}"


def alert_token(purpose: Purpose, link: AlertLink, key: bytes) -> str:
    """The part of a link that proves what it may; safe in a URL."""
    claim = f"{link.alert}.{link.channel}.{int(link.expires_at.timestamp())}"
    return f"{claim}.{_proof(purpose, claim, key)}"


def read_token(purpose: Purpose, token: str, key: bytes) -> AlertLink | None:
    """What a token is about, also where it has expired; None if it was not made for this with this key. Takes constant time."""
    claim, _, proof = token.rpartition(".")
    if not hmac.compare_digest(_proof(purpose, claim, key).encode(), proof.encode(errors="replace")):
        return None
    alert, channel, expires = claim.split(".")
    return AlertLink(alert, channel, datetime.fromtimestamp(int(expires), UTC))


def hide_proofs(text: str) -> str:
    """The text with no link in it that works."""
    return _SHOWN.sub(r"\1***", text)


def _proof(purpose: Purpose, claim: str, key: bytes) -> str:
    # The purpose is part of what is signed, so that no other signature of this key opens such a link.
    signed = f"alert-link\0{purpose}\0{claim}"
    digest = hmac.digest(key, signed.encode(errors="replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
