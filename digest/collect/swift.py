"""What stands in a feed that is written as most are? Read by lxml, many times as fast.

Gives for RSS 2.0 and Atom exactly what `digest.collect.parsing` makes of feedparser's result, or
None: for every element, attribute or nesting whose effect in feedparser is not spelled out here.
tests/collect/test_swift.py holds both against each other. Runs in the worker's process only.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from digest.collect.stamps import stamp

Values: TypeAlias = dict[str, Any]

_ATOM = "{http://www.w3.org/2005/Atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_RSS_ITEM = {
    "title": "title",
    "link": "link",
    "guid": "id",
    "pubDate": "published",
    "description": "summary",
    "author": "author",
    "source": "source",
    "enclosure": "enclosure",
    _CONTENT: "content",
    f"{_DC}creator": "author",
    f"{_DC}date": "updated",
    f"{_MEDIA}content": "media_content",
    f"{_MEDIA}thumbnail": "media_thumbnail",
    "category": "",
    "comments": "",
    "{http://purl.org/rss/1.0/modules/slash/}comments": "",
    "{http://wellformedweb.org/CommentAPI/}commentRss": "",
}
_ATOM_ENTRY = {
    f"{_ATOM}title": "title",
    f"{_ATOM}link": "links",
    f"{_ATOM}id": "id",
    f"{_ATOM}published": "published",
    f"{_ATOM}updated": "updated",
    f"{_ATOM}summary": "summary",
    f"{_ATOM}content": "content",
    f"{_ATOM}author": "person",
    f"{_MEDIA}content": "media_content",
    f"{_MEDIA}thumbnail": "media_thumbnail",
    f"{_ATOM}category": "",
}
"""Elements → what they are to us; with an empty name: nothing, and nothing depends on them."""
_MANY = {"", "links", "enclosure", "media_content", "media_thumbnail"}
_BARE = {"title", "link", "summary", "author", "content", "published", "updated"}
_SYNDICATION = "{http://purl.org/rss/1.0/modules/syndication/}"
_RSS_CHANNEL = {
    *("title", "link", "description", "language", "pubDate", "lastBuildDate", "generator", "ttl"),
    *("copyright", "managingEditor", "webMaster", "category", "docs", f"{_ATOM}link"),
    *(f"{_SYNDICATION}updatePeriod", f"{_SYNDICATION}updateFrequency"),
}
_ATOM_FEED = {
    _ATOM + name
    for name in (
        *("id", "title", "subtitle", "link", "updated", "generator", "rights", "icon", "logo"),
        "category",
    )
}
_IMAGE = {"url", "title", "link", "width", "height", "description"}
_PERSON = {f"{_ATOM}name", f"{_ATOM}email", f"{_ATOM}uri"}
_C1 = re.compile(b"\xc2[\x80-\x9f]")
"""As UTF-8. Feedparser makes characters of cp1252 of them in some places and not in others."""
_NONE, _TYPE = frozenset[str](), frozenset(["type"])
_TEXTS = {"text", "html", "text/html", "text/plain"}
_HTML = {"text/html", "html", "application/xhtml+xml", "xhtml"}


class _Declined(Exception):  # noqa: N818 - it is no error
    """The careful parser must read this feed."""


def read_swiftly(text: str) -> Values | None:
    """Read a mended feed: `{"language", "items"}`, or None where the careful parser must."""
    read = read_under_head(text)
    return read[0] if read else None


def read_under_head(text: str) -> tuple[Values, str] | None:
    """Read a mended feed as read_swiftly does; tell also all that its entries have from above them:
    the kind of feed, the names of its namespaces, its language. With these an entry's own text
    decides what is read in it.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = _declined() if _C1.search(raw := text.encode()) else etree.fromstring(raw, parser)
        read = _rss(root) if root.tag == "rss" else _atom(root)
    except (etree.XMLSyntaxError, UnicodeEncodeError, _Declined):
        return None
    above = root[0] if root.tag == "rss" else root
    return read, repr((root.tag, sorted(above.nsmap.items(), key=repr), read["language"]))


def _rss(root: Any) -> Values:  # noqa: ANN401 - lxml has no types
    _check_attributes(root, allowed=_NONE)
    (channel,) = root if len(root) == 1 and root[0].tag == "channel" else _declined()
    language, items = "", []
    for child in channel:
        if child.tag == "item":
            items.append(_item(child, _RSS_ITEM, attributes=_NONE))
        elif child.tag == "image":
            _check_leaves(child, _IMAGE)
        elif child.tag not in _RSS_CHANNEL or len(child):
            raise _Declined
        elif child.tag == "language":
            language = _declined() if language or child.attrib else _finished(child)
    if channel.attrib:
        raise _Declined
    return {"language": language, "items": items}


def _atom(root: Any) -> Values:  # noqa: ANN401
    if root.tag != f"{_ATOM}feed":
        raise _Declined
    _check_attributes(root, allowed=frozenset([_LANG]))
    items = []
    for child in root:
        if child.tag == f"{_ATOM}entry":
            items.append(_item(child, _ATOM_ENTRY, attributes=_TYPE))
        elif child.tag == f"{_ATOM}author":
            _check_leaves(child, _PERSON)
        elif child.tag not in _ATOM_FEED or len(child):
            raise _Declined
    return {"language": root.get(_LANG, "").replace("_", "-"), "items": items}


def _item(element: Any, names: Mapping[str, str], *, attributes: frozenset[str]) -> Values:  # noqa: ANN401
    said: dict[str, str] = {}
    many: dict[str, list[dict[str, str]]] = {}
    is_link = False
    if element.keys():
        raise _Declined
    for child in element:
        name = names.get(child.tag)
        if name is None or name in said or (len(child) and name != "person"):
            raise _Declined
        if name not in _MANY:
            said[name] = _said(name, child, attributes)
            is_link = is_link or (name == "id" and child.get("isPermaLink", "true") == "true")
        elif name:
            many.setdefault("links" if name == "enclosure" else name, []).append(
                _attributes(child, name)
            )
    return _values(said, many, is_link=is_link, is_atom=bool(attributes))


def _said(name: str, child: Any, attributes: frozenset[str]) -> str:  # noqa: ANN401
    if name == "person":
        return _person(child)
    if keys := child.keys():
        is_odd = name in _BARE and not attributes.issuperset(keys)
        if is_odd or child.get("type", "text") not in _TEXTS:
            raise _Declined
    text = _finished(child)
    return _declined() if name in {"id", "link"} and ":///" in text else text


def _values(
    said: dict[str, str],
    many: dict[str, list[dict[str, str]]],
    *,
    is_link: bool,
    is_atom: bool,
) -> Values:
    links = many.get("links", [])
    link = _shown(links, said) if is_atom else _link_text(said.get("link"))
    if link is None:
        link = said["id"] if is_link else ""
    content = said.get("content", "")
    summary = said.get("summary", content)
    image, alt = _image([*many.get("media_content", []), *many.get("media_thumbnail", [])], links)
    bare = link == said.get("id") and "/" not in link
    hrefs = [one["href"] for one in links if one.get("href")]
    return {
        "guid": said.get("id", ""),
        "url": ("" if bare else link) or next(iter(hrefs), ""),
        "title": said.get("title", ""),
        "author": said.get("author", said.get("person", "")),
        "publisher": said.get("source", ""),
        "published": list(_dates(said)),
        "summary": "" if summary == content else summary,
        "content": content,
        "image_url": image,
        "image_alt": alt,
    }


def _link_text(link: str | None) -> str | None:
    if link is None:
        return None
    return re.sub("&([A-Za-z0-9_]+);", r"&\g<1>", link.replace("&amp;", "&"))


def _shown(links: list[dict[str, str]], said: dict[str, str]) -> str | None:
    """Give the last address of a web page; the id stands in for one."""
    shown = [one["href"] for one in links if one["rel"] == "alternate" and one["type"] in _HTML]
    return shown[-1] if shown else said.get("id", "")


def _attributes(child: Any, name: str) -> dict[str, str]:  # noqa: ANN401
    if (child.text or "").strip() or len(child):
        raise _Declined
    _check_attributes(child, allowed=_NONE)
    given = {key.lower(): value for key, value in child.attrib.items()}
    given |= {key: given[key].lower() for key in ("rel", "type") if key in given}
    if name not in {"links", "enclosure"}:
        return given
    if name == "enclosure":
        return given | {"href": given.get("url") or _declined(), "rel": "enclosure"}
    if not given.get("href") or ":///" in given["href"] or "url" in given or "uri" in given:
        raise _Declined
    rel = given.setdefault("rel", "alternate")
    given.setdefault("type", "application/atom+xml" if rel == "self" else "text/html")
    return given


def _image(media: list[dict[str, str]], links: list[dict[str, str]]) -> tuple[str, str]:
    for one in media:
        if one.get("url") and "image" in f"{one.get('medium', '')} {one.get('type', 'image')}":
            return one["url"], ""
    for link in links:
        if link["rel"] == "enclosure" and link.get("type", "").startswith("image/"):
            return link["href"], link.get("title", "")
    return "", ""


def _dates(said: dict[str, str]) -> Iterator[str]:
    """Give dates as received, then as feedparser understood them; one alone stands for both."""
    told: dict[str, list[str]] = {}
    for name in ("published", "updated"):
        date = said.get(name, said.get("published", ""))
        if date not in told:
            told[date] = [words for words in (date, _understood(date)) if words]
        yield from told[date]


def _understood(date: str) -> str:
    if moment := stamp(date):
        return f"{moment.isoformat()[:19]}Z"
    from feedparser.datetimes import _parse_date

    read = _parse_date(date)
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*read[:6]) if read else ""


def _person(element: Any) -> str:  # noqa: ANN401
    _check_leaves(element, _PERSON)
    told = {child.tag: (child.text or "").strip() for child in element}
    if len(told) != len(element):
        raise _Declined
    name, email = told.get(f"{_ATOM}name", ""), told.get(f"{_ATOM}email", "")
    return f"{name} ({email})" if name and email else name or email


def _check_leaves(element: Any, names: set[str]) -> None:  # noqa: ANN401
    if element.attrib or (element.text or "").strip():
        raise _Declined
    for child in element:
        if child.tag not in names or len(child) or child.attrib or (child.tail or "").strip():
            raise _Declined


def _check_attributes(element: Any, *, allowed: frozenset[str]) -> None:  # noqa: ANN401
    """Decline namespaced attributes, and those that name a language or a base for relatives."""
    for key in element.keys():  # noqa: SIM118 - to ask for `attrib` takes three times as long
        if key not in allowed and (not key.isalnum() or key.lower() in {"base", "lang"}):
            raise _Declined


def _finished(child: Any) -> str:  # noqa: ANN401
    """Give an element's text as feedparser leaves it: UTF-8 that was read as Latin-1 is mended."""
    _check_attributes(child, allowed=_NONE)
    text: str = (child.text or "").strip()
    if text.isascii():
        return text
    text = _mended(text)
    return _declined() if _C1.search(text.encode()) else text


def _mended(text: str) -> str:
    try:
        return text.encode("iso-8859-1").decode()
    except UnicodeError:
        return text


def _declined() -> Any:  # noqa: ANN401
    raise _Declined
