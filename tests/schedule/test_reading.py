from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from digest.errors import ConfigError, ScheduleError
from digest.schedule.reading import read_schedule
from tests.schedule.texts import SHIPPED, SMALL, broken, complaints, read


def test_the_small_schedule_is_read_whole() -> None:
    schedule = read(SMALL)
    newsletter = schedule.newsletters["hebdo"]
    assert newsletter.window == timedelta(days=7)
    assert schedule.themes["sahel-security"].keywords == ("blocus", "no", "2359")
    assert schedule.source("inbox") is not None


def test_the_shipped_schedule_has_what_a_newcomer_needs() -> None:
    schedule = read_schedule(SHIPPED)
    newsletter = schedule.newsletters["hebdo-sahel"]
    assert (newsletter.draft, newsletter.send) == ("0 18 * * thu", "53 6 * * fri")
    assert sum(1 for source in schedule.sources if source.feed) >= 12
    assert {"fr", "en"} <= {source.language for source in schedule.sources}
    assert [source.folder for source in schedule.sources if source.folder] == ["inbox"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "sections: [sahel-security,",
            "sections: [sahell,",
            "28: unknown theme 'sahell' (did you mean 'sahel-security'?)",
        ),
        (
            "security, diplomacy]",
            "security, sahel-security]",
            "28: section 'sahel-security' stands",
        ),
        ("name: inbox", "name: rfi", "18: the name 'rfi' is taken by the source on line 16"),
        (
            "    folder: inbox",
            "    feed: https://rfi.example/rss",
            "19: 'https://rfi.example/rss' is already the feed of the source on line 17",
        ),
        ("    folder: inbox\n", "", "18: source 'inbox' needs an address ('feed', 'page', "),
        (
            "    folder: inbox",
            "    folder: inbox\n    feed: https://a.example",
            "20: source 'inbox' has 'folder' and 'feed': keep one, or make it two sources",
        ),
        (
            "    folder: inbox",
            "    sitemap: https://a.example\n    page: https://a.example",
            "20: source 'inbox' has 'sitemap' and 'page': keep one, or make it two sources",
        ),
        ("    folder: inbox", "    wordpress: a.example", "19: wordpress: 'a.example' is not an"),
        (
            "https://rfi.example/rss",
            "rfi.example/rss",
            "17: feed: 'rfi.example/rss' is not an addr",
        ),
        ("https://rfi.example/rss", "ftp://rfi.example", "17: feed: 'ftp://rfi.example' is not an"),
        (
            "https://rfi.example/rss",
            "https://me:pw@rfi.example",
            "17: feed: the address holds a us",
        ),
        ("https://rfi.example/rss", '"https://[::1/rss"', "17: feed: 'https://[::1/rss' is not an"),
        ("https://rfi.example/rss", "https://", "17: feed: 'https://' is not an address"),
        ("Europe/Paris", "Europe/Pari", "24: timezone: unknown time zone 'Europe/Pari' (did you"),
        ("Europe/Paris", "europe/paris", "24: timezone: unknown time zone 'europe/paris'"),
        ("Europe/Paris", "../../etc/passwd", "24: timezone: unknown time zone"),
        ("Europe/Paris", "Europe", "24: timezone: unknown time zone"),
        ("53 6 * * fri", "53 6 * * 5", "27: send: weekday '5' is a number: 0 is Sunday to cron"),
        ("53 6 * * fri", "53 6 * *", "27: send: '53 6 * *' has 4 fields, not five"),
        ("53 6 * * fri", "0 0 31 2 *", "27: send: '0 0 31 2 *' never comes"),
        ("53 6 * * fri", "0 0 1 * fri", "27: send: '0 0 1 * fri' sets both day of month and"),
        (
            "    language: fr",
            "    langage: fr",
            "23: unknown key 'langage' (did you mean 'language'",
        ),
        ("    language: fr\n", "", "21: 'newsletters.hebdo' needs 'language'"),
        ("    language: fr", "    language:", "23: 'language' has no value"),
        (
            "    language: fr",
            "    language: no",
            "23: language: unknown value 'no' (did you mean 'en'?)",
        ),
        (
            "  organisation: La Lettre",
            "  organisation: [La, Lettre]",
            "3: organisation: must be text",
        ),
        ("fr: Diplomatie, en: Diplomacy", "fr: Diplomatie", "11: title: needs both fr and en: en"),
        (
            "{fr: Diplomatie, en: Diplomacy}",
            "Diplomatie",
            "11: title: must be lines of 'key: value'",
        ),
        ("[ambassade]", "ambassade", "12: keywords: must be a list, not 'ambassade'"),
        ("[ambassade]", "[]", "12: keywords: needs 1 or more entries"),
        ("[ambassade]", "[{Mali: crise}]", "12: keywords: must be text, not lines of 'key: value'"),
        ("[ambassade]", "['a', '']", "12: keywords: must not be empty"),
        ("[JNIM, GSIM]", "[JNIM]", "14: aliases: needs 2 or more entries"),
        ("[JNIM, GSIM]", "[JNIM, GSIM, jnim]", "14: 'jnim' already stands on line 14"),
        ("lettre@example.org", "lettre", "5: address: 'lettre' is not an email address"),
        (
            "lettre@example.org",
            '"a@b.c\\r\\nBcc: x@y.z"',
            "5: address: 'a@b.c\\r\\nBcc: x@y.z' is n",
        ),
        ("name: La Lettre", 'name: "La\\nLettre"', "5: name: must be one line"),
        ("list: hebdo", "list: hebdo\n    window: 7", "26: window: '7' is not a period"),
        (
            "list: hebdo",
            "list: hebdo\n    window: 0 days",
            "26: window: '0 days': a period goes from",
        ),
        (
            "list: hebdo",
            "list: hebdo\n    window: 999999 weeks",
            "26: window: '999999 weeks': a per",
        ),
        (
            "list: hebdo",
            "list: hebdo\n    window: 2026-11-27",
            "26: window: '2026-11-27' is not a p",
        ),
        ("list: hebdo", "list: hebdo\n    editors: [me]", "26: editors: 'me' is not an email addr"),
        ("list: hebdo", "list: hebdo\n    approval: requird", "26: approval: unknown value 'requi"),
        (
            "list: hebdo",
            "list: hebdo\n    stories: {issue: six}",
            "26: issue: must be a whole numb",
        ),
        (
            "list: hebdo",
            "list: hebdo\n    stories: {issue: 6.5}",
            "26: issue: must be a whole numb",
        ),
        (
            "list: hebdo",
            "list: hebdo\n    stories: {issue: 0}",
            "26: issue: must be at least 1, not",
        ),
        (
            "list: hebdo",
            "list: hebdo\n    archive: maybe",
            "26: archive: must be true or false, not 'maybe'",
        ),
        ("name: rfi", "name: rfi\n    weight: .nan", "17: weight: must be a number"),
        ("name: rfi", "name: RFI Afrique", "16: name: 'RFI Afrique' can't be a name: lower-case"),
        ("  hebdo:", "  Hebdo Sahel:", "21: Hebdo Sahel: 'Hebdo Sahel' can't be a name"),
        (
            "    list: hebdo",
            "    list: hebdo\n    list: autre",
            "26: 'list' stands here twice, first",
        ),
        (
            "name: rfi",
            "name: rfi\n    language: french",
            "17: language: 'french' is not a language",
        ),
        ("title: L'hebdo", "title: L'hebdo: Sahel", "22: a second ': ' on this line"),
        ("    title: L'hebdo", "\ttitle: L'hebdo", "22: a tab stands here: indent with spaces"),
        ("title: L'hebdo", "title: *nom", "22: found undefined alias"),
        (
            "title: L'hebdo",
            "title: !!python/object:os.system x",
            "22: the tag 'tag:yaml.org,2002:py",
        ),
        ("title: L'hebdo", "? [a, b]\n    : L'hebdo", "22: a key must be a word"),
        ("newsletters:", "---\nnewsletters:", "20: a second document starts here"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_write(
    old: str, new: str, complaint: str
) -> None:
    found = broken(old, new)
    assert any(one.startswith(f"schedule.yaml:{complaint}") for one in found), found


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines() -> None:
    text = SMALL.replace("[sahel-security, dip", "[sahell, dip").replace("53 6", "53 26")
    text = text.replace("  postal_address: 1 rue des Exemples, Paris\n", "").replace("GSIM", "JNIM")
    assert [one.partition(" ")[0] for one in complaints(text)] == [
        "schedule.yaml:1:",
        "schedule.yaml:13:",
        "schedule.yaml:26:",
        "schedule.yaml:27:",
    ]


def test_a_syntax_error_is_told_in_place_of_everything_else() -> None:
    assert len(broken("fr: Sécurité, en", "fr: [Sécurité, en")) == 1


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "schedule.yaml: is empty: `digest init` writes one to start from"),
        (b"# only a remark\n", "schedule.yaml: is empty: `digest init` writes one to start from"),
        (b"- a\n- b\n", "schedule.yaml:1: must start with keys such as `site:` and `themes:`"),
        (b"site:\n  url: caf\xe9\n", "schedule.yaml:2: is not UTF-8 here: save the file as UTF-8"),
        (b"site:\n  url: a\x07\n", "schedule.yaml:2: holds a control character that YAML does not"),
        (b"#" * 1_000_001, "schedule.yaml: is larger than 1000 kB: is it the right file?"),
        (b"[" * 5_000, "schedule.yaml: is nested too deeply"),
        (b"a: " + b"[" * 20 + b"]" * 20, "schedule.yaml:1: is nested deeper than 12 levels"),
        (b"a: &a [*a]\n", "schedule.yaml:1: is nested deeper than 12 levels"),
    ],
)
def test_what_is_no_schedule_at_all_is_refused_in_one_sentence(
    content: bytes, complaint: str
) -> None:
    found = complaints(content)
    assert len(found) == 1
    assert found[0].startswith(complaint)


def test_a_bomb_of_aliases_ends_early() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    names = "abcdefghi"
    for former, name in pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join([f'*{former}'] * 10)}]")
    assert complaints("\n".join(lines)) == [
        "schedule.yaml:1: holds more than 50000 values, aliases followed"
    ]


def test_an_empty_mapping_lacks_every_part() -> None:
    assert complaints("{}") == [
        f"schedule.yaml:1: '{key}' is missing"
        for key in ("newsletters", "site", "sources", "themes")
    ]


def test_an_anchor_may_be_used_again() -> None:
    text = SMALL.replace("keywords: [blocus", "keywords: &words [blocus")
    again = read(text.replace("[ambassade]", "*words"))
    assert again.themes["diplomacy"].keywords == again.themes["sahel-security"].keywords


def test_a_byte_order_mark_and_windows_line_ends_are_no_mistake() -> None:
    assert read(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode()) == read(SMALL)


def test_a_key_without_a_value_counts_as_absent() -> None:
    assert (
        read(SMALL + "    editors:\n      # - me@example.org\n").newsletters["hebdo"].editors == ()
    )


def test_a_missing_file_says_which_command_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`digest init` writes one") as raised:
        read_schedule(tmp_path / "schedule.yaml")
    assert not isinstance(raised.value, ScheduleError)


def test_a_folder_in_place_of_the_file_is_no_surprise(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        read_schedule(tmp_path)


MAILBOX = "name: agence\n    mailbox: imaps://revue@mail.example.org/INBOX"


def test_a_mailbox_is_a_source() -> None:
    text = SMALL.replace("name: inbox\n    folder: inbox", f"{MAILBOX}\n    from: [a@b.example]")
    source = read(text).source("agence")
    assert source
    assert source.senders == ("a@b.example",)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("imaps://mail.example.org/INBOX", "is no mailbox"),
        ("imaps://revue:secret@mail.example.org/INBOX", "imaps://…@mail.example.org/INBOX' is no"),
        ("imap://revue@mail.example.org/INBOX", "which is not secret"),
        ("pop3://revue@mail.example.org/", "is no mailbox"),
        ("imaps://revue@mail.example.org:99999/", "is no mailbox"),
    ],
)
def test_a_mailbox_s_address_names_its_user_and_no_password(address: str, words: str) -> None:
    found = broken("folder: inbox", f"mailbox: {address}")
    assert len(found) == 1
    assert words in found[0]
    assert "secret@" not in found[0]


def test_senders_are_of_a_mailbox() -> None:
    assert (
        "'from' says whose mails"
        in broken("folder: inbox", "folder: inbox\n    from: [a@b.example]")[0]
    )
