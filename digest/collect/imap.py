"""How do we speak with an IMAP server (RFC 9051)? imaplib speaks; the socket is ours.

Guarded as every fetch is, and under caps on time and bytes: a server may promise a literal without
end, or give a byte now and then.
"""

import imaplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from digest.collect.addresses import AddressRefused, guarded, open_socket
from digest.collect.answers import LOOPBACK, Nets

Tls = Callable[[], ssl.SSLContext]


@dataclass(frozen=True, kw_only=True)
class MailLimits:
    """How far one look goes."""

    mails: int = 200
    """Further ones are left for the next look."""
    mail: int = 5 * 1024 * 1024
    """Bytes of one; a larger one is passed over."""
    altogether: int = 64 * 1024 * 1024
    """Bytes of all that the server says."""
    pause: float = 15.0
    """Seconds without a byte."""
    total: float = 120.0
    """Seconds."""


class MailTroubleError(Exception):
    """Something that a person is told as it is."""


class Connection(imaplib.IMAP4):
    """imaplib's commands over a socket that is guarded and under caps."""

    def __init__(self, address: str, limits: MailLimits, permitted: Nets, tls: Tls) -> None:
        parts = urlsplit(address)
        self._secure = parts.scheme == "imaps"
        self._limits, self._tls = limits, tls
        self._permitted = permitted if self._secure else (*permitted, *LOOPBACK)
        self._until = time.monotonic() + limits.total
        self._left, self._buffer = limits.altogether, b""
        super().__init__(parts.hostname or "", parts.port or (993 if self._secure else 143))

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Dial one of the host's addresses that may be dialled."""
        self.host, self.port = host, port
        plain = _dialled(host, port, self._permitted, timeout or self._limits.pause)
        self.sock = self._tls().wrap_socket(plain, server_hostname=host) if self._secure else plain

    def read(self, size: int) -> bytes:
        """Read so many bytes, unless they are more than is allowed."""
        while len(self._buffer) < size:
            if size - len(self._buffer) > self._left:
                raise MailTroubleError("the server says more than is taken at once")
            self._receive()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def readline(self) -> bytes:
        """Read to the end of a line."""
        while (end := self._buffer.find(b"\n") + 1) == 0:
            if len(self._buffer) > 1_000_000:
                raise MailTroubleError("the server's lines have no end")
            self._receive()
        found, self._buffer = self._buffer[:end], self._buffer[end:]
        return found

    def shutdown(self) -> None:
        """Hang up."""
        self.sock.close()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Take leave of a server that behaved; hang up in any case."""
        with suppress(MailTroubleError, OSError, imaplib.IMAP4.error):
            if kind is None:
                self.logout()
        self.shutdown()

    def _receive(self) -> None:
        rest = self._until - time.monotonic()
        if rest <= 0:
            raise MailTroubleError(f"not ready within {self._limits.total:g} seconds")
        self.sock.settimeout(min(rest, self._limits.pause))
        received = self.sock.recv(65_536)
        if not received:
            raise MailTroubleError("the server hung up")
        self._left -= len(received)
        if self._left < 0:
            raise MailTroubleError("the server says more than is taken at once")
        self._buffer += received


def _dialled(host: str, port: int, permitted: Nets, timeout: float) -> socket.socket:
    dial = guarded(open_socket, permitted)
    failure: OSError = OSError(f"no such host: {host}")
    for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        plain = dial(info)
        plain.settimeout(timeout)
        try:
            plain.connect(info[4])
        except OSError as error:
            plain.close()
            failure = error
            continue
        return plain
    raise failure


def log_in(box: Connection, user: str, password: str) -> None:
    """Say who we are; a server may repeat what it was told, so its words are not passed on."""
    name = unquote(user)
    secret = f"\0{name}\0{password}".encode()
    try:
        if "AUTH=PLAIN" in box.capabilities:
            box.authenticate("PLAIN", lambda _: secret)
        else:
            box.login(name, password)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, UnicodeError) as error:
        raise MailTroubleError(
            f"the server refused to log {name!r} in: is the password right?"
        ) from error


def in_words(error: Exception, address: str) -> str:  # noqa: PLR0911 - one line a kind
    """Say what went wrong, never in a server's words: they may repeat a password."""
    host = urlsplit(address).hostname
    match error:
        case MailTroubleError():
            return str(error)
        case AddressRefused():
            return f"refused to dial: {error}"
        case socket.gaierror():
            return f"no such host: {host}"
        case ssl.SSLError():
            return f"no secure connection to {host}: its certificate or TLS is not in order"
        case TimeoutError():
            return f"{host} does not answer in time"
        case imaplib.IMAP4.abort() | OSError():
            return f"no connection to {host}, or it was broken off"
        case _:
            return f"{host} gives no usable answer ({type(error).__name__})"
