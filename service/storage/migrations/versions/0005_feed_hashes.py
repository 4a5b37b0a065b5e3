"""What each feed listed at its last poll, by hashes of its items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_listing",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_listing")),
        sa.ForeignKeyConstraint(["feed"], ["feed.id"], name=op.f("fk_feed_listing_feed"), ondelete="CASCADE"),
    )
