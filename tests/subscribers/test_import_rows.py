"""What each row of an imported file becomes, and what it may not change."""

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from subscribers import lists, subscriptions, tables, transfer
from subscribers.model import SubscriptionState
from subscribers.people import forget, held
from subscribers.seats import Profile
from tests.subscribers.conftest import (
    AWA,
    FORM,
    KEY,
    Rows,
    actions_of,
    ban,
    join,
    leave,
    load,
    people,
    state_of,
    wrote,
)


def in_short(rows: Rows) -> list[tuple[int, str]]:
    return [(row.line, row.verdict.value) for row in rows]


def test_every_row_is_answered_for_with_its_line(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    for name in ("there", "left", "gone"):
        join(connection, now, f"{name}@example.org")
    leave(connection, now, "left@example.org")
    forget(connection, secret_key=KEY, address="gone@example.org", origin="cli", now=now)
    ban(connection, now, "banned@example.org")
    lines = [
        "email,name,city",
        "new@example.org,New,Bamako",
        "there@example.org,There,",
        'left@example.org,"Left\r\nin two lines",',
        "banned@example.org,Banned,",
        "gone@example.org,Gone,",
        "",
        "not an address,X,",
        "NEW@example.org,Again,",
        "wide@example.org,X,Y,too much",
        "narrow@example.org",
        f"long@example.org,{'x' * 201},",
        "banned@example.org,Again,",
    ]
    report, rows = load(connection, wrote(tmp_path, "\n".join(lines)), now)
    assert in_short(rows) == [
        (2, "accepted"),
        (3, "already there"),
        (4, "unsubscribed"),
        (6, "suppressed"),
        (7, "unsubscribed"),
        (9, "invalid"),
        (10, "already there"),
        (11, "invalid"),
        (12, "accepted"),
        (13, "invalid"),
        (14, "suppressed"),
    ]
    reasons = {row.line: row.reason for row in rows}
    assert "'not an address' has no @" in reasons[9]
    assert reasons[10] == "the same as line 2"
    assert reasons[11] == "4 cells where the first line has 3"
    assert "longer than 200" in reasons[13]
    assert (report.accepted, report.already_there, report.invalid) == (2, 2, 3)
    assert (report.suppressed, report.unsubscribed) == (2, 2)
    there = {"there@example.org", "new@example.org", "narrow@example.org"}
    assert {reader.address for reader in people(connection)} == there


@pytest.mark.parametrize(
    ("consent", "state"),
    [("fair", SubscriptionState.CONFIRMED), (" \n ", SubscriptionState.PENDING)],
)
def test_without_words_of_consent_the_imported_wait(
    connection: Connection, now: datetime, tmp_path: Path, state: SubscriptionState, consent: str
) -> None:
    load(connection, wrote(tmp_path, f"email\n{AWA}\n"), now, consent)
    assert state_of(connection) is state
    [proof] = held(connection, secret_key=KEY, address=AWA).consents
    assert (proof.action, proof.origin) == ("imported", "import readers.csv")
    assert proof.wording == consent.strip()


def test_importing_again_with_consent_confirms_who_waited(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    path = wrote(tmp_path, f"email\n{AWA}\n")
    load(connection, path, now, "")
    assert in_short(load(connection, path, now, "")[1]) == [(2, "already there")]
    assert in_short(load(connection, path, now, "fair")[1]) == [(2, "accepted")]
    assert state_of(connection) is SubscriptionState.CONFIRMED


def test_who_left_and_asked_again_is_confirmed_by_no_file(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    join(connection, now)
    leave(connection, now)
    subscriptions.subscribe(
        connection, secret_key=KEY, address=AWA, list_name="hebdo", evidence=FORM, now=now
    )
    load(connection, wrote(tmp_path, f"email\n{AWA}\n"), now)
    assert state_of(connection) is SubscriptionState.PENDING
    assert actions_of(connection)[-1] == "asked"


def test_a_file_changes_nothing_that_a_reader_has(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    subscriptions.add(
        connection,
        secret_key=KEY,
        address=AWA,
        list_name="hebdo",
        now=now,
        consent="phone",
        profile=Profile(name="Awa", language="en"),
    )
    load(connection, wrote(tmp_path, f"email,name,language\n{AWA},Other,fr\n"), now)
    [reader] = people(connection)
    assert (reader.name, reader.language) == ("Awa", "en")


def test_a_reader_of_one_list_joins_another_as_the_same_person(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    lists.create(connection, "mensuel", "Le mensuel", now)
    subscriptions.add(
        connection, secret_key=KEY, address=AWA, list_name="mensuel", now=now, consent="fair"
    )
    assert load(connection, wrote(tmp_path, f"email\n{AWA}\n"), now)[0].accepted == 1
    assert connection.scalar(select(func.count()).select_from(tables.subscribers)) == 1


def test_chunks_meet_each_others_rows(
    connection: Connection, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "_CHUNK", 2)
    rows = "".join(f"r{n % 5}@example.org\n" for n in range(10))
    report, told = load(connection, wrote(tmp_path, f"email\n{rows}"), now)
    assert (report.accepted, report.already_there) == (5, 5)
    assert told[9].reason == "the same as line 6"


def test_hostile_cells_become_harmless_text(
    connection: Connection, now: datetime, tmp_path: Path
) -> None:
    name = "Awa\r\nBcc: all@example.org\x00\x1b[31m \u202egnp"
    path = wrote(tmp_path, f'email,name\n{AWA},"{name}"\n')
    load(connection, path, now)
    [reader] = people(connection)
    assert reader.name == "Awa Bcc: all@example.org[31m gnp"
