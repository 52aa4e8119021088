"""Which lists there are, and who is to be mailed."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, delete, update

from subscribers import lists, suppressions, tables
from subscribers.database import Database
from subscribers.errors import ClosedList, ListError, TokenError, UnknownList
from subscribers.model import Absent, Addressee, ListSize, SuppressionReason
from tests.subscribers.conftest import KEY, answer, ask, id_of, join, leave, mailed_ids


@pytest.fixture
def database(both_databases: Database) -> Database:
    """Who is to be mailed is looked up in other ways on PostgreSQL."""
    return both_databases


def crowd(connection: Connection, now: datetime) -> dict[str, int]:
    names = ["present", "other", "pending", "left", "banned", "erased"]
    for name in names:
        join(connection, now, f"{name}@example.org", consent="" if name == "pending" else "fair")
    ids = {name: id_of(connection, f"{name}@example.org") for name in names}
    leave(connection, now, "left@example.org")
    suppressions.suppress(
        connection,
        secret_key=KEY,
        address="banned@example.org",
        reason=SuppressionReason.ADMIN,
        origin="test",
        now=now,
    )
    erased = tables.subscribers.c.address == "erased@example.org"
    connection.execute(delete(tables.subscribers).where(erased))
    return ids


def test_only_the_confirmed_and_not_suppressed_are_active(
    connection: Connection, now: datetime
) -> None:
    ids = crowd(connection, now)
    assert mailed_ids(connection, "hebdo") == [ids["present"], ids["other"]]
    assert lists.mailed(connection, "hebdo") == 2


def test_recipients_keep_the_planned_order_and_the_absent_their_reasons(
    connection: Connection, now: datetime
) -> None:
    ids = crowd(connection, now)
    planned = [ids[name] for name in ("erased", "other", "banned", "left", "present", "pending")]
    present, absent = lists.recipients(connection, "hebdo", [*planned, ids["other"]])
    assert [one.address for one in present] == ["other@example.org", "present@example.org"]
    assert absent == [
        Absent(id=ids["erased"], reason="erased"),
        Absent(id=ids["banned"], reason="suppressed"),
        Absent(id=ids["left"], reason="unsubscribed"),
        Absent(id=ids["pending"], reason="unsubscribed"),
    ]


@pytest.mark.parametrize("dense", [0, 100])
def test_names_come_back_as_they_were_written(
    connection: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch, dense: int
) -> None:
    monkeypatch.setattr(lists, "_DENSE", dense)
    ids = crowd(connection, now)
    person = tables.subscribers
    for name in (
        '[1, "a"]',
        'null, "',
        "\\u00e9\\",
        "Aïssata\n\t\x01\x7f",
        "💬\u2028\u202e",
        "null",
        "",
    ):
        change = update(person).where(person.c.id == ids["other"]).values(name=name)
        connection.execute(change)
        present, _ = lists.recipients(connection, "hebdo", [ids["other"]])
        assert [*present] == [Addressee(ids["other"], "other@example.org", name)]


def test_who_paused_meanwhile_is_left_out_until_then(connection: Connection, now: datetime) -> None:
    ids = crowd(connection, now)
    until = now + timedelta(days=1)
    place = tables.subscriptions
    paused = update(place).where(place.c.subscriber_id == ids["other"]).values(paused_until=until)
    connection.execute(paused)
    planned = [ids["present"], ids["other"], 10**9]  # of which the last is far from the others
    for asked in (planned, planned[:2]):
        present, absent = lists.recipients(connection, "hebdo", asked, now)
        assert [one.id for one in present] == [ids["present"]]
        assert absent[0] == Absent(id=ids["other"], reason="paused")
        for moment in ({"now": until}, {}):
            assert len(lists.recipients(connection, "hebdo", asked, **moment)[0]) == 2


def test_who_is_confirmed_elsewhere_only_is_not_mailed_here(
    connection: Connection, now: datetime
) -> None:
    ids = crowd(connection, now)
    lists.create(connection, "mensuel", "Le mensuel", now)
    assert mailed_ids(connection, "mensuel") == []
    present, absent = lists.recipients(connection, "mensuel", [ids["present"]])
    assert not present
    assert absent == [Absent(id=ids["present"], reason="unsubscribed")]


def test_a_thousand_recipients_are_looked_up_in_chunks(
    connection: Connection, now: datetime
) -> None:
    crowd(connection, now)
    present, absent = lists.recipients(connection, "hebdo", range(1, 1_502))
    assert (len(present), len(absent)) == (2, 1_499)


@pytest.mark.parametrize("names", [("other", "banned"), ("other", "left", "banned"), ("erased",)])
@pytest.mark.parametrize("dense", [0, 100])
def test_however_they_are_looked_up_only_planned_recipients_are_mailed(
    connection: Connection,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...],
    dense: int,
) -> None:
    ids = crowd(connection, now)
    monkeypatch.setattr(lists, "_DENSE", dense)
    present, absent = lists.recipients(connection, "hebdo", [ids[name] for name in names])
    assert [one.id for one in present] == [ids[name] for name in names if name == "other"]
    assert [one.id for one in absent] == [ids[name] for name in names if name != "other"]


def test_sizes_count_by_state(connection: Connection, now: datetime) -> None:
    crowd(connection, now)
    lists.create(connection, "vide", "Vide", now)
    assert lists.sizes(connection) == [
        ListSize(name="hebdo", title="L'hebdo", confirmed=3, pending=1, unsubscribed=1),
        ListSize(name="vide", title="Vide"),
    ]


@pytest.mark.parametrize("question", [mailed_ids, lists.find])
def test_an_unknown_list_is_refused_with_the_nearest_name(
    connection: Connection, question: object
) -> None:
    assert callable(question)
    with pytest.raises(UnknownList, match=r"'hebdoo'.*did you mean 'hebdo'"):
        question(connection, "hebdoo")


@pytest.mark.parametrize("name", ["", "Hebdo", "-x", "a b", "é", "a" * 65, "a\n", "a:b"])
def test_a_name_that_no_link_could_carry_is_refused(
    connection: Connection, now: datetime, name: str
) -> None:
    with pytest.raises(ListError, match="can't name a list"):
        lists.create(connection, name, "Title", now)


def test_a_list_is_made_once(connection: Connection, now: datetime) -> None:
    with pytest.raises(ListError, match="already"):
        lists.create(connection, "hebdo", "Again", now)
    assert lists.ensure(connection, "hebdo", "Again", now).title == "L'hebdo"
    assert lists.ensure(connection, "new", "New", now).title == "New"


def test_without_a_name_the_only_list_is_meant(connection: Connection, now: datetime) -> None:
    assert lists.named_or_only(connection, "").name == "hebdo"
    lists.create(connection, "mensuel", "Le mensuel", now)
    with pytest.raises(UnknownList, match="hebdo, mensuel"):
        lists.named_or_only(connection, "")
    assert lists.named_or_only(connection, "mensuel").name == "mensuel"


def test_a_title_is_one_line_or_the_name(connection: Connection, now: datetime) -> None:
    made = lists.create(connection, "mensuel", "Le\r\nBcc: x\u202e mensuel", now)
    assert made.title == "Le Bcc: x mensuel"
    assert lists.create(connection, "annuel", " \n", now).title == "annuel"


def test_nobody_joins_or_is_mailed_on_an_archived_list(
    connection: Connection, now: datetime
) -> None:
    join(connection, now)
    needed = ask(connection, now, "bob@example.org")
    assert lists.archive(connection, "hebdo", now)
    assert not lists.archive(connection, "hebdo", now)
    with pytest.raises(ClosedList, match=r"archived on 2026-11-26: .*`digest lists archive hebdo"):
        lists.find_open(connection, "hebdo")
    assert mailed_ids(connection, "hebdo") == []
    for way in (join, ask):
        with pytest.raises(ClosedList):
            way(connection, now, "eve@example.org")
    with pytest.raises(TokenError, match="closed"):
        answer(connection, needed, now)
    present, absent = lists.recipients(connection, "hebdo", [id_of(connection)])
    assert ([*present], [one.reason for one in absent]) == ([], ["list archived"])
    assert leave(connection, now)


def test_an_archived_list_is_opened_again(connection: Connection, now: datetime) -> None:
    join(connection, now)
    lists.archive(connection, "hebdo", now)
    assert lists.archive(connection, "hebdo", now, undo=True)
    assert not lists.archive(connection, "hebdo", now, undo=True)
    assert mailed_ids(connection, "hebdo") == [id_of(connection)]
    assert lists.sizes(connection)[0].archived_at is None


def test_an_archived_list_is_not_meant_by_default(connection: Connection, now: datetime) -> None:
    lists.create(connection, "mensuel", "Mensuel", now)
    with pytest.raises(UnknownList, match="say which"):
        lists.named_or_only(connection, "")
    lists.archive(connection, "hebdo", now)
    assert lists.named_or_only(connection, "").name == "mensuel"
    assert lists.named_or_only(connection, "hebdo").name == "hebdo"
