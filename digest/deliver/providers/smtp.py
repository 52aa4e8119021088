"""Mail through a relay, each recipient in a transaction of their own (smtp_dialogue).

    smtp://user:password@host:587                STARTTLS demanded
    smtp://127.0.0.1:2525?tls=no                 in the clear: a relay on this machine
    smtps://user:password@host:465               TLS from the first byte

Options: capacity, workers. Characters that mean something in a URL are written %40, %2F, %3A …
"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from digest.clock import Clock, system_clock
from digest.deliver.mime import CompiledLetter, compile_letter
from digest.deliver.provider import Call, Personal, Receipt
from digest.deliver.providers.letters import Compiled
from digest.deliver.providers.smtp_dialogue import (
    LOST,
    Halt,
    Mail,
    Tried,
    options_for,
    receipt_of,
    transact,
    words_of,
)
from digest.deliver.providers.urls import ProviderUrl, is_local
from digest.errors import ConfigError, DeliveryError
from digest.model.delivery import Outcome

_SILENCE = 30.0
"""Seconds that a relay may take for one answer, within the call's deadline."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Relay:
    """Where the relay is and how to speak to it."""

    host: str
    port: int
    security: str
    """`tls` from the first byte, `starttls`, or `no`."""
    user: str = ""
    password: str = ""


class Smtp:
    """A relay and the connections kept to it; safe to share between threads."""

    idempotent = False

    def __init__(
        self, relay: Relay, *, capacity: int = 50, workers: int = 2, clock: Clock = system_clock
    ) -> None:
        self.name = "smtp"
        self.where = f"{relay.host}:{relay.port}"
        self.capacity = capacity
        self.workers = workers
        self._relay = relay
        self._clock = clock
        self._letters = Compiled(compile_letter)
        self._idle: SimpleQueue[smtplib.SMTP] = SimpleQueue()

    def __repr__(self) -> str:
        """Show no password."""
        return f"Smtp({self.where!r})"

    def deliver(self, call: Call) -> Receipt:
        """Mail one recipient after the other until all are done or the relay takes no more."""
        tried = Tried()
        try:
            letter = self._letters.of(call.letter)
            connection = self._connected(call)
        except (DeliveryError, Halt) as failure:
            permanent = getattr(failure, "permanent", True)
            return Receipt(outcome=Outcome.REFUSED, permanent=permanent, detail=str(failure))
        try:
            for to in call.to:
                self._mail(connection, letter, to, call, tried)
        except Halt as halt:
            connection.close()
            return receipt_of(call, tried, halt)
        self._idle.put(connection)
        return receipt_of(call, tried, None)

    def close(self) -> None:
        """Say goodbye on every kept connection."""
        while (connection := self._kept()) is not None:
            _goodbye(connection)

    def _mail(
        self,
        connection: smtplib.SMTP,
        letter: CompiledLetter,
        to: Personal,
        call: Call,
        tried: Tried,
    ) -> None:
        try:
            message = letter.message(to, self._clock())
            options = options_for(connection, to.address)
        except DeliveryError as unfit:
            tried.refused[to.id] = str(unfit)
        else:
            sender = call.letter.sender_address
            mail = Mail(to=to, sender=sender, message=message, options=options)
            transact(connection, mail, tried, lambda: self._patient(connection, call))

    def _patient(self, connection: smtplib.SMTP, call: Call) -> None:
        """Let the next answer take what is left of the call's time; Halt when nothing is."""
        left = self._left(call)
        if connection.sock is not None:
            connection.sock.settimeout(left)

    def _left(self, call: Call) -> float:
        left = (call.deadline - self._clock()).total_seconds()
        if left <= 0:
            raise Halt("its time was up")
        return min(left, _SILENCE)

    def _connected(self, call: Call) -> smtplib.SMTP:
        """Take a kept connection that still answers, or make one."""
        while (connection := self._kept()) is not None:
            self._patient(connection, call)
            if _answers(connection):
                return connection
            connection.close()
        return _translated(lambda: _connect(self._relay, self._left(call)))

    def _kept(self) -> smtplib.SMTP | None:
        try:
            return self._idle.get_nowait()
        except Empty:
            return None


def _connect(relay: Relay, timeout: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if relay.security == "tls":
        connection = smtplib.SMTP_SSL(relay.host, relay.port, timeout=timeout, context=context)
    else:
        connection = smtplib.SMTP(relay.host, relay.port, timeout=timeout)
    try:
        if relay.security == "starttls":
            connection.starttls(context=context)
        if relay.user:
            connection.login(relay.user, relay.password)
        connection.ehlo_or_helo_if_needed()
        # A mail's last line is a packet of its own: don't hold it back for the answer to the rest.
        if connection.sock is not None:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection


def _translated(connect: Callable[[], smtplib.SMTP]) -> smtplib.SMTP:
    """Say which failures to connect are worth another try: nothing was mailed in any case."""
    try:
        return connect()
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as refusal:
        temporary = isinstance(refusal, smtplib.SMTPAuthenticationError) and refusal.smtp_code < 500
        raise Halt(f"can't log in: {words_of(refusal)}", permanent=not temporary) from refusal
    except ssl.SSLCertVerificationError as refusal:
        raise Halt(f"its certificate is not good: {refusal}", permanent=True) from refusal
    except LOST as failure:
        raise Halt(f"can't connect: {words_of(failure)}") from failure


def _answers(connection: smtplib.SMTP) -> bool:
    try:
        return connection.noop()[0] == 250
    except LOST:
        return False


def _goodbye(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except LOST:
        connection.close()


def open_smtp(url: ProviderUrl) -> Smtp:
    """Open from a URL; nothing is dialled yet.

    Raises:
        ConfigError: no host, a wrong option, or a password that would travel in the clear.
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
        capacity=url.number("capacity", 50, most=1000),
        workers=url.number("workers", 2, most=32),
    )
