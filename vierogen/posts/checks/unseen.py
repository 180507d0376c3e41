"""Did somebody look at every picture?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Extra, Finding, Tier

_PICTURE = _("Picture %(number)s (%(name)s) was not checked for people, words and codes. %(problem)s")
_FILM = _("Film %(number)s (%(name)s) was not checked for people, words and codes. %(problem)s")


class Unseen(Check):
    """Says *not checked* of a picture or film at which nothing looked, where pictures are looked at."""

    key = "unseen"
    title = _("Not looked at")
    why = _("What was not checked is not safe because of that.")
    todo = _("Look at it yourself: who is in it, what can be read, and what lies in the background.")
    agreement = "nothing-private"
    kind = "UNSEEN"
    needs = Extra.VISION

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding per picture that should have been looked at, and was not."""
        for number, picture in enumerate(draft.pictures, 1):
            if picture.unseen and picture.seen is None:
                values: dict[str, str | int] = {"number": number, "name": picture.name, "problem": picture.unseen}
                yield Finding(self.key, Tier.NOT_CHECKED, _FILM if picture.is_film else _PICTURE, values)
