"""readers: their choices, segments, mails to one reader, quotas of the public forms"""

import sqlalchemy as sa
from alembic import op

from subscribers.database import UtcDateTime

revision = "0003"
down_revision = "0002"
_CAUSES = {
    "bounced": "hard",
    "blocked": "soft",
    "complained": "complaint",
    "unsubscribed": "left",
}


def upgrade() -> None:
    _readership()
    _issues()
    _notices()
    op.create_table(
        "quotas",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("free_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_quotas")),
    )
    with op.batch_alter_table("quotas") as quotas:
        quotas.create_index(op.f("ix_quotas_free_at"), ["free_at"])


def _readership() -> None:
    with op.batch_alter_table("lists") as lists:
        lists.add_column(sa.Column("archived_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("subscriptions") as subscriptions:
        cadence = sa.Column("cadence", sa.String(length=16), nullable=False, server_default="every")
        subscriptions.add_column(cadence)
        subscriptions.add_column(sa.Column("paused_until", UtcDateTime(), nullable=True))
    op.create_table(
        "segments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("name", name=op.f("uq_segments_name")),
    )

    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    with op.batch_alter_table("imports") as imports:
        imports.create_index(op.f("ix_imports_fingerprint"), ["fingerprint"])


def _issues() -> None:
    with op.batch_alter_table("issues") as issues:
        segment = sa.Column("segment", sa.String(length=64), nullable=False, server_default="")
        issues.add_column(segment)
    with op.batch_alter_table("editions") as editions:
        editions.add_column(_no("tracked"))
        editions.alter_column(
            "key", existing_type=sa.String(length=64), type_=sa.String(length=256)
        )
    _events()


def _events() -> None:
    with op.batch_alter_table("events") as events:
        cause = sa.Column("cause", sa.String(length=16), nullable=False, server_default="")
        events.add_column(cause)
        events.alter_column("raw", existing_type=sa.JSON(), nullable=True)
        events.create_index(op.f("ix_events_subscriber_id_at"), ["subscriber_id", "at"])
    whole = sa.text("raw IS NOT NULL")
    op.create_index(
        "ix_events_raw",
        "events",
        ["received_at"],
        sqlite_where=whole,
        postgresql_where=whole,
    )
    for kind, cause_ in _CAUSES.items():
        op.execute(f"UPDATE events SET cause = '{cause_}' WHERE kind = '{kind}'")  # noqa: S608


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("list_name", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("not_before", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(length=32), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("notices") as notices:
        notices.create_index(op.f("ix_notices_attempt_id"), ["attempt_id"])
        notices.create_index(op.f("ix_notices_state"), ["state", "not_before", "id"])
