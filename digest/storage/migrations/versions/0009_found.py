"""sources.found: what stands behind the address of a source, a page's feed"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    with op.batch_alter_table("sources") as batch:
        batch.add_column(sa.Column("found", sa.Text(), nullable=False, server_default=""))
