"""Which lists are there, and who is to be mailed on one?"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, or_, select, update

from subscribers import tables
from subscribers.database import KINDS, among, as_ids, columns_of, gathered
from subscribers.errors import ClosedList, ListError, UnknownList
from subscribers.model import (
    Absent,
    Addressees,
    ListSize,
    MailingList,
    Recipient,
    SubscriptionState,
)
from subscribers.texts import one_line
from subscribers.upserts import insert_if_absent

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)

_person, _place, _ban = tables.subscribers.c, tables.subscriptions.c, tables.suppressions.c

# The suppressed are few and found through the index on their hashes; asking each of a million
# readers for theirs would read a million rows instead of one index.
_BANNED = select(_person.id).join(tables.suppressions, _person.address_hash == _ban.address_hash)
MAILED = (_place.state == SubscriptionState.CONFIRMED) & _place.subscriber_id.not_in(_BANNED)
"""Of a row of subscriptions: its reader is mailed, as long as its list is in use."""
_ACTIVE = (
    select(_place.subscriber_id)
    .join(tables.lists, _place.list_id == tables.lists.c.id)
    .where(tables.lists.c.name == bindparam("list"), tables.lists.c.archived_at.is_(None), MAILED)
)

_SNAPSHOT = [_person[name] for name in Recipient.__dataclass_fields__]
_NAMED = select(tables.lists.c.id).where(
    tables.lists.c.name == bindparam("list"), tables.lists.c.archived_at.is_(None)
)
_PEOPLE = (
    select(_person.id, _person.address, _person.name)
    .select_from(tables.subscribers)
    .outerjoin(
        tables.subscriptions,
        (_place.subscriber_id == _person.id) & (_place.list_id == _NAMED.scalar_subquery()),
    )
    .outerjoin(tables.suppressions, _ban.address_hash == _person.address_hash)
)
_HERE = (
    (_place.state == SubscriptionState.CONFIRMED)
    & _ban.address_hash.is_(None)
    & or_(_place.paused_until.is_(None), _place.paused_until <= bindparam("now"))
)
_PRESENT = {kind: gathered(kind, _PEOPLE.where(among(kind, _person.id), _HERE)) for kind in KINDS}
_WITHIN = _PEOPLE.where(
    _HERE,
    *(
        id_.between(bindparam("first"), bindparam("last"))
        for id_ in (_person.id, _place.subscriber_id)
    ),
)
_PRESENT_WITHIN = {kind: gathered(kind, _WITHIN) for kind in KINDS}
"""Two walks side by side, in place of two look-ups a reader: half of the server's time."""
_DENSE = 2
"""Up to so many ids a planned recipient, all readers between first and last are looked at."""
_REASON = case(
    (_ban.reason.is_not(None), "suppressed"),
    (_place.state == SubscriptionState.CONFIRMED, "paused"),  # what else keeps them away
)
_ABSENT = {
    kind: _PEOPLE.where(among(kind, _person.id)).with_only_columns(
        _person.id, _REASON.label("reason")
    )
    for kind in KINDS
}


def create(connection: Connection, name: str, title: str, now: datetime) -> MailingList:
    """Make a list.

    Raises:
        ListError: the name is taken, or is no name.
    """
    if not _make(connection, name, title, now):
        raise ListError(f"there is a list '{name}' already")
    return find(connection, name)


def ensure(connection: Connection, name: str, title: str, now: datetime) -> MailingList:
    """Give the list of that name; make it when there is none."""
    known = {known.name: known for known in lists(connection)}
    if name not in known:
        _make(connection, name, title, now)  # unless another just did
    return known.get(name) or find(connection, name)


def find_open(connection: Connection, name: str) -> MailingList:
    """Give the list of that name, which people may join.

    Raises:
        ClosedList: it was archived.
        UnknownList: there is none; names the nearest.
    """
    known = find(connection, name)
    if known.archived_at is not None:
        raise ClosedList(
            f"list '{name}' was archived on {known.archived_at:%Y-%m-%d}: nobody joins it or is"
            f" mailed; `digest lists archive {name} --undo` opens it again"
        )
    return known


def archive(connection: Connection, name: str, now: datetime, *, undo: bool = False) -> bool:
    """Let nobody join a list or be mailed on it any more, or open it again; False: it was so.

    Raises:
        UnknownList: there is none; names the nearest.
    """
    known = find(connection, name)
    if (known.archived_at is None) is undo:
        return False
    changed = update(tables.lists).where(tables.lists.c.id == known.id)
    connection.execute(changed.values(archived_at=None if undo else now))
    return True


def find(connection: Connection, name: str) -> MailingList:
    """Give the list of that name.

    Raises:
        UnknownList: there is none; names the nearest.
    """
    known = {known.name: known for known in lists(connection)}
    if name not in known:
        raise UnknownList(f"no list is called {name!r}{_proposal(name, list(known))}")
    return known[name]


def named_or_only(connection: Connection, name: str) -> MailingList:
    """Give the list of that name; without a name the only list there is, or is in use.

    Raises:
        UnknownList: there is none of that name, or no telling which one is meant.
    """
    known = lists(connection)
    if name or not known:
        return find(connection, name or "hebdo")
    in_use = [one for one in known if one.archived_at is None] or known
    if len(in_use) > 1:
        raise UnknownList(f"say which list: {', '.join(one.name for one in in_use)}")
    return in_use[0]


def lists(connection: Connection) -> list[MailingList]:
    """Give all lists, by name."""
    columns = tables.lists.c
    rows = connection.execute(
        select(columns.id, columns.name, columns.title, columns.archived_at).order_by(columns.name)
    )
    return [MailingList(**row) for row in rows.mappings()]


def sizes(connection: Connection) -> list[ListSize]:
    """Count the readers of each list by state."""
    rows = connection.execute(
        select(_place.list_id, _place.state, func.count().label("readers")).group_by(
            _place.list_id, _place.state
        )
    )
    counts: dict[int, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(row.list_id, {})[row.state] = row.readers
    return [
        ListSize(
            name=known.name,
            title=known.title,
            archived_at=known.archived_at,
            **counts.get(known.id, {}),
        )
        for known in lists(connection)
    ]


def mailed(connection: Connection, list_name: str) -> int:
    """Count the readers of a list who are to be mailed: none of an archived one's."""
    counted = _ACTIVE.with_only_columns(func.count())
    return connection.scalar(counted, {"list": list_name}) or 0


def readers(connection: Connection, list_name: str) -> Iterator[Recipient]:
    """Give all who are to be mailed, the longest known first, a thousand in memory at a time.

    Raises:
        UnknownList: no list has that name.
    """
    find(connection, list_name)
    active = _ACTIVE.with_only_columns(*_SNAPSHOT).join(
        tables.subscribers, _person.id == _place.subscriber_id
    )
    statement = active.order_by(_place.subscriber_id).execution_options(yield_per=1_000)
    for row in connection.execute(statement, {"list": list_name}):
        yield _recipient(row)


def recipients(
    connection: Connection, list_name: str, ids: Sequence[int], now: datetime = _NEVER
) -> tuple[Addressees, list[Absent]]:
    """Look planned recipients up just before they are mailed; both answers keep the order of `ids`.

    Who is paused beyond `now` is absent; without it nobody is.

    Raises:
        UnknownList: no list has that name.
    """
    planned = list(dict.fromkeys(ids))
    found = _present(connection, list_name, planned, now)
    if found.ids == planned:
        return found, []  # as nearly always
    here = {one.id: one for one in found}
    gone = [id_ for id_ in planned if id_ not in here]
    absent = _absent(connection, list_name, gone) if gone else []
    return Addressees.of(here[id_] for id_ in planned if id_ in here), absent


def _present(
    connection: Connection, list_name: str, ids: Sequence[int], now: datetime
) -> Addressees:
    """Give those of `ids` who are to be mailed, perhaps with others, in any order."""
    first, last = min(ids, default=1), max(ids, default=0)
    kind = connection.dialect.name
    given: dict[str, object] = {"list": list_name, "now": now}
    if last - first < _DENSE * len(ids):
        question = _PRESENT_WITHIN[kind]
        given |= {"first": first, "last": last}
    else:
        question = _PRESENT[kind]
        given["ids"] = as_ids(kind, ids)
    found, addresses, names = columns_of(connection.execute(question, given).one())
    return Addressees(ids=found, addresses=addresses, names=names)


def _make(connection: Connection, name: str, title: str, now: datetime) -> bool:
    if not _NAME.fullmatch(name):
        raise ListError(
            f"{name!r} can't name a list: use small letters, digits and hyphens, e.g. 'hebdo-sahel'"
        )
    title = one_line(title) or name
    return insert_if_absent(connection, tables.lists, name=name, title=title, created_at=now)


def _absent(connection: Connection, list_name: str, ids: Sequence[int]) -> list[Absent]:
    closed = find(connection, list_name).archived_at is not None
    kind = connection.dialect.name
    given = {"list": list_name, "ids": as_ids(kind, ids)}
    reasons = {row.id: row.reason for row in connection.execute(_ABSENT[kind], given)}
    return [Absent(id=id_, reason=_why(reasons, id_, closed=closed)) for id_ in ids]


def _why(reasons: Mapping[int, str | None], id_: int, *, closed: bool) -> str:
    if id_ not in reasons:
        return "erased"
    return reasons[id_] or ("list archived" if closed else "unsubscribed")


def _recipient(row: Any) -> Recipient:  # noqa: ANN401 - the columns of _SNAPSHOT
    return Recipient(
        id=row.id,
        address=row.address,
        name=row.name,
        language=row.language,
        themes=tuple(row.themes),
        tracking=row.tracking,
        fields=row.fields,
    )


def _proposal(name: str, known: list[str]) -> str:
    if nearest := difflib.get_close_matches(name, known, n=1, cutoff=0.5):
        return f" (did you mean '{nearest[0]}'?)"
    if known:
        return f" (there are: {', '.join(known[:12])})"
    return f": make it with `digest lists create {name}`"
