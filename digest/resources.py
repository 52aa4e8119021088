"""Where are the files that travel with the code? Beside it in a checkout, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "_shipped"


def shipped(name: str) -> Path:
    """Give the path of a shipped file or folder: `templates`, `schedule.yaml`, `inbox`, `demo`."""
    return (_SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent) / name
