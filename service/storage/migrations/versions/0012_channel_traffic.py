"""Channels in order, their health and what is told of them, and indexes by which the outbox is claimed channel by channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("ordered", "unconfirmed"):
        op.add_column("channel", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "traffic",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text()),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failing_since", Moment()),
        sa.Column("rest_until", Moment()),
        sa.Column("served_at", Moment()),
        sa.PrimaryKeyConstraint("place", name="pk_traffic"),
    )
    op.create_table(
        "channel_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_channel_notice"),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name="fk_channel_notice_workspace", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["channel"], ["channel.id"], name="fk_channel_notice_channel", ondelete="CASCADE"),
    )
    for name in ("workspace", "channel"):
        op.create_index(f"ix_channel_notice_{name}", "channel_notice", [name])
    op.add_column("delivery", sa.Column("channel_notice", sa.Text()))
    op.create_index("uq_delivery_channel_notice_channel", "delivery", ["channel_notice", "channel"], unique=True)
    _create_partial("ix_delivery_waiting", ["channel", "next_at", "created_at"], "next_at IS NOT NULL")
    _create_partial("ix_delivery_in_order", ["channel", "created_at", "update_number", "id"], "next_at IS NOT NULL")
    _create_partial("ix_delivery_lease", ["lease_until"], "lease_until IS NOT NULL")


def _create_partial(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "delivery", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
