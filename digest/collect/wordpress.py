"""Which posts does a WordPress site give? By its REST interface, found behind any of its pages.

(developer.wordpress.org/rest-api: "Discovery", "Posts", "Pagination", "Linking and embedding")
"""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from digest.collect.answers import Answer
from digest.collect.charset import decode
from digest.collect.clean import tidy
from digest.collect.items import Item, item_from
from digest.collect.link_pages import best_feed
from digest.collect.readings import Parser, Reading
from digest.collect.urls import absolute
from digest.collect.worker import ParseError
from digest.model.article import Mark

PAGE = 50
"""Posts of one answer."""
_MOST = 100
"""Posts that a site gives at once, whatever is asked (WordPress' REST handbook, pagination)."""
_ROUTE = "wp/v2/posts"
_FIELDS = "id,date_gmt,guid,link,title,excerpt,content,_links,_embedded"  # _embed needs _links
_EMBEDDED = "author,wp:featuredmedia"
_REST = re.compile(r"/wp-json\b|[?&]rest_route=")
_LINK = re.compile(
    r"""<([^<>]{1,2000})>[^<>,]{0,200}?rel=["']?https://api\.w\.org/""", re.IGNORECASE
)
_FILTER = re.compile(r"/wp/v2/(categories|tags)/(\d{1,12})/?$")
_WORDPRESS = re.compile(r"wordpress", re.IGNORECASE)
_OFF = "its WordPress REST interface is switched off or not for everybody"


def asked_at(address: str) -> str:
    """Give what to ask for an address in schedule.yaml: its posts, if it names the interface."""
    return posts_of(address) if _REST.search(address) else address


def posts_of(api: str, **more: str) -> str:
    """Give the address of the newest posts; `api` is the interface's root, or a choice of posts."""
    parts = urlsplit(api)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    path = parts.path
    if "rest_route" in query:
        route = query["rest_route"].strip("/")
        query["rest_route"] = f"/{route if route.endswith(_ROUTE) else _ROUTE}"
    elif not path.rstrip("/").endswith(_ROUTE):
        path = f"{path.partition('/wp-json')[0]}/wp-json/{_ROUTE}"
    ours = {"per_page": str(PAGE), "_embed": _EMBEDDED, "_fields": _FIELDS}
    asked = urlencode({**query, **ours, **more}, safe="/,:")
    return urlunsplit((parts.scheme, parts.netloc, path, asked, ""))


def read_wordpress(answer: Answer, parser: Parser) -> Reading:
    """Read posts; of a web page, where they are to be had."""
    text = decode(answer.body, charset=answer.charset)
    if not text.strip():
        return Reading(error="the answer is empty")
    if text.lstrip()[:1] in {"[", "{"}:
        return _posts(text, answer, parser)
    try:
        told = parser.run("links", text, base=answer.url)
    except ParseError as error:
        return Reading(error=f"the page can't be read: {error}")
    return _behind(told, answer)


def _behind(told: dict[str, Any], answer: Answer) -> Reading:
    """Find the interface behind a page; a page at its own address is no WordPress' answer."""
    feed = best_feed(told, answer.url)
    otherwise = f"use its feed, {feed}: write it as 'feed'" if feed else "name its feed instead"
    if _REST.search(answer.url):
        return Reading(error="a web page stands where posts should be")
    header = _LINK.search(answer.links)
    api = (absolute(header[1], answer.url) if header else "") or told["api"]
    if not api and not _WORDPRESS.search(told["generator"]):
        return Reading(error=f"this is no WordPress site that names its interface; {otherwise}")
    follow = posts_of(api or urljoin(answer.url, "/?rest_route=/"), **_filter(told))
    return Reading(follow=follow, otherwise=f"{_OFF}; {otherwise}", lasting=True)


def _filter(told: dict[str, Any]) -> dict[str, str]:
    """Keep to the category or tag whose page was named."""
    found = [_FILTER.search(feed["url"]) for feed in told["feeds"]]
    return {match[1]: match[2] for match in found if match}


def _posts(text: str, answer: Answer, parser: Parser) -> Reading:
    try:
        told = parser.run("posts", text)
    except ParseError as error:
        return Reading(error=f"the posts can't be read: {error}")
    if "no_posts" in told:
        return Reading(error=f"the answer is {answer.cut}" if answer.cut else told["no_posts"])
    items = tuple(item_from(one) for one in told["posts"])
    return Reading(items=items, more=_next(answer.request.url) if len(items) >= PAGE else "")


def read_posts(text: str, _base: str) -> dict[str, Any]:
    """Read the posts of an answer as values of Item, or why there are none. In the worker only."""
    try:
        posts = json.loads(text)
    except (ValueError, RecursionError):
        return {"no_posts": "the answer is no JSON that can be read"}
    if not isinstance(posts, list):
        return {"no_posts": f"the answer holds no posts{_said(posts)}"}
    items = (_item(post) for post in posts[:_MOST] if isinstance(post, dict))
    return {"posts": [item.told() for item in items]}


def _said(answer: Any) -> str:  # noqa: ANN401 - whatever JSON holds
    message = _text(answer, "message") if isinstance(answer, dict) else ""
    return f": {' '.join(message.split())[:200]}" if message else ""


def _next(url: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    page = query.get("page", "1")
    query["page"] = str(int(page) + 1 if page.isdigit() and len(page) < 5 else 2)
    return urlunsplit(parts._replace(query=urlencode(query, safe="/,:")))


def _item(post: dict[str, Any]) -> Item:
    date = _text(post, "date_gmt")
    content = post.get("content")
    locked = isinstance(content, dict) and content.get("protected") is True
    picture = _embedded(post, "wp:featuredmedia")
    return Item(
        guid=_rendered(post, "guid"),
        url=_text(post, "link"),
        title=_rendered(post, "title"),
        author=_text(_embedded(post, "author"), "name"),
        published=(f"{date}Z",) if date else (),
        summary=_rendered(post, "excerpt"),
        content=_rendered(post, "content"),
        image_url=_text(picture, "source_url"),
        image_alt=_text(picture, "alt_text"),
        marks=frozenset({Mark.PARTIAL}) if locked else frozenset(),
    )


def _embedded(post: dict[str, Any], name: str) -> dict[str, Any]:
    embedded = post.get("_embedded")
    ones = embedded.get(name) if isinstance(embedded, dict) else None
    first = ones[0] if isinstance(ones, list) and ones else None
    return first if isinstance(first, dict) else {}


def _rendered(post: dict[str, Any], name: str) -> str:
    value = post.get(name)
    return _text(value, "rendered") if isinstance(value, dict) else _text(post, name)


def _text(values: dict[str, Any], name: str) -> str:
    """Read a string; anything may be anything."""
    value = values.get(name)
    return tidy(value) if isinstance(value, str) else ""
