"""When feeds are polled, host by host, and what their owners are told of their health."""

from __future__ import annotations

from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

from service.storage.columns import Json, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspace", sa.Column("health_channel", sa.Text(), nullable=True))
    op.add_column("feed", sa.Column("host", sa.Text(), nullable=False, server_default=""))
    op.add_column("feed", sa.Column("watch", Json, nullable=True))
    op.create_index("ix_feed_host", "feed", ["host"])
    op.create_index("ix_feed_polled_at", "feed", ["polled_at"])
    under_way = sa.text("lease_token IS NOT NULL")
    op.create_index("ix_feed_under_way", "feed", ["host"], postgresql_where=under_way, sqlite_where=under_way)
    op.create_table(
        "feed_host",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("free_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_feed_host")),
    )
    op.create_table(
        "feed_notice",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_notice")),
        sa.ForeignKeyConstraint(["workspace"], ["workspace.id"], name=op.f("fk_feed_notice_workspace"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["feed"], ["feed.id"], name=op.f("fk_feed_notice_feed"), ondelete="CASCADE"),
    )
    op.create_index("ix_feed_notice_feed", "feed_notice", ["feed"])
    op.create_index("ix_feed_notice_workspace_created_at", "feed_notice", ["workspace", "created_at", "id"])
    op.add_column("delivery", sa.Column("notice", sa.Text(), nullable=True))
    op.create_index("uq_delivery_notice_channel", "delivery", ["notice", "channel"], unique=True)
    _name_hosts()


def _name_hosts() -> None:
    """Give the feeds that are there their hosts, all free since ever."""
    feed = sa.table("feed", sa.column("id", sa.Text()), sa.column("url", sa.Text()), sa.column("host", sa.Text()))
    host = sa.table("feed_host", sa.column("name", sa.Text()), sa.column("free_at", Moment()))
    connection = op.get_bind()
    names = {row.id: _host_of(row.url) for row in connection.execute(sa.select(feed.c.id, feed.c.url)).all()}
    for feed_id, name in names.items():
        connection.execute(feed.update().where(feed.c.id == feed_id).values(host=name))
    free = sa.func.now() if connection.dialect.name == "postgresql" else sa.text("'2000-01-01 00:00:00.000000'")
    for name in sorted({"", *names.values()}):
        connection.execute(host.insert().values(name=name, free_at=free))


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
