"""The robots.txt of sites whose pages are read, when a hub last sent something, and notices of feeds that are told together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "robots",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("rules", sa.LargeBinary()),
        sa.Column("read_at", Moment()),
        sa.Column("ask_again_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name="pk_robots"),
    )
    op.add_column("websub", sa.Column("pushed_at", Moment()))
    op.add_column("feed_notice", sa.Column("told_in", sa.Text()))
    op.execute("UPDATE feed_notice SET told_in = id")
    op.create_index("ix_feed_notice_told_in", "feed_notice", ["told_in"])
    held = sa.text("told_in IS NULL")
    op.create_index("ix_feed_notice_held", "feed_notice", ["created_at"], postgresql_where=held, sqlite_where=held)
