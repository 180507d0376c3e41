"""HTML of networks becomes what people typed."""

from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


class _Naive(HTMLParser):
    """The same with the parser that Python brings: it takes for ever for some texts, and reads well."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces.append((tag, f'href="{escape(dict(attrs).get("href") or "")}"' if tag == "a" else ""))

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append((f"/{tag}", ""))

    def handle_data(self, data: str) -> None:
        self.pieces.append(("", escape(data)))


FRAGMENTS = (
    "<p>", "</p>", "<br>", "<br />", "<a href='https://example.org/abc?x=1&amp;y=2'>", "<a href='https://e.org/a>b'>",
    "<a HREF=https://example.org/abc>", "</a>", "<a>", "example.org/ab…", "example.org/abc", " ", "a < b", "<3",
    "&amp;", "&lt;p&gt;", "&#39;", "\n", "x", '<span class="invisible">https://</span>', "<script>if (a<b) {}</script>",
    "<!-- c -->", "<style>p>a{}</style>", "<ul><li>", "</ul>", "é", "<DIV>", "</DIV>", "<!doctype html>", "< p>",
    "1 > 0", "<p class=x>", "<img alt='a > b' src=x>", "<template>", "</template>",
)  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
@settings(max_examples=500, deadline=None)
def test_what_ends_is_read_as_the_parser_of_python_reads_it(html: str) -> None:
    naive = _Naive()
    naive.feed(html)
    naive.close()
    as_told = "".join(f"<{tag} {words}>" if tag else words for tag, words in naive.pieces)
    assert plain(html) == plain(as_told)


@given(st.text(alphabet="<>/!-'\"= aps&;x\n?", max_size=60))
def test_anything_at_all_is_read(html: str) -> None:
    assert "\n\n\n" not in plain(html)


@pytest.mark.parametrize(
    "piece",
    [
        "<a", "<a href='", '<a href="x\' ', "<!--", "<a =", "<p ", "&", "<script>", "</", "<?", "<a = ", "<a href='x'>",
        "<script></scrip", "<a href='x'><p>", "x\n\n\n", "<li>",
    ],
)  # fmt: skip
def test_a_megabyte_of_what_never_ends_is_read_in_one_go(piece: str) -> None:
    """A reader that begins anew at each piece would be busy for minutes, and hold the whole run up."""
    plain("x" + piece * (1_000_000 // len(piece)))


def test_reading_a_strange_text_takes_no_strange_time() -> None:
    assert plain("<p>" + " " * 1_000_000 + "x") == "x"
    plain("<a href='x'>" * 50_000 + "</a>" * 50_000)
