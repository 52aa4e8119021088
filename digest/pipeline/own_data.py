"""How does a reader see, take with them, or erase what is kept of them? By a link of its own.

Whoever finds an old mail holds its link for good, so that link opens no more than preferences. What
shows everything is mailed to the reader's address when they ask, and is good for a day.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from digest.model.notice import NoticeKind, Wish
from digest.pipeline.erasing import forget_reader
from digest.pipeline.newsroom import Newsroom
from digest.storage import mails, notices
from subscribers.errors import LeftoverError
from subscribers.people import Holding, held, subscriber_of
from subscribers.seats import hold_person
from subscribers.tokens import data_token

_LOG = structlog.wrap_logger(logging.getLogger(__name__))
LULL = timedelta(hours=1)
"""For how long a reader's next wish is taken for the same."""


def ask_for_data(newsroom: Newsroom, reader_id: int) -> None:
    """Put down that a reader wants the link to their data; of several wishes an hour, one."""
    now = newsroom.clock()
    with newsroom.database.write() as connection:
        hold_person(connection, reader_id)
        person = subscriber_of(connection, reader_id)
        if person is None:
            return
        wish = Wish(
            kind=NoticeKind.DATA,
            address=person.address,
            language=person.language,
            subscriber_id=reader_id,
            details={"path": f"/d/{data_token(newsroom.secret_key, reader_id, now)}"},
        )
        if not notices.told_since(connection, wish, now - LULL):
            notices.ask(connection, wish, now)


def holding_of(newsroom: Newsroom, reader_id: int) -> Holding | None:
    """Give what is held of a reader; None for who is erased."""
    with newsroom.database.read() as connection:
        return _holding(connection, newsroom, reader_id)


def everything(newsroom: Newsroom, reader_id: int) -> dict[str, Any] | None:
    """Give all that is stored of a reader, with the mails they got; None for who is erased."""
    with newsroom.database.read() as connection:
        holding = _holding(connection, newsroom, reader_id)
        if holding is None:
            return None
        return {
            "written_at": newsroom.clock(),
            "publisher": newsroom.schedule.site.organisation,
            "reader": holding.subscriber,
            "subscriptions": holding.memberships,
            "consents": holding.consents,
            "suppression": holding.suppression,
            "issues": list(mails.mails_of(connection, reader_id)),
            "events": list(mails.news_of(connection, reader_id)),
            "other_mails": list(mails.told_of(connection, reader_id)),
        }


def erase(newsroom: Newsroom, reader_id: int, now: datetime) -> bool:
    """Erase a reader as `digest subscribers forget` does; False for who was erased before."""
    with newsroom.database.read() as connection:
        person = subscriber_of(connection, reader_id)
    if person is None:
        return False
    try:
        forget_reader(newsroom.database, newsroom.secret_key, person.address, "my data", now)
    except LeftoverError:  # they are erased; the mail that holds their address ends in a moment
        _LOG.warning("an erased reader's address still stands somewhere", reader=reader_id)
    return True


def _holding(connection: Connection, newsroom: Newsroom, reader_id: int) -> Holding | None:
    person = subscriber_of(connection, reader_id)
    if person is None:
        return None
    return held(connection, secret_key=newsroom.secret_key, address=person.address)
