"""twins: articles known by several names, one of which speaks"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "twins",
        sa.Column("key", sa.String(length=512), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], name=op.f("fk_twins_article_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_twins")),
    )
    op.create_index(op.f("ix_twins_article_id"), "twins", ["article_id"])
    with op.batch_alter_table("entries") as entries:
        entries.add_column(sa.Column("speaks", sa.Boolean(), nullable=True))
    # Until now an article's text was that of the source which gave it first.
    op.execute(
        "UPDATE entries SET speaks ="
        " (source = (SELECT source FROM articles WHERE articles.id = entries.article_id))"
    )
    with op.batch_alter_table("entries") as entries:
        entries.alter_column("speaks", existing_type=sa.Boolean(), nullable=False)
