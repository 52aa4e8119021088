"""An outcome that only this process knows is written down when the server is back."""

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from digest.pipeline.insisting import insist

SOON = (0.0, 0.0)


class Away:
    """A transaction whose server is away so many times."""

    def __init__(self, times: int, failure: Exception) -> None:
        self.times = times
        self.failure = failure
        self.tries = 0

    def __call__(self) -> None:
        self.tries += 1
        if self.tries <= self.times:
            raise OperationalError("UPDATE", {}, self.failure)


@pytest.mark.parametrize(
    "failure",
    [
        psycopg.OperationalError("connection refused"),
        psycopg.errors.AdminShutdown("terminated"),
        psycopg.errors.CannotConnectNow("starting up"),
        psycopg.errors.ConnectionFailure("cut"),
    ],
)
def test_a_server_that_comes_back_is_told(failure: Exception) -> None:
    write = Away(2, failure)
    insist(write, SOON)
    assert write.tries == 3


def test_a_server_that_stays_away_is_given_up() -> None:
    write = Away(9, psycopg.OperationalError("connection refused"))
    with pytest.raises(OperationalError):
        insist(write, SOON)
    assert write.tries == 3


@pytest.mark.parametrize(
    "failure", [psycopg.errors.DiskFull("full"), sqlite3.OperationalError("disk is full")]
)
def test_what_another_try_would_not_mend_fails_at_once(failure: Exception) -> None:
    write = Away(1, failure)
    with pytest.raises(OperationalError):
        insist(write, SOON)
    assert write.tries == 1
