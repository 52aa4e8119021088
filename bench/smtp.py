"""How many mails a second does a relay get? Measured with Postfix's `smtp-sink`, which drops them.

Where Postfix is not installed its package is unpacked into var/cache, without being installed; that
needs Debian's apt-get and dpkg-deb, but no rights.
"""

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sending import a_page
from digest.model.delivery import Tally
from digest.model.issue import Issue, RenderedEdition
from digest.pipeline.sending import send
from digest.storage import editions
from digest.storage.migrating import upgrade
from subscribers.database import Database
from tests.pipeline.scene import a_newsroom, an_approved_issue, enrol

_CACHE = Path("var/cache/postfix")
_MAILS = 10_000
_PAGE, _TEXT = 15_400, 4_000
"""Characters of HTML and of text: 25 kB a mail on the wire."""
_UNPRIVILEGED = ("-oAPT::Sandbox::User=", "-oDir::Cache::pkgcache=", "-oDir::Cache::srcpkgcache=")
"""Lets apt-get keep lists of its own: the system's may be empty, and only root may fill them."""
_PATIENCE = 120
"""Seconds for a download."""


class LeftOutError(Exception):
    """It can't be measured here, for want of something that is not digest's."""


def mails_per_s() -> float:
    """`smtp.mails_per_s`: through the whole ledger, with the sink on the same cores."""
    with tempfile.TemporaryDirectory() as folder, _running(_sink()) as port:
        database = Database(f"sqlite:///{folder}/digest.db")
        issue = _prepared(database)
        newsroom = a_newsroom(database, f"smtp://127.0.0.1:{port}?tls=no")
        began = time.perf_counter()
        report = send(newsroom, issue.id)
        seconds = time.perf_counter() - began
        database.close()
    if report.tally != Tally(planned=_MAILS, sent=_MAILS):
        raise RuntimeError(f"not everyone was sent to: {report}")
    return _MAILS / seconds


def _prepared(database: Database) -> Issue:
    upgrade(database)
    enrol(database, _MAILS)
    issue = an_approved_issue(database)
    page = a_page(_PAGE)
    edition = RenderedEdition(
        key="fr", language="fr", subject="Sahel : une semaine", html=page, text=page[:_TEXT]
    )
    with database.write() as connection:
        editions.freeze(connection, issue.id, [edition])
    return issue


def _sink() -> Path:
    """Find smtp-sink, or fetch it.

    Raises:
        LeftOutError: it can't be had here.
    """
    installed = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if installed:
        return Path(installed)
    unpacked = _CACHE / "usr/sbin/smtp-sink"
    if not unpacked.exists():
        _unpack()
    if not unpacked.exists():
        raise LeftOutError("no smtp-sink here, and Debian's package postfix can't be had")
    return unpacked.absolute()


def _unpack() -> None:
    (_CACHE / "lists/partial").mkdir(parents=True, exist_ok=True)
    lists = [f"-oDir::State::Lists={(_CACHE / 'lists').absolute()}", *_UNPRIVILEGED]
    if not _ran("apt-get", "download", "postfix"):
        _ran("apt-get", *lists, "update")
        _ran("apt-get", *lists, "download", "postfix")
    for package in _CACHE.glob("postfix_*.deb"):
        _ran("dpkg-deb", "-x", package.name, ".")


def _ran(*command: str) -> bool:
    try:
        done = subprocess.run(
            command, cwd=_CACHE, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@contextmanager
def _running(sink: Path) -> Iterator[int]:
    """Run a sink on a free port, as who we are: a sink of root asks to be told who to be."""
    port = _free_port()
    own = sink.parents[1] / "lib/postfix"
    user = ["-u", getpass.getuser()] if os.geteuid() == 0 else []
    command = [str(sink), *user, f"127.0.0.1:{port}", "100"]
    environment = os.environ | ({"LD_LIBRARY_PATH": str(own)} if own.is_dir() else {})
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_until_it_listens(process, port)
            yield port
        finally:
            process.kill()


def _wait_until_it_listens(process: "subprocess.Popen[str]", port: int) -> None:
    for _ in range(200):
        if process.poll() is not None:
            _, words = process.communicate()
            raise LeftOutError(f"smtp-sink does not run here: {words.strip()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            time.sleep(0.02)
        else:
            return
    raise LeftOutError("smtp-sink does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
