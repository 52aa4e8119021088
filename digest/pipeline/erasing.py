"""How is a person erased, and how does one know that they are?

What proves that they agreed, left or must not be mailed stays, as keyed hashes; the ledger keeps
numbers. Everything else that names them goes, and then every text is searched for their address.
"""

from dataclasses import dataclass
from datetime import datetime

from digest.storage import leftovers, notices
from digest.storage.leftovers import Search
from subscribers.addresses import read_address
from subscribers.database import Database
from subscribers.errors import LeftoverError
from subscribers.people import Forgotten, forget


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What was erased of a person, and the search that proves it."""

    forgotten: Forgotten
    blotted: int
    """Rows in which others, a provider say, had written the address: it is taken out of them."""
    search: Search


def forget_reader(
    database: Database, secret_key: bytes, address: str, origin: str, now: datetime
) -> Erasure:
    """Erase a person and what waits to be mailed to them; look whether their address is gone.

    Raises:
        AddressError: it is no address.
        LeftoverError: they are erased, but the address still stands somewhere; names where.
    """
    read = read_address(address)
    with database.write() as connection:
        notices.withdraw(connection, read.text, now)
        done = forget(connection, secret_key=secret_key, address=address, origin=origin, now=now)
    search, blotted = _looked_for(database, read.key), 0
    if search.found:  # rarely; the long search itself keeps nobody from writing
        with database.write() as connection:
            blotted = leftovers.blot_out(connection, read.key, search.found)
        search = _looked_for(database, read.key)
    if search.found:
        raise LeftoverError(
            f"{address} is erased, but the address still stands in {', '.join(search.found)}:"
            " a mail to it may be on its way at this moment; run the same command again in a minute"
        )
    return Erasure(forgotten=done, blotted=blotted, search=search)


def _looked_for(database: Database, key: str) -> Search:
    """Search what is committed: that, and nothing else, is the proof."""
    with database.read() as connection:
        return leftovers.look_for(connection, key)
