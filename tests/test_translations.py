"""Dutch is complete: every sentence of code and templates has it, and no page falls back to English."""

import ast
import re
from collections.abc import Callable, Iterator
from gettext import GNUTranslations
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from django.test import Client
from django.urls import reverse

from scripts import catalogue
from tests.journeys import busy_day
from vierogen.people.models import Member, User
from vierogen.practice.server import PracticeServer

# What has to come back in each text: placeholders, and the marks of HTML.
HOLE = re.compile(r"%%|%\(\w+\)[sd]|%[sd]|</?\w+[^>]*>")
# Names stand in templates as they are; in Dutch they are the same.
NAMES = {"Vierogen", "SHA-"}
OURS = Catalog | list[Message]


@pytest.fixture(scope="module")
def written() -> list[Message]:
    """Every sentence in the file, without its head."""
    return [message for message in catalogue.written() if message.id]


@pytest.fixture(scope="module")
def dutch(written: list[Message]) -> list[Message]:
    """Those that are finished."""
    return [message for message in written if catalogue.is_complete(message)]


def texts(message: Message) -> list[tuple[str, str]]:
    """The sentence and its Dutch; two of them where numbers differ."""
    if message.pluralizable:
        return list(zip_longest(message.id, message.string, fillvalue=""))
    return [(message.id, message.string or "")]


def keys(messages: OURS) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in messages if message.id}


def test_the_catalogue_has_exactly_the_sentences_of_code_and_templates(written: list[Message]) -> None:
    collected, known = keys(catalogue.collected()), keys(written)
    assert collected - known == set(), "run `make messages`, and write the Dutch"
    assert known - collected == set(), "run `make messages`"


def test_every_sentence_has_dutch(written: list[Message]) -> None:
    assert [message.id for message in written if not catalogue.is_complete(message)] == []


def test_dutch_keeps_every_placeholder(dutch: list[Message]) -> None:
    pairs = [pair for message in dutch for pair in texts(message)]
    assert [pair for pair in pairs if sorted(HOLE.findall(pair[0])) != sorted(HOLE.findall(pair[1]))] == []


def test_dutch_ends_as_the_sentence_does(dutch: list[Message]) -> None:
    """A colon, a space before a number that follows, a full stop: the page around the sentence relies on them."""
    ends = re.compile(r"[.:…]?\s*$")
    pairs = [pair for message in dutch for pair in texts(message) if not pair[1].endswith(("?", "!"))]
    assert [pair for pair in pairs if ends.findall(pair[0])[0] != ends.findall(pair[1])[0]] == []


def test_dutch_says_je(dutch: list[Message]) -> None:
    formal = re.compile(r"\b(u|uw|uzelf)\b", re.IGNORECASE)
    assert [text for message in dutch for _, text in texts(message) if formal.search(text)] == []


def test_dutch_has_one_word_for_the_sealed_export(dutch: list[Message]) -> None:
    pairs = [pair for message in dutch for pair in texts(message) if "sealed export" in pair[0].casefold()]
    assert len(pairs) > 5
    assert [pair for pair in pairs if "verzegelde kopie" not in pair[1].casefold()] == []


def test_the_compiled_catalogue_is_the_written_one(dutch: list[Message]) -> None:
    with catalogue.MO.open("rb") as file:
        compiled = GNUTranslations(file)
        file.seek(0)
        assert len(read_mo(file)) == len(dutch), "run `make messages`"
    assert [one.id for one in dutch if compiled_text(compiled, one) != one.string] == [], "run `make messages`"


def compiled_text(compiled: GNUTranslations, message: Message) -> str | tuple[str, ...]:
    if message.pluralizable:
        return tuple(compiled.ngettext(*message.id, number) for number in (1, 2))
    return compiled.pgettext(message.context, message.id) if message.context else compiled.gettext(message.id)


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ('{% translate "Save" %}', ("Save", None)),
        ('{% translate "Save" as words %}', ("Save", None)),
        ('{% translate "never" context "how long ago" %}', ("never", "how long ago")),
        ('{% include "x.html" with title=_("It works") %}', ("It works", None)),
        ("{{ name|default:_('A browser') }}", ("A browser", None)),
        ("{% blocktranslate %}It is {{ who }}'s{% endblocktranslate %}", ("It is %(who)s's", None)),
        ("{% blocktranslate trimmed %}\n One\n two{% endblocktranslate %}", ("One two", None)),
        ("{% blocktranslate %}100% sure{% endblocktranslate %}", ("100%% sure", None)),
        (
            "{% blocktranslate count n=n %}{{ n }} post{% plural %}{{ n }} posts{% endblocktranslate %}",
            (("%(n)s post", "%(n)s posts"), None),
        ),
    ],
)
def test_every_way_to_mark_a_sentence_in_a_template_is_collected(
    template: str, sentence: tuple[str | tuple[str, str], str | None]
) -> None:
    assert list(catalogue.in_template(template)) == [sentence]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ('_("Save")', ("Save", None)),
        ('gettext_noop("One "\n "two")', ("One two", None)),
        ('ngettext("%(n)d post", "%(n)d posts", n)', (("%(n)d post", "%(n)d posts"), None)),
        ('pgettext("how long ago", "never")', ("never", "how long ago")),
    ],
)
def test_every_way_to_mark_a_sentence_in_code_is_collected(
    code: str, sentence: tuple[str | tuple[str, str], str | None], tmp_path: Path
) -> None:
    module = tmp_path / "module.py"
    module.write_text(f"words = {code}\n")
    assert list(catalogue.in_file(module)) == [sentence]


def hidden(code: str) -> list[str]:
    """The calls in f-strings whose sentences nobody collects: before Python 3.12 such a string is one piece."""
    strings = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.JoinedStr)]
    calls = {node for string in strings for node in ast.walk(string) if isinstance(node, ast.Call)}
    marks = {call for call in calls if ast.unparse(call.func).rpartition(".")[2] in catalogue.KEYWORDS}
    return sorted(ast.unparse(call) for call in marks if any(isinstance(each, ast.Constant) for each in call.args))


def test_no_sentence_hides_in_an_f_string() -> None:
    found = {str(path): hidden(path.read_text()) for path in catalogue.HOUSE.rglob("*.py")}
    assert {name: calls for name, calls in found.items() if calls} == {}


def test_the_search_for_hidden_sentences_finds_them() -> None:
    assert hidden("""f"{x or _('Hello')}: {ngettext('%d a', '%d b', 2)} {_(why)} {len('x')}" """) == [
        "_('Hello')",
        "ngettext('%d a', '%d b', 2)",
    ]


def templates() -> list[Path]:
    return sorted(path for path in catalogue.HOUSE.rglob("templates/**/*") if path.suffix in {".html", ".txt"})


def unmarked(template: str) -> list[str]:
    """The words of a template that nobody marked for translation."""
    template = re.sub(r"{% (comment|blocktranslate|filter)\b.*?{% end\1 %}|{#.*?#}", "", template, flags=re.DOTALL)
    # What a block of this name holds is a class of the style sheet, not a word.
    template = re.sub(r"{% block \w+_class %}.*?{% endblock %}", "", template)
    template = re.sub(r"{%.*?%}|{{.*?}}", "", template, flags=re.DOTALL)
    template = re.sub(r"<(script|style)\b.*?</\1>", "", template, flags=re.DOTALL)
    said = re.findall(r'\b(?:aria-label|title|placeholder|alt)="([^"]*)"', template)
    words = re.findall(r"[^\W\d_][\w-]+", " ".join([*said, re.sub(r"<[^>]*>", " ", template)]))
    return [word for word in words if not word.startswith(tuple(NAMES))]


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.relative_to(catalogue.HOUSE).as_posix())
def test_no_template_says_something_that_nobody_can_translate(path: Path) -> None:
    assert unmarked(path.read_text()) == []


def test_the_search_for_unmarked_words_finds_some() -> None:
    assert unmarked('<p title="Look here">{% translate "Fine" %} Not fine</p>') == ["Look", "here", "Not", "fine"]


# Pages


class Reader(HTMLParser):
    """Collects what a page says, to eyes and to a screen reader, save what has a language of its own."""

    ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "data-after", "data-empty", "data-left", "data-over"}

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.mute = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        own_language = tag != "html" and "lang" in dict(attributes)
        self.mute = tag if own_language or tag in {"script", "style"} else self.mute
        self.said += [value for name, value in attributes if name in self.ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self.mute = "" if tag == self.mute else self.mute

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.mute:
            self.said.append(" ".join(data.split()))


def said_on(page: str) -> list[str]:
    reader = Reader()
    reader.feed(page)
    return reader.said


@pytest.fixture(scope="module")
def english(dutch: list[Message]) -> re.Pattern[str]:
    """Any sentence that reads otherwise in Dutch, with anything in its places."""
    pairs = [pair for message in dutch for pair in texts(message)]
    dutch_too = {text for _, text in pairs}
    pieces = [HOLE.split(sentence) for sentence, _ in pairs if sentence not in dutch_too]
    return re.compile("|".join(".+".join(map(re.escape, found)) for found in pieces if _is_telling(found)))


def _is_telling(pieces: list[str]) -> bool:
    """One word between two places can be Dutch too: "2 of 3"."""
    return len(pieces) == 1 or len(re.findall(r"\w+", " ".join(pieces))) > 1


def addresses(day: busy_day.Day) -> Iterator[tuple[Member, str]]:
    """Who opens which page."""
    team = day.team
    for name in ("home:today", "people:me", "notices:mine", "mfa_index", "posts:list", "watch:list"):
        yield team.ben, reverse(name)
    for name in ("channels:list", "people:list", "people:invite", "people:settings", "ledger:list", "vault:connect"):
        yield team.cora, reverse(name)
    yield team.cora, reverse("channels:channel", args=[day.accounts.town.pk])
    yield team.cora, reverse("people:member", args=[team.anna.pk])
    yield team.anna, reverse("posts:new")
    for version in (day.draft, day.asked, day.cooling, day.uncertain, day.emergency, day.published):
        yield team.ben, reverse("posts:detail", args=[version.post_id])
    yield team.anna, reverse("posts:edit", args=[day.draft.post_id])
    yield team.ben, reverse("posts:review_list")
    yield team.ben, reverse("posts:review", args=[day.asked.post_id])
    yield day.guus, reverse("posts:guest", args=[day.guest.pk])
    yield team.cora, reverse("people:partners")
    yield team.ben, reverse("posts:halt")
    for name in ("watch:stray", "watch:adopt", "watch:take_down"):
        yield team.dirk, reverse(name, args=[day.stray.pk])
    yield team.dirk, reverse("incidents:list")
    yield team.dirk, reverse("incidents:open")
    yield team.dirk, reverse("notices:alarm", args=[day.stray.alarm_id])


@pytest.fixture
def day(practice: PracticeServer, anna: Member, ben: Member, cora: Member, dirk: Member) -> busy_day.Day:
    """Something in every state that a page can show; everybody's mail is Dutch."""
    for member in (anna, ben, cora, dirk):
        member.user.language = "nl"
        member.user.save()
    return busy_day.begin(practice, busy_day.Team(anna, ben, cora, dirk))


def read_as(member: Member, address: str, *, language: str) -> list[str]:
    User.objects.filter(pk=member.user_id).update(language=language)
    reader = Client()
    reader.force_login(User.objects.get(pk=member.user_id), backend="django.contrib.auth.backends.ModelBackend")
    answer = reader.get(address)
    assert answer.status_code == 200, address
    return said_on(answer.content.decode())


def test_no_page_says_something_in_english_to_a_dutch_member(day: busy_day.Day, english: re.Pattern[str]) -> None:
    found = {
        address: [words for words in read_as(member, address, language="nl") if english.fullmatch(words)]
        for member, address in addresses(day)
    }
    assert {address: words for address, words in found.items() if words} == {}


def test_the_search_for_english_finds_it_on_an_english_page(day: busy_day.Day, english: re.Pattern[str]) -> None:
    assert [words for words in read_as(day.team.ben, "/", language="en") if english.fullmatch(words)]


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "account_reset_password_done"])
def test_a_dutch_stranger_reads_dutch(name: str, client: Client, english: re.Pattern[str], db: None) -> None:
    said = said_on(client.get(reverse(name), HTTP_ACCEPT_LANGUAGE="nl").content.decode())
    assert "Naar de inhoud" in said
    assert [words for words in said if english.fullmatch(words)] == []


def test_an_address_that_is_not_there_says_so_in_dutch(anna: Member, enter: Callable[[Member], Client]) -> None:
    User.objects.filter(pk=anna.user_id).update(language="nl")
    page = enter(User.objects.get(pk=anna.user_id).memberships.get()).get("/not/there/")
    assert page.status_code == 404
    assert "Deze pagina is hier niet" in said_on(page.content.decode())
