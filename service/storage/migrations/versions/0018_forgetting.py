"""What tells old from new: indexes for what is forgotten, and since when a rule matches as it does.

What rules that alert on volume have matched is counted once more.
"""

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
    # Nobody wrote down which of a rule's changes changed what it matches: from here on it is counted anew.
    op.add_column("rule", sa.Column("matching_revision", sa.Integer()))
    op.execute("UPDATE rule SET matching_revision = revision")
    # An edited rule used to be counted anew, and is no more: those that told of articles in between are by this.
    op.execute("UPDATE volume SET revision = 0")
