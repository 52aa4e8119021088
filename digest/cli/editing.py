"""How does an issue go through an editor's own program with nothing lost on the way?"""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.output import emit, say

if TYPE_CHECKING:
    from digest.model.issue import Issue
    from digest.pipeline.newsroom import Newsroom


def show(newsroom: "Newsroom", name: str, *, as_json: bool) -> None:
    """Print an issue's document."""
    from digest.pipeline.composing import editable, the_issue

    issue = the_issue(newsroom, name)
    text = editable(newsroom, issue)
    document = {"issue": issue.id, "version": issue.version, "document": text}
    emit(document, lambda: say(text.rstrip("\n")), as_json=as_json)


def run(newsroom: "Newsroom", name: str, file: Path | None) -> "tuple[Issue, Issue]":
    """Give the issue before and after an edit: from `file`, or by the editor's own program.

    Raises:
        DigestError: the edit can't be taken over; the edited text is kept and its path told.
    """
    from digest.pipeline.composing import edit, the_issue

    issue = the_issue(newsroom, name)
    if file is not None:
        return issue, edit(newsroom, issue.id, _text(file), file=str(file))
    kept = _open(newsroom, issue)
    return issue, _take_over(newsroom, issue, kept)


def _open(newsroom: "Newsroom", issue: "Issue") -> Path:
    """Let the person edit the document in a file that stays until it is taken over."""
    from digest.config import VAR
    from digest.pipeline.composing import editable

    text = editable(newsroom, issue)
    words = _editor()
    folder = VAR / "edits"
    folder.mkdir(parents=True, exist_ok=True)
    at = f"{newsroom.clock():%Y%m%d-%H%M%S}-{os.getpid()}"
    path = folder / f"{issue.newsletter}-{issue.number}-v{issue.version}-{at}.yaml"
    path.write_text(text, encoding="utf-8")
    _run_editor(words, path)
    return path


def _run_editor(words: list[str], path: Path) -> None:
    from digest.errors import DigestError

    try:
        code = subprocess.run([*words, str(path)], check=False).returncode  # noqa: S603 - theirs
    except (FileNotFoundError, PermissionError):
        path.unlink()
        raise DigestError(
            f"there is no program {words[0]!r} to run: set EDITOR to one, or use --print and --file"
        ) from None
    if code:
        raise DigestError(f"{words[0]} ended with {code}: nothing changed; your text is in {path}")


def _editor() -> list[str]:
    """Give the words of the person's own program."""
    from digest.errors import DigestError

    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        return shlex.split(named) or ["vi"]
    except ValueError as failure:
        raise DigestError(f"EDITOR is {named!r}: {failure}; write e.g. EDITOR=nano") from failure


def _take_over(newsroom: "Newsroom", issue: "Issue", kept: Path) -> "Issue":
    from digest.errors import DigestError
    from digest.pipeline.composing import edit

    if not kept.exists():
        raise DigestError(f"{kept} is gone after the edit: nothing changed")
    try:
        changed = edit(newsroom, issue.id, _text(kept), file=str(kept))
    except DigestError:
        again = f"digest issue edit {issue.newsletter}/{issue.number} --file {kept}"
        sys.stderr.write(f"Your text is kept in {kept}; when it is right: {again}\n")
        raise
    kept.unlink()
    return changed


def _text(path: Path) -> str:
    from digest.errors import DigestError

    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as failure:
        raise DigestError(f"{path} can't be read: {failure}") from failure
