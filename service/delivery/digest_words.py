"""What is said of a digest as a whole: its subject, and why it comes now."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from service.delivery.mail_headers import safe_header
from service.domain.digests import Digest, DigestKind
from service.domain.local_time import say_moment

RULE_IN_SUBJECT = 50
SUBJECT = 150


def digest_subject(digest: Digest) -> str:
    """How many alerts, the first headline, and the rule, as one safe line."""
    tail = f" [{safe_header(digest.rule_name, RULE_IN_SUBJECT)}]" if digest.rule_name else ""
    if not digest.count:
        return f"Nothing new{tail}"
    more = f" (+{digest.count - 1} more)" if digest.count > 1 else ""
    head = f"{digest.count} alert{'s' if digest.count != 1 else ''}: "
    titles = (safe_header(article.title) for alert in digest.alerts for article in alert.articles)
    title = next((title for title in titles if title), "(no title)")
    return head + safe_header(title, SUBJECT - len(head) - len(more) - len(tail)) + more + tail


def say_digest(digest: Digest, zone: ZoneInfo) -> str:
    """How much there is, since when, and why it comes together."""
    much = f"{digest.count} alert{'s' if digest.count != 1 else ''}" if digest.count else "Nothing new"
    return f"{much} since {say_moment(digest.since, zone)}{_because(digest.kind)}."


def _because(kind: DigestKind) -> str:
    match kind:
        case DigestKind.DIGEST:
            return ""
        case DigestKind.QUIET_HOURS:
            return ", held by quiet hours"
        case DigestKind.GROUP_WAIT:
            return ", told together"
        case DigestKind.CAP:
            return ", more than the rule's cap lets through one by one"
        case DigestKind.BUDGET:
            return ", more than the workspace's budget lets through one by one"
