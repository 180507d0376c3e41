"""Where do the QR codes in a picture lead?"""

import re
from collections.abc import Iterator
from dataclasses import replace

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks import running
from vierogen.posts.checks.base import Check, Draft, Extra, Finding, Tier

# The checks of links in a text, by their keys.
_READERS = ("links", "unlisted")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# How telephones read the access to a wireless network from a code: WIFI:T:WPA;S:name;P:password;;
_WIFI = re.compile(r"WIFI:.{0,300}?P:[^;]", re.IGNORECASE | re.DOTALL)
_IN_CODE = _("The code in picture %(picture)s (%(file)s): %(problem)s")
_UNOPENED = _("The link in the code of picture %(picture)s (%(file)s) could not be opened. %(problem)s")
_TELLS_WIFI = _("The code in picture %(picture)s (%(file)s) tells the password of a wireless network.")
_NO_LINK = _("The code in picture %(picture)s (%(file)s) holds no link, but data. It may be a ticket or a key.")


class Codes(Check):
    """Stops: a code whose address imitates one of the organisation's own or allowed domains.

    Looks at: a code that leads elsewhere or does not work, tells a password, or is no link at all.
    """

    key = "codes"
    title = _("Codes in a picture")
    why = _("Nobody sees where a QR code leads before scanning it.")
    todo = _("Scan the code yourself, and look whether it leads where it should.")
    agreement = "safe-links"
    kind = "QR"
    needs = Extra.VISION

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield what is wrong with each code, as the check of links sees it."""
        for number, picture in enumerate(draft.pictures, 1):
            values: dict[str, str | int] = {"picture": number, "file": picture.name}
            for code in picture.seen.codes if picture.seen else ():
                yield from self._in_code(code.strip(), values, draft)

    def _in_code(self, code: str, values: dict[str, str | int], draft: Draft) -> Iterator[Finding]:
        if _LINK.match(code):
            read = replace(draft, text=code, targets=(), pictures=())
            for found in _about_link(read):
                told = {**found.values, **values}
                if found.tier is Tier.STOP or "problem" not in found.values:
                    yield Finding(self.key, found.tier, _IN_CODE, told | {"problem": found.message}, via=found.check)
                else:
                    yield Finding(self.key, found.tier, _UNOPENED, told, via=found.check)
        elif _WIFI.match(code):
            yield Finding(self.key, Tier.LOOK, _TELLS_WIFI, values, kind="SECRET")
        elif code:
            yield Finding(self.key, Tier.LOOK, _NO_LINK, values)


def _about_link(read: Draft) -> Iterator[Finding]:
    """What the checks of links say; an imitation is not opened to look where else it leads."""
    for key in _READERS:
        found = list(running.checks()[key].findings(read))
        yield from found
        if any(each.tier is Tier.STOP for each in found):
            return
