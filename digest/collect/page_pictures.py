"""Which picture leads an article, how large is it, and what does it show?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from digest.collect.clean import is_pixel, line
from digest.collect.page_heads import Head, attributes

_SMALLEST = 200  # pixels of either side: less is a logo or a face
_LOOKED_AT = 12  # pictures of a page
_IMAGE = re.compile(r"<(?:amp-)?img\b([^<>]{0,4000}+)>", re.IGNORECASE)
_BODY = re.compile(r"<(?:article|main)\b|itemprop=[\"']?articleBody|</h1", re.IGNORECASE)
_CAPTION = re.compile(r"<figcaption\b[^<>]{0,500}+>(.{0,1500}?)</figcaption", re.I | re.DOTALL)
_FIGURE_ENDS = re.compile(r"</figure", re.IGNORECASE)
_NO_PICTURE = re.compile(
    r"(?:^|[/_.-])(?:logos?|icons?|avatars?|placeholder|default|sprite|spacer|blank|gravatar|author"
    r"|favicon|emoji)(?:[/_.-]|\d|$)|^data:",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as a page names it."""

    url: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0
    """Pixels; 0 when nobody said."""

    @property
    def tiny(self) -> bool:
        """Tell whether it is too small for a picture of anything."""
        return 0 < self.width < _SMALLEST or 0 < self.height < _SMALLEST // 2


def lead_picture(html: str, head: Head) -> Picture:
    """Choose the picture that the page itself chose, else its article's own first one."""
    said = next((one for one in _said(head) if one.url and not _is_none(one)), None)
    if said is None:
        return next((one for one in _shown(html) if not _is_none(one)), Picture())
    if said.alt:
        return said
    twin = next((one for one in _shown(html) if _file(one.url) == _file(said.url)), Picture())
    return replace(said, alt=said.alt or twin.alt)


def _said(head: Head) -> Iterator[Picture]:
    meta = head.meta
    yield Picture(
        url=meta.get("og:image") or meta.get("og:image:url") or meta.get("og:image:secure_url", ""),
        alt=meta.get("og:image:alt", ""),
        width=_pixels(meta.get("og:image:width")),
        height=_pixels(meta.get("og:image:height")),
    )
    yield from _of_thing(head.article.get("image"))
    yield Picture(url=meta.get("twitter:image", ""), alt=meta.get("twitter:image:alt", ""))
    yield from _of_thing(head.medium.get("thumbnailUrl"))


def _of_thing(said: Any) -> Iterator[Picture]:  # noqa: ANN401 - JSON of others
    """Read an ImageObject, its address alone, or the first of several."""
    match said:
        case str():
            yield Picture(url=said)
        case [first, *_]:
            yield from _of_thing(first)
        case {"url": str(url)}:
            alt = next((said[k] for k in ("caption", "description") if k in said), "")
            yield Picture(
                url=url,
                alt=alt if isinstance(alt, str) else "",
                width=_pixels(said.get("width")),
                height=_pixels(said.get("height")),
            )
        case _:
            return


def _shown(html: str) -> Iterator[Picture]:
    """Give the pictures from the article's beginning on."""
    begins = _BODY.search(html)
    if begins is None:
        return
    for number, found in enumerate(_IMAGE.finditer(html, begins.start())):
        if number >= _LOOKED_AT:
            return
        said = attributes(found[1])
        url = next(filter(None, (said.get(name, "") for name in ("data-src", "src"))), "")
        if url and not is_pixel(said, url):
            alt = said.get("alt", "").strip() or _caption(html, found.end())
            sizes = (_pixels(said.get("width")), _pixels(said.get("height")))
            yield Picture(url=url, alt=line(alt), width=sizes[0], height=sizes[1])


def _caption(html: str, at: int) -> str:
    """Give the caption of the figure that a picture stands in."""
    near = html[at : at + 3000]
    ends = _FIGURE_ENDS.search(near)
    found = _CAPTION.search(near[: ends.start()]) if ends else None
    return unescape(re.sub(r"<[^<>]*>", " ", found[1])) if found else ""


def _is_none(picture: Picture) -> bool:
    return picture.tiny or _NO_PICTURE.search(_path(picture.url)) is not None


def _path(url: str) -> str:
    """Give the path of an address; of one that is none, the whole."""
    try:
        return urlsplit(url).path if not url.startswith("data:") else url
    except ValueError:
        return url


def _file(url: str) -> str:
    """Give what two sizes of one picture have in common: its file's name without `-1024x683`."""
    name = _path(url).rpartition("/")[2]
    return re.sub(r"(?:-\d{2,4}x\d{2,4}|-scaled)?\.\w{2,5}$", "", name).lower()


def _pixels(said: object) -> int:
    digits = re.match(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*$", str(said or ""))
    return int(digits[1]) if digits else 0
