"""sending at scale: wishes and pace of a sending, events of providers"""

import sqlalchemy as sa
from alembic import op

from subscribers.database import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "sendings",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("spread_until", UtcDateTime(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_sendings_issue_id")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_sendings")),
    )
    op.create_table(
        "paces",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_paces")),
    )
    op.create_table(
        "events",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("raw", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "key", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events") as events:
        events.create_index(op.f("ix_events_attempt_id"), ["attempt_id"])
        events.create_index(op.f("ix_events_received_at"), ["received_at"])
    with op.batch_alter_table("attempts") as attempts:
        attempts.create_index(op.f("ix_attempts_intent_at"), ["intent_at"])
        origin = sa.Column("origin_id", sa.String(length=32), nullable=False, server_default="")
        attempts.add_column(origin)
    with op.batch_alter_table("entries") as entries:
        entries.alter_column(
            "fingerprint", existing_type=sa.String(length=64), type_=sa.String(length=128)
        )
