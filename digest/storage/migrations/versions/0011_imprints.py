"""imprints: the entries of a source's feed that are stored as they were last read"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "imprints",
        sa.Column("source", sa.String(length=128), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_imprints")),
    )
