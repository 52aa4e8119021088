"""pictures: small copies, kept with the issues that show them"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pictures")),
    )
    op.create_table(
        "issue_pictures",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("size", sa.String(length=8), nullable=False),
        sa.Column("picture", sa.String(length=40), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issues.id"], name=op.f("fk_issue_pictures_issue_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["picture"], ["pictures.name"], name=op.f("fk_issue_pictures_picture")
        ),
        sa.PrimaryKeyConstraint("issue_id", "source", "size", name=op.f("pk_issue_pictures")),
    )
    op.create_index(op.f("ix_issue_pictures_picture"), "issue_pictures", ["picture"])
