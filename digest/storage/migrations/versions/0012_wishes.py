"""wishes: an index finds readers of another language, and those who chose themes or tracking"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_WISHES = sa.text("(CAST(themes AS TEXT) <> '[]' OR tracking)")


def upgrade() -> None:
    op.create_index("ix_subscribers_language", "subscribers", ["language", "id"])
    op.create_index(
        "ix_subscribers_wishes",
        "subscribers",
        ["id"],
        sqlite_where=_WISHES,
        postgresql_where=_WISHES,
    )
