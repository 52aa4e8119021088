"""editors: what they ruled about stories, and what they showed of themes"""

import sqlalchemy as sa
from alembic import op

from subscribers.database import UtcDateTime

revision = "0004"
down_revision = "0003"
_OF_A_PAIR = sa.text("kind IN ('apart', 'together')")


def upgrade() -> None:
    _rulings()
    _corrections()


def _rulings() -> None:
    op.create_table(
        "rulings",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("ruled_by", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_rulings_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["articles.id"], name=op.f("fk_rulings_other_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "article_id", "other_id", name=op.f("pk_rulings")),
    )
    with op.batch_alter_table("rulings") as rulings:
        rulings.create_index(op.f("ix_rulings_article_id"), ["article_id"])
        rulings.create_index(op.f("ix_rulings_other_id"), ["other_id"])
    op.create_index(
        "uq_rulings_pair",
        "rulings",
        ["article_id", "other_id"],
        unique=True,
        sqlite_where=_OF_A_PAIR,
        postgresql_where=_OF_A_PAIR,
    )


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=128), nullable=False),
        sa.Column("belongs", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_corrections_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("fk_corrections_issue_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sa.UniqueConstraint(
            "article_id", "theme", "issue_id", name=op.f("uq_corrections_article_id_theme_issue_id")
        ),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("corrections") as corrections:
        corrections.create_index(op.f("ix_corrections_article_id"), ["article_id"])
        corrections.create_index(op.f("ix_corrections_issue_id"), ["issue_id"])
