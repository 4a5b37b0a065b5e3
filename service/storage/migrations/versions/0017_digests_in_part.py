"""What a digest goes without to a channel whose reader has muted it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("left_out", Json))
