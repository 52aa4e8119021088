"""What does it mean for readers how a link or picture answered? Judged; somebody else asked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from digest.compose.anatomy import Anatomy
from digest.compose.draft import briefs_of
from digest.compose.links import safe_link
from digest.compose.preflight.finding import Code, Finding, error, note, warning
from digest.compose.preflight.pictures import Picture, heavy_or_narrow
from digest.compose.preflight.residue import ADDRESSES
from digest.model.issue import IssueContent

_DEAD = frozenset({404, 410})


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one address answered, as far as a reader is concerned."""

    url: str
    at: datetime
    """When it was asked."""
    status: int = 0
    """Of HTTP; 0: there was no answer."""
    final: str = ""
    """Where it ended, after redirects."""
    error: str = ""
    """In words, for whatever is no content."""
    heard: bool = True
    """False: nobody answered at all, perhaps because we are offline."""
    inside: bool = False
    """It leads to an address that is not public."""
    picture: Picture | None = None
    """What came, where a picture was asked for."""

    @property
    def dead(self) -> bool:
        """Tell whether the server itself says that there is nothing any more."""
        return self.status in _DEAD


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an address stands in an issue."""

    where: str
    story_id: int | None = None
    width: int = 0
    """Pixels at which a picture is shown; 0: not known."""


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Everything of an issue that leads out of it, each once."""

    links: Mapping[str, Place] = field(default_factory=dict)
    images: Mapping[str, Place] = field(default_factory=dict)


def addresses_of(content: IssueContent, pages: Iterable[Anatomy], ours: str) -> Addresses:
    """Gather where an issue's editions lead; our own pages and readers' own links are left out."""
    places = _places(content)
    links: dict[str, Place] = {}
    images: dict[str, Place] = {}
    for page in pages:
        for url in (one for one in page.links if leads_out(one, ours)):
            links.setdefault(url, places.get(url, Place(where="links")))
        for url, width in zip(page.images, page.widths, strict=True):
            if leads_out(url, ours):
                place = places.get(url, Place(where="images"))
                images.setdefault(url, replace(place, width=width))
    return Addresses(links=links, images=images)


def leads_out(url: str, ours: str) -> bool:
    """Tell whether an address is of the web, and neither ours nor a reader's own."""
    web = url.startswith(("http://", "https://"))
    return web and not url.startswith(ours) and url.strip("%") not in ADDRESSES


def answers(asked: Addresses, looks: Mapping[str, Look]) -> Iterator[Finding]:
    """Judge how each address answered; those that nobody looked at are not spoken of."""
    seen = [looks[url] for url in (*asked.links, *asked.images) if url in looks]
    if len(seen) > 1 and not any(look.heard or look.inside for look in seen):
        what = f"none of {len(seen)} links and pictures could be asked: {seen[0].error}"
        yield note(Code.LINKS_OFFLINE, "links", what, "look again with a network")
        return
    for url, place in asked.links.items():
        if url in looks:
            yield from _link(looks[url], place)
    for url, place in asked.images.items():
        if url in looks:
            yield from _image(looks[url], place)
    if seen:
        well = sum(not look.error for look in seen)
        what = f"{well} of {len(seen)} links and pictures answer"
        yield note(Code.LINKS_ANSWER, "links", what, "a reader finds what is meant")


def inside(url: str) -> bool:
    """Tell whether an address names a machine of somebody's house, without asking anybody."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or not ip_address(host).is_global
    except ValueError:
        return False


def _link(look: Look, place: Place) -> Iterator[Finding]:
    cure = "try it yourself before it goes"
    if look.dead:
        cure = "drop the story, or give it another link"
        yield error(Code.LINK_DEAD, place.where, _said(look), cure, story_id=place.story_id)
    elif look.error:
        what = f"could not be checked: {_said(look)}"
        yield warning(Code.LINK_UNCHECKED, place.where, what, cure, story_id=place.story_id)
    elif _is_home(look.final) and not _is_home(look.url):
        what = f"{look.url} leads to the home page {look.final}: the article is gone, perhaps"
        yield warning(Code.LINK_MOVED_HOME, place.where, what, cure, story_id=place.story_id)


def _image(look: Look, place: Place) -> Iterator[Finding]:
    where, id_ = f"{place.where}, picture", place.story_id
    if look.dead:
        cure = "brand.yaml: `images: none` leaves pictures out"
        yield error(Code.IMAGE_DEAD, where, _said(look), cure, story_id=id_)
    elif look.error:
        what, cure = f"could not be checked: {_said(look)}", "try it yourself before it goes"
        yield warning(Code.LINK_UNCHECKED, where, what, cure, story_id=id_)
    elif look.picture is not None:
        yield from heavy_or_narrow(look.picture, where, look.url, place.width, id_)


def _said(look: Look) -> str:
    return f"{look.url}: {look.error}"


def _is_home(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def _places(content: IssueContent) -> dict[str, Place]:
    """Give the story of each address, as it is printed."""
    found: dict[str, Place] = {}
    for brief in briefs_of(content.sections):
        place = Place(where=f"story {brief.story_id}", story_id=brief.story_id)
        for url in (brief.url, *(mention.url for mention in brief.also), brief.image_url):
            found.setdefault(safe_link(url), place)
    return found
