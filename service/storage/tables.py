"""The tables. Every row that belongs to a workspace carries its id; work carries the four columns of a queue."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
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

from service.storage.columns import Json, due_index, moment, own_id, partial_index, poison_index, queue, ref

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Integer, nullable=False),
)

workspace = Table(
    "workspace",
    metadata,
    own_id(),
    Column("name", Text, nullable=False, unique=True),
    moment("created_at"),
    Column("health_channel", Text),  # no foreign key, which SQLite cannot add: the API keeps it in order
    Column("alerting", Json),  # as domain.policies.Defaults; NULL: nothing was chosen
    Column("sent", Json),  # messages, as domain.tallies.Tally; counted where there is a budget
)

api_key = Table(
    "api_key",
    metadata,
    own_id(),
    ref("workspace", index=True),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("last4", Text, nullable=False),
    Column("scope", Text, nullable=False),
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("last_used_at", nullable=True),
    moment("revoked_at", nullable=True),
)

# The servers that feeds come from, each with the moment before which none of its feeds is to be polled.
feed_host = Table(
    "feed_host",
    metadata,
    Column("name", Text, primary_key=True),
    moment("free_at"),
)

feed = Table(
    "feed",
    metadata,
    own_id(),
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
    moment("baselined_at", nullable=True),
    moment("gone_since", nullable=True),
    Column("moved_to", Text),
    moment("moved_since", nullable=True),
    Column("moved_polls", Integer, nullable=False, server_default="0"),
    moment("polled_at", nullable=True),
    moment("last_success_at", nullable=True),
    moment("created_at"),
    Column("watch", Json),  # what polling has learned of it, as domain.feeds.Watch; nothing is searched for in it
    *queue(),
    due_index("feed"),
    poison_index("feed"),
    Index("ix_feed_polled_at", "polled_at"),
    # Which hosts are busy is asked at each claim, and few feeds are under way.
    Index("ix_feed_under_way", "host", postgresql_where=text("lease_token IS NOT NULL"), sqlite_where=text("lease_token IS NOT NULL")),
    UniqueConstraint("url", "owner"),
)

feed_listing = Table(
    "feed_listing",
    metadata,
    ref("feed", key=True),
    Column("context", Text, nullable=False),
    moment("read_at"),
    Column("items", LargeBinary, nullable=False),
)

subscription = Table(
    "subscription",
    metadata,
    ref("workspace", key=True),
    ref("feed", index=True, key=True),
    Column("tags", Json, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("alert_existing", Boolean, nullable=False),
    Column("full_text", Boolean, nullable=False, server_default=false()),
    moment("created_at"),
)

article = Table(
    "article",
    metadata,
    own_id(),
    ref("feed"),
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
    moment("published_at", nullable=True),
    moment("first_seen_at"),
    moment("changed_at"),
    moment("matched_at", nullable=True),
    moment("quarantined_at", nullable=True),
    Column("story", Text, index=True),  # as the service found it; NULL: not placed yet
    *queue(),
    due_index("article"),
    poison_index("article"),
    Index("ix_article_feed_first_seen_at", "feed", "first_seen_at"),
    Index("ix_article_first_seen_at", "first_seen_at", "id"),
)

# Subscriptions at hubs; the id is the unguessable part of the callback.
websub = Table(
    "websub",
    metadata,
    own_id(),
    Column("feed", Text, ForeignKey("feed.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("hub", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("secret", Text, nullable=False),  # sealed
    Column("tries", Integer, nullable=False, server_default="0"),
    moment("asked_at", nullable=True),
    moment("lease_ends_at", nullable=True),
    moment("pushed_at", nullable=True),  # when the hub last sent a document
    Column("reason", Text),
    *queue(),
    due_index("websub"),
    poison_index("websub"),
)

# What hubs have sent and no poll has read yet.
push = Table(
    "push",
    metadata,
    own_id(),
    ref("feed"),
    Column("body", LargeBinary, nullable=False),
    Column("content_type", Text, nullable=False),
    moment("received_at"),
    Index("ix_push_feed_received_at", "feed", "received_at"),
)

# Pages of articles that are read for their full text.
page = Table(
    "page",
    metadata,
    Column("id", Text, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    Column("host", Text, nullable=False),
    moment("changed_at"),  # of the article's text from its feed, when the page was wanted
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("outcome", Text),
    *queue(),
    due_index("page"),
    poison_index("page"),
    Index("ix_page_host", "host", postgresql_where=text("next_at IS NOT NULL"), sqlite_where=text("next_at IS NOT NULL")),
)

# The robots.txt of the sites of these pages.
robots = Table(
    "robots",
    metadata,
    Column("origin", Text, primary_key=True),
    Column("rules", LargeBinary),  # empty: there is none; null: it was never reached
    moment("read_at", nullable=True),
    moment("ask_again_at"),
)

seen = Table(
    "seen",
    metadata,
    Column("feed", Text, ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("article", Text, nullable=False),  # no foreign key: what was seen outlives the article
    moment("listed_at"),
)

rule = Table(
    "rule",
    metadata,
    own_id(),
    ref("workspace", index=True),
    Column("name", Text, nullable=False),
    Column("definition", Json, nullable=False),
    Column("revision", Integer, nullable=False, index=True),
    Column("matching_revision", Integer),  # at which what it matches was last changed; NULL: it never was
    Column("uses_rules", Boolean, nullable=False, server_default=false()),  # its query names saved rules
    moment("created_at"),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    moment("alerted_at", nullable=True),
    Column("sent", Json),  # messages, as domain.tallies.Tally; counted where there is a cap
    # Few rules use others, and every change of a rule asks for those.
    Index("ix_rule_uses_rules", "workspace", postgresql_where=text("uses_rules"), sqlite_where=text("uses_rules = 1")),
)

match = Table(
    "match",
    metadata,
    own_id(),
    ref("workspace"),
    ref("rule"),
    Column("rule_revision", Integer, nullable=False),
    ref("article", index=True),
    Column("evidence", Json, nullable=False),
    Column("held", Text),
    Column("alert", Text, index=True),
    moment("created_at"),
    Column("scores", Json),
    Column("reason", Text),
    Column("digest", Text),  # in which it is told
    Column("silence", Text),  # that holds it
    UniqueConstraint("rule", "article"),
    Index("ix_match_workspace_created_at", "workspace", "created_at", "id"),
    partial_index("ix_match_silence", "silence", where="silence IS NOT NULL"),
)

alert = Table(
    "alert",
    metadata,
    own_id(),
    ref("workspace"),
    ref("rule"),
    Column("subject", Text, nullable=False),
    Column("content", Json, nullable=False),
    moment("created_at"),
    Column("story", Text, index=True),  # in its workspace; NULL: its rule tells of every article
    Column("living", Json),  # how far the alert of a story has come
    moment("updated_at", nullable=True),
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
    ref("workspace"),
    ref("alert", key=True),
    Column("number", Integer, primary_key=True),
    Column("content", Json, nullable=False),
    moment("created_at"),
    Index("ix_alert_update_workspace_created_at", "workspace", "created_at"),
)

alert_item = Table(
    "alert_item",
    metadata,
    ref("workspace"),
    ref("alert", key=True),
    ref("match", key=True),
    moment("added_at"),
    Column("headline", Text),  # as it was told; NULL: it was not
)

# Alerts and updates that are told together: by `scope`, a rule or what a workspace tells to the same channels.
# `round` counts those of one kind and time: nothing is added to one that was released.
digest = Table(
    "digest",
    metadata,
    own_id(),
    ref("workspace"),
    ref("rule", nullable=True, index=True),
    Column("scope", Text, nullable=False),
    Column("kind", Text, nullable=False),
    moment("send_at"),
    Column("round", Integer, nullable=False),
    Column("channels", Json),  # of several rules; NULL: all, or the rule's
    moment("created_at"),
    moment("released_at", nullable=True),
    Column("content", Json),  # what its message says, from its release on; NULL: none was needed
    *queue(),
    due_index("digest"),
    poison_index("digest"),
    UniqueConstraint("scope", "kind", "send_at", "round"),
    Index("ix_digest_workspace_created_at", "workspace", "created_at", "id"),
)

# The messages that wait or waited in a digest: an alert (0) or one of its updates, each in one digest only.
digest_item = Table(
    "digest_item",
    metadata,
    ref("workspace"),
    ref("alert", key=True),
    Column("number", Integer, primary_key=True),
    ref("digest", index=True),
    moment("added_at"),
)

silence = Table(
    "silence",
    metadata,
    own_id(),
    ref("workspace"),
    Column("comment", Text, nullable=False),
    Column("actors", Json, nullable=False),
    Column("sources", Json, nullable=False),
    Column("rules", Json, nullable=False),
    moment("starts_at"),
    moment("ends_at"),
    moment("created_at"),
    Column("created_by", Text, nullable=False),
    Index("ix_silence_workspace_ends_at", "workspace", "ends_at"),
)

# The last word of each party on an alert.
feedback = Table(
    "feedback",
    metadata,
    own_id(),
    ref("workspace"),
    ref("rule", index=True),
    ref("alert"),
    Column("relevant", Boolean, nullable=False),
    Column("note", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("given_by", Text, nullable=False),  # a key's id, or a channel's
    moment("given_at"),
    UniqueConstraint("alert", "given_by"),
    Index("ix_feedback_workspace_given_at", "workspace", "given_at", "id"),
)

# What the reader of one channel wants to hear nothing of: a rule, or the story of an alert.
mute = Table(
    "mute",
    metadata,
    own_id(),
    ref("workspace"),
    ref("channel"),
    Column("rule", Text),
    Column("story", Text),
    Column("alert", Text, nullable=False),  # by whose message it was muted
    moment("since"),
    moment("ends_at"),
    Index("ix_mute_workspace_ends_at", "workspace", "ends_at"),
)

channel = Table(
    "channel",
    metadata,
    own_id(),
    ref("workspace", index=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", Json, nullable=False),  # both empty where they are sealed
    Column("secrets", Json, nullable=False),
    Column("sealed", Text),
    moment("created_at"),
    moment("disabled_at", nullable=True),
    Column("disabled_reason", Text),
    moment("deleted_at", nullable=True),
    Column("ordered", Boolean, nullable=False, server_default=false()),  # one delivery after the other
    Column("unconfirmed", Boolean, nullable=False, server_default=false()),  # its owner has not said yet that messages are welcome
)

traffic = Table(  # how sending goes, to a channel or to an endpoint that channels share; no row: nothing was tried, or all is well
    "traffic",
    metadata,
    Column("place", Text, primary_key=True),  # a channel's id, or an endpoint
    Column("endpoint", Text),  # where a channel's last attempt went
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    moment("failing_since", nullable=True),
    moment("rest_until", nullable=True),
    moment("served_at", nullable=True),
)

channel_notice = Table(
    "channel_notice",
    metadata,
    own_id(),
    ref("workspace", index=True),
    ref("channel", index=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    moment("created_at"),
)

# What a workspace is told of a feed's health. Its deliveries stand beside those of alerts.
feed_notice = Table(
    "feed_notice",
    metadata,
    own_id(),
    ref("workspace"),
    ref("feed", index=True),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text),
    moment("created_at"),
    Column("told_in", Text),  # the notice whose message tells of it, perhaps itself; null: it waits for others of its kind
    Index("ix_feed_notice_workspace_created_at", "workspace", "created_at", "id"),
    Index("ix_feed_notice_told_in", "told_in"),
    partial_index("ix_feed_notice_held", "created_at", where="told_in IS NULL"),
)

# A link under which alerts can be read as a feed; only a hash of its token is stored.
out_feed = Table(
    "out_feed",
    metadata,
    own_id(),
    ref("workspace", index=True),
    ref("rule", nullable=True),  # NULL: the alerts of every rule
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    moment("created_at"),
    moment("renewed_at", nullable=True),
)

delivery = Table(
    "delivery",
    metadata,
    own_id(),
    ref("workspace"),
    ref("alert", nullable=True),
    ref("channel"),
    Column("state", Text, nullable=False),
    Column("detail", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    moment("created_at"),
    moment("finished_at", nullable=True),
    Column("notice", Text),
    *queue(),
    due_index("delivery"),
    poison_index("delivery"),
    partial_index("ix_delivery_waiting", "channel", "next_at", "created_at", where="next_at IS NOT NULL"),
    partial_index("ix_delivery_lease", "lease_until", where="lease_until IS NOT NULL"),
    Index("uq_delivery_notice_channel", "notice", "channel", unique=True),
    Column("digest", Text),
    Column("left_out", Json),  # of the alerts in the digest those that its reader has muted; null: none
    Index("uq_delivery_digest_channel", "digest", "channel", unique=True),
    Column("channel_notice", Text),
    Index("uq_delivery_channel_notice_channel", "channel_notice", "channel", unique=True),
    Column("update_number", Integer, nullable=False, server_default="0"),  # of the alert's updates; 0: the alert itself
    UniqueConstraint("alert", "channel", "update_number"),
    partial_index("ix_delivery_in_order", "channel", "created_at", "update_number", "id", where="next_at IS NOT NULL"),
    Index("ix_delivery_workspace_created_at", "workspace", "created_at", "id"),
    Index("ix_delivery_workspace_state", "workspace", "state", "created_at", "id"),  # few of very many are dead, or wait
    Index("ix_delivery_channel_created_at", "channel", "created_at", "id"),
)

attempt = Table(
    "attempt",
    metadata,
    ref("workspace"),
    ref("delivery", key=True),
    Column("number", Integer, primary_key=True),
    Column("delivered", Boolean, nullable=False),
    Column("status", Integer),
    Column("detail", Text, nullable=False),
    moment("started_at"),
    moment("finished_at"),
)

audit = Table(
    "audit",
    metadata,
    own_id(),
    ref("workspace"),
    Column("caller", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("object", Text, nullable=False),
    moment("at"),
    Index("ix_audit_workspace_at", "workspace", "at"),
)

# What texts mean, as vectors of 16-bit floats. Vectors of different models never meet.
article_vector = Table(
    "article_vector",
    metadata,
    ref("article", key=True),
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
    moment("updated_at"),
)

# What a workspace says an actor goes by, and what does not mean it.
actor_change = Table(
    "actor_change",
    metadata,
    ref("workspace", key=True),
    Column("actor", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("strikes", Json, nullable=False),
    moment("updated_at"),
)

# Stories. Those without a workspace were found by the service and are the same for all, as articles are.
story = Table(
    "story",
    metadata,
    own_id(),
    ref("workspace", nullable=True, index=True),
    moment("opened_at"),
    Column("merged_into", Text),  # no foreign key: the other may have been forgotten
    Column("merged_seq", Integer, index=True),
)

# What is remembered of recent articles to place the next ones; `seq` counts up with every article placed and every merger.
story_print = Table(
    "story_print",
    metadata,
    ref("article", key=True),
    Column("seq", Integer, nullable=False, index=True),
    Column("print", LargeBinary, nullable=False),
    moment("placed_at"),
)

# What a workspace did by hand: articles that are in another story there, and stories whose articles are all in another one.
story_move = Table(
    "story_move",
    metadata,
    ref("workspace", key=True),
    ref("article", key=True, index=True),
    Column("story", Text, nullable=False),
)

story_join = Table(
    "story_join",
    metadata,
    ref("workspace", key=True),
    Column("story", Text, primary_key=True),
    Column("into", Text, nullable=False),
)

# The matches of rules that alert on volume, with what tells independent outlets apart.
sighting = Table(
    "sighting",
    metadata,
    ref("workspace"),
    ref("rule"),
    ref("match", key=True),
    moment("at"),  # when the article came, or came to read as it does
    Column("lag", Integer, nullable=False),  # seconds from its publication to when it came
    Column("outlet", Text, nullable=False),
    Column("voice", Text, nullable=False),  # the agency whose text it is, else the outlet
    Column("headline", Text, nullable=False),  # its hash
    Index("ix_sighting_rule_at", "rule", "at"),
    Index("ix_sighting_at", "at"),
)

# How such rules stand. `revision` is the rule's at which its earlier matches were counted; 0: they are not, or it told of articles since.
volume = Table(
    "volume",
    metadata,
    ref("workspace"),
    ref("rule", key=True),
    Column("revision", Integer, nullable=False),
    Column("usual", Json),  # as domain.spikes.KnownUsual; NULL: not counted yet
    Column("spike", Json),  # the one that goes on, as domain.spikes.OpenSpike; NULL: none
)
