"""Spikes: what counts towards them, and how rules that alert on volume stand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sighting",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("lag", sa.Integer(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("voice", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("match", name="pk_sighting"),
        *(_belongs_to("sighting", each) for each in ("workspace", "rule", "match")),
    )
    op.create_index("ix_sighting_rule_at", "sighting", ["rule", "at"])
    op.create_table(
        "volume",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("usual", Json),
        sa.Column("spike", Json),
        sa.PrimaryKeyConstraint("rule", name="pk_volume"),
        *(_belongs_to("volume", each) for each in ("workspace", "rule")),
    )


def _belongs_to(table: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([other], [f"{other}.id"], name=f"fk_{table}_{other}", ondelete="CASCADE")
