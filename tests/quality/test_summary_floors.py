"""Summaries come at least as near to a newsroom's own as they ever did: floors.json only rises."""

from tests.quality.measures import rouge_1, rouge_l
from tests.quality.summaries import Told, nearness
from tests.quality.test_grouping_floors import above_floor, rows

EVERY = 36
"""Of the articles with odd ids: those with even ones taught digest.group.expecting."""


def test_summaries_of_french_news() -> None:
    odd = [
        row for row in rows("orangesum/dev_articles.jsonl.gz") if row["id"] % 2 and row["heading"]
    ]
    told = [
        Told(title=row["title"], body=row["article"], right=row["heading"]) for row in odd[::EVERY]
    ]
    near = nearness(told)
    above_floor(summary__rouge1=near.rouge1, summary__rougel=near.rougel)


def test_rouge_counts_words_and_their_order() -> None:
    right = "Le Mali ferme ses frontières"
    assert rouge_1(right, right) == rouge_l(right, right) == 1
    assert rouge_1("frontières le Mali", right) == 2 * 3 / 8
    assert rouge_l("frontières le Mali", right) == 2 * 2 / 8
    assert rouge_1("", right) == rouge_l("", right) == 0
