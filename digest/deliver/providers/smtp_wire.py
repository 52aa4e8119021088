"""How do bytes reach a relay, and whole answers come back, without waiting past a call's time?

The socket never blocks inside a write: each piece that is written follows right after a look at the
clock, so that a process which slept past its deadline writes nothing more.
"""

import math
import re
import socket
import ssl
import time
from collections.abc import Callable
from select import POLLIN, POLLOUT, poll
from smtplib import SMTPServerDisconnected

from digest.deliver.providers.smtp_answers import Answer

_AGAIN = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_LINE = re.compile(rb"([2-5][0-9][0-9])([ -].*)?")
"""One line of an answer (RFC 5321 §4.2); a code may stand alone."""
_LONGEST = 8192
"""Bytes that a line may have: sixteen times what RFC 5321 §4.5.3.1.5 allows."""
_MOST = 100
"""Lines that an answer may have."""
_PIECE = 65_536
"""Bytes received, or handed to TLS, at once."""


class Wire:
    """One connection while mails go out over it."""

    def __init__(self, connected: socket.socket, left: Callable[[], float]) -> None:
        """Take a socket over; `left` gives the seconds it may wait, and raises when none are."""
        connected.settimeout(0)
        self.unsent = 0
        """Bytes of the last `send` that never left this process."""
        self._socket = connected
        self._left = left
        self._until = 0.0
        self._heard = b""

    def send(self, message: bytes) -> None:
        """Write all of it.

        Raises:
            Halt: the time was up; `unsent` says before which byte.
            OSError: the connection was lost, or the relay reads no further.
        """
        view = memoryview(message)
        self.unsent = len(view)
        while self.unsent:
            self._until = time.monotonic() + self._left()
            start = len(view) - self.unsent
            try:
                self.unsent -= self._socket.send(view[start : start + _PIECE])
            except _AGAIN as again:
                self._wait(again, POLLOUT)

    def answer(self) -> Answer:
        """Read one whole answer, of one line or several.

        Raises:
            SMTPServerDisconnected: the connection was closed, in the midst of it perhaps.
            OSError: the connection was lost, or no answer came in time, or what came is none.
        """
        words = []
        for _ in range(_MOST):
            line = self._line()
            found = _LINE.fullmatch(line)
            if found is None:
                raise ConnectionError(f"it answers {line[:80]!r}")
            words.append(line[4:])
            if line[3:4] != b"-":
                return Answer(int(found[1]), b"\n".join(words))
        raise ConnectionError(f"it answers with more than {_MOST} lines")

    def unread(self) -> bool:
        """Say whether the relay has said more than was read; raises as `answer` when it is gone."""
        if not self._heard:
            try:
                self._heard = self._received()
            except _AGAIN:
                return False
        return True

    def _line(self) -> bytes:
        while (end := self._heard.find(b"\n")) < 0:
            if len(self._heard) > _LONGEST:
                raise ConnectionError("it answers with an endless line")
            try:
                self._heard += self._received()
            except _AGAIN as again:
                self._wait(again, POLLIN)
        line, self._heard = self._heard[:end], self._heard[end + 1 :]
        return line.rstrip(b"\r")

    def _received(self) -> bytes:
        received = self._socket.recv(_PIECE)
        if not received:
            raise SMTPServerDisconnected("the relay closed it")
        return received

    def _wait(self, again: OSError, event: int) -> None:
        """Wait until the socket can go on; TLS may want to read before it writes, or the reverse.

        The wait for answers counts from the last write, however slowly they drip.
        """
        if isinstance(again, ssl.SSLError):
            event = POLLOUT if isinstance(again, ssl.SSLWantWriteError) else POLLIN
        ready = poll()
        ready.register(self._socket, event)
        seconds = self._until - time.monotonic()
        if seconds <= 0 or not ready.poll(math.ceil(seconds * 1000)):
            raise TimeoutError("no answer in time")
