"""Can personal data or secrets be read in a picture?"""

import re
from collections.abc import Iterator
from dataclasses import replace

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks import running
from vierogen.posts.checks.base import Check, Draft, Extra, Finding, PictureFacts, Tier

# The checks of text that read what stands in a picture too, by their keys.
_READERS = (
    "bsn",
    "iban",
    "card",
    "phone",
    "email",
    "address",
    "plate",
    "birth_date",
    "identity_document",
    "names",
    "health",
    "secrets",
)
_IN_PICTURE = _("In picture %(picture)s (%(file)s): %(problem)s")
_ACCESS = _("In picture %(picture)s (%(file)s) a password or access code can be read.")
_CHAT = _("Picture %(picture)s (%(file)s) looks like a screenshot of a conversation.")
_MOST_LETTERS = 20_000
# What people write on a board and stick on a screen. Looser than in a text, where words stand in sentences.
_WORD = (
    r"(?:wacht\s?woord|password|passcode|pin(?:\s?code)?|toegangs\s?code|access\s?code|deur\s?code|alarm\s?code"
    r"|kamer\s?code|meeting\s?(?:id|pin)|vergader\s?(?:id|code)|wifi\s?(?:code|key|sleutel))"
)
_ACCESS_CODE = re.compile(rf"(?<!\w){_WORD}(?:\s?[:=]\s?|\s(?:-|is)\s|\s?\n)(?=\S{{0,30}}\d)\S{{4,30}}", re.IGNORECASE)
# A moment as a messenger writes it in or under a balloon, perhaps with the ticks that it was read.
_MOMENT = re.compile(r"(?:^|\s)([01]?\d|2[0-3])[:.]([0-5]\d)(?:\s?[√✓vV/]{1,3})?$")
# A line of words alone, before one with a digit: a label on a card or a form.
_LABEL = re.compile(r"^([^\W\d][^\d\n]{0,40}[^\W\d.:])[ ]?\n(?=[^\n]{0,30}\d)", re.MULTILINE)
_LOST_SPACE = re.compile(r"(?<=[A-Za-z][.:])(?=\d)")
# What only a messenger says.
_MESSENGER = re.compile(
    r"laatst gezien|last seen|is aan het typen|typing\.\.\.|end-to-end|berichten en gesprekken zijn|type een bericht"
    r"|typ een bericht|type a message|gisteren om|dit bericht is verwijderd|this message was deleted|imessage",
    re.IGNORECASE,
)


class WordsInPicture(Check):
    """Stops: what the checks of personal data and secrets stop in a text. Looks at: what they look at there.

    Looks at as well: a password or access code on a board or a screen, and a screenshot of a conversation.
    """

    key = "words_in_picture"
    title = _("Words in a picture")
    why = _("Readers enlarge a picture and read what stands on a screen, a board or a card in it.")
    todo = _("Cut that part off, make it unreadable, or choose another picture.")
    agreement = "nothing-private"
    kind = "TEXT_IN_PICTURE"
    needs = Extra.VISION

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield what is found in the words of each picture, each thing once."""
        for number, picture in enumerate(draft.pictures, 1):
            if picture.seen and picture.seen.text:
                values: dict[str, str | int] = {"picture": number, "file": picture.name}
                yield from self._in_text(picture, values, draft)

    def _in_text(self, picture: PictureFacts, values: dict[str, str | int], draft: Draft) -> Iterator[Finding]:
        text = picture.seen.text[:_MOST_LETTERS] if picture.seen else ""
        found = {(each.check, str(sorted(each.values.items()))): each for each in _read(text, draft)}
        for each in found.values():
            told = {**each.values, **values, "problem": each.message}
            yield Finding(self.key, each.tier, _IN_PICTURE, told, kind=each.kind, via=each.check)
        if "secrets" not in {each.check for each in found.values()} and _ACCESS_CODE.search(text):
            yield Finding(self.key, Tier.LOOK, _ACCESS, values, kind="SECRET")
        if is_conversation(text):
            yield Finding(self.key, Tier.LOOK, _CHAT, values, kind="CHAT")


def as_sentences(text: str) -> str:
    """The lines as a text would have them: "BSN" above a number is its label, and "Tel.06" lost its space."""
    spaced = _LOST_SPACE.sub(" ", text)
    return _LABEL.sub(r"\1: ", spaced)


def _read(text: str, draft: Draft) -> Iterator[Finding]:
    """What the checks of text say of the words in a picture. One that crashes has said so in its own name already."""
    read = [
        replace(draft, text=each, targets=(), pictures=(), recent=())
        for each in dict.fromkeys((text, as_sentences(text)))
    ]
    for key in _READERS:
        if check := running.checks().get(key):
            for found in (found for each in read for found in check.findings(each)):
                if found.tier in {Tier.STOP, Tier.LOOK}:
                    yield replace(found, kind=found.kind or running.kind_of(check))


def is_conversation(text: str) -> bool:
    """Is this the text of a messenger's screen? Balloons end with a moment, and people write at odd minutes.

    Programmes and timetables begin their lines with a time, mostly a round one.
    """
    moments = [found for line in text.splitlines() if (found := _MOMENT.search(line.strip()))]
    odd = sum(int(found[2]) % 5 != 0 for found in moments)
    if _MESSENGER.search(text):
        return bool(moments)
    return len(moments) >= 3 and odd >= 2 and len(text.splitlines()) > len(moments)
