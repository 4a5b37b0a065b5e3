"""The tables. Every row that belongs to a workspace carries its id; work carries the four columns of a queue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON().with_variant(JSONB(), "postgresql")


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on both engines; SQLite itself would forget the zone."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "times are aware"
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _ref(name: str, *, nullable: bool = False, index: bool = False, key: bool = False) -> Column[Any]:
    return Column(name, Text, ForeignKey(f"{name}.id", ondelete="CASCADE"), nullable=nullable, index=index, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Moment, nullable=nullable)


def _queue() -> tuple[Column[Any], ...]:
    """Work that waits: due from `next_at` (NULL: nothing to do), taken by a lease, `claims` counted before the work begins."""
    return (
        _moment("next_at", nullable=True),
        _moment("lease_until", nullable=True),
        Column("lease_token", Text),
        Column("claims", Integer, nullable=False, server_default="0"),
    )


def _due_index(table: str) -> Index:
    return _partial_index(f"ix_{table}_due", "next_at", where="next_at IS NOT NULL")


def _partial_index(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

workspace = Table(
    "workspace",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _moment("created_at"),
    Column("health_channel", Text),  # no foreign key, which SQLite cannot add: the API keeps it in order
    Column("alerting", Json),  # as domain.policies.Defaults; NULL: nothing was chosen
    Column("sent", Json),  # messages, as domain.tallies.Tally; counted where there is a budget
)

api_key = Table(
    "api_key",
    metadata,
    _id(),
    _ref("workspace", index=True),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("scope", Text, nullable=False),
    _moment("created_at"),
    _moment("expires_at", nullable=True),
    _moment("last_used_at", nullable=True),
    _moment("revoked_at", nullable=True),
)

# The servers that feeds come from, each with the moment before which none of its feeds is to be polled.
feed_host = Table(
    "feed_host",
    metadata,
    Column("name", Text, primary_key=True),
    _moment("free_at"),
)

feed = Table(
    "feed",
    metadata,
    _id(),
    Column("url", Text, nullable=False),
    # Whose access it is polled with; "" for a feed that all share. What a password opens must not reach who has none.
    Column("owner", Text, nullable=False, server_default=""),
    Column("access", Text),  # sealed
    Column("host", Text, nullable=False, server_default="", index=True),  # "": not known, a server of its own
    Column("title", Text),
    Column("site_url", Text),
    Column("language", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("body_hash", Text),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("polls_since_full", Integer, nullable=False, server_default="0"),
    _moment("baselined_at", nullable=True),
    _moment("gone_since", nullable=True),
    Column("moved_to", Text),
    _moment("moved_since", nullable=True),
    Column("moved_polls", Integer, nullable=False, server_default="0"),
    _moment("polled_at", nullable=True),
    _moment("last_success_at", nullable=True),
    _moment("created_at"),
    Column("watch", Json),  # what polling has learned of it, as domain.feeds.Watch; nothing is searched for in it
    *_queue(),
    _due_index("feed"),
    Index("ix_feed_polled_at", "polled_at"),
    # Which hosts are busy is asked at each claim, and few feeds are under way.
    Index("ix_feed_under_way", "host", postgresql_where=text("lease_token IS NOT NULL"), sqlite_where=text("lease_token IS NOT NULL")),
    UniqueConstraint("url", "owner"),
)

feed_listing = Table(
    "feed_listing",
    metadata,
    _ref("feed", key=True),
    Column("context", Text, nullable=False),
    _moment("read_at"),
    Column("items", LargeBinary, nullable=False),
)

subscription = Table(
    "subscription",
    metadata,
    _ref("workspace", key=True),
    _ref("feed", index=True, key=True),
    Column("tags", Json, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("alert_existing", Boolean, nullable=False),
    Column("full_text", Boolean, nullable=False, server_default=false()),
    _moment("created_at"),
)

article = Table(
    "article",
    metadata,
    _id(),
    _ref("feed"),
    Column("url", Text),
    Column("dedup_key", Text, nullable=False, index=True),
    Column("link_key", Text),
    Column("title_key", Text),
    Column("content_hash", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("language", Text),
    Column("source", Text, nullable=False),
    Column("baseline", Boolean, nullable=False),
    _moment("published_at", nullable=True),
    _moment("first_seen_at"),
    _moment("changed_at"),
    _moment("matched_at", nullable=True),
    _moment("quarantined_at", nullable=True),
    Column("story", Text, index=True),  # as the service found it; NULL: not placed yet
    *_queue(),
    _due_index("article"),
    Index("ix_article_feed_first_seen_at", "feed", "first_seen_at"),
    Index("ix_article_first_seen_at", "first_seen_at", "id"),
)

# Subscriptions at hubs; the id is the unguessable part of the callback.
websub = Table(
    "websub",
    metadata,
    _id(),
    Column("feed", Text, ForeignKey("feed.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("secret", Text, nullable=False),  # sealed
    Column("tries", Integer, nullable=False, server_default="0"),
    _moment("asked_at", nullable=True),
    _moment("lease_ends_at", nullable=True),
    _moment("pushed_at", nullable=True),  # when the hub last sent a document
    Column("reason", Text),
    *_queue(),
    _due_index("websub"),
)

# What hubs have sent and no poll has read yet.
push = Table(
    "push",
    metadata,
    _id(),
    _ref("feed"),
    Column("body", LargeBinary, nullable=False),
    Column("content_type", Text, nullable=False),
    _moment("received_at"),
    Index("ix_push_feed_received_at", "feed", "received_at"),
)

# Pages of articles that are read for their full text.
page = Table(
    "page",
    metadata,
    Column("id", Text, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("host", Text, nullable=False),
    _moment("changed_at"),  # of the article's text from its feed, when the page was wanted
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("outcome", Text),
    *_queue(),
    _due_index("page"),
    Index("ix_page_host", "host", postgresql_where=text("next_at IS NOT NULL"), sqlite_where=text("next_at IS NOT NULL")),
)

# The robots.txt of the sites of these pages.
robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("rules", LargeBinary),  # empty: there is none; null: it was never reached
    _moment("read_at", nullable=True),
    _moment("ask_again_at"),
)

seen = Table(
    "seen",
    metadata,
    Column("feed", Text, ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("article", Text, nullable=False),  # no foreign key: what was seen outlives the article
    _moment("listed_at"),
)

rule = Table(
    "rule",
    metadata,
    _id(),
    _ref("workspace", index=True),
    Column("name", Text, nullable=False),
    Column("definition", Json, nullable=False),
    Column("revision", Integer, nullable=False, index=True),
    Column("uses_rules", Boolean, nullable=False, server_default=false()),  # its query names saved rules
    _moment("created_at"),
    _moment("updated_at"),
    _moment("deleted_at", nullable=True),
    _moment("alerted_at", nullable=True),
    Column("sent", Json),  # messages, as domain.tallies.Tally; counted where there is a cap
    # Few rules use others, and every change of a rule asks for those.
    Index("ix_rule_uses_rules", "workspace", postgresql_where=text("uses_rules"), sqlite_where=text("uses_rules = 1")),
)

match = Table(
    "match",
    metadata,
    _id(),
    _ref("workspace"),
    _ref("rule"),
    Column("rule_revision", Integer, nullable=False),
    _ref("article", index=True),
    Column("evidence", Json, nullable=False),
    Column("held", Text),
    Column("alert", Text, index=True),
    _moment("created_at"),
    Column("scores", Json),
    Column("reason", Text),
    Column("digest", Text),  # in which it is told
    Column("silence", Text),  # that holds it
    UniqueConstraint("rule", "article"),
    Index("ix_match_workspace_created_at", "workspace", "created_at", "id"),
)

alert = Table(
    "alert",
    metadata,
    _id(),
    _ref("workspace"),
    _ref("rule"),
    Column("subject", Text, nullable=False),
    Column("content", Json, nullable=False),
    _moment("created_at"),
    Column("story", Text, index=True),  # in its workspace; NULL: its rule tells of every article
    Column("living", Json),  # how far the alert of a story has come
    _moment("updated_at", nullable=True),
    Column("joined_into", Text, index=True),  # the alert that goes on with its story; NULL: it does itself
    UniqueConstraint("rule", "subject"),
    # Of a rule's alerts about a story one goes on.
    Index(
        "uq_alert_rule_story",
        "rule",
        "story",
        unique=True,
        postgresql_where=text("joined_into IS NULL"),
        sqlite_where=text("joined_into IS NULL"),
    ),
    Index("ix_alert_workspace_created_at", "workspace", "created_at", "id"),
)

alert_update = Table(
    "alert_update",
    metadata,
    _ref("workspace"),
    _ref("alert", key=True),
    Column("number", Integer, primary_key=True),
    Column("content", Json, nullable=False),
    _moment("created_at"),
    Index("ix_alert_update_workspace_created_at", "workspace", "created_at"),
)

alert_item = Table(
    "alert_item",
    metadata,
    _ref("workspace"),
    _ref("alert", key=True),
    _ref("match", key=True),
    _moment("added_at"),
    Column("headline", Text),  # as it was told; NULL: it was not
)

# Alerts and updates that are told together: by `scope`, a rule or what a workspace tells to the same channels.
# `round` counts those of one kind and time: nothing is added to one that was released.
digest = Table(
    "digest",
    metadata,
    _id(),
    _ref("workspace"),
    _ref("rule", nullable=True, index=True),
    Column("scope", Text, nullable=False),
    Column("kind", Text, nullable=False),
    _moment("send_at"),
    Column("round", Integer, nullable=False),
    Column("channels", Json),  # of several rules; NULL: all, or the rule's
    _moment("created_at"),
    _moment("released_at", nullable=True),
    Column("content", Json),  # what its message says, from its release on; NULL: none was needed
    *_queue(),
    _due_index("digest"),
    UniqueConstraint("scope", "kind", "send_at", "round"),
    Index("ix_digest_workspace_created_at", "workspace", "created_at", "id"),
)

# The messages that wait or waited in a digest: an alert (0) or one of its updates, each in one digest only.
digest_item = Table(
    "digest_item",
    metadata,
    _ref("workspace"),
    _ref("alert", key=True),
    Column("number", Integer, primary_key=True),
    _ref("digest", index=True),
    _moment("added_at"),
)

silence = Table(
    "silence",
    metadata,
    _id(),
    _ref("workspace"),
    Column("comment", Text, nullable=False),
    Column("actors", Json, nullable=False),
    Column("sources", Json, nullable=False),
    Column("rules", Json, nullable=False),
    _moment("starts_at"),
    _moment("ends_at"),
    _moment("created_at"),
    Column("created_by", Text, nullable=False),
    Index("ix_silence_workspace_ends_at", "workspace", "ends_at"),
)

# The last word of each party on an alert.
feedback = Table(
    "feedback",
    metadata,
    _id(),
    _ref("workspace"),
    _ref("rule", index=True),
    _ref("alert"),
    Column("relevant", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("given_by", Text, nullable=False),  # a key's id, or a channel's
    _moment("given_at"),
    UniqueConstraint("alert", "given_by"),
    Index("ix_feedback_workspace_given_at", "workspace", "given_at", "id"),
)

# What the reader of one channel wants to hear nothing of: a rule, or the story of an alert.
mute = Table(
    "mute",
    metadata,
    _id(),
    _ref("workspace"),
    _ref("channel"),
    Column("rule", Text),
    Column("story", Text),
    Column("alert", Text, nullable=False),  # by whose message it was muted
    _moment("since"),
    _moment("ends_at"),
    Index("ix_mute_workspace_ends_at", "workspace", "ends_at"),
)

channel = Table(
    "channel",
    metadata,
    _id(),
    _ref("workspace", index=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", Json, nullable=False),  # both empty where they are sealed
    Column("secrets", Json, nullable=False),
    Column("sealed", Text),
    _moment("created_at"),
    _moment("disabled_at", nullable=True),
    Column("disabled_reason", Text),
    _moment("deleted_at", nullable=True),
    Column("ordered", Boolean, nullable=False, server_default=false()),  # one delivery after the other
    Column("unconfirmed", Boolean, nullable=False, server_default=false()),  # its owner has not said yet that messages are welcome
)

traffic = Table(  # how sending goes, to a channel or to an endpoint that channels share; no row: nothing was tried, or all is well
    "traffic",
    metadata,
    Column("place", Text, primary_key=True),  # a channel's id, or an endpoint
    Column("endpoint", Text),  # where a channel's last attempt went
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    _moment("failing_since", nullable=True),
    _moment("rest_until", nullable=True),
    _moment("served_at", nullable=True),
)

channel_notice = Table(
    "channel_notice",
    metadata,
    _id(),
    _ref("workspace", index=True),
    _ref("channel", index=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    _moment("created_at"),
)

# What a workspace is told of a feed's health. Its deliveries stand beside those of alerts.
feed_notice = Table(
    "feed_notice",
    metadata,
    _id(),
    _ref("workspace"),
    _ref("feed", index=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text),
    _moment("created_at"),
    Column("told_in", Text),  # the notice whose message tells of it, perhaps itself; null: it waits for others of its kind
    Index("ix_feed_notice_workspace_created_at", "workspace", "created_at", "id"),
    Index("ix_feed_notice_told_in", "told_in"),
    _partial_index("ix_feed_notice_held", "created_at", where="told_in IS NULL"),
)

# A link under which alerts can be read as a feed; only a hash of its token is stored.
out_feed = Table(
    "out_feed",
    metadata,
    _id(),
    _ref("workspace", index=True),
    _ref("rule", nullable=True),  # NULL: the alerts of every rule
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    _moment("created_at"),
    _moment("renewed_at", nullable=True),
)

delivery = Table(
    "delivery",
    metadata,
    _id(),
    _ref("workspace"),
    _ref("alert", nullable=True),
    _ref("channel", index=True),
    Column("state", Text, nullable=False),
    Column("detail", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    _moment("created_at"),
    _moment("finished_at", nullable=True),
    Column("notice", Text),
    *_queue(),
    _due_index("delivery"),
    _partial_index("ix_delivery_waiting", "channel", "next_at", "created_at", where="next_at IS NOT NULL"),
    _partial_index("ix_delivery_lease", "lease_until", where="lease_until IS NOT NULL"),
    Index("uq_delivery_notice_channel", "notice", "channel", unique=True),
    Column("digest", Text),
    Index("uq_delivery_digest_channel", "digest", "channel", unique=True),
    Column("channel_notice", Text),
    Index("uq_delivery_channel_notice_channel", "channel_notice", "channel", unique=True),
    Column("update_number", Integer, nullable=False, server_default="0"),  # of the alert's updates; 0: the alert itself
    UniqueConstraint("alert", "channel", "update_number"),
    _partial_index("ix_delivery_in_order", "channel", "created_at", "update_number", "id", where="next_at IS NOT NULL"),
    Index("ix_delivery_workspace_created_at", "workspace", "created_at", "id"),
)

attempt = Table(
    "attempt",
    metadata,
    _ref("workspace"),
    _ref("delivery", key=True),
    Column("number", Integer, primary_key=True),
    Column("delivered", Boolean, nullable=False),
    Column("status", Integer),
    Column("detail", Text, nullable=False),
    _moment("started_at"),
    _moment("finished_at"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _ref("workspace"),
    Column("caller", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    _moment("at"),
    Index("ix_audit_workspace_at", "workspace", "at"),
)

# What texts mean, as vectors of 16-bit floats. Vectors of different models never meet.
article_vector = Table(
    "article_vector",
    metadata,
    _ref("article", key=True),
    Column("model", Text, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("neighbours", Json),  # the articles before it that were nearest, each with the cosine
)

query_vector = Table(
    "query_vector",
    metadata,
    Column("model", Text, primary_key=True),
    Column("text", Text, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

# What recent articles' vectors are like: the background against which nearness counts.
background = Table(
    "background",
    metadata,
    Column("model", Text, primary_key=True),
    Column("statistics", LargeBinary, nullable=False),
    _moment("updated_at"),
)

# What a workspace says an actor goes by, and what does not mean it.
actor_change = Table(
    "actor_change",
    metadata,
    _ref("workspace", key=True),
    Column("actor", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("strikes", Json, nullable=False),
    _moment("updated_at"),
)

# Stories. Those without a workspace were found by the service and are the same for all, as articles are.
story = Table(
    "story",
    metadata,
    _id(),
    _ref("workspace", nullable=True, index=True),
    _moment("opened_at"),
    Column("merged_into", Text),  # no foreign key: the other may have been forgotten
    Column("merged_seq", Integer, index=True),
)

# What is remembered of recent articles to place the next ones; `seq` counts up with every article placed and every merger.
story_print = Table(
    "story_print",
    metadata,
    _ref("article", key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("print", LargeBinary, nullable=False),
    _moment("placed_at"),
)

# What a workspace did by hand: articles that are in another story there, and stories whose articles are all in another one.
story_move = Table(
    "story_move",
    metadata,
    _ref("workspace", key=True),
    _ref("article", key=True, index=True),
    Column("story", Text, nullable=False),
)

story_join = Table(
    "story_join",
    metadata,
    _ref("workspace", key=True),
    Column("story", Text, primary_key=True),
    Column("into", Text, nullable=False),
)

# The matches of rules that alert on volume, with what tells independent outlets apart.
sighting = Table(
    "sighting",
    metadata,
    _ref("workspace"),
    _ref("rule"),
    _ref("match", key=True),
    _moment("at"),  # when the article came, or came to read as it does
    Column("lag", Integer, nullable=False),  # seconds from its publication to when it came
    Column("outlet", Text, nullable=False),
    Column("voice", Text, nullable=False),  # the agency whose text it is, else the outlet
    Column("headline", Text, nullable=False),  # its hash
    Index("ix_sighting_rule_at", "rule", "at"),
)

# How such rules stand, as of a rule's `revision`.
volume = Table(
    "volume",
    metadata,
    _ref("workspace"),
    _ref("rule", key=True),
    Column("revision", Integer, nullable=False),
    Column("usual", Json),  # as domain.spikes.KnownUsual; NULL: not counted yet
    Column("spike", Json),  # the one that goes on, as domain.spikes.OpenSpike; NULL: none
)
