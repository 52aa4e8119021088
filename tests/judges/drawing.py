"""Pictures for stories that have one: plain dunes under a sun, so that nothing is fetched."""

from urllib.parse import urlsplit
from zlib import crc32

_SHAPES = {"wide": (1200, 675), "tall": (800, 1100), "square": (900, 900), "logo": (360, 80)}
_SKIES = "#f3d9b1", "#cfe3e6", "#f0c7a8", "#d8d2e8"
_SANDS = (
    ("#c98a4b", "#9c5f33"),
    ("#b9a06a", "#7d6a42"),
    ("#a8664e", "#6e3d33"),
    ("#8d9a78", "#56664f"),
)


def shape(url: str) -> tuple[int, int]:
    """Give the width and height of the picture at an address, in pixels."""
    return _SHAPES.get(urlsplit(url).path.lstrip("/").split("-")[0], _SHAPES["square"])


def drawn(url: str) -> str:
    """Draw what lies at an address as SVG: always the same, in the shape its name begins with."""
    wide, high = shape(url)
    seed = crc32(urlsplit(url).path.encode())
    sky, (far, near) = _SKIES[seed % 4], _SANDS[seed // 4 % 4]
    sun = 0.2 + seed % 7 / 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}"'
        ' viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<path fill="{sky}" d="M0 0h100v100H0z"/>'
        f'<ellipse cx="{sun * 100:.0f}" cy="34" rx="{900 / wide * 8:.1f}" ry="{900 / high * 8:.1f}"'
        f' fill="#fff6dc"/><path fill="{far}" d="M0 62Q25 44 50 58T100 52V100H0z"/>'
        f'<path fill="{near}" d="M0 82Q30 64 60 78T100 70V100H0z"/></svg>'
    )
