"""Feedback on alerts, and what the readers of single channels have muted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        *_refer("feedback", "workspace", "rule", "alert"),
        sa.UniqueConstraint("alert", "given_by", name="uq_feedback_alert_given_by"),
    )
    op.create_index("ix_feedback_rule", "feedback", ["rule"])
    op.create_index("ix_feedback_workspace_given_at", "feedback", ["workspace", "given_at", "id"])
    op.create_table(
        "mute",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text()),
        sa.Column("story", sa.Text()),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_mute"),
        *_refer("mute", "workspace", "channel"),
    )
    op.create_index("ix_mute_workspace_ends_at", "mute", ["workspace", "ends_at"])


def _refer(table: str, *names: str) -> list[sa.ForeignKeyConstraint]:
    return [sa.ForeignKeyConstraint([name], [f"{name}.id"], name=f"fk_{table}_{name}", ondelete="CASCADE") for name in names]
