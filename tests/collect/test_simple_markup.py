"""Simple markup that is read without an HTML parser says what it says to one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.collect.clean import read_any, tidy
from digest.collect.simple_markup import read_simple

USUAL = """<p><strong>Le pont</strong> rouvre&nbsp;: «&#8239;enfin&nbsp;!&nbsp;» dit-on&#8230;</p>
<figure class="wp-block"><img src="/a.jpg?a=1&b=2" alt='Le pont' width="800" hidden /></figure>
<h2>Et maintenant ?</h2><ul><li>Un<br>deux</li><li><a href="/x">trois &amp; quatre</a></li></ul>
<blockquote><p>L’article <em>est <b>paru</b></em></p></blockquote><div>fin</div>"""
BITS = (
    *("a", " ", "\n", "é", "«\xa0", "\u202f»", "&nbsp;", "&amp;", "&eacute;", "&#8217;", "&#038;"),
    *("&", "& ", "&am", "p;", "&copy", "<", ">", "<3", "\t", "\r", "\x0c", "\x85", "\u2028", "\0"),
    *("&#173;", "&#160;", "&lt;p&gt;", "&#8232;", "&#128;", "Ã©", "]]>", "-->", '"', "'", "="),
)
NAMES = (
    *("p", "b", "i", "a", "em", "span", "strong", "div", "ul", "ol", "li", "h2", "h3", "figure"),
    *("blockquote", "figcaption", "section", "sub", "u", "s", "code"),
    *("table", "td", "pre", "svg", "script", "button", "nobr", "font", "nav", "title", "x-y"),
)
VOID = ("<br>", "<br/>", "<br />", "</br>", "<img src='/a' alt=x>", "<img>", "<hr>", "<!-- a -->")
GIVEN = (
    "",
    ' title="a"',
    ' lang="fr"',
    ' class="a b"',
    " hidden",
    " a='1' b=\"2>\"",
    ' href="/?a=1&b"',
    " a=1",
    "/",
    ' a="',
)
tags = st.builds(
    "<{}{}{}>".format, st.sampled_from(("", "/")), st.sampled_from(NAMES), st.sampled_from(GIVEN)
)
soup = st.lists(st.one_of(st.sampled_from(BITS), st.sampled_from(VOID), tags), max_size=14)


def element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Markup whose tags all end where they should, of any element in any other."""
    written = st.builds(
        "<{0}{2}>{1}</{0}>".format, st.sampled_from(NAMES[:21]), inside, st.sampled_from(GIVEN[:5])
    )
    return st.lists(written, max_size=4).map("".join)


nested = st.recursive(st.sampled_from((*BITS[:13], *VOID[:3], "un mot")), element, max_leaves=12)


def said(text: str) -> tuple[str, list[str]]:
    """Give a text as it ends, and its rows as they are searched for what publishers append."""
    rows = [row.strip(" ") for row in text.split("\n")]
    return tidy(text), [row for row in rows if row]


def test_what_feeds_write_needs_no_parser() -> None:
    markup = USUAL.replace("&#8239;", "\u202f")
    assert said(read_simple(markup)) == said(read_any(markup)) != ("", [])


@pytest.mark.parametrize(
    "markup",
    [
        "<p>un<p>deux</p></p>",
        "<a>un<a>deux</a></a>",
        "<b>un<div>deux</div></b>",
        "<ul><li>un<li>deux</li></li></ul>",
        "<ul><li>un<div><li>deux</li></div></li></ul>",
        "<p>un</div>",
        "<script>un</script>",
        "un & deux &copy trois",
        "&am<b>p;</b>",
        "un < deux",
        "<i>" * 60 + "un" + "</i>" * 60,
    ],
)
def test_what_a_parser_might_move_is_left_to_it(markup: str) -> None:
    assert read_simple(markup) == ""


@given(st.one_of(soup.map("".join), nested))
@example("<ul>un<li>deux</li></ul>trois")
@example("<p>un&nbsp;\xa0</p>\n\n<p></p> deux")
def test_it_says_what_it_says_to_a_parser(markup: str) -> None:
    simple = read_simple(markup)
    assert not simple or said(simple) == said(read_any(markup))
