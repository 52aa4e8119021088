"""Alembic's entry: runs migrations on the connection that digest.storage.migrating gives."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from digest.storage import tables
from subscribers.database import Ids, UtcDateTime
from subscribers.tables import metadata as readership


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Write our own column types into a new migration, with their import."""
    if kind == "type" and isinstance(item, (Ids, UtcDateTime)):
        name = type(item).__name__
        autogen.imports.add(f"from subscribers.database import {name}")
        return f"{name}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=[readership, tables.metadata],
    render_as_batch=True,
    render_item=_render,
)
context.run_migrations()
