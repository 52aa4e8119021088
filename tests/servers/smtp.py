"""An SMTP look-alike: takes mail, fails on demand, records whom it answered 250 for.

In a test: `with smtp.running(folder / "accepted") as relay: … relay.url`. As its own process:
`python -m tests.servers.smtp --record accepted`, which prints its port.

A script gives answers by command and how often it was said: `{"RCPT 3": "550 5.1.1 unknown"}`.
END is a mail's last line, BODY its first bytes. The words DROP, RECORD-DROP and HALF end the
connection: without a word, after taking the mail, in mid-answer.
"""

import argparse
import json
import os
import re
import socketserver
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

DROP = "DROP"
RECORD_DROP = "RECORD-DROP"
HALF = "HALF"
EXTENSIONS = ("8BITMIME", "SMTPUTF8", "SIZE 30000000")
PIPELINING = (*EXTENSIONS, "PIPELINING")


class LookAlike(socketserver.ThreadingTCPServer):
    """One relay: its script and the mails it took."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        record: Path,
        *,
        script: Mapping[str, str] | None = None,
        extensions: tuple[str, ...] = EXTENSIONS,
        delay: float = 0.0,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.record = record
        self.extensions = extensions
        self.delay = delay
        self.most = 0
        """Mails that a connection may bring; 0 for any number."""
        self.dribs = 0.0
        """Seconds between the pieces of an answer; 0 for answers in one piece."""
        self.tls: ssl.SSLContext | None = None
        self.tls_first = False
        self.lock = threading.Lock()
        self.speaking = 0
        """Connections that live."""
        self.begin_anew(script or {})

    def begin_anew(self, script: Mapping[str, str]) -> None:
        """Forget what happened once nobody speaks any more; play this script."""
        while self.speaking:
            time.sleep(0.001)
        self.script = dict(script)
        self.mails: list[tuple[str, bytes]] = []
        self.ends: dict[str, str] = {}
        """How each mail's last line was answered, by address."""
        self.heard: list[str] = []
        self.logins: list[str] = []
        self.senders: list[str] = []
        self.said: Counter[str] = Counter()
        self.connections = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?tls=no"

    def scripted(self, verb: str) -> str:
        """Give the script's answer to this command, or nothing."""
        with self.lock:
            self.said[verb] += 1
            return self.script.get(f"{verb} {self.said[verb]}", self.script.get(verb, ""))

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a connection for as long as it lives."""
        with self.lock:
            self.connections += 1
            self.speaking += 1
        try:
            yield
        finally:
            with self.lock:
                self.speaking -= 1

    def take(self, address: str, mail: bytes) -> None:
        with self.lock, self.record.open("a") as record:
            record.write(f"{address}\n")
            record.flush()
            os.fsync(record.fileno())
            self.mails.append((address, mail))


class _Dialogue(socketserver.StreamRequestHandler):
    server: LookAlike
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with self.server.counted(), suppress(OSError, ValueError):
            self._taken = 0
            self._forget()
            if self.server.tls_first:
                self._secure()
            if self._say(self.server.scripted("CONNECT") or "220 look-alike"):
                while (line := self.rfile.readline()) and self._answer(line.decode().rstrip()):
                    pass

    def _forget(self) -> None:
        self._sender, self._address = False, ""

    def _answer(self, line: str) -> bool:
        """Answer a command; say whether the connection lives on."""
        verb = line.split(" ", 1)[0].upper()
        self.server.heard.append(verb)
        if verb == "AUTH":
            self.server.logins.append(line)
        if verb == "DATA":
            return self._data()
        answer = self.server.scripted(verb) or self._own(verb)
        if answer.startswith("25"):
            self._note(verb, line)
        if not self._say(answer):
            return False
        if verb == "STARTTLS":
            self._secure()
        return verb != "QUIT"

    def _own(self, verb: str) -> str:
        if verb == "MAIL" and self._sender:
            return "503 5.5.1 nested MAIL"
        if verb == "RCPT" and not self._sender:
            return "503 5.5.1 MAIL first"
        lines = ["look-alike", *self.server.extensions]
        hello = "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])
        own = {"EHLO": hello, "AUTH": "235 2.7.0 welcome", "STARTTLS": "220 go", "QUIT": "221 bye"}
        return own.get(verb, "250 2.0.0 ok")

    def _note(self, verb: str, line: str) -> None:
        if verb == "MAIL":
            self._sender = True
            self.server.senders.append(line.partition("<")[2].partition(">")[0])
        elif verb == "RCPT":
            found = re.search("<(.*)>", line)
            self._address = found[1] if found else ""
        elif verb == "RSET":
            self._forget()

    def _data(self) -> bool:
        own = "354 go on" if self._address else "554 5.5.1 no valid recipients"
        before = self.server.scripted("DATA") or own
        goes_on = self._say(before)
        if not goes_on or not before.startswith("354"):
            return goes_on
        if self.server.scripted("BODY") == DROP:
            self.server.ends |= {self._address: DROP} if self._address else {}
            self.rfile.read(1000)
            return False
        mail = b"".join(iter(self._line, b".\r\n"))
        time.sleep(self.server.delay)
        return self._ended(mail, self.server.scripted("END") or "250 2.0.0 queued as 1")

    def _ended(self, mail: bytes, answer: str) -> bool:
        self.server.ends[self._address] = answer
        if answer == RECORD_DROP or answer.startswith("2"):
            self.server.take(self._address, mail)
            self._taken += 1
        self._forget()
        return self._say(answer) and self._taken != self.server.most

    def _line(self) -> bytes:
        line = self.rfile.readline()
        if not line:
            raise ConnectionError
        return line[1:] if line.startswith(b"..") else line

    def _say(self, answer: str) -> bool:
        """Give an answer, or what the script does in its place; say whether it goes on."""
        if answer in {DROP, RECORD_DROP}:
            return False
        said = b"25" if answer == HALF else f"{answer}\r\n".encode()
        pieces = [said] if not self.server.dribs else [said[:2], said[2:9], said[9:]]
        for piece in filter(None, pieces):
            self.wfile.write(piece)
            time.sleep(self.server.dribs)
        return answer != HALF and not answer.startswith("421")

    def finish(self) -> None:
        super().finish()
        if isinstance(self.request, ssl.SSLSocket):
            self.request.close()

    def _secure(self) -> None:
        assert self.server.tls is not None
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb", buffering=0)


def accepted(record: Path) -> list[str]:
    """Every address that mail was ever taken for, as often as it was."""
    return record.read_text().split() if record.exists() else []


@contextmanager
def running(
    record: Path,
    *,
    script: Mapping[str, str] | None = None,
    extensions: tuple[str, ...] = EXTENSIONS,
) -> Iterator[LookAlike]:
    """Run one in threads of this process."""
    with LookAlike(record, script=script, extensions=extensions) as relay:
        thread = threading.Thread(target=relay.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield relay
        relay.shutdown()
        thread.join(5)


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--record", type=Path, required=True)
    options.add_argument("--script", type=json.loads, default={})
    options.add_argument("--delay", type=float, default=0.0)
    options.add_argument("--pipelining", action="store_true")
    chosen = options.parse_args()
    with LookAlike(chosen.record, script=chosen.script, delay=chosen.delay) as look_alike:
        look_alike.extensions = PIPELINING if chosen.pipelining else EXTENSIONS
        print(look_alike.server_address[1], flush=True)  # noqa: T201 - how the starter learns it
        look_alike.serve_forever()
