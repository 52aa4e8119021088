"""How does an issue tell one story? Its lead article, the other voices, what it follows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil

from digest.compose.shortening import excerpt, headline
from digest.model.article import Article
from digest.model.issue import Brief, Mention
from digest.model.story import Story
from digest.schedule.values import Licence, Schedule

WORDS_A_MINUTE = 230
"""Silent reading of French and English prose (Brysbaert 2019, Journal of Memory and Language)."""
MENTIONS = 5
HEADLINE = 200
"""Characters; only a page's whole text taken for its title is longer."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """What stories are told from."""

    articles: Mapping[int, Article]
    schedule: Schedule
    summarise: Callable[[Article], str]
    nearest: Callable[[Sequence[str], str], Sequence[int]]
    """Orders texts of one language, as their places: the one nearest to all of them first."""
    language: str
    """The readers' own: of a story's articles, one in it leads."""
    leads: frozenset[int] = frozenset()
    """Articles that an editor lets lead, in whatever language."""


def tell(story: Story, material: Material) -> Brief:
    """Tell a story; what it follows is added once the issue is known."""
    lead = leading(story, material)
    summary, summary_source = _summary(story, lead, material)
    licence = _licence(lead, material)
    return Brief(
        story_id=story.id,
        article_ids=story.article_ids,
        headline=headline(lead.title, HEADLINE),
        url=lead.url,
        source=publisher(lead, material.schedule),
        author=lead.author,
        language=lead.language,
        published_at=lead.published.at,
        precision=lead.published.precision.value,
        summary=summary,
        summary_source=summary_source,
        lead_id=lead.id,
        minutes=max(1, ceil(len(lead.body.split()) / WORDS_A_MINUTE)),
        image_url=lead.image_url if licence.pictures else "",
        image_alt=lead.image_alt if licence.pictures else "",
        credit=licence.credit,
        also=tuple(islice(_mentions(story, lead, material), MENTIONS)),
    )


def _licence(article: Article, material: Material) -> Licence:
    source = material.schedule.source(article.source)
    return source.licence if source else Licence()


def publisher(article: Article, schedule: Schedule) -> str:
    """Name an article's publisher as a reader should see it; a dropped text is its author's."""
    source = schedule.source(article.source)
    if source is None:
        return article.publisher or article.source
    own = article.author if source.folder else ""
    return article.publisher or own or source.title or article.source


def leading(story: Story, material: Material) -> Article:
    """Give the article an issue tells a story by.

    The story's lead, but one in the readers' language where there is one. What an editor
    lets lead leads.
    """
    own = [article for article in _voices(story, material) if article.language == material.language]
    lead = material.articles[story.lead_id]
    stays = lead.id in material.leads or lead.language == material.language
    return lead if stays or not own else own[0]


def _voices(story: Story, material: Material) -> Iterator[Article]:
    copies = {copy.article_id for copy in story.copies}
    for id_ in story.article_ids:
        if id_ not in copies and id_ in material.articles:
            yield material.articles[id_]


def _mentions(story: Story, lead: Article, material: Material) -> Iterator[Mention]:
    """Give one mention per publisher, none of the lead's own; copies are no voices."""
    seen = {publisher(lead, material.schedule).casefold()}
    for article in _voices(story, material):
        name = publisher(article, material.schedule)
        if name.casefold() not in seen:
            seen.add(name.casefold())
            yield Mention(
                source=name, title=article.title, url=article.url, language=article.language
            )


def _summary(story: Story, lead: Article, material: Material) -> tuple[str, str]:
    """Summarise in the lead's own words; give whose words they are when it has none to show.

    Then the most central of the other voices in its language: a reader who follows the link still
    finds the event that the summary tells.
    """
    own = _shown(lead, lead, material)
    if own:
        return own, ""
    others = [
        a for a in _voices(story, material) if a.id != lead.id and a.language == lead.language
    ]
    told = [(one, text) for one in others if (text := _shown(one, lead, material))]
    if not told:
        return "", ""
    voice, text = told[material.nearest([text for _, text in told], lead.language)[0]]
    name, credit = publisher(voice, material.schedule), _licence(voice, material).credit
    if name == publisher(lead, material.schedule):
        return text, ""
    return text, f"{name} ({credit})" if credit else name


def _shown(article: Article, lead: Article, material: Material) -> str:
    """Summarise within what the source's licence lets us show; the headline again is nothing."""
    source = material.schedule.source(article.source)
    text = " ".join(material.summarise(article).split())
    if text.casefold().rstrip(".…") in {a.title.casefold().rstrip(".…") for a in (article, lead)}:
        return ""
    return excerpt(text, source.licence.excerpt) if source else text
