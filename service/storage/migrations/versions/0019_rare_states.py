"""Indexes by which the few deliveries in a rare state, and those of one channel, are found among very many, in the order of their pages."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_workspace_state", "delivery", ["workspace", "state", "created_at", "id"])
    op.create_index("ix_delivery_channel_created_at", "delivery", ["channel", "created_at", "id"])
    op.drop_index("ix_delivery_channel", "delivery")
