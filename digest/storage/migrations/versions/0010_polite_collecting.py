"""sources: their rhythm and the last body; robots; claims: who is asking a host"""

import sqlalchemy as sa
from alembic import op

from subscribers.database import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "sources", sa.Column("body_hash", sa.String(length=64), nullable=False, server_default="")
    )
    op.add_column("sources", sa.Column("rhythm", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("sources", sa.Column("changed_at", UtcDateTime(), nullable=True))
    op.add_column("sources", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.create_table(
        "robots",
        sa.Column("origin", sa.String(length=512), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.Column("good_until", UtcDateTime(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_robots")),
    )
    op.create_table(
        "claims",
        sa.Column("name", sa.String(length=512), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claims")),
    )
