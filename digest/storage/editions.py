"""What exactly does each reader of an issue get? Frozen once: a resumed sending repeats it."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from digest.model.issue import Edition, RenderedEdition
from digest.storage.tables import editions as table


def freeze(
    connection: Connection, issue_id: int, rendered: Sequence[RenderedEdition]
) -> list[Edition]:
    """Keep an issue's editions; once any is kept, give those and change nothing."""
    kept = of_issue(connection, issue_id)
    if kept or not rendered:
        return kept
    connection.execute(insert(table), [_values(issue_id, edition) for edition in rendered])
    return of_issue(connection, issue_id)


def of_issue(connection: Connection, issue_id: int) -> list[Edition]:
    """Give an issue's frozen editions by key; empty before its sending started."""
    question = select(table).where(table.c.issue_id == issue_id).order_by(table.c.key)
    return [Edition(**row) for row in connection.execute(question).mappings()]


def _values(issue_id: int, edition: RenderedEdition) -> dict[str, object]:
    return {
        "issue_id": issue_id,
        "key": edition.key,
        "language": edition.language,
        "tracked": edition.tracked,
        "subject": edition.subject,
        "html": edition.html,
        "text": edition.text,
    }
