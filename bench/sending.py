"""How fast, and in how much memory, does an issue reach its readers? One run's value a function."""

import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.readership import fill
from digest.deliver.personalise import cut, values_of
from digest.model.delivery import Tally
from digest.model.issue import Issue, RenderedEdition
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.planning import plan
from digest.pipeline.sending import send
from digest.storage import editions, tallies
from digest.storage.migrating import upgrade
from subscribers.database import Database
from tests import postgres
from tests.pipeline.scene import a_newsroom, an_approved_issue

ROOT = Path(__file__).parents[1]
_BODIES = 50_000
_NULL_RECIPIENTS = 500_000
_SENDGRID_RECIPIENTS = 200_000


def bodies_per_s() -> float:
    """`personalise.bodies_per_s`: HTML bodies of 60 kB filled in, on one core."""
    pattern = cut(a_page())
    values = [
        values_of(
            name=f"Aïssata Diop {reader}",
            address=f"reader{reader}@readers.example",
            unsubscribe_url=f"https://digest.example/u/{reader:064}",
        )
        for reader in range(500)
    ]
    began = time.perf_counter()
    for number in range(_BODIES):
        pattern.fill(values[number % 500])
    return _BODIES / (time.perf_counter() - began)


def null_per_s() -> float:
    """`send.sqlite.recipients_per_s`: from the approved issue to the settled ledger, no mail."""
    with _sending("null://", _NULL_RECIPIENTS) as (newsroom, issue):
        return _rate(newsroom, issue, _NULL_RECIPIENTS)


def sendgrid_per_s() -> float:
    """`send.sendgrid.recipients_per_s`: with a look-alike in another process on the same cores."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _look_alike(Path(folder) / "accepted") as url,
        _sending(url, _SENDGRID_RECIPIENTS) as (newsroom, issue),
    ):
        return _rate(newsroom, issue, _SENDGRID_RECIPIENTS)


def peak_mb_100k() -> float:
    """`send.peak_mb_100k`: most memory of a process that sends to 100,000 through null://."""
    return _peak_mb_of(100_000)


def peak_mb_1m() -> float:
    """`send.peak_mb_1m`: the same for 1,000,000."""
    return _peak_mb_of(1_000_000)


def plan_sqlite_1m() -> float:
    """`plan.sqlite.seconds_1m`: from the approved issue to the committed plan of 1,000,000."""
    with tempfile.TemporaryDirectory() as folder:
        return _planning_seconds(Database(f"sqlite:///{folder}/digest.db"))


def plan_postgresql_1m() -> float:
    """`plan.postgresql.seconds_1m`: the same on PostgreSQL, with what it promises to the disk."""
    with postgres.running(safe=True) as server:
        server.prepare()
        return _planning_seconds(Database(server.url(server.fresh())))


def plan_sqlite_choices_1m() -> float:
    """`plan.sqlite.choices.seconds_1m`: the same when more than half of the readers chose."""
    with tempfile.TemporaryDirectory() as folder:
        return _planning_seconds(Database(f"sqlite:///{folder}/digest.db"), mixed=True)


def plan_postgresql_choices_1m() -> float:
    """`plan.postgresql.choices.seconds_1m`: the same on PostgreSQL."""
    with postgres.running(safe=True) as server:
        server.prepare()
        return _planning_seconds(Database(server.url(server.fresh())), mixed=True)


def _planning_seconds(database: Database, *, mixed: bool = False) -> float:
    issue = _with_choices(database, 1_000_000) if mixed else _prepared(database, 1_000_000)
    newsroom = a_newsroom(database)
    with closing(newsroom.provider()) as provider:
        began = time.perf_counter()
        plan(newsroom, issue, provider)
        seconds = time.perf_counter() - began
    with database.read() as connection:
        planned = tallies.tally(connection, issue.id).planned
    database.close()
    if not (700_000 if mixed else 1_000_000) <= planned <= 1_000_000:
        raise RuntimeError(f"{planned} were planned")
    return seconds


def _peak_mb_of(readers: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/digest.db"
        database = Database(url)
        issue = _prepared(database, readers)
        database.close()
        spawned = multiprocessing.get_context("spawn")
        answers = spawned.Queue()
        child = spawned.Process(target=_send_and_tell, args=(url, issue.id, answers))
        child.start()
        peak: float = answers.get(timeout=300)
        child.join()
        return peak


def a_page(size: int = 60_000) -> str:
    """Give the HTML of a realistic edition, its six tokens where they stand in ours."""
    story = (
        '<tr><td style="padding:16px 24px;font-family:Georgia,serif"><h3><a href="https://presse'
        '.example/article/bamako-{n}">Bamako rappelle son ambassadeur après l’attaque n° {n}</a>'
        "</h3><p>Le Mali a rappelé mardi son ambassadeur. La décision suit l’attaque d’un convoi"
        " près de Ménaka, revendiquée samedi par un groupe armé.</p></td></tr>\n"
    )
    stories = "".join(story.format(n=number) for number in range(size // (len(story) + 6)))
    return (
        "<!doctype html><html lang=fr><body><p>Bonjour %%NAME_HTML%%</p><table>"
        f"{stories}</table><p>%%NAME_HTML%%, vous recevez cette lettre à %%ADDRESS_HTML%%.</p>"
        '<p><a href="%%UNSUBSCRIBE_URL%%">Se désabonner</a> %%UNSUBSCRIBE_URL%%</p></body></html>'
    )


def _send_and_tell(url: str, issue_id: int, answers: "multiprocessing.Queue[float]") -> None:
    send(a_newsroom(Database(url)), issue_id)
    answers.put(peak_mb())


def peak_mb() -> float:
    """Give this process's most memory; Linux's ru_maxrss would count its parent's too."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _rate(newsroom: Newsroom, issue: Issue, recipients: int) -> float:
    began = time.perf_counter()
    report = send(newsroom, issue.id)
    seconds = time.perf_counter() - began
    if report.tally != Tally(planned=recipients, sent=recipients):
        raise RuntimeError(f"not everyone was sent to: {report}")
    return recipients / seconds


@contextmanager
def _sending(provider_url: str, recipients: int) -> Iterator[tuple[Newsroom, Issue]]:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/digest.db")
        issue = _prepared(database, recipients)
        yield a_newsroom(database, provider_url), issue
        database.close()


def _with_choices(database: Database, readers: int) -> Issue:
    upgrade(database)
    fill(database, readers, mixed=True)
    return an_approved_issue(database)


def _prepared(database: Database, recipients: int) -> Issue:
    """Make readers and an issue whose edition, of 60 kB, is frozen already."""
    upgrade(database)
    fill(database, recipients)
    issue = an_approved_issue(database)
    page = a_page()
    edition = RenderedEdition(
        key="fr", language="fr", subject="Sahel : une semaine", html=page, text=page[:12_000]
    )
    with database.write() as connection:
        editions.freeze(connection, issue.id, [edition])
    return issue


@contextmanager
def _look_alike(record: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.servers.sendgrid", "--record", str(record), "--lean"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101 - a pipe was asked for
        try:
            yield f"sendgrid://127.0.0.1:{int(server.stdout.readline())}?tls=no"
        finally:
            server.kill()
