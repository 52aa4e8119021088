"""How is a relay dialled: TLS, EHLO and AUTH by smtplib, its failures told apart?"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from digest.deliver.providers.smtp_answers import LOST, Halt, words_of


@dataclass(frozen=True, kw_only=True, repr=False)
class Relay:
    """Where the relay is and how to speak to it."""

    host: str
    port: int
    security: str
    """`tls` from the first byte, `starttls`, or `no`."""
    user: str = ""
    password: str = ""


class _InjectedError(Exception):
    """Somebody spoke in the clear after the relay had agreed to TLS."""


class _Watchful(smtplib.SMTP):
    def docmd(self, cmd: str, args: str = "") -> tuple[int, bytes]:
        """Take no word that stands between STARTTLS and the handshake: it is not the relay's."""
        answer = super().docmd(cmd, args)
        if cmd == "STARTTLS" and says_more(self):
            raise _InjectedError
        return answer


def connected(relay: Relay, timeout: float, tls: Callable[[], ssl.SSLContext]) -> smtplib.SMTP:
    """Dial; nothing was mailed if this raises. `tls` is asked where TLS is spoken.

    Raises:
        Halt: it can't be done; says whether it is worth another try.
    """
    try:
        return _connected(relay, timeout, tls)
    except _InjectedError as injected:
        words = "somebody speaks between us and the relay, before TLS begins"
        raise Halt(words, permanent=True) from injected
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as refusal:
        temporary = isinstance(refusal, smtplib.SMTPAuthenticationError) and refusal.smtp_code < 500
        raise Halt(f"can't log in: {words_of(refusal)}", permanent=not temporary) from refusal
    except ssl.SSLCertVerificationError as refusal:
        raise Halt(f"its certificate is not good: {refusal}", permanent=True) from refusal
    except LOST as failure:
        raise Halt(f"can't connect: {words_of(failure)}") from failure


def answers(connection: smtplib.SMTP) -> bool:
    """Say whether a kept connection can still be used."""
    try:
        return connection.noop()[0] == 250
    except LOST:
        return False


def says_more(connection: smtplib.SMTP) -> bool:
    """Say whether more than the last answer has come, here or as far as the socket."""
    if connection.sock is None or connection.file is None:
        return False
    waits = connection.sock.gettimeout()
    connection.sock.settimeout(0)
    try:
        return bool(connection.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        connection.sock.settimeout(waits)


def say_goodbye(connection: smtplib.SMTP) -> None:
    """End a connection, politely if the relay still listens."""
    try:
        connection.quit()
    except LOST:
        connection.close()


def _connected(relay: Relay, timeout: float, tls: Callable[[], ssl.SSLContext]) -> smtplib.SMTP:
    connection: smtplib.SMTP
    if relay.security == "tls":
        connection = smtplib.SMTP_SSL(relay.host, relay.port, timeout=timeout, context=tls())
    else:
        connection = _Watchful(relay.host, relay.port, timeout=timeout)
    try:
        if relay.security == "starttls":
            connection.starttls(context=tls())
        if relay.user:
            connection.login(relay.user, relay.password)
        connection.ehlo_or_helo_if_needed()
        # A mail's last line may be a packet of its own: don't hold it back for an answer.
        if connection.sock is not None:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connection.close()
        raise
    return connection
