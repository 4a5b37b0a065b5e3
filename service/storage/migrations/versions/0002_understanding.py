"""Scores of matches, rules that use others, vectors of what articles and rules mean, and what workspaces say of actors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("match", sa.Column("scores", Json, nullable=True))
    op.add_column("rule", sa.Column("uses_rules", sa.Boolean(), nullable=False, server_default=sa.false()))
    postgresql, sqlite = sa.text("uses_rules"), sa.text("uses_rules = 1")
    op.create_index("ix_rule_uses_rules", "rule", ["workspace"], postgresql_where=postgresql, sqlite_where=sqlite)
    op.create_table(
        "article_vector",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_article_vector")),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_article_vector_article"), ondelete="CASCADE"),
    )
    op.create_table(
        "query_vector",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("model", "text", name=op.f("pk_query_vector")),
    )
    op.create_table(
        "background",
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("statistics", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("model", name=op.f("pk_background")),
    )
    op.create_table(
        "actor_change",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("strikes", Json, nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "actor", name=op.f("pk_actor_change")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_actor_change_workspace"), ondelete="CASCADE"),
    )
