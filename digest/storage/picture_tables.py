"""Which rows keep issues' pictures? They stand in the same MetaData as the other tables."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from digest.storage.tables import metadata

pictures = Table(
    "pictures",  # our own small copies, each once however many issues show it
    metadata,
    Column("name", String(40), primary_key=True),  # a hash of its bytes: it never changes
    Column("kind", String(16), nullable=False),
    Column("width", Integer, nullable=False),  # pixels, as the height
    Column("height", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

issue_pictures = Table(
    "issue_pictures",  # what became of each picture of an issue, in each size that it is shown in
    metadata,
    Column("issue_id", ForeignKey("issues.id", ondelete="CASCADE"), primary_key=True),
    Column("source", String(32), primary_key=True),  # the name of its publisher's address
    Column("size", String(8), primary_key=True),  # lead or card
    Column("picture", ForeignKey("pictures.name"), index=True),  # none: it could not be had
    Column("why", Text, nullable=False, default=""),
)
