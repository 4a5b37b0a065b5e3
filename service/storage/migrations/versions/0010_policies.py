"""Policies: digests, silences, what workspaces choose for all their rules, and what was sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", sa.Column("alerting", Json, nullable=True))
    op.add_column("workspace", sa.Column("sent", Json, nullable=True))
    op.add_column("rule", sa.Column("sent", Json, nullable=True))
    op.add_column("match", sa.Column("digest", sa.Text(), nullable=True))
    op.add_column("match", sa.Column("silence", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("digest", sa.Text(), nullable=True))
    op.create_index("uq_delivery_digest_channel", "delivery", ["digest", "channel"], unique=True)
    _make_digests()
    _make_silences()
    _leave_to_the_workspace()


def _make_digests() -> None:
    op.create_table(
        "digest",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("send_at", Moment(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("channels", Json, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("released_at", Moment(), nullable=True),
        sa.Column("content", Json, nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("claims", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_digest_workspace"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rule"], ["rule.id"], name=op.f("fk_digest_rule"), ondelete="CASCADE"),
        sa.UniqueConstraint("scope", "kind", "send_at", "round", name=op.f("uq_digest_scope_kind_send_at_round")),
    )
    op.create_index(op.f("ix_digest_rule"), "digest", ["rule"])
    op.create_index("ix_digest_workspace_created_at", "digest", ["workspace", "created_at", "id"])
    due = sa.text("next_at IS NOT NULL")
    op.create_index("ix_digest_due", "digest", ["next_at"], postgresql_where=due, sqlite_where=due)
    op.create_table(
        "digest_item",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "number", name=op.f("pk_digest_item")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_digest_item_workspace"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_digest_item_alert"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["digest"], ["digest.id"], name=op.f("fk_digest_item_digest"), ondelete="CASCADE"),
    )
    op.create_index(op.f("ix_digest_item_digest"), "digest_item", ["digest"])


def _make_silences() -> None:
    op.create_table(
        "silence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("actors", Json, nullable=False),
        sa.Column("sources", Json, nullable=False),
        sa.Column("rules", Json, nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_silence_workspace"), ondelete="CASCADE"),
    )
    op.create_index("ix_silence_workspace_ends_at", "silence", ["workspace", "ends_at"])


def _leave_to_the_workspace() -> None:
    """Rules that had no choice, or had left theirs at what was the default, take what their workspace says from now on."""
    rule = sa.table("rule", sa.column("id", sa.Text()), sa.column("definition", Json))
    connection = op.get_bind()
    for row in connection.execute(sa.select(rule.c.id, rule.c.definition)).all():
        definition = _without_choice(row.definition)
        if definition != row.definition:
            connection.execute(sa.update(rule).where(rule.c.id == row.id).values(definition=definition))


def _without_choice(definition: dict[str, Any]) -> dict[str, Any]:
    alerting = dict(definition.get("alerting") or {})
    if alerting.get("when") == "instant":
        alerting["when"] = None
    if alerting.get("cooldown") == "PT0S":
        alerting["cooldown"] = None
    return {**definition, "alerting": alerting}
