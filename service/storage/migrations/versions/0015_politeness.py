"""The robots.txt of sites whose pages are read, and when a hub last sent something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.tables import Moment

revision = "0015"
down_revision = "0012"
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
