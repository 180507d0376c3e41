"""Web pages and site maps: only what is new, never old text, and never twice."""

import gzip
import json

import httpx
import pytest

from tests.listening.sources.site import DOCUMENTS, Site
from vierogen.listening.sources.base import Reading, SourceError
from vierogen.listening.sources.page import Page, new_paragraphs, remembered
from vierogen.listening.sources.sitemap import PAGES, SiteMap

HTML = (DOCUMENTS / "page.html").read_text()
NEW = "Het buurthuis krijgt in het voorjaar een nieuwe keuken, waarvoor de gemeente een bijdrage heeft toegezegd."


def with_paragraphs(*paragraphs: str) -> str:
    """That page, with these in front."""
    told = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return HTML.replace("</h1>", f"</h1>{told}")


class TestPages:
    """One page, read again and again."""

    def read(self, client: httpx.Client, site: Site, memory: dict[str, object], html: str | None = None) -> Reading:
        """Read it once, perhaps after a change."""
        if html is not None:
            site.put("/page", html, "text/html; charset=utf-8")
        return Page().read(client, f"{site.url}/page", memory)

    def test_the_first_reading_tells_nothing(self, site: Site, client: httpx.Client) -> None:
        first = self.read(client, site, {}, HTML)
        assert first.found == ()
        assert (first.title, first.language) == ("Nieuws van de wijkraad", "nl")

    def test_a_new_paragraph_is_told_once_and_alone(self, site: Site, client: httpx.Client) -> None:
        first = self.read(client, site, {}, HTML)
        second = self.read(client, site, first.memory, with_paragraphs(NEW))
        (found,) = second.found
        assert found.text == NEW
        assert found.link == f"{site.url}/page"
        assert found.key.startswith(f"{site.url}/page#")
        for html in (
            None,
            with_paragraphs(NEW) + "<!-- changed -->",
            with_paragraphs(NEW).replace("<nav>", "<nav id=a>"),
        ):
            second = self.read(client, site, second.memory, html)
            assert second.found == ()

    def test_what_was_away_and_comes_back_is_not_new(self, site: Site, client: httpx.Client) -> None:
        first = self.read(client, site, {}, with_paragraphs(NEW))
        second = self.read(client, site, first.memory, HTML)
        assert second.found == ()
        assert self.read(client, site, second.memory, with_paragraphs(NEW)).found == ()

    def test_counters_and_clocks_make_nothing_new(self, site: Site, client: httpx.Client) -> None:
        line = "Dit bericht over het buurthuis is {} keer gelezen, voor het laatst {} minuten geleden om {} uur."
        first = self.read(client, site, {}, with_paragraphs(line.format("1.312", 5, "14:05")))
        assert self.read(client, site, first.memory, with_paragraphs(line.format("1.400", 12, "15:59"))).found == ()

    def test_a_date_that_changes_is_new(self, site: Site, client: httpx.Client) -> None:
        line = "De volgende openbare vergadering van de wijkraad in het buurthuis aan de Lindelaan is op {}."
        first = self.read(client, site, {}, with_paragraphs(line.format("12-05-2026")))
        second = self.read(client, site, first.memory, with_paragraphs(line.format("19-05-2026")))
        assert "19-05-2026" in second.found[0].text

    def test_a_page_that_fails_for_a_while_tells_nothing_old(self, site: Site, client: httpx.Client) -> None:
        first = self.read(client, site, {}, HTML)
        site.put("/page", "<html><body><script>app()</script></body></html>", "text/html")
        with pytest.raises(SourceError, match="No text"):
            self.read(client, site, first.memory)
        assert self.read(client, site, first.memory, HTML + " ").found == ()

    def test_memory_stays_small(self) -> None:
        seen: list[str] = []
        for round_ in range(20):
            seen = remembered([f"paragraph {round_} {number}" for number in range(1_000)], seen)
        assert len(json.dumps(seen)) < 60_000
        assert new_paragraphs(["paragraph 19 5"], seen) == []


def urlset(*pages: tuple[str, str]) -> str:
    """A map of (address, moment)."""
    lines = "".join(
        f"<url><loc>{address}</loc>{f'<lastmod>{moment}</lastmod>' if moment else ''}</url>"
        for address, moment in pages
    )
    return f"<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{lines}</urlset>"


class TestSiteMaps:
    """One map, read again and again."""

    def read(
        self, client: httpx.Client, site: Site, memory: dict[str, object], told: str | bytes | None = None
    ) -> Reading:
        """Read it once, perhaps after a change."""
        if told is not None:
            site.put("/sitemap.xml", told)
        return SiteMap().read(client, f"{site.url}/sitemap.xml", memory)

    def page(self, site: Site, path: str) -> str:
        """A page that can be read."""
        return site.put(
            path, with_paragraphs(f"Dit is het bericht dat op {path} staat en dat iedereen mag lezen."), "text/html"
        )

    def test_only_new_and_changed_pages_are_read(self, site: Site, client: httpx.Client) -> None:
        old, changed, new = (self.page(site, path) for path in ("/old", "/changed", "/new"))
        first = self.read(client, site, {}, urlset((old, "2026-11-01"), (changed, "2026-11-02")))
        assert first.found == ()
        now = urlset((old, "2026-11-01"), (changed, "2026-11-20"), (new, "2026-11-20T08:00:00+01:00"))
        second = self.read(client, site, first.memory, now)
        assert {found.link for found in second.found} == {changed, new}
        assert "staat en dat iedereen" in second.found[0].text
        assert self.read(client, site, second.memory).found == ()
        assert self.read(client, site, second.memory, now + " ").found == ()
        assert "/old" not in site.paths()

    def test_a_second_page_of_the_same_day_is_new(self, site: Site, client: httpx.Client) -> None:
        one, two = self.page(site, "/one"), self.page(site, "/two")
        first = self.read(client, site, {}, urlset((one, "2026-11-20")))
        second = self.read(client, site, first.memory, urlset((one, "2026-11-20"), (two, "2026-11-20")))
        assert [found.link for found in second.found] == [two]

    def test_a_map_without_moments_is_held_against_its_addresses(self, site: Site, client: httpx.Client) -> None:
        one, two = self.page(site, "/one"), self.page(site, "/two")
        first = self.read(client, site, {}, urlset((one, "")))
        assert [found.link for found in self.read(client, site, first.memory, urlset((one, ""), (two, ""))).found] == [
            two
        ]

    def test_a_few_at_a_time(self, site: Site, client: httpx.Client) -> None:
        old = self.page(site, "/old")
        pages = [self.page(site, f"/{number}") for number in range(8)]
        reading = self.read(client, site, {}, urlset((old, "2026-11-01")))
        reading = self.read(
            client, site, reading.memory, urlset((old, "2026-11-01"), *((page, "2026-11-20") for page in pages))
        )
        assert len(reading.found) == PAGES
        assert reading.again_in == 60.0
        rest = self.read(client, site, reading.memory)
        assert {found.link for found in (*reading.found, *rest.found)} == set(pages)
        assert rest.again_in == 3_600.0

    def test_an_index_a_packed_map_and_a_list(self, site: Site, client: httpx.Client) -> None:
        one, two = self.page(site, "/one"), self.page(site, "/two")
        index = (
            f"<sitemapindex><sitemap><loc>{site.url}/a.xml.gz</loc></sitemap><sitemap><loc>{site.url}/b.txt</loc></sitemap>"
            "<sitemap><loc>https://elsewhere.example/c.xml</loc></sitemap></sitemapindex>"
        )
        site.put("/a.xml.gz", gzip.compress(urlset((f"{site.url}/", "2026-11-01")).encode()), "application/gzip")
        site.put("/b.txt", f"{site.url}/x\n", "text/plain")
        first = self.read(client, site, {}, index)
        site.put("/a.xml.gz", gzip.compress(urlset((one, "2026-11-20")).encode()), "application/gzip")
        site.put("/b.txt", f"{site.url}/x\n{two}\n", "text/plain")
        assert {found.link for found in self.read(client, site, first.memory).found} == {one, two}

    def test_a_map_that_says_of_everything_that_it_is_new_is_not_believed(
        self, site: Site, client: httpx.Client
    ) -> None:
        pages = [f"{site.url}/{number}" for number in range(300)]
        first = self.read(client, site, {}, urlset(*((page, "2026-11-20") for page in pages)))
        second = self.read(client, site, first.memory, urlset(*((page, "2026-11-23") for page in pages)))
        assert second.found == ()
        new = self.page(site, "/new")
        third = self.read(client, site, second.memory, urlset(*((page, "2026-11-24") for page in [*pages, new])))
        assert [found.link for found in third.found] == [new]
        assert len(json.dumps(third.memory)) < 60_000

    def test_news_maps_tell_when_it_was_published(self, site: Site, client: httpx.Client) -> None:
        news = (
            "<urlset xmlns:news='x'><url><loc>{}</loc><news:news>"
            "<news:publication_date>{}</news:publication_date></news:news></url></urlset>"
        )
        first = self.read(client, site, {}, news.format(self.page(site, "/one"), "2026-11-20"))
        second = self.read(client, site, first.memory, news.format(self.page(site, "/two"), "2026-11-22T10:00:00Z"))
        assert [found.link for found in second.found] == [f"{site.url}/two"]
