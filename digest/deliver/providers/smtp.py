"""Mail through a relay, each recipient in a transaction of their own.

    smtp://user:password@host:587                STARTTLS demanded
    smtp://127.0.0.1:2525?tls=no                 in the clear: a relay on this machine
    smtps://user:password@host:465               TLS from the first byte

Options: capacity, workers. Characters that mean something in a URL are written %40, %2F, %3A …

A call has one connection and is the window written ahead: the ledger knows of all its recipients
before the first is mailed. A killed process leaves at most capacity × workers of them in doubt.
"""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from functools import cache, partial
from queue import Empty, SimpleQueue

from digest.clock import Clock, system_clock
from digest.deliver.dkim import Signer, signer_of
from digest.deliver.mime import CompiledLetter, compile_letter
from digest.deliver.provider import Call, Personal, Receipt
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.smtp_answers import Closing, Halt, Mail, OutOfStep, Tried, receipt_of
from digest.deliver.providers.smtp_connect import Relay, answers, connected, say_goodbye
from digest.deliver.providers.smtp_dialogue import options_for, transact
from digest.deliver.providers.smtp_pipeline import mail_all
from digest.deliver.providers.smtp_wire import Wire
from digest.deliver.providers.urls import ProviderUrl, is_local
from digest.errors import ConfigError, DeliveryError

_SILENCE = 30.0
"""Seconds that a relay may take for one answer, within the call's deadline."""
_GOODBYE = 5.0
"""Seconds that it may take for its last."""
_CAPACITY = 50
"""Recipients of a call: few enough to look up by hand when a killed process left them in doubt."""
_WORKERS = 4


class Smtp:
    """A relay and the connections kept to it; safe to share between threads."""

    idempotent = False

    def __init__(
        self,
        relay: Relay,
        *,
        capacity: int = _CAPACITY,
        workers: int = _WORKERS,
        clock: Clock = system_clock,
        signer: Signer | None = None,
    ) -> None:
        self.name = "smtp"
        self.where = f"{relay.host}:{relay.port}"
        self.capacity = capacity
        self.workers = workers
        self._relay = relay
        self._clock = clock
        self._letters = Compiled(partial(compile_letter, signer=signer))
        self._tls = cache(ssl.create_default_context)  # reading the trusted roots takes 30 ms
        self._idle: SimpleQueue[smtplib.SMTP] = SimpleQueue()
        self._keeps_step = True

    def __repr__(self) -> str:
        """Show no password."""
        return f"Smtp({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Mail one recipient after the other until all are done or the relay takes no more."""
        tried = Tried()
        try:
            letter = self._letters.of(call.letter)
            while left := tried.left(call):
                self._mail(call, letter, left, tried)
        except DeliveryError as unfit:
            return receipt_of(call, tried, Halt(str(unfit), permanent=True))
        except Halt as halt:
            return receipt_of(call, tried, halt)
        return receipt_of(call, tried, None)

    def close(self) -> None:
        """Say goodbye on every kept connection."""
        while (connection := self._kept()) is not None:
            _wait_at_most(connection, _GOODBYE)
            say_goodbye(connection)

    def _mail(self, call: Call, letter: CompiledLetter, to: list[Personal], tried: Tried) -> None:
        """Mail as many as one connection takes.

        A relay may close one in mid-call, as some do after so many mails: where mails are pipelined
        another is made, as long as each decides on somebody.
        """
        connection = self._connected(call)
        mails = self._mails(call, letter, to, connection, tried)
        wire = self._wire(connection, call)
        try:
            if wire is not None:
                mail_all(wire, mails, tried)
            else:
                for mail in mails:
                    transact(connection, mail, tried, lambda: self._patient(connection, call))
        except Halt as halt:
            connection.close()
            self._keeps_step = self._keeps_step and not isinstance(halt, OutOfStep)
            got_on = len(tried.left(call)) < len(to)
            if wire is None or not isinstance(halt, Closing) or not got_on:
                raise
        else:
            self._idle.put(connection)

    def _mails(
        self,
        call: Call,
        letter: CompiledLetter,
        to: list[Personal],
        connection: smtplib.SMTP,
        tried: Tried,
    ) -> Iterator[Mail]:
        """Write each mail when it is asked for; refuse whom none can be written to."""
        for one in to:
            try:
                message = letter.message(one, self._clock())
                options = options_for(connection, one.address)
            except DeliveryError as unfit:
                tried.refused[one.id] = str(unfit)
            else:
                sender = call.return_path(one)
                yield Mail(to=one, sender=sender, message=message, options=options)

    def _wire(self, connection: smtplib.SMTP, call: Call) -> Wire | None:
        """Take the connection's socket over if the relay pipelines."""
        if connection.sock is None or not (self._keeps_step and connection.has_extn("pipelining")):
            return None
        return Wire(connection.sock, lambda: self._left(call))

    def _patient(self, connection: smtplib.SMTP, call: Call) -> None:
        """Let the next answer take what is left of the call's time; Halt when nothing is."""
        _wait_at_most(connection, self._left(call))

    def _left(self, call: Call) -> float:
        left = (call.deadline - self._clock()).total_seconds()
        if left <= 0:
            raise Halt("its time was up")
        return min(left, _SILENCE)

    def _connected(self, call: Call) -> smtplib.SMTP:
        """Take a kept connection that still answers, or make one."""
        while (connection := self._kept()) is not None:
            self._patient(connection, call)
            if answers(connection):
                return connection
            connection.close()
        return connected(self._relay, self._left(call), self._tls)

    def _kept(self) -> smtplib.SMTP | None:
        try:
            return self._idle.get_nowait()
        except Empty:
            return None


def _wait_at_most(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def open_smtp(url: ProviderUrl, secrets: Mapping[str, str]) -> Smtp:
    """Open from a URL; nothing is dialled yet.

    Raises:
        ConfigError: no host, a wrong option, a password that would travel in the clear, or a key
            that can't sign.
    """
    url.allow("tls")
    if not url.host:
        raise ConfigError("DIGEST_PROVIDER_URL: name the relay, e.g. smtp://user:password@host:587")
    security = "tls" if url.scheme == "smtps" else url.choice("tls", ("starttls", "no"))
    if url.password and security == "no" and not is_local(url.host):
        raise ConfigError("DIGEST_PROVIDER_URL: tls=no would show the password; leave it out")
    relay = Relay(
        host=url.host,
        port=url.port or (465 if security == "tls" else 587),
        security=security,
        user=url.user,
        password=url.password,
    )
    return Smtp(
        relay,
        capacity=url.number("capacity", _CAPACITY, most=1000),
        workers=url.number("workers", _WORKERS, most=32),
        signer=signer_of(secrets),
    )
