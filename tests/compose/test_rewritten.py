"""Which language an edited story is in."""

from dataclasses import replace

from digest.compose.rewritten import in_its_language
from digest.model.issue import Brief
from tests.builders import a_brief
from tests.compose.desk import an_issue_of

BEFORE = a_brief(language="en")


def told(after: Brief, before: Brief = BEFORE) -> Brief:
    contents = an_issue_of(after).content, an_issue_of(before).content
    [section] = in_its_language(*contents, lambda text: text[:2]).sections
    return section.briefs[0]


def test_only_what_was_changed_is_looked_at() -> None:
    assert told(BEFORE) == BEFORE
    headline = replace(BEFORE, headline="fr: titre")
    assert told(headline) == replace(headline, headline_language="fr")
    summary = replace(BEFORE, summary="ar: …")
    assert told(summary) == replace(summary, summary_language="ar")
    news = replace(BEFORE, news="de: …")
    assert told(news) == replace(news, news_language="de")


def test_what_an_earlier_edit_said_stays() -> None:
    before = replace(BEFORE, headline="fr: titre", headline_language="fr")
    after = replace(before, summary="de: …")
    assert told(after, before) == replace(after, summary_language="de")


def test_what_was_left_out_is_looked_at_too() -> None:
    content = an_issue_of(BEFORE).content
    before = replace(content, sections=(), left_out=content.sections)
    after = an_issue_of(replace(BEFORE, headline="fr: titre")).content
    [section] = in_its_language(after, before, lambda text: text[:2]).sections
    assert section.briefs[0].headline_language == "fr"


def test_a_rewritten_summary_is_nobody_elses() -> None:
    before = replace(BEFORE, machine_written=True, summary_source="RFI")
    assert told(replace(before, headline="fr: titre"), before).machine_written
    after = told(replace(before, summary="fr: …"), before)
    assert not after.machine_written
    assert not after.summary_source
