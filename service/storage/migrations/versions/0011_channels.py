"""Channels sealed, the links of outgoing feeds, and updates in order of time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel", sa.Column("sealed", sa.Text(), nullable=True))
    op.create_table(
        "out_feed",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("renewed_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["rule"], ["rule.id"], name=op.f("fk_out_feed_rule"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_out_feed_workspace"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_out_feed")),
        sa.UniqueConstraint("hash", name=op.f("uq_out_feed_hash")),
    )
    op.create_index("ix_out_feed_workspace", "out_feed", ["workspace"])
    op.create_index("ix_alert_update_workspace_created_at", "alert_update", ["workspace", "created_at"])
