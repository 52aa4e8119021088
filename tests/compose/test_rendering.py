"""An issue as mail: whole in HTML and in text, readable by everyone, harmless whatever it holds."""

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.compose import wording
from digest.compose.anatomy import dissect
from digest.compose.dressing import Dressing, Shown
from digest.compose.environment import fold
from digest.compose.preflight.finding import Severity
from digest.compose.render import render
from digest.model.issue import Brief, Issue, Mention
from tests.builders import NOON, a_brief
from tests.compose.desk import (
    BRAND,
    SITE,
    TEMPLATES,
    a_newsletter,
    an_issue_of,
    look,
    rendered,
    some_briefs,
)

HOSTILE = (
    'Un "titre" <script>alert(1)</script> \\ \\u{a0} %%NAME%% %%WHAT%% {{ 7*7 }} {% if %} &amp;\r\n'
    "ligne\x00\x0b\u2028suivante e\u0301 \u200d\u00ad\u202f: fin"
)

ARABIC = "الجيش المالي يعلن مقتل عشرة مسلحين"


def errors(issue: Issue) -> list[str]:
    findings = look(issue, rendered(issue), SITE, site_url="https://lettre.example", mails=True)
    return [str(finding) for finding in findings if finding.severity is Severity.ERROR]


def hostile(story_id: int) -> Brief:
    return a_brief(
        story_id=story_id,
        headline=HOSTILE,
        summary=HOSTILE,
        source='<i>"S"</i>',
        follows=HOSTILE,
        news=HOSTILE,
        url='https://presse.example/a b"<c>%%NAME%%\\é?x=1&y={{2}}%zz',
        image_url="https://presse.example/i.png",
        image_alt=HOSTILE,
        also=(Mention(source=HOSTILE, title=HOSTILE, url="javascript:alert(1)", language="xx"),),
    )


@pytest.mark.parametrize("count", [1, 14, 19])
def test_an_issue_of_any_size_is_fit_to_be_mailed(count: int) -> None:
    assert errors(an_issue_of(*some_briefs(count, summary="Une phrase entière. " * 15))) == []


def test_a_subject_is_set_as_its_own_language_wants() -> None:
    brief = a_brief(headline="Niger: talks resume", language="en")
    taken = rendered(an_issue_of(brief, subject="Niger: talks resume"))
    written = rendered(an_issue_of(brief, subject="Niger : les pourparlers"))
    assert taken.subject == "Niger: talks resume"
    assert written.subject == "Niger\u00a0: les pourparlers"


@pytest.mark.parametrize("count", [1, 19])
def test_hostile_texts_come_out_as_text(count: int) -> None:
    issue = an_issue_of(
        *(hostile(number) for number in range(1, count + 1)),
        subject=HOSTILE,
        preheader=HOSTILE,
        introduction=HOSTILE,
    )
    assert errors(issue) == []
    edition = rendered(issue)
    assert "<script" not in edition.html
    assert "javascript:" not in edition.html + edition.text
    assert "\n" not in edition.subject
    assert "49" not in edition.subject
    tokens = set(re.findall(r"%%[A-Z_]+%%", edition.html + edition.text + edition.subject))
    addresses = {"%%PREFERENCES_URL%%", "%%UNSUBSCRIBE_URL%%"}
    assert tokens == addresses | {"%%ADDRESS%%", "%%ADDRESS_HTML%%"}


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
@example("\ufffe0")
@example("\U0001fffe0")
def test_any_text_at_all_keeps_an_issue_fit(text: str) -> None:
    brief = a_brief(headline=f"T {text}", summary=text, source=text, image_alt=text)
    found = errors(an_issue_of(brief, introduction=text, preheader=text))
    assert found == []


def test_text_and_html_hold_every_story_link_and_mention() -> None:
    brief = a_brief(
        follows="L'événement d'avant",
        news="Le bilan monte.",
        also=(Mention(source="RFI", title="Chez RFI", url="https://rfi.example/1", language="en"),),
    )
    edition = rendered(an_issue_of(brief, introduction="Bonjour.\n\nÀ vous."))
    for part in (edition.html, edition.text):
        for words in (
            "Bonjour.", "À vous.", brief.headline, brief.url, "La Presse", "25 nov.",
            "1 min de lecture", "Suite de", "L’événement d’avant",
            "Du nouveau", "Le bilan monte.", "Aussi chez", "RFI", "anglais",
            "https://rfi.example/1", "12 rue des Acacias", "75012 Paris", "%%UNSUBSCRIBE_URL%%",
            "%%PREFERENCES_URL%%", "N° 1", "vendredi 27 novembre 2026",
        ):  # fmt: skip
            assert words in part, words


def test_the_page_says_its_language_title_and_order() -> None:
    html = rendered(an_issue_of(*some_briefs(2))).html
    page = dissect(html)
    assert (page.language, page.title) == ("fr", "Sujet")
    assert page.levels == ("h1", "h2", "h3", "h3")
    assert page.tables_as_data == page.without_alt == 0
    assert 'name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html
    assert "[data-ogsc]" in html
    sizes = {int(size) for size in re.findall(r"font-size:(\d+)px", html)}
    assert min(sizes - {0, 1}) >= 14  # 0 and 1 are the compiler's gaps and the rules'


def pictures(choice: str) -> tuple[str, ...]:
    briefs = [
        a_brief(story_id=at, image_url=f"https://presse.example/{at}.png") for at in (1, 2, 3)
    ]
    brand = BRAND.model_copy(update={"images": choice})
    html = render(an_issue_of(*briefs), a_newsletter(), SITE, brand, TEMPLATES).html
    assert "@import" not in html
    assert "<link" not in html
    return tuple(url.removeprefix("https://presse.example/") for url in dissect(html).images)


def test_nothing_is_fetched_but_the_pictures_that_the_newsroom_wants() -> None:
    assert pictures("all") == ("1.png", "2.png", "3.png")
    assert pictures("first") == ("1.png",)
    assert pictures("none") == ()


@pytest.mark.parametrize("url", ["http://presse.example/i.png", "data:image/png;base64,AA", ""])
def test_a_picture_that_is_not_https_is_left_out(url: str) -> None:
    assert dissect(rendered(an_issue_of(a_brief(image_url=url))).html).images == ()


def test_arabic_in_a_french_issue_says_its_language_and_direction() -> None:
    edition = rendered(an_issue_of(a_brief(headline=ARABIC, summary=ARABIC, language="ar")))
    assert '<h3 lang="ar" dir="rtl"' in edition.html
    assert "text-align:right" in edition.html
    assert "en arabe" in edition.html
    assert ARABIC in edition.text


def test_an_english_report_that_the_desk_tells_in_french_reads_as_french() -> None:
    told = {"headline": "Niger : accord signé", "headline_language": "fr"}
    edition = rendered(an_issue_of(a_brief(language="en", **told)))
    assert '<h3 class="' in edition.html
    assert "Niger\u00a0: accord" in edition.html
    assert '<p lang="en"' in edition.html
    assert "en anglais" in edition.html


def test_the_readers_own_language_is_not_said() -> None:
    edition = rendered(an_issue_of(a_brief(language="fr")))
    assert "en français" not in edition.text
    assert '<h3 class="' in edition.html


def test_an_english_newsletter_speaks_english() -> None:
    edition = rendered(an_issue_of(a_brief()), language="en", title="Sahel Weekly")
    for words in ("No. 1", "Friday, 27 November 2026", "1 story", "in French", "Unsubscribe"):
        assert words in edition.text
    assert "You receive this email at %%ADDRESS%%" in " ".join(edition.text.split())
    assert edition.key == "en"


@pytest.mark.parametrize(
    ("precision", "shown"),
    [("minute", "25 nov."), ("day", "25 nov."), ("month", "novembre 2026"), ("first-seen", "")],
)
def test_a_date_is_shown_as_exactly_as_it_is_known(precision: str, shown: str) -> None:
    assert wording.short_date(NOON, "fr", "Europe/Paris", precision) == shown
    text = rendered(an_issue_of(a_brief(precision=precision))).text
    assert f"La Presse · {shown} · 1 min" in text or (not shown and "La Presse · 1 min" in text)


def test_a_story_without_link_or_summary_is_printed_all_the_same() -> None:
    edition = rendered(an_issue_of(a_brief(url="", summary="", also=())))
    assert dissect(edition.html).links == ("%%PREFERENCES_URL%%", "%%UNSUBSCRIBE_URL%%")
    assert "Bamako rappelle son ambassadeur" in edition.text


def test_the_words_around_the_editors_are_set_like_theirs() -> None:
    mention = Mention(source="RFI", title="Chez RFI", url="", language="fr")
    edition = rendered(an_issue_of(a_brief(also=(mention,))))
    assert "Aussi chez\u00a0:" in edition.text
    assert "à l’adresse" in edition.text


def test_long_words_are_never_broken_in_the_text_part() -> None:
    url = "https://a.example/" + "x" * 90
    assert url in fold(f"Voir {url} ici", 2)


def test_the_same_issue_renders_to_the_same_bytes() -> None:
    issue = an_issue_of(*some_briefs(5))
    assert rendered(issue) == rendered(replace(issue))


def test_a_picture_makes_a_card_of_two_columns_and_the_first_has_the_whole_width() -> None:
    image = "https://presse.example/i.png"
    html = rendered(an_issue_of(*some_briefs(2, image_url=image), a_brief(story_id=9))).html
    assert re.findall(rf'src="{image}" width="(\d+)"', html) == ["600", "160"]
    assert html.count('class="mj-outlook-group-fix mj-column-px-400"') == 1


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(400, 800, 160), (800, 800, 160), (479, 200, 160), (480, 270, 600), (0, 0, 600)],
)
def test_an_upright_or_small_picture_never_fills_the_mail(
    width: int, height: int, shown: int
) -> None:
    sized = Dressing(picture=lambda url, _: Shown(url=url, width=width, height=height))
    issue = an_issue_of(a_brief(image_url="https://presse.example/i.png"))
    html = render(issue, a_newsletter(), SITE, BRAND, TEMPLATES, dressing=sized).html
    assert dissect(html).widths == (shown,)


@pytest.mark.parametrize(("language", "side"), [("ar", "right"), ("fr", "left")])
def test_the_bar_of_a_line_above_the_stories_stands_where_it_begins(
    language: str, side: str
) -> None:
    line = ARABIC if language == "ar" else "Ligne"
    briefs = [a_brief(story_id=at, essential=line, language=language) for at in (1, 2, 3)]
    html = rendered(an_issue_of(*briefs)).html
    assert re.findall(r"border-(left|right):3px", html) == [side] * 3


def test_lines_above_the_stories_lead_to_them() -> None:
    briefs = [a_brief(story_id=id_, essential=f"Ligne {id_}") for id_ in (1, 2, 3)]
    edition = rendered(an_issue_of(*briefs))
    assert edition.html.count("border-left:3px") == 3
    assert edition.html.index("Ligne 3") < edition.html.index("Sécurité au Sahel")
    assert "- Ligne 1\n- Ligne 2\n- Ligne 3\n" in edition.text.replace("  - ", "- ")
    assert "essentiel" not in rendered(an_issue_of(a_brief())).html
