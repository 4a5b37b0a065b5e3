"""WebSub (https://www.w3.org/TR/websub/): what a hub may ask of us, and when a subscription is asked for."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

LEASE = timedelta(days=10)  # what we ask for; the hub decides
SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=30)  # of what a hub may grant and we believe
RENEW_AT = 0.8  # of a lease: early enough for several tries
ANSWER_WITHIN = timedelta(minutes=15)  # for a hub to verify what it has accepted
SLOWEST = timedelta(days=1)  # between two tries
METHODS = ("sha1", "sha256", "sha384", "sha512")

_LINK = re.compile(r"<([^<>]{1,4000}+)>((?:[^,<\"]++|\"[^\"]{0,1000}+\")*+)")
_REL = re.compile(r";\s{0,9}+rel\s{0,9}+=\s{0,9}+(?:\"([^\"]*+)\"|([^\s\";,]++))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a feed says of its hub: where to subscribe, and to which URL ("self")."""

    hub: str
    topic: str


def find_topic(links: Mapping[str, str], url: str) -> Topic | None:
    """From the links of a document at `url` by relation; None without a usable hub."""
    hub, topic = _web(url, links.get("hub")), _web(url, links.get("self")) or url
    # A secret in the clear would make the hub of a feed that comes encrypted its weakest part.
    weaker = hub is not None and hub.startswith("http:") and url.startswith("https:")
    return Topic(hub, topic) if hub and not weaker else None


def header_links(value: str) -> dict[str, str]:
    """The first target of each relation in a Link header (RFC 8288)."""
    found: dict[str, str] = {}
    for link in _LINK.finditer(value[:20_000]):
        relations = _REL.search(link[2])
        for relation in ((relations[1] or relations[2] or "") if relations else "").lower().split():
            found.setdefault(relation, link[1].strip())
    return found


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Whether `signature` ("sha256=...", an X-Hub-Signature) is that of `body` under `secret`. Takes constant time for a method."""
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    ours = hmac.digest(secret.encode(), body, method.lower()).hex()
    return hmac.compare_digest(ours.encode(), digest.strip().lower().encode(errors="replace"))


def granted(seconds: str | None) -> timedelta:
    """The lease that a hub says it grants, kept within reason."""
    text = (seconds or "").strip()
    lease = timedelta(seconds=min(int(text[:10]), 10**9)) if text.isascii() and text.isdigit() else LEASE
    return min(max(lease, SHORTEST), LONGEST)


def secret_of(feed_id: str) -> str:
    """What a hub's sealed secret is about."""
    return f"websub secret of {feed_id}"


def renewal(now: datetime, lease: timedelta) -> datetime:
    """When to ask anew for a subscription that was granted now."""
    return now + lease * RENEW_AT


def after_refusal(tries: int, now: datetime) -> datetime:
    """When to ask again after this many tries in vain, from 1: after 15 minutes, an hour, four ... a day at most."""
    wait: timedelta = ANSWER_WITHIN * 4 ** (min(tries, 5) - 1)
    return now + min(wait, SLOWEST)


def _web(base: str, target: str | None) -> str | None:
    try:
        link = urljoin(base, target.strip()) if target else ""
        parts = urlsplit(link)
    except ValueError:
        return None
    return link if parts.scheme in ("http", "https") and parts.netloc and len(link) <= 4000 else None
