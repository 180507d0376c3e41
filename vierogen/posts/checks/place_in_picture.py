"""Did a picture carry the place where it was taken?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Tier

_PICTURE = _("Picture %(number)s (%(name)s) carried the place where it was taken. We removed that.")
_FILM = _("Film %(number)s (%(name)s) carried the place where it was taken. We removed that.")


class PlaceInPicture(Check):
    """Looks at: a picture that carried GPS data when it was uploaded.

    Not a stop, although the pattern is certain: the upload has already removed the place, so publishing
    cannot leak it and there is nothing to override. What remains is for people: the picture itself may show
    where somebody lives.
    """

    key = "place_in_picture"
    title = _("Place in a picture")
    why = _("A photo often carries the exact place and time where it was taken: somebody's home, for instance.")
    todo = _("Check that the picture itself does not show where somebody lives or stays, and who is in it.")
    agreement = "nothing-private"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding per picture that carried a place."""
        for number, picture in enumerate(draft.pictures, 1):
            if picture.has_place:
                message = _FILM if picture.is_film else _PICTURE
                yield Finding(self.key, Tier.LOOK, message, {"number": number, "name": picture.name})
