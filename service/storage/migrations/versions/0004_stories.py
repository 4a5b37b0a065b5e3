"""Stories: what articles report one event, alerts that live with their story, and what workspaces merge and split by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_stories()
    op.add_column("match", sa.Column("reason", sa.Text(), nullable=True))
    op.add_column("alert", sa.Column("story", sa.Text(), nullable=True))
    op.add_column("alert", sa.Column("living", Json, nullable=True))
    op.add_column("alert", sa.Column("updated_at", Moment(), nullable=True))
    op.create_index(op.f("ix_alert_story"), "alert", ["story"])
    op.create_index("uq_alert_rule_story", "alert", ["rule", "story"], unique=True)
    op.add_column("alert_item", sa.Column("headline", sa.Text(), nullable=True))
    op.create_table(
        "alert_update",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("alert", "number", name=op.f("pk_alert_update")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_alert_update_workspace"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name=op.f("fk_alert_update_alert"), ondelete="CASCADE"),
    )
    _count_updates()


def _make_stories() -> None:
    op.add_column("article", sa.Column("story", sa.Text(), nullable=True))
    op.create_index(op.f("ix_article_story"), "article", ["story"])
    op.create_table(
        "story",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=True),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("merged_seq", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_story_workspace"), ondelete="CASCADE"),
    )
    op.create_index(op.f("ix_story_workspace"), "story", ["workspace"])
    op.create_index(op.f("ix_story_merged_seq"), "story", ["merged_seq"])
    op.create_table(
        "story_print",
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("print", sa.LargeBinary(), nullable=False),
        sa.Column("placed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("article", name=op.f("pk_story_print")),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_story_print_article"), ondelete="CASCADE"),
    )
    op.create_index(op.f("ix_story_print_seq"), "story_print", ["seq"])
    op.create_table(
        "story_move",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "article", name=op.f("pk_story_move")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_story_move_workspace"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["article"], ["article.id"], name=op.f("fk_story_move_article"), ondelete="CASCADE"),
    )
    op.create_index(op.f("ix_story_move_article"), "story_move", ["article"])
    op.create_table(
        "story_join",
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("into", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "story", name=op.f("pk_story_join")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_story_join_workspace"), ondelete="CASCADE"),
    )


def _count_updates() -> None:
    """An alert's updates are deliveries of their own."""
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("update_number", sa.Integer(), server_default="0", nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_delivery_alert_channel"), type_="unique")
        batch_op.create_unique_constraint(batch_op.f("uq_delivery_alert_channel_update_number"), ["alert", "channel", "update_number"])
