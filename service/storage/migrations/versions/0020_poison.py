"""Indexes by which what has ended every worker is found among very much that waits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    poison = sa.text("claims >= 5")
    for table in ("feed", "article", "websub", "page", "digest", "delivery"):
        op.create_index(f"ix_{table}_poison", table, ["next_at"], postgresql_where=poison, sqlite_where=poison)
