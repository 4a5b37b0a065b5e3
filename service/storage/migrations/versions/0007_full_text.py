"""Pages of articles that are read for their full text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscription", sa.Column("full_text", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "page",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("next_at", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("lease_token", sa.Text(), nullable=True),
        sa.Column("claims", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["article.id"], name=op.f("fk_page_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
    )
    due = sa.text("next_at IS NOT NULL")
    op.create_index("ix_page_due", "page", ["next_at"], postgresql_where=due, sqlite_where=due)
    op.create_index("ix_page_host", "page", ["host"], postgresql_where=due, sqlite_where=due)
