"""Was this picture posted or taken down before?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Alike, Check, Draft, Finding, Tier

_POSTED = _("Picture %(number)s (%(name)s) was posted before, on %(day)s.")
_TAKEN_DOWN = _("Picture %(number)s (%(name)s) shows what was taken down on %(day)s.")


class SamePicture(Check):
    """Stops: a picture that was taken down before, also cut or mirrored. Looks at: one that was posted before.

    Copies are known by difference hashes of the whole, of cuts and of mirrors; in 1 of 100 pairs of quite different
    pictures the check is mistaken, so a reason lets it pass.
    """

    key = "same_picture"
    title = _("The same picture as before")
    why = _("Nothing is taken down without a reason. And readers notice a photo that comes back.")
    todo = _("Choose another picture. If this one is right after all, first look why it was taken down.")
    agreement = "cool-head"
    kind = "SAME_PICTURE"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield at most one finding per picture."""
        for number, picture in enumerate(draft.pictures, 1):
            for alike in sorted(picture.alike, key=_weight)[:1]:
                day = f"{alike.at:%d-%m-%Y}"
                values: dict[str, str | int] = {"number": number, "name": picture.name, "day": day}
                if alike.was == "taken_down":
                    yield Finding(self.key, Tier.STOP, _TAKEN_DOWN, values)
                else:
                    yield Finding(self.key, Tier.LOOK, _POSTED, values)


def _weight(alike: Alike) -> int:
    return 0 if alike.was == "taken_down" else 1
