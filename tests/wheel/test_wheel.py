"""The wheel installs and runs alone: templates, migrations, sample schedule and drops are in it."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", out], cwd=ROOT, check=True, capture_output=True)
    return next(out.glob("digest-*.whl"))


@pytest.fixture(scope="module")
def alone(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and its dependencies, where the checkout can't be imported."""
    home = tmp_path_factory.mktemp("alone") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    site = next((home / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    # A folder named by a .pth is searched, but its own .pth files (our editable one) are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "python"


def run(python: Path, folder: Path, *words: str) -> str:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("DIGEST_", "PYTHON"))}
    done = subprocess.run(
        [python, *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_runs_the_main_job_in_an_empty_folder(alone: Path, tmp_path: Path) -> None:
    where = run(alone, tmp_path, "-c", "import digest; print(digest.__file__)")
    assert not where.startswith(str(ROOT / "digest"))
    run(alone, tmp_path, "-m", "digest", "init")
    assert (tmp_path / "schedule.yaml").is_file()
    report = json.loads(run(alone, tmp_path, "-m", "digest", "demo", "--json"))
    assert report["issue"]["state"] == "sent"
    assert list((tmp_path / "var" / "outbox").glob("*.eml"))
