"""An SMTP look-alike: takes mail, fails on demand, records whom it answered 250 for.

In a test: `with smtp.running(folder / "accepted") as relay: … relay.url`. As its own process:
`python -m tests.servers.smtp --record accepted`, which prints its port.

A script gives answers by command and how often it was said: `{"RCPT 3": "550 5.1.1 unknown"}`; the
words DROP and RECORD-DROP end the connection, the latter after taking the mail.
"""

import argparse
import json
import os
import re
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

DROP = "DROP"
RECORD_DROP = "RECORD-DROP"
EXTENSIONS = ("8BITMIME", "SMTPUTF8", "SIZE 30000000")


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
        self.script = dict(script or {})
        self.extensions = extensions
        self.delay = delay
        self.mails: list[tuple[str, bytes]] = []
        self.said: Counter[str] = Counter()
        self.connections = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?tls=no"

    def scripted(self, verb: str) -> str:
        """Give the script's answer to this command, or nothing."""
        with self.lock:
            self.said[verb] += 1
            return self.script.get(f"{verb} {self.said[verb]}", self.script.get(verb, ""))

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
        self.server.connections += 1
        self._address = ""
        with suppress(ConnectionError, BrokenPipeError, ValueError):
            self._say(self.server.scripted("CONNECT") or "220 look-alike")
            while line := self.rfile.readline():
                if not self._answer(line.decode().rstrip("\r\n")):
                    return

    def _answer(self, line: str) -> bool:
        verb = line.split(" ", 1)[0].upper()
        scripted = self.server.scripted(verb) if verb != "DATA" else ""
        if scripted:
            return scripted != DROP and self._say(scripted)
        match verb:
            case "EHLO":
                lines = ["look-alike", *self.server.extensions]
                return self._say(
                    "\r\n".join([f"250-{x}" for x in lines[:-1]] + [f"250 {lines[-1]}"])
                )
            case "RCPT":
                found = re.search("<(.*)>", line)
                self._address = found[1] if found else ""
                return self._say("250 2.1.5 ok")
            case "DATA":
                return self._data()
            case "QUIT":
                return not self._say("221 bye")
            case _:
                return self._say("250 2.0.0 ok")

    def _data(self) -> bool:
        before = self.server.scripted("DATA")
        if before:
            return before != DROP and self._say(before)
        self._say("354 go on")
        if self.server.scripted("BODY") == DROP:
            self.rfile.read(1000)
            return False
        mail = b"".join(iter(self._line, b".\r\n"))
        time.sleep(self.server.delay)
        after = self.server.scripted("END")
        if after and after != RECORD_DROP:
            return after != DROP and self._say(after)
        self.server.take(self._address, mail)
        return after != RECORD_DROP and self._say("250 2.0.0 queued as 1")

    def _line(self) -> bytes:
        line = self.rfile.readline()
        if not line:
            raise ConnectionError
        return line[1:] if line.startswith(b"..") else line

    def _say(self, text: str) -> bool:
        self.wfile.write(f"{text}\r\n".encode())
        return True


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
    chosen = options.parse_args()
    with LookAlike(chosen.record, script=chosen.script, delay=chosen.delay) as look_alike:
        print(look_alike.server_address[1], flush=True)  # noqa: T201 - how the starter learns it
        look_alike.serve_forever()
