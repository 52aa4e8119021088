"""`digest sources import` and `export`, as they are typed."""

import json
from pathlib import Path

import pytest

from digest.cli import adding, exchanging, sources
from digest.schedule.reading import read_schedule
from subscribers.database import Database
from tests.cli.commandline import Digest, commandline
from tests.schedule.texts import SMALL

LIST = """<opml version="2.0"><head/><body><outline text="Afrique">
<outline text="Le Fleuve" xmlUrl="https://fleuve.example/rss" language="fr"/>
<outline text="Le fleuve" xmlUrl="https://fleuve.example/rss2"/>
<outline text="encore" xmlUrl="http://www.fleuve.example/rss/"/>
<outline text="RFI" xmlUrl="https://rfi.example/rss?utm_source=x"/>
<outline text="secret" xmlUrl="https://me:pw@x.example/rss"/>
<outline text="script" xmlUrl="javascript:alert(1)"/>
</outline></body></opml>"""


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.yaml"
    path.write_text(f"# ours\n{SMALL}")
    return path


@pytest.fixture
def digest(
    tmp_path: Path, database: Database, schedule: Path, monkeypatch: pytest.MonkeyPatch
) -> Digest:
    registers = (sources.register, adding.register, exchanging.register)
    run = commandline(tmp_path, database, monkeypatch, *registers)
    monkeypatch.setenv("DIGEST_SCHEDULE", str(schedule))
    return run


def test_new_feeds_are_written_and_the_others_told(
    digest: Digest, schedule: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.opml").write_text(LIST)
    would = digest("sources", "import", "list.opml", "--dry-run")[1]
    assert "2 feeds would be written" in would
    assert schedule.read_text() == f"# ours\n{SMALL}"
    told = digest("sources", "import", "list.opml")[1]
    assert "is there already, as le-fleuve" in told
    assert "is there already, as rfi" in told
    assert "secrets don't belong in this file" in told
    assert "pw@" not in told
    names = [source.name for source in read_schedule(schedule).sources]
    assert names == ["rfi", "inbox", "le-fleuve", "le-fleuve-2"]
    assert schedule.read_text().startswith("# ours\n")
    again = json.loads(digest("sources", "import", "list.opml", "--json")[1])
    assert (again["entries"], len(again["passed"])) == ([], 6)


def test_what_is_exported_is_known_when_it_is_imported(
    digest: Digest, schedule: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.opml").write_text(LIST)
    digest("sources", "import", "list.opml")
    told = digest("sources", "export", "ours.opml")[1]
    assert "3 feeds written to ours.opml" in told
    assert "left out: inbox" in told
    assert digest("sources", "export")[1] == (tmp_path / "ours.opml").read_text()
    before = schedule.read_text()
    assert "0 feeds written" in digest("sources", "import", "ours.opml")[1]
    assert schedule.read_text() == before


def test_what_is_no_list_is_said(digest: Digest, tmp_path: Path) -> None:
    (tmp_path / "bad.opml").write_text("<!DOCTYPE x><opml/>")
    code, output = digest("sources", "import", "bad.opml")
    assert code == 1
    assert "bad.opml can't be read as OPML: it has a document type" in output
    assert digest("sources", "import", "none.opml")[0] == 3


def test_hundreds_of_feeds_are_one_change(digest: Digest, schedule: Path, tmp_path: Path) -> None:
    outlines = (f'<outline xmlUrl="https://x{n}.example/" text="X {n}"/>' for n in range(300))
    (tmp_path / "many.opml").write_text(f"<opml>{''.join(outlines)}</opml>")
    assert "300 feeds written" in digest("sources", "import", "many.opml")[1]
    assert len(read_schedule(schedule).sources) == 302
