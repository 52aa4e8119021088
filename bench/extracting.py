"""How many articles' pages does one core read? On made-up pages of about 100 kB, as a browser gets
them: a menu, scripts, teasers of other articles, and the text in between.
"""

import random
from functools import cache
from time import process_time

from bench.grouping import _SYLLABLES as SYLLABLES

PAGES = 60
_TEASERS, _PARAGRAPHS, _WORDS = 180, 14, 60


def pages_per_s() -> float:
    """Extract the articles of some pages in this process; give how many a second of one core."""
    from digest.collect.extracting import extract

    pages = _pages()
    extract(pages[0], "https://presse.example/0")  # what it imports and compiles is there
    began = process_time()
    found = [extract(page, f"https://presse.example/{at}") for at, page in enumerate(pages)]
    took = process_time() - began
    if not all(len(one["content"].split()) > _PARAGRAPHS * _WORDS / 2 for one in found):
        raise RuntimeError("a page was read in part: this would not be the figure of whole ones")
    return len(pages) / took


@cache
def _pages() -> list[str]:
    chance = random.Random(7)
    return [_page(chance, at) for at in range(PAGES)]


def _page(chance: random.Random, at: int) -> str:
    title = _sentence(chance, 9)
    teasers = [_teaser(chance, number) for number in range(_TEASERS)]
    text = "".join(f"<p class='article__paragraph'>{_text(chance)}</p>" for _ in range(_PARAGRAPHS))
    script = "<script>var settings = {" + '"a": 1, ' * 2500 + "};</script>"
    date = '"datePublished": "2026-11-24T06:00:00Z", ' if at % 4 else ""  # a quarter says none
    said = f'{{"@type": "NewsArticle", {date}"headline": "{title}"}}'
    return (
        f"<!DOCTYPE html><html lang='fr'><head><title>{title}</title>{script}"
        f"<meta property='og:title' content='{title}'>"
        f"<meta property='og:image' content='/{at}.jpg'>"
        f'<script type="application/ld+json">{said}</script>'
        f"</head><body><nav><ul>{''.join(teasers[:40])}</ul></nav><main><article><h1>{title}</h1>"
        f"{text}</article><aside>{''.join(teasers[40:])}</aside></main>{script}</body></html>"
    )


def _teaser(chance: random.Random, number: int) -> str:
    words = _sentence(chance, 8)
    return (
        f"<li class='teaser teaser--inline teaser--{number}'><a class='teaser__link js-click'"
        f" href='https://presse.example/{number}'><figure><img src='/vignette-{number}.jpg' alt=''"
        f" loading='lazy'></figure><h3 class='teaser__title'>{words}</h3></a></li>"
    )


def _text(chance: random.Random) -> str:
    return " ".join(_sentence(chance, 15) + "." for _ in range(_WORDS // 15))


def _sentence(chance: random.Random, words: int) -> str:
    made = ("".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(words))
    return " ".join(made).capitalize()
