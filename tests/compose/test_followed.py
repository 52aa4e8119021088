"""Which links an issue has, and that a link has one name, wherever it stands."""

from hypothesis import given
from hypothesis import strategies as st

from digest.compose.followed import link_name, links_of
from digest.compose.links import safe_link
from digest.model.issue import IssueContent, Mention, Section
from tests.builders import a_brief


def a_content(*urls: str, also: str = "") -> IssueContent:
    mentions = (Mention(source="RFI", title="", url=also, language="fr"),) if also else ()
    briefs = tuple(
        a_brief(story_id=place, url=url, also=mentions, headline=f"Titre {place}")
        for place, url in enumerate(urls, start=1)
    )
    section = Section(theme="t", title="T", briefs=briefs)
    return IssueContent(subject="", preheader="", sections=(section,))


def test_links_are_those_of_leads_and_of_other_sources_in_reading_order() -> None:
    links = links_of(
        a_content("https://a.example/1", "https://a.example/2", also="https://b.example")
    )
    told = [(link.story_id, link.url, link.source) for link in links.values()]
    assert told == [
        (1, "https://a.example/1", "La Presse"),
        (1, "https://b.example", "RFI"),
        (2, "https://a.example/2", "La Presse"),
    ]
    assert {link.headline for link in links.values()} == {"Titre 1", "Titre 2"}


def test_what_is_no_link_in_a_mail_is_none_here() -> None:
    assert (
        links_of(a_content("javascript:alert(1)", "", "//a.example", "https://u:p@a.example")) == {}
    )


def test_stories_that_were_left_out_have_no_links() -> None:
    content = a_content("https://a.example/1")
    left = IssueContent(subject="", preheader="", left_out=content.sections)
    assert links_of(left) == {}


def test_the_names_in_old_mails_stay_what_they_were() -> None:
    assert link_name("https://presse.example/bamako") == "iv1eHchgjvE"
    assert link_name(safe_link("https://élysée.example/a b?é")) == "KodRAQrYiSM"


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), unique=True))
def test_each_address_has_a_short_name_of_its_own(paths: list[str]) -> None:
    urls = {safe_link(f"https://a.example/{path}") for path in paths} - {""}
    links = links_of(a_content(*(f"https://a.example/{path}" for path in paths)))
    assert {link.url for link in links.values()} == urls
    assert {link_name(url) for url in urls} == set(links)
    assert all(len(name) == 11 for name in links)
