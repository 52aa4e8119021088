"""A web server on loopback that answers as it is told, well or badly, and remembers who asked."""

import gzip
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Page:
    """What one path answers."""

    body: bytes = b""
    status: int = 200
    reason: str = ""
    """What stands behind the status, when not the usual words."""
    headers: Mapping[str, str] = field(default_factory=dict)
    promised: int = 0
    """Content-Length to claim, when not the true one."""
    drips: bool = False
    """One byte now and then, for ever."""
    floods: bool = False
    """Without end, as fast as it goes."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    port: int
    """The asking end of the connection."""


class FeedServer:
    """Serves pages by path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, Page] = {}
        self.asked: list[Asked] = []
        self.robots_asked: list[Asked] = []
        """Requests for robots.txt, apart from the others."""
        self.closing = threading.Event()

    def gives(self, path: str, body: bytes | str = b"", **how: Any) -> str:
        """Let a path answer so; give its address."""
        raw = body.encode() if isinstance(body, str) else body
        self.pages[path] = Page(body=raw, **how)
        return self.url + path

    def gives_packed(self, path: str, body: bytes) -> str:
        """Let a path answer gzipped."""
        headers = {"Content-Encoding": "gzip"}
        return self.gives(path, gzip.compress(body, 9), headers=headers)

    def redirects(self, path: str, target: str, status: int = 301) -> str:
        """Let a path lead to another address."""
        return self.gives(path, status=status, headers={"Location": target})


@contextmanager
def serving_feeds() -> Iterator[FeedServer]:
    """Run a server for as long as the block lasts."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    http.daemon_threads = True
    server = FeedServer(f"http://127.0.0.1:{http.server_address[1]}")
    http.RequestHandlerClass = _answering(server)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        thread.join()
        http.server_close()


def _answering(server: FeedServer) -> Callable[..., BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            port = self.client_address[1]
            asked = Asked(path=self.path, headers=dict(self.headers), port=port)
            robots = self.path == "/robots.txt"
            (server.robots_asked if robots else server.asked).append(asked)
            page = server.pages.get(self.path, Page(status=404))
            try:
                self._give(_conditional(page, self.headers))
            except OSError:
                self.close_connection = True

        def _give(self, page: Page) -> None:
            self.send_response(page.status, page.reason or None)
            for name, value in page.headers.items():
                self.send_header(name, value)
            endless = page.drips or page.floods
            if not endless:
                self.send_header("Content-Length", str(page.promised or len(page.body)))
            self.close_connection = bool(endless or page.promised)
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(page.body)
            while endless and not server.closing.wait(0.05 if page.drips else 0):
                self.wfile.write(b"x" if page.drips else b"x" * 65_536)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Answering


def _conditional(page: Page, headers: Message) -> Page:
    etag = page.headers.get("ETag")
    if etag and headers.get("If-None-Match") == etag:
        return Page(status=304, headers=page.headers)
    return page
