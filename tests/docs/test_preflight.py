"""The table of checks can't rot."""

import re
from pathlib import Path

from digest.compose.preflight.finding import Code

TABLE = (Path(__file__).parents[2] / "docs" / "preflight.md").read_text(encoding="utf-8")


def test_every_check_stands_in_the_table_once_and_no_other() -> None:
    told = re.findall(r"^\| `([\w-]+)` \|", TABLE, flags=re.M)
    assert sorted(told) == sorted(code.value for code in Code)


def test_every_check_is_made() -> None:
    sources = Path(__file__).parents[2].joinpath("digest").rglob("*.py")
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert [code.name for code in Code if f"Code.{code.name}" not in text] == []
