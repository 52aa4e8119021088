"""Which pictures are kept, for which issues, and what became of the others?

Who adds and who removes do so one at a time (`alone`): a copy that an issue is about to show is
never taken for one that nobody shows.
"""

from collections.abc import Collection

from sqlalchemy import Connection, RowMapping, delete, exists, select

from digest.model.picture import Copy, Picture, Size
from digest.storage.picture_tables import issue_pictures, pictures
from subscribers.database import alone
from subscribers.upserts import inserting

_CHANGING = "change which pictures are kept"
_row = issue_pictures.c
_OF_A_PICTURE = [pictures.c[name] for name in Picture.__dataclass_fields__]


def of_issues(connection: Connection, issue_ids: Collection[int]) -> list[Copy]:
    """Give what became of these issues' pictures, by issue."""
    question = select(_row.issue_id, _row.source, _row.size, _row.why, *_OF_A_PICTURE)
    mine = _row.issue_id.in_(issue_ids)
    found = connection.execute(
        question.select_from(issue_pictures.outerjoin(pictures))
        .where(mine)
        .order_by(_row.issue_id, _row.source, _row.size)
    )
    return [_copy(row) for row in found.mappings()]


def read(connection: Connection, name: str) -> tuple[str, bytes] | None:
    """Give what a picture is, `image/jpeg`, and its bytes; nothing where there is none."""
    question = select(pictures.c.kind, pictures.c.data).where(pictures.c.name == name)
    row = connection.execute(question).one_or_none()
    return None if row is None else (row.kind, bytes(row.data))


def keep(connection: Connection, copy: Copy, data: bytes = b"") -> None:
    """Write down what became of a picture, with its bytes where it was had.

    A try that failed never takes the place of a copy that another one had.
    """
    alone(connection, _CHANGING)
    picture = copy.picture
    if picture is not None:
        adding = inserting(connection, pictures).on_conflict_do_nothing()
        values = {name: getattr(picture, name) for name in Picture.__dataclass_fields__}
        connection.execute(adding, values | {"data": data})
    noting = inserting(connection, issue_pictures)
    latest = {"picture": noting.excluded.picture, "why": noting.excluded.why}
    noting = noting.on_conflict_do_update(
        index_elements=list(issue_pictures.primary_key),
        set_=latest,
        where=_row.picture.is_(None) if picture is None else None,
    )
    values = {"issue_id": copy.issue_id, "source": copy.source, "size": copy.size.value}
    name = None if picture is None else picture.name
    connection.execute(noting, values | {"picture": name, "why": copy.why})


def forget(connection: Connection, copies: Collection[Copy]) -> None:
    """Let issues need some of their pictures no more."""
    alone(connection, _CHANGING)
    for one in copies:
        mine = (_row.issue_id == one.issue_id, _row.source == one.source, _row.size == one.size)
        connection.execute(delete(issue_pictures).where(*mine))


def forget_unshown(connection: Connection) -> int:
    """Delete the pictures that no issue needs; give how many that was."""
    alone(connection, _CHANGING)
    shown = exists().where(_row.picture == pictures.c.name)
    return connection.execute(delete(pictures).where(~shown)).rowcount


def _copy(row: RowMapping) -> Copy:
    picture = None
    if row["name"] is not None:
        picture = Picture(**{name: row[name] for name in Picture.__dataclass_fields__})
    return Copy(
        issue_id=row["issue_id"],
        source=row["source"],
        size=Size(row["size"]),
        picture=picture,
        why=row["why"],
    )
