"""The nearest earlier articles of each article."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article_vector", sa.Column("neighbours", Json, nullable=True))
