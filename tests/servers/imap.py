"""A look-alike of an IMAP server on loopback: one folder, read well or badly, as a test says."""

import base64
import re
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

USER, PASSWORD = "revue", "très secret"


@dataclass
class MailServer:
    """What is in its folder, what it does wrong, and what it was told."""

    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    fault: str = ""
    at_mail: int = 0
    """The fault comes when this mail is fetched; at the greeting where it is 0."""
    told: list[str] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"imap://{USER}@127.0.0.1:{self.port}/INBOX"

    def gets(
        self, subject: str, sender: str = "Agence <depeches@agence.example>", **how: str
    ) -> int:
        """Let a mail arrive; give its UID."""
        uid = max(self.mails, default=0) + 1
        kind, body = how.get("kind", "plain"), how.get("body", f"Un texte sur {subject}.")
        self.mails[uid] = (
            f"From: {sender}\r\nTo: revue@example.org\r\nSubject: {subject}\r\n"
            f"Message-ID: <{subject.replace(' ', '.')}@agence.example>\r\n"
            f"Date: Wed, 25 Nov 2026 10:0{uid % 10}:00 +0000\r\n"
            f"Content-Type: text/{kind}; charset=utf-8\r\n\r\n{body}\r\n"
        ).encode()
        return uid


@contextmanager
def serving_mail(context: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """Run one for as long as the block lasts."""
    server = MailServer()

    class Speaking(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            try:
                _speak(self, server)
            except OSError:
                return

    class Listening(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

        def get_request(self) -> Any:
            connection, address = super().get_request()
            wrapped = context and context.wrap_socket(connection, server_side=True)
            return wrapped or connection, address

        def handle_error(self, *_: Any) -> None:
            """Say nothing."""

    with Listening(("127.0.0.1", 0), Speaking) as listening:
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            listening.shutdown()
            thread.join()


def _speak(talk: Any, server: MailServer) -> None:
    if server.fault and not server.at_mail and not _misbehave(talk, server):
        return
    talk.wfile.write(b"* OK ready\r\n")
    while line := talk.rfile.readline():
        tag, _, said = line.decode("latin-1").strip().partition(" ")
        server.told.append(said)
        words = said.upper().removeprefix("UID ").split()
        answer = _ANSWERS.get(words[0] if words else "")
        if answer is None:
            talk.wfile.write(f"{tag} BAD what?\r\n".encode())
        elif not answer(talk, server, tag, said):
            return


def _misbehave(talk: Any, server: MailServer) -> bool:
    """Do what the fault is; tell whether the talk goes on."""
    match server.fault:
        case "bye":
            talk.wfile.write(b"* BYE overloaded\r\n")
        case "endless":
            talk.wfile.write(b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n")
            while not server.closing.is_set():
                talk.wfile.write(b"x" * 65_536)
        case "drip":
            while not server.closing.wait(0.05):
                talk.wfile.write(b"x")
        case "silent":
            server.closing.wait(30)
        case _:
            return True
    return False


def _capability(talk: Any, server: MailServer, tag: str, _: str) -> bool:
    talk.wfile.write(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done\r\n".encode())
    return True


def _authenticate(talk: Any, server: MailServer, tag: str, _: str) -> bool:
    talk.wfile.write(b"+ \r\n")
    given = base64.b64decode(talk.rfile.readline()).decode()
    right = given == f"\0{USER}\0{PASSWORD}"
    answer = "OK in" if right else f"NO not {given}"  # some repeat what they were told
    talk.wfile.write(f"{tag} {answer}\r\n".encode())
    return True


def _examine(talk: Any, server: MailServer, tag: str, said: str) -> bool:
    if '"INBOX"' not in said:
        talk.wfile.write(f"{tag} NO no such folder\r\n".encode())
        return True
    talk.wfile.write(f"* {len(server.mails)} EXISTS\r\n".encode())
    talk.wfile.write(f"* OK [UIDVALIDITY {server.validity}] valid\r\n".encode())
    talk.wfile.write(f"{tag} OK [READ-ONLY] done\r\n".encode())
    return True


def _search(talk: Any, server: MailServer, tag: str, said: str) -> bool:
    first = re.search(r"UID (\d+):\*", said[4:])
    uids = [uid for uid in server.mails if not first or uid >= int(first[1])]
    uids = uids or [max(server.mails, default=0)]  # n:* always names the newest
    talk.wfile.write(f"* SEARCH {' '.join(map(str, uids))}\r\n{tag} OK done\r\n".encode())
    return True


def _fetch(talk: Any, server: MailServer, tag: str, said: str) -> bool:
    uids = [int(one) for one in said.split()[2].split(",")]
    whole = "BODY.PEEK[]" in said
    if whole and server.fault and server.at_mail in uids and not _misbehave(talk, server):
        return False
    for uid in (one for one in uids if one in server.mails):
        mail = server.mails[uid]
        literal = mail if whole else mail.split(b"\r\n")[0] + b"\r\n\r\n"
        part = "BODY[]" if whole else f"RFC822.SIZE {len(mail)} BODY[HEADER.FIELDS (FROM)]"
        talk.wfile.write(f"* 1 FETCH (UID {uid} {part} {{{len(literal)}}}\r\n".encode())
        talk.wfile.write(literal + b")\r\n")
    talk.wfile.write(f"{tag} OK done\r\n".encode())
    return True


def _logout(talk: Any, server: MailServer, tag: str, _: str) -> bool:
    talk.wfile.write(f"* BYE\r\n{tag} OK bye\r\n".encode())
    return False


_ANSWERS = {
    "CAPABILITY": _capability,
    "AUTHENTICATE": _authenticate,
    "EXAMINE": _examine,
    "SEARCH": _search,
    "FETCH": _fetch,
    "LOGOUT": _logout,
}
