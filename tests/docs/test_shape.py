"""Small by rule: the limits that CONTRIBUTING.md states, measured on every file."""

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]


def files(*packages: str) -> list[Path]:
    """Every module of the packages; a migration is as long as its tables."""
    found = (path for package in packages for path in (ROOT / package).rglob("*.py"))
    return sorted(path for path in found if "versions" not in path.parts)


FILES = files("digest", "subscribers", "bench")
TESTS = files("tests")


def test_no_file_is_over_300_lines() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (*FILES, *TESTS)}
    long = {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > 300}
    assert long == {}


def test_functions_are_a_handful_of_lines() -> None:
    lengths = {f"{path.name}:{name}": n for path in FILES for name, n in functions(path)}
    assert {name: n for name, n in lengths.items() if n > 40} == {}
    ordered = sorted(lengths.values())
    assert statistics.median(ordered) <= 6
    assert ordered[int(len(ordered) * 0.9)] <= 20


def functions(path: Path) -> list[tuple[str, int]]:
    """Each function's name and the lines of its body, docstring left out."""
    tree = ast.parse(path.read_text())
    found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [(node.name, _body_lines(node)) for node in found]


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
