"""What a source's licence lets an issue show: so many words, its pictures or none, its credit."""

import re
from dataclasses import replace
from typing import Any

import pytest

from digest.model.issue import Brief
from tests.builders import an_article
from tests.compose.desk import an_issue_of, licensed, rendered
from tests.compose.test_briefs import told

TEXT = "Le fleuve a quitté son lit mardi à Ségou. " * 20
PICTURE = "https://presse.example/crue.jpg"


def brief_under(**licence: Any) -> Brief:
    article = an_article(id=1, source="presse", publisher="", description=TEXT)
    article = replace(article, image_url=PICTURE, image_alt="La crue")
    return told(article, schedule=licensed(**licence))


@pytest.mark.parametrize("excerpt", [0, 50, 130, 300, 700])
def test_a_source_s_words_keep_within_its_licence_in_every_part(excerpt: int) -> None:
    brief = brief_under(excerpt=excerpt)
    assert len(brief.summary) <= excerpt
    edition = rendered(an_issue_of(brief))
    allowed = excerpt // len("Le fleuve a quitté son lit mardi à Ségou. ") + 1
    for part in (edition.html, edition.text):
        assert len(re.findall(r"quitté\s+son\s+lit", part)) <= allowed


def test_a_picture_is_shown_only_where_the_licence_lets_it() -> None:
    assert brief_under().image_url == PICTURE
    silent = brief_under(pictures=False)
    assert (silent.image_url, silent.image_alt) == ("", "")
    assert "crue.jpg" not in rendered(an_issue_of(silent)).html


def test_a_credit_stands_beside_the_source_s_name() -> None:
    edition = rendered(an_issue_of(brief_under(credit="© Presse 2026")))
    assert "La Presse · © Presse 2026" in edition.html.replace("\u00a0", " ")
    assert "La Presse · © Presse 2026" in edition.text.replace("\u00a0", " ")


def test_words_that_stand_in_for_the_lead_s_come_with_their_own_credit() -> None:
    lead = an_article(id=1, source="wire", publisher="Wire", description="")
    voice = an_article(id=2, source="presse", publisher="", description=TEXT)
    brief = told(lead, voice, schedule=licensed(credit="© Presse", excerpt=90))
    assert brief.summary_source == "La Presse (© Presse)"
    assert (brief.credit, len(brief.summary) <= 90) == ("", True)
