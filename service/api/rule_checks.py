"""The checks of a rule that its form alone cannot make: its terms, channels and feeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from service.api.errors import Fault, invalid, unknown
from service.domain.routes import channel_of
from service.domain.rules import RuleSpec, Saved
from service.edges import Edges
from service.matching.query import QueryError
from service.matching.rules import check_terms
from service.matching.saved_rules import check_saved

MOST_NAMED = {"feeds": 500, "channels": 200, "languages": 200}


def check_rule(
    edges: Edges,
    workspace: str,
    spec: RuleSpec,
    old: RuleSpec | None = None,
    *,
    rule_id: str = "",
    under: str = "",
    saved_at: datetime | None = None,
) -> None:
    """Refuse a rule that could never work as written; `under` is where it stands in the request, `rule_id` its id if it has one.

    What the rule named before the change, in `old`, may be gone or over by now and is let be. `saved_at` is None where it is only tried.

    Raises:
        Problem: 422, with every fault and its place.
    """
    too_long = list(_long_lists(spec, old, under))
    if too_long:
        raise invalid(too_long, "rule")
    faults = [Fault(at=under + at, message=message) for at, message in check_terms(spec)]
    faults += _saved_faults(spec, edges.store.rules.saved_for(workspace, spec, rule_id), under)
    faults += _channel_faults(edges, workspace, spec, old, under)
    faults += _feed_faults(edges, workspace, spec, old, under)
    faults += _mute_faults(spec, old, saved_at, under)
    if faults:
        raise invalid(faults, "rule")


def _long_lists(spec: RuleSpec, old: RuleSpec | None, under: str) -> Iterator[Fault]:
    """What names more than is looked up at the door; a rule that was stored with more stays as it is."""
    for name, most in MOST_NAMED.items():
        named, before = (len(getattr(each, name, None) or ()) for each in (spec, old))
        if named > max(most, before):
            yield Fault(at=f"{under}/{name}", message=f"a list of at most {most} is wanted here, not of {named}")


def _saved_faults(spec: RuleSpec, saved: Saved, under: str) -> Iterator[Fault]:
    try:
        check_saved(spec.query or "", saved)
    except QueryError as error:
        yield Fault(at=f"{under}/query", message=str(error))


def _channel_faults(edges: Edges, workspace: str, spec: RuleSpec, old: RuleSpec | None, under: str) -> Iterator[Fault]:
    known = {channel_of(entry) for entry in (old and old.channels) or ()}
    for number, channel in enumerate(map(channel_of, spec.channels or ())):
        if channel not in known and edges.store.channels.find_channel(workspace, channel) is None:
            yield unknown(f"{under}/channels/{number}", "channel", channel)


def _feed_faults(edges: Edges, workspace: str, spec: RuleSpec, old: RuleSpec | None, under: str) -> Iterator[Fault]:
    known = old.feeds if old else ()
    for number, feed in enumerate(spec.feeds):
        if feed not in known and not feed.startswith("tag:") and edges.store.feeds.find_feed(workspace, feed) is None:
            message = f'you follow no feed with the id "{feed}"; name a feed\'s id or a tag ("tag:world")'
            yield Fault(at=f"{under}/feeds/{number}", message=message)


def _mute_faults(spec: RuleSpec, old: RuleSpec | None, saved_at: datetime | None, under: str) -> Iterator[Fault]:
    until = spec.alerting.mute_until
    if until is None or saved_at is None or until > saved_at or (old and old.alerting.mute_until == until):
        return
    message = f"this time is over, so that nothing would be muted: write one after {saved_at:%Y-%m-%dT%H:%M:%SZ}, or null to end a mute"
    yield Fault(at=f"{under}/alerting/mute_until", message=message)
