"""Tools that judge and are not ours: where they are, and what is done when they are not there."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[1] / "tools"
_MODULES = TOOLS / "node_modules"
MJML = _MODULES / ".bin" / "mjml"
VNU = _MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
CANIEMAIL = _MODULES / "caniemail"


def borrow(*tools: str | Path) -> None:
    """Skip the test where a tool is missing, a file or a command; in CI fail instead."""
    missing = [str(tool) for tool in tools if not _is_there(tool)]
    assert not missing or os.environ.get("CI") != "true", f"in CI all judge: no {missing}: .ci/run"
    if missing:
        pytest.skip(f"no {Path(missing[0]).name}: `make judges` gets those who judge our mail")


def answer(*command: str | Path) -> str:
    """Give what a tool writes, which must end well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _is_there(tool: str | Path) -> bool:
    return tool.exists() if isinstance(tool, Path) else shutil.which(tool) is not None
