"""How do the mails of a mailbox become stored articles? New ones only; nothing there is changed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from html import escape

from digest.collect.answers import Answer, Nets, Request, Verdict
from digest.collect.items import Item, item_from
from digest.collect.mailbox import Taken, look
from digest.collect.readings import Reading
from digest.collect.waits import after_failure, after_success, fresh
from digest.collect.worker import ParseError
from digest.model.source import SourceState
from digest.pipeline.receiving import STORING, Desk, SourceReport, receive_items, store
from digest.schedule.values import Source
from digest.storage.sources import save_source_state, source_state
from subscribers.database import alone

Chance = Callable[[], float]
_TRIES = 3
"""Of mails that the parser had no time for, before they are passed over."""


def from_mailbox(
    desk: Desk, source: Source, *, chance: Chance, permitted: Nets, even_early: bool
) -> SourceReport:
    """Read the new mails of a mailbox, if it is due."""
    with desk.newsroom.database.read() as connection:
        state = fresh(source_state(connection, source.name), source.remembered_as)
    if even_early or state.not_before is None or state.not_before <= desk.now:
        return _read(desk, source, state, chance(), permitted)
    note = f"not due before {state.not_before:%Y-%m-%d %H:%M} UTC"
    return SourceReport(source=source.name, notes=(note,), error=state.error)


def password_name(source: str) -> str:
    """Give what a source is called in the environment: `agence-x` → `AGENCE_X`."""
    return source.upper().replace("-", "_")


def _read(
    desk: Desk, source: Source, state: SourceState, chance: float, permitted: Nets
) -> SourceReport:
    """Store what came, and how far it was read, in one transaction."""
    taken = _taken(desk, source, state, permitted)
    items, notes = _items(desk, taken)
    report = SourceReport(source=source.name, error=taken.error, notes=(*_told(taken), *notes))
    gathered = receive_items(desk, source, Reading(items=tuple(items)), report, base="")
    with desk.newsroom.database.write() as connection:
        alone(connection, STORING)
        (report,) = store(connection, [gathered], desk.ground)
        if report.left_out and state.failures < _TRIES:
            # The next time reads all of them again; a mail that chokes each time is let go.
            late = f"mails not read in time, tried again: {report.left_out}"
            taken = replace(taken, cursor=state.etag, error=late)
            report = replace(report, error=late)
        save_source_state(connection, _after(state, taken, desk, chance))
        return report


def _taken(desk: Desk, source: Source, state: SourceState, permitted: Nets) -> Taken:
    name = password_name(source.name)
    password = desk.newsroom.mailbox_passwords.get(name, "")
    if not password:
        error = f"no password for its mailbox: set DIGEST_MAILBOX_{name}_PASSWORD"
        return Taken(cursor=state.etag, error=error)
    return look(
        source.mailbox,
        password,
        cursor=state.etag,
        senders=source.senders,
        now=desk.now,
        permitted=permitted,
    )


def _after(state: SourceState, taken: Taken, desk: Desk, chance: float) -> SourceState:
    verdict = Verdict.FAILED if taken.error else Verdict.CONTENT
    answer = Answer(request=Request(url=state.url), verdict=verdict, etag=taken.cursor)
    if taken.error:  # what was read before it broke off is not read again
        known = replace(state, etag=taken.cursor)
        return after_failure(known, answer, taken.error, now=desk.now, chance=chance)
    return after_success(state, answer, desk.now)


def _items(desk: Desk, taken: Taken) -> tuple[list[Item], tuple[str, ...]]:
    items: list[Item] = []
    reasons: list[str] = []
    for raw in taken.mails:
        try:
            values = desk.parser.run("mail", raw.decode("latin-1"))
        except ParseError as error:
            values = {"no_mail": str(error)}
        if "no_mail" in values:
            reasons.append(str(values["no_mail"]))
        else:
            items.append(_marked_up(item_from(values)))
    notes = (f"{len(reasons)} unreadable: {reasons[0]}",) if reasons else ()
    return items, notes


def _marked_up(item: Item) -> Item:
    """Make markup of a mail's finished text: that is what a feed's items hold."""
    paragraphs: Iterable[str] = filter(None, item.content.split("\n\n"))
    return replace(item, content="".join(f"<p>{escape(one)}</p>" for one in paragraphs))


def _told(taken: Taken) -> Iterator[str]:
    if taken.unwanted:
        yield f"{taken.unwanted} of other senders passed over"
    if taken.too_large:
        yield f"{taken.too_large} too large, passed over"
    if taken.left:
        yield f"{taken.left} left for the next time"
