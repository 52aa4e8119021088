"""Each kind of bad input that collecting must stand has its cases: a row without one fails."""

from pathlib import Path

import pytest

from tests.collect.cases import CASES

TESTS = Path(__file__).parents[1]
ROWS = {
    "XML bomb, XXE, remote DTD": ["feeds/xml_bomb.feed", "feeds/xxe_and_remote_dtd.feed"],
    "100,000 items; 50,000 attributes; HTML 20,000 deep": [
        "collect/test_feeds.py::test_of_100_000_entries_the_newest_5_000_are_taken_and_said",
        "collect/test_feeds.py::test_a_monstrous_element_costs_little_time",
    ],
    "decompression bomb, endless or dripping body": [
        "collect/test_fetch.py::test_a_decompression_bomb_stops_at_the_cap",
        "collect/test_fetch.py::test_an_endless_body_stops_at_the_cap",
        "collect/test_fetch.py::test_a_dripping_body_stops_at_the_time_out",
    ],
    "HTML where a feed should be": ["feeds/web_page.feed"],
    "a challenge page": ["collect/test_fetch.py::test_a_challenge_page_is_called_blocked"],
    "empty or truncated body": [
        "feeds/empty.feed",
        "feeds/breaks_off.feed",
        "collect/test_fetch.py::test_no_validator_of_a_cut_answer_is_kept",
    ],
    "bare `&`, unclosed `<br>`, control characters, junk before the declaration": [
        "feeds/bare_ampersand.feed",
        "feeds/unclosed_br.feed",
        "feeds/control_characters.feed",
        "feeds/junk_before_the_declaration.feed",
    ],
    "wrong or missing charset, UTF-16, mojibake": [
        "feeds/charset_of_http_is_wrong.feed",
        "feeds/latin_1_undeclared.feed",
        "feeds/utf_16_with_bom.feed",
        "feeds/utf_16_without_bom.feed",
        "feeds/mojibake.feed",
    ],
    "one guid for all entries": ["feeds/one_guid_for_all.feed", "feeds/one_guid_and_no_link.feed"],
    "no date, or one in the future": ["feeds/no_date.feed", "feeds/date_in_the_future.feed"],
    'script, `javascript:` link, tracking pixel, "est apparu en premier sur"': [
        "feeds/script_and_javascript_link_and_pixel.feed",
        "feeds/est_apparu_en_premier_sur.feed",
    ],
    "Google News link": ["feeds/google_news_link.feed"],
    "drop folder: empty, binary, `.part`, lock file": [
        "collect/test_drops.py::test_a_file_that_is_no_article_is_refused_with_a_reason"
    ],
    "drop folder: UTF-16, cp1252, two articles in a file, link only, title only, same text twice": [
        "drops/utf_16.txt",
        "drops/cp1252.txt",
        "drops/two_articles_in_one_file.txt",
        "drops/link_only.txt",
        "drops/title_only.txt",
        "pipeline/test_collecting_folders.py::test_the_same_text_twice_is_one_article",
    ],
    "paywall; page that needs JavaScript": [
        "drops/paywall.html",
        "pipeline/test_collecting_folders.py::test_a_page_that_needs_javascript_is_partial_and_said",
    ],
    "an address inside: named, redirected to, of a link or picture": [
        "collect/test_fetch.py::test_nothing_inside_is_ever_dialled",
        "collect/test_fetch.py::test_a_redirect_inside_is_not_dialled",
        "pipeline/test_reaching.py::test_an_address_inside_is_never_dialled",
        "pipeline/test_reaching.py::test_a_redirect_inside_is_never_dialled",
    ],
}


@pytest.mark.parametrize("row", ROWS)
def test_each_row_has_its_cases(row: str) -> None:
    assert ROWS[row]
    for case in ROWS[row]:
        file, _, test = case.partition("::")
        if test:
            assert f"def {test}(" in (TESTS / file).read_text(), case
        else:
            assert b"\n=====\n" in (CASES / file).read_bytes(), case
