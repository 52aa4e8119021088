"""Where does an edition or a page show a story's picture from? Its publisher, or our own copy."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from digest.compose.dressing import Dressing, PictureMaker, Shown, from_its_publisher
from digest.compose.pictured import source_name
from digest.model.issue import Issue
from digest.model.picture import PATH, Copy, Picture, Size
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter, Pictures
from digest.storage import pictures


def picture_maker(
    newsroom: Newsroom, newsletter: Newsletter, told: Sequence[Issue]
) -> PictureMaker:
    """Give what mails show of pictures in an edition that tells stories of these issues."""
    if newsletter.pictures is Pictures.LINKED:
        return from_its_publisher
    return _kept(newsroom, told, newsroom.site_url)


def public_dressing(newsroom: Newsroom, issue: Issue, *, site_url: str = "") -> Dressing:
    """Give a public page's dressing: links as they are, and only pictures that are kept.

    So no publisher learns who reads a page. Without `site_url` addresses are paths.
    """
    return Dressing(picture=_kept(newsroom, [issue], site_url))


def as_data(newsroom: Newsroom, told: Sequence[Issue]) -> Mapping[str, str]:
    """Give the pictures of these issues' mails as `data:` addresses, by their own addresses."""
    with newsroom.database.read() as connection:
        names = {one.name for one in _known(pictures.of_issues(connection, _ids(told))).values()}
        found = {name: pictures.read(connection, name) for name in sorted(names)}
    return {
        f"{newsroom.site_url}{PATH}{name}": f"data:{one[0]};base64,{b64encode(one[1]).decode()}"
        for name, one in found.items()
        if one is not None
    }


def _kept(newsroom: Newsroom, told: Sequence[Issue], site_url: str) -> PictureMaker:
    with newsroom.database.read() as connection:
        known = _known(pictures.of_issues(connection, _ids(told)))

    def show(url: str, size: Size) -> Shown | None:
        picture = known.get((source_name(url), size))
        if picture is None:
            return None
        at = f"{site_url}{PATH}{picture.name}"
        return Shown(url=at, width=picture.width, height=picture.height)

    return show


def _known(copies: Sequence[Copy]) -> Mapping[tuple[str, Size], Picture]:
    return {(one.source, one.size): one.picture for one in copies if one.picture is not None}


def _ids(told: Sequence[Issue]) -> list[int]:
    return [one.id for one in told]
