"""Which tables make a whole database, and which of their columns count on by themselves?"""

from sqlalchemy import Column, Table

from digest.storage.asking_tables import claims
from digest.storage.click_tables import clicks
from digest.storage.editor_tables import rulings
from digest.storage.page_tables import pages
from digest.storage.picture_tables import pictures
from digest.storage.reader_tables import notices
from subscribers.tables import metadata as readership

_NEWSROOMS = {
    *(claims.metadata, clicks.metadata, rulings.metadata),
    *(notices.metadata, pages.metadata, pictures.metadata),
}
"""One and the same, complete once these modules are read."""

TABLES: tuple[Table, ...] = (
    *readership.sorted_tables,
    *(table for metadata in _NEWSROOMS for table in metadata.sorted_tables),
)
"""In the order in which rows may be inserted: what refers comes after what it refers to."""


def counted(table: Table) -> Column[int] | None:
    """Give the column whose next value the database itself chooses, if the table has one."""
    return table.autoincrement_column
