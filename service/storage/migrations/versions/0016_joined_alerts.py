"""Alerts that were joined into another one of their rule, which goes on with the story of both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("alert", sa.Column("joined_into", sa.Text()))
    op.create_index("ix_alert_joined_into", "alert", ["joined_into"])
    op.drop_index("uq_alert_rule_story", table_name="alert")
    goes_on = sa.text("joined_into IS NULL")
    op.create_index("uq_alert_rule_story", "alert", ["rule", "story"], unique=True, postgresql_where=goes_on, sqlite_where=goes_on)
