"""HTML of networks becomes what people typed."""

import time

import pytest

from vierogen.networks.plain import plain

# As Mastodon, Pleroma and GoToSocial show the same link.
MASTODON_LINK = (
    '<a href="https://www.example.org/a/very/long/path/that/goes/on" rel="nofollow">'
    '<span class="invisible">https://www.</span>'
    '<span class="ellipsis">example.org/a/very/long/path/t</span>'
    '<span class="invisible">hat/goes/on</span></a>'
)
CUT_OFF_LINK = '<a href="https://www.example.org/a/very/long/path/that/goes/on">example.org/a/very/long/pa…</a>'
BARE_LINK = (
    '<a href="https://www.example.org/a/very/long/path/that/goes/on">'
    "https://www.example.org/a/very/long/path/that/goes/on</a>"
)


@pytest.mark.parametrize("link", [MASTODON_LINK, CUT_OFF_LINK, BARE_LINK])
def test_a_link_becomes_its_whole_address_however_it_is_shown(link: str) -> None:
    assert plain(f"<p>See {link}!</p>") == "See https://www.example.org/a/very/long/path/that/goes/on!"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<p>one<br />two<br>three</p>", "one\ntwo\nthree"),
        ("<p>fish &amp; chips &lt;3 &#39;s</p>", "fish & chips <3 's"),
        (
            '<p><span class="h-card"><a href="https://x.example/@ben">@<span>ben</span></a></span> hi</p>',
            "@ben hi",
        ),
        ('<p><a href="https://x.example/tags/zorg" rel="tag">#<span>zorg</span></a></p>', "#zorg"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("a\nb", "a b"),
        ("<p>a<script>alert(1)</script>b<style>p{}</style></p>", "ab"),
        ("no tags", "no tags"),
        ("", ""),
        ("<p>never <a href='https://x.example'>closed", "never closed"),
        ("</p></script>odd", "odd"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain(html) == text


def test_a_link_with_words_of_its_own_keeps_the_words() -> None:
    assert plain('<a href="https://example.org/x">read this</a>') == "read this"


def test_reading_a_strange_text_takes_no_strange_time() -> None:
    start = time.monotonic()
    assert plain("<p>" + " " * 200_000 + "x") == "x"
    plain("<a href='x'>" * 20_000 + "</a>" * 20_000)
    assert time.monotonic() - start < 1
