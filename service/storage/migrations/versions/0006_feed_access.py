"""Feeds that a workspace reads with access of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed", sa.Column("owner", sa.Text(), nullable=False, server_default=""))
    op.add_column("feed", sa.Column("access", sa.Text(), nullable=True))
    with op.batch_alter_table("feed") as feed:
        feed.drop_constraint("uq_feed_url", type_="unique")
        feed.create_unique_constraint("uq_feed_url_owner", ["url", "owner"])
