from functools import partial

import pytest

from vierogen.practice.rendering import html, length, mentions, tags

KNOWN = {"gemeente_x": "http://here/@gemeente_x"}
shown = partial(html, base="http://here", profile_of=KNOWN.get)


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("Hallo", "<p>Hallo</p>"),
        ("een\ntwee", "<p>een<br />twee</p>"),
        ("een\r\ntwee", "<p>een<br />twee</p>"),
        ("een\n\ntwee", "<p>een</p><p>twee</p>"),
        ("een\n\n\n\ntwee\ndrie", "<p>een</p><p>twee<br />drie</p>"),
        ("", ""),
        ("  \n ", ""),
    ],
)
def test_lines_become_breaks_and_empty_lines_paragraphs(text: str, markup: str) -> None:
    assert shown(text) == markup


def test_signs_of_html_are_escaped_as_ruby_does() -> None:
    assert shown("<b> & \"x\" 'y'") == "<p>&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;</p>"


def test_a_short_link_is_shown_whole_without_its_scheme() -> None:
    assert shown("https://voorbeeld.nl/a") == (
        '<p><a href="https://voorbeeld.nl/a" target="_blank" rel="nofollow noopener" translate="no">'
        '<span class="invisible">https://</span><span class="">voorbeeld.nl/a</span>'
        '<span class="invisible"></span></a></p>'
    )


def test_a_long_link_keeps_what_follows_its_thirtieth_sign_invisible() -> None:
    markup = shown("https://www.voorbeeld.nl/een/heel/lang/adres?x=1&y=2")
    assert 'href="https://www.voorbeeld.nl/een/heel/lang/adres?x=1&amp;y=2"' in markup
    assert '<span class="invisible">https://www.</span>' in markup
    assert '<span class="ellipsis">voorbeeld.nl/een/heel/lang/adr</span>' in markup
    assert '<span class="invisible">es?x=1&amp;y=2</span>' in markup


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Kijk op https://voorbeeld.nl/a.", "https://voorbeeld.nl/a"),
        ("(zie https://voorbeeld.nl/a)", "https://voorbeeld.nl/a"),
        ("https://voorbeeld.nl/a_(b)", "https://voorbeeld.nl/a_(b)"),
        ("echt? https://voorbeeld.nl!", "https://voorbeeld.nl"),
    ],
)
def test_the_punctuation_of_the_sentence_is_not_part_of_the_link(text: str, address: str) -> None:
    assert f'href="{address}"' in shown(text)


@pytest.mark.parametrize("text", ["voorbeeld.nl", "ftp://voorbeeld.nl", "https://localhost", "x@https://a.nl"])
def test_what_mastodon_does_not_link_stays_text(text: str) -> None:
    assert "<a " not in shown(text)


def test_a_known_account_becomes_an_h_card() -> None:
    assert shown("Dag @gemeente_x!") == (
        '<p>Dag <span class="h-card" translate="no"><a href="http://here/@gemeente_x" class="u-url mention">'
        "@<span>gemeente_x</span></a></span>!</p>"
    )


def test_an_unknown_account_and_a_mail_address_stay_text() -> None:
    assert shown("@niemand en info@voorbeeld.nl") == "<p>@niemand en info@voorbeeld.nl</p>"


def test_a_hashtag_links_to_its_page_and_a_number_does_not() -> None:
    assert shown("#fietspad #1") == (
        '<p><a href="http://here/tags/fietspad" class="mention hashtag" rel="tag">#<span>fietspad</span></a> #1</p>'
    )


def test_mentions_and_tags_are_listed_once_in_order() -> None:
    text = "@b @a @b #twee #een #twee https://voorbeeld.nl/#niet"
    assert mentions(text) == ["b", "a"]
    assert tags(text) == ["twee", "een"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("abc", 3),
        ("https://voorbeeld.nl/een/heel/lang/adres/dat/doorgaat.", 24),
        ("@anna@een.andere.server hoi", 9),
        ("👩‍👩‍👧‍👦🇳🇱é", 3),
    ],
)
def test_length_counts_as_the_network_does(text: str, count: int) -> None:
    assert length(text) == count
