"""Indexes by which what is old is found, and what still leads to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sighting_at", "sighting", ["at"])
    held = sa.text("silence IS NOT NULL")
    op.create_index("ix_match_silence", "match", ["silence"], postgresql_where=held, sqlite_where=held)
