"""pages: how often an article's own page was asked for its text; the size of its picture"""

import sqlalchemy as sa
from alembic import op

from subscribers.database import UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "pages",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("entry", sa.String(length=64), nullable=False),
        sa.Column("filled_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_pages_article_id")),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_pages")),
    )
    for side in ("image_width", "image_height"):
        op.add_column("articles", sa.Column(side, sa.Integer(), nullable=False, server_default="0"))
