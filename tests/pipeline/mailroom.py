"""A newsroom whose readers ask for mails of their own, with a courier that is told what to do."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from digest.deliver.provider import Call
from digest.model.notice import NoticeKind, Wish
from digest.pipeline.notices import mail_notices
from digest.storage import notices
from digest.storage.reader_tables import notices as table
from subscribers.database import Database
from subscribers.model import Evidence, SubscriptionState
from subscribers.people import Holding, held
from tests.deliver.courier import Courier
from tests.pipeline.clockwork import SEND_SLOT, HandClock
from tests.pipeline.scene import LIST, SECRET, a_newsroom

AWA = "awa@readers.example"
DAY = timedelta(days=1)


class Mailroom:
    """One process that mails notices."""

    def __init__(self, database: Database, courier: Courier | None = None) -> None:
        self.courier = courier or Courier()
        self.clock = HandClock(SEND_SLOT)
        self.newsroom = a_newsroom(database, lambda: self.courier, clock=self.clock)

    def sign_up(self, address: str = AWA, **more: Any) -> None:
        """Put down what a form asks for."""
        evidence = {"origin": "form", "wording": "Oui"}
        details = {"themes": more.pop("themes", []), "evidence": evidence}
        wish = Wish(
            kind=NoticeKind.SIGN_UP, address=address, language="fr", list_name=LIST, details=details
        )
        self.ask(replace(wish, **more))

    def ask(self, wish: Wish) -> None:
        with self.newsroom.database.write() as connection:
            notices.ask(connection, wish, self.clock())

    def work(self, after: timedelta = timedelta(0)) -> bool:
        self.clock.now += after
        return mail_notices(self.newsroom)

    def rows(self) -> list[tuple[str, str]]:
        """What became of each notice: kind and state."""
        with self.newsroom.database.read() as connection:
            found = connection.execute(select(table.c.kind, table.c.state).order_by(table.c.id))
            return [(kind, state) for kind, state in found]

    def held(self, address: str = AWA) -> Holding:
        with self.newsroom.database.read() as connection:
            return held(connection, secret_key=SECRET, address=address)

    def state(self, address: str = AWA) -> SubscriptionState:
        [place] = self.held(address).memberships
        return place.state


def link_in(call: Call) -> str:
    """The address of a mail's button, as its text part gives it."""
    return next(line for line in call.letter.text.splitlines() if line.startswith("https://"))


def token_in(call: Call) -> str:
    return link_in(call).rpartition("/")[2]


PROOF = Evidence(origin="confirmation page", wording="Oui, vraiment")
