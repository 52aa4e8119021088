"""Where does an edition or a page show a story's picture from? Its publisher, or our own copy."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

from digest.compose.draft import briefs_of
from digest.compose.dressing import Dressing, PictureMaker, Shown, from_its_publisher
from digest.compose.links import safe_link
from digest.compose.pictured import source_name
from digest.model.issue import Issue
from digest.model.picture import PATH, Copy, Picture, Size
from digest.pipeline.newsroom import Newsroom
from digest.schedule.values import Newsletter, Pictures
from digest.storage import articles, pictures


def picture_maker(
    newsroom: Newsroom, newsletter: Newsletter, told: Sequence[Issue]
) -> PictureMaker:
    """Give what mails show of pictures in an edition that tells stories of these issues."""
    if newsletter.pictures is Pictures.LINKED:
        return _but(barred_pictures(newsroom, told), from_its_publisher)
    return _kept(newsroom, told, newsroom.site_url)


def public_dressing(newsroom: Newsroom, issue: Issue, *, site_url: str = "") -> Dressing:
    """Give a public page's dressing: links as they are, and only pictures that are kept.

    So no publisher learns who reads a page. Without `site_url` addresses are paths.
    """
    return Dressing(picture=_kept(newsroom, [issue], site_url))


def barred_pictures(newsroom: Newsroom, told: Iterable[Issue]) -> frozenset[str]:
    """Name the pictures of these issues that a source's licence, as it is today, lets nobody show.

    A story's picture is that of the article it is told by, as in `compose.briefs`.
    """
    briefs = [one for issue in told for one in briefs_of(issue.content.sections) if one.image_url]
    leads = [one.lead_id for one in briefs if one.lead_id]
    with newsroom.database.read() as connection:
        known = articles.articles(connection, leads)
    sources = {id_: one.source for id_, one in known.items()}
    closed = {one.name for one in newsroom.schedule.sources if not one.licence.pictures}
    barred = (one for one in briefs if sources.get(one.lead_id) in closed)
    return frozenset(source_name(safe_link(one.image_url)) for one in barred)


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

    return _but(barred_pictures(newsroom, told), show)


def _but(barred: frozenset[str], show: PictureMaker) -> PictureMaker:
    return lambda url, size: None if source_name(url) in barred else show(url, size)


def _known(copies: Sequence[Copy]) -> Mapping[tuple[str, Size], Picture]:
    return {(one.source, one.size): one.picture for one in copies if one.picture is not None}


def _ids(told: Sequence[Issue]) -> list[int]:
    return [one.id for one in told]
