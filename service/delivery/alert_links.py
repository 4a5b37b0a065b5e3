"""Signed links in the message of an alert, to give feedback and to mute: bound to their purpose, to alert and channel.

They work as long as the alert is kept, so that a message that is sent again after months is still whole, and word for word the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from service.delivery.proofs import is_proven, prove
from service.domain.alerts import Alert

_SIGNED_AS = "alert-link"
_SHOWN = re.compile(r"(al_\w+\.ch_\w+\.)[\w.-]+", re.ASCII)


class Purpose(StrEnum):
    """What a link is for. Whoever may answer for a channel may not mute it: webhooks hand on the link for feedback alone."""

    FEEDBACK = "feedback"
    MUTE = "mute"


@dataclass(frozen=True, slots=True)
class AlertLink:
    """What a genuine link is about."""

    alert: str
    channel: str


@dataclass(frozen=True, slots=True)
class AlertLinks:
    """The links of one message. Each leads to a page that asks first. `mute_story`: None where the alert has none."""

    relevant: str
    not_relevant: str
    mute_rule: str
    mute_story: str | None


@dataclass(frozen=True, slots=True)
class LinkMaker:
    """Makes the links in messages to one channel, at every attempt the same."""

    public_url: str
    channel: str
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
        token = alert_token(purpose, AlertLink(alert_id, self.channel), self.key)
        return f"{self.public_url.rstrip('/')}/{purpose}/{token}"


def alert_token(purpose: Purpose, link: AlertLink, key: bytes) -> str:
    """The part of a link that proves what it may; safe in a URL."""
    claim = f"{link.alert}.{link.channel}"
    return f"{claim}.{prove(key, _SIGNED_AS, purpose, claim)}"


def read_token(purpose: Purpose, token: str, key: bytes) -> AlertLink | None:
    """What a token is about; None if it was not made for this with this key. Takes constant time."""
    claim, _, proof = token.rpartition(".")
    if not is_proven(proof, key, _SIGNED_AS, purpose, claim):
        return None
    alert, channel, *_end = claim.split(".")  # links in mails of old have an end, which holds no more
    return AlertLink(alert, channel)


def hide_proofs(text: str) -> str:
    """The text with no link in it that works."""
    return _SHOWN.sub(r"\1***", text)
