"""Who is put on which list, and who leaves? What the commands about readers do."""

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection

from digest.pipeline.joining import confirmation
from digest.pipeline.newsroom import Newsroom
from digest.storage import notices
from subscribers import banning, exporting, lists, suppressions, transfer
from subscribers.database import Database, writing
from subscribers.errors import TransferError
from subscribers.model import (
    Evidence,
    Recipient,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from subscribers.people import held
from subscribers.seats import Profile, Witness
from subscribers.staging import staged
from subscribers.subscriptions import Added, add, unsubscribe

_ORIGIN = "cli"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On which terms people are put on a list."""

    list_name: str = ""
    """Empty: the only one there is."""
    consent: str = ""
    """Where they agreed; empty: they wait as pending."""
    dry_run: bool = False
    """Leave everything as it was."""


def add_reader(
    newsroom: Newsroom, address: str, terms: Terms, profile: Profile
) -> tuple[str, Added]:
    """Add one person on an admin's word; give the list's name and what came of it.

    Who has yet to agree is asked by mail, as soon as a worker runs.
    """
    with newsroom.database.write() as connection:
        name = _list_to_fill(newsroom, connection, terms.list_name)
        added = add(
            connection,
            secret_key=newsroom.secret_key,
            address=address,
            list_name=name,
            now=newsroom.clock(),
            consent=terms.consent,
            profile=profile,
        )
        if added.confirmation is not None:
            wish = confirmation(newsroom, added.confirmation, profile.language)
            notices.ask(connection, wish, newsroom.clock())
        return name, added


def import_file(
    newsroom: Newsroom,
    path: Path,
    terms: Terms,
    tell: transfer.Tell | None,
    *,
    all_rows: bool = True,
    step: transfer.Step = lambda _what, _part: None,
) -> transfer.ImportReport:
    """Import a file: none of it unless all can be read, then part by part; again, it goes on.

    The file is read and checked before that: while a million rows are read, readers can still
    leave, and who did so meanwhile stays away. A dry run locks nothing at all. `tell` hears of all
    rows, or of those that were not accepted.

    Raises:
        TransferError: the file can't be read to its end; nothing of it was imported.
        UnknownList: no list and no newsletter has that name, or several could be meant.
    """
    with newsroom.database.workbench() as bench, staged(bench):
        order = transfer.Order(
            path=path,
            secret_key=newsroom.secret_key,
            list_name=_name_to_fill(newsroom, bench, terms.list_name),
            now=newsroom.clock(),
            consent=terms.consent,
        )
        language = _language_of(newsroom, order.list_name)
        sheet = transfer.stage_file(
            bench,
            path,
            secret_key=newsroom.secret_key,
            language=language,
            themes=newsroom.schedule.themes.keys(),
            step=step,
        )
        if terms.dry_run:
            transfer.try_file(bench, list_name=order.list_name, consent=terms.consent)
        bench.commit()
        resumed = 0 if terms.dry_run else _admit(newsroom, bench, sheet, order, step)
        return transfer.report_file(
            bench, sheet, order, tell=tell, all_rows=all_rows, resumed_after=resumed
        )


def export_file(
    database: Database,
    list_name: str,
    path: Path | None,
    screen: TextIO,
    states: Iterable[SubscriptionState] = exporting.MAILED,
) -> tuple[str, int]:
    """Write a list's readers into a file that only its owner may read, or to the screen.

    Give the list's name and the number of readers.
    """
    with database.read() as connection:
        name = lists.named_or_only(connection, list_name).name
        if path is None:
            return name, exporting.export_readers(connection, name, screen, states)
        with private_csv(path) as file:
            return name, exporting.export_readers(connection, name, file, states)


def readers_of(database: Database, list_name: str) -> dict[str, str | list[Recipient]]:
    """Give a list's name and all who are mailed on it."""
    with database.read() as connection:
        name = lists.named_or_only(connection, list_name).name
        return {"list": name, "readers": list(lists.readers(connection, name))}


def private_csv(path: Path) -> TextIO:
    """Open a private_text that begins with a mark by which Excel knows its letters.

    Raises:
        TransferError: it can't be written.
    """
    return private_text(path, encoding="utf-8-sig")


def private_text(path: Path, *, encoding: str = "utf-8") -> TextIO:
    """Open a file for addresses: only its owner may read it, whoever could read what it replaces.

    Raises:
        TransferError: it can't be written.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        if stat.S_ISREG(os.fstat(file).st_mode):
            os.fchmod(file, 0o600)
        return os.fdopen(file, "w", encoding=encoding, newline="")
    except OSError as failure:
        raise TransferError(f"{path} can't be written: {failure.strerror}") from failure


def remove_reader(
    database: Database, secret_key: bytes, address: str, list_name: str, now: datetime
) -> tuple[str, bool]:
    """Unsubscribe a person; give the list's name and whether they were on it."""
    with database.write() as connection:
        name = lists.named_or_only(connection, list_name).name
        person = held(connection, secret_key=secret_key, address=address).subscriber
        return name, person is not None and unsubscribe(
            connection,
            secret_key=secret_key,
            subscriber_id=person.id,
            list_name=name,
            evidence=Evidence(origin=_ORIGIN),
            now=now,
        )


def suppress_address(
    database: Database, witness: Witness, address: str, reason: SuppressionReason
) -> tuple[bool, Suppression | None]:
    """Suppress an address, subscribed or not; say whether that is new, and why it is so."""
    with database.write() as connection:
        new = banning.ban(connection, witness, address=address, reason=reason)
        hashed = suppressions.hash_of(witness.secret_key, address)
        return new, suppressions.by_hash(connection, hashed)


def unsuppress_address(database: Database, witness: Witness, address: str) -> Suppression | None:
    """Lift an address's suppression; give what it was, None when nothing had to be changed."""
    with database.write() as connection:
        hashed = suppressions.hash_of(witness.secret_key, address)
        found = suppressions.by_hash(connection, hashed)
        return found if banning.lift(connection, witness, address=address) else None


def _admit(
    newsroom: Newsroom,
    bench: Connection,
    sheet: transfer.Staged,
    order: transfer.Order,
    step: transfer.Step,
) -> int:
    with writing(bench):
        _list_to_fill(newsroom, bench, order.list_name)
    return transfer.admit_file(bench, sheet, order, step)


def _language_of(newsroom: Newsroom, list_name: str) -> str:
    """Give the language of whom a file says nothing about: their newsletter's."""
    newsletters = newsroom.schedule.newsletters.values()
    return next((one.language for one in newsletters if one.list == list_name), "fr")


def _list_to_fill(newsroom: Newsroom, connection: Connection, name: str) -> str:
    """Give the list's name; make the list if a newsletter goes to it."""
    name = _name_to_fill(newsroom, connection, name)
    if title := _titles(newsroom).get(name):
        lists.ensure(connection, name, title, newsroom.clock())
    return name


def _name_to_fill(newsroom: Newsroom, connection: Connection, name: str) -> str:
    """Give the name of the list that is meant, which need not be there yet.

    Raises:
        UnknownList: no list and no newsletter has that name, or several could be meant.
        ClosedList: it was archived.
    """
    titles = _titles(newsroom)
    if not name and len(titles) == 1:
        name = next(iter(titles))
    if name not in titles:
        name = lists.named_or_only(connection, name).name
    there = any(one.name == name for one in lists.lists(connection))
    return lists.find_open(connection, name).name if there else name


def _titles(newsroom: Newsroom) -> dict[str, str]:
    return {one.list: one.title for one in newsroom.schedule.newsletters.values()}
