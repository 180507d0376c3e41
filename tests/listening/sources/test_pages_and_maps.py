"""Web pages and site maps: only what is new, never old text, and never twice."""

import gzip
import json
from itertools import count

import httpx
import pytest

from tests.listening.sources.site import DOCUMENTS, Site
from vierogen.listening.sources import sitemap
from vierogen.listening.sources.base import Reading, SourceError
from vierogen.listening.sources.page import Page, new_paragraphs, remembered
from vierogen.listening.sources.politeness import HOSTS
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


class TestIndexes:
    """An index of maps, read in rounds."""

    def put(self, site: Site, maps: dict[str, list[tuple[str, str | None]]]) -> None:
        """The index and its maps, by name."""
        lines = ""
        for name, pages in maps.items():
            lines += f"<sitemap><loc>{site.url}/{name}.xml</loc></sitemap>"
            site.put(f"/{name}.xml", urlset(*((site.url + page, at) for page, at in pages)))
            for page, _at in pages:
                site.put(page, with_paragraphs(f"Dit is het bericht dat op {page} staat voor iedereen."), "text/html")
        site.put("/sitemap.xml", f"<sitemapindex>{lines}</sitemapindex>")

    def round(self, client: httpx.Client, site: Site, memory: dict[str, object]) -> tuple[list[str], Reading, int]:
        """Read until a round is over and everything was told; between two readings as much time passes as it says."""
        told: list[str] = []
        for number in count(1):
            reading = SiteMap().read(client, f"{site.url}/sitemap.xml", memory)
            told += [found.link.removeprefix(site.url) for found in reading.found]
            memory = reading.memory
            HOSTS.forget()
            if not memory["left"] and not memory["waiting"]:
                return told, reading, number
            assert number < 60
        raise AssertionError

    def test_a_site_that_wants_long_pauses_is_read_to_its_end(self, site: Site, client: httpx.Client) -> None:
        site.put("/robots.txt", "User-agent: *\nCrawl-delay: 20\n", "text/plain")
        maps = {f"map{number}": [(f"/old{number}", "2026-11-01")] for number in range(8)}
        self.put(site, maps)
        told, first, readings = self.round(client, site, {})
        assert (told, readings) == ([], 9)  # the index, and each map in a reading of its own
        assert {f"/map{number}.xml" for number in range(8)} <= set(site.paths())
        maps["map6"].append(("/new", "2026-11-20"))
        self.put(site, maps)
        told, second, _readings = self.round(client, site, first.memory)
        assert told == ["/new"]
        assert self.round(client, site, second.memory)[0] == []

    def test_what_one_reading_has_no_time_for_is_left_for_the_next(
        self, site: Site, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.put(site, {f"map{number}": [(f"/old{number}", "2026-11-01")] for number in range(4)})
        monkeypatch.setattr(sitemap, "TIME", -1.0)
        hurried = SiteMap().read(client, f"{site.url}/sitemap.xml", {})
        assert len(hurried.memory["left"]) == 4
        assert hurried.again_in == 60.0
        monkeypatch.setattr(sitemap, "TIME", 45.0)
        asked = len(site.paths())
        rest = SiteMap().read(client, f"{site.url}/sitemap.xml", hurried.memory)
        assert (rest.memory["left"], rest.again_in) == ([], 3600.0)
        assert site.paths()[asked:] == [f"/map{number}.xml" for number in range(4)]

    def test_a_map_that_cannot_be_read_holds_up_no_other(self, site: Site, client: httpx.Client) -> None:
        maps = {"bad": [("/a", "2026-11-01")], "good": [("/b", "2026-11-01")]}
        self.put(site, maps)
        first = self.round(client, site, {})[1]
        maps["good"].append(("/new", "2026-11-20"))
        maps["bad"].append(("/late", "2026-11-20"))
        self.put(site, maps)
        whole = site.pages["/bad.xml"].body
        site.put("/bad.xml", "<html>no map</html>", "text/html", status=500)
        told, second, _readings = self.round(client, site, first.memory)
        assert told == ["/new"]
        site.put("/bad.xml", whole)
        assert self.round(client, site, second.memory)[0] == ["/late"]

    def test_a_map_that_is_new_tells_what_came_since_and_nothing_older(self, site: Site, client: httpx.Client) -> None:
        maps: dict[str, list[tuple[str, str | None]]] = {"november": [("/a", "2026-11-01"), ("/b", "2026-11-20")]}
        self.put(site, maps)
        first = self.round(client, site, {})[1]
        maps["december"] = [("/ancient", "2026-10-01"), ("/c", "2026-12-01"), ("/d", "2026-12-02")]
        maps["undated"] = [("/e", None)]
        self.put(site, maps)
        assert self.round(client, site, first.memory)[0] == ["/c", "/d", "/e"]

    def test_maps_that_were_only_cut_up_otherwise_tell_nothing(self, site: Site, client: httpx.Client) -> None:
        pages: list[tuple[str, str | None]] = [(f"/{number}", None) for number in range(250)]
        self.put(site, {"all": pages})
        first = self.round(client, site, {})[1]
        self.put(site, {"one": pages[:125], "two": pages[125:]})
        assert self.round(client, site, first.memory)[0] == []

    def test_each_map_is_believed_or_not_by_itself(self, site: Site, client: httpx.Client) -> None:
        liar: list[tuple[str, str | None]] = [(f"/l{number}", "2026-11-01") for number in range(150)]
        maps = {"liar": liar, "honest": [("/h", "2026-11-01")]}
        self.put(site, maps)
        first = self.round(client, site, {})[1]
        maps = {"liar": [(page, "2026-11-20") for page, _at in liar], "honest": [("/h", "2026-11-20")]}
        self.put(site, maps)
        assert self.round(client, site, first.memory)[0] == ["/h"]

    def test_an_earlier_memory_goes_on_without_telling_anything_twice(self, site: Site, client: httpx.Client) -> None:
        self.put(site, {"map": [("/a", "2026-11-20"), ("/b", "2026-11-20")]})
        page, at = f"{site.url}/a", "2026-11-20T00:00:00+00:00"
        name = sitemap._name(page, sitemap.datetime.fromisoformat(at))
        earlier = {"index": True, "lies": False, "waiting": [], "edge": "2026-11-19T00:00:00+00:00", "seen": [name]}
        told, now, _readings = self.round(client, site, earlier)
        assert told == ["/b"]
        assert "seen" not in now.memory
        assert self.round(client, site, now.memory)[0] == []

    def test_memory_of_an_index_stays_small(self, site: Site, client: httpx.Client) -> None:
        maps = {
            f"map{number}": [(f"/{number}-{page}", f"2026-11-{day:02d}") for page in range(5) for day in (1, 15)]
            for number in range(sitemap.MAPS + 20)
        }
        self.put(site, maps)  # type: ignore[arg-type]
        first = self.round(client, site, {})[1]
        assert len(first.memory["maps"]) == sitemap.MAPS
        assert len(json.dumps(first.memory)) < 80_000
