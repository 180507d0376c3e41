"""Was a picture taken far from here, or at night?"""

from collections.abc import Iterator
from datetime import datetime, time

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Hours, PictureFacts, Tier

# Beyond the next municipality, in kilometres.
FAR = 25
# When somebody has to be there, where the organisation did not say: Monday to Friday, from seven to seven.
_USUAL = Hours((1, 2, 3, 4, 5), time(7), time(19))
_NIGHT_BEGINS, _NIGHT_ENDS = time(23), time(5)
# In the order of ISO weekdays.
DAYS = (
    _("Picture %(number)s (%(name)s) was taken on a Monday outside office hours, %(km)s km away."),
    _("Picture %(number)s (%(name)s) was taken on a Tuesday outside office hours, %(km)s km away."),
    _("Picture %(number)s (%(name)s) was taken on a Wednesday outside office hours, %(km)s km away."),
    _("Picture %(number)s (%(name)s) was taken on a Thursday outside office hours, %(km)s km away."),
    _("Picture %(number)s (%(name)s) was taken on a Friday outside office hours, %(km)s km away."),
    _("Picture %(number)s (%(name)s) was taken on a Saturday, %(km)s km away."),
    _("Picture %(number)s (%(name)s) was taken on a Sunday, %(km)s km away."),
)
_AWAY = _("Picture %(number)s (%(name)s) was taken %(km)s km away.")
_AT_NIGHT = _("Picture %(number)s (%(name)s) was taken at night, at %(time)s.")


class TakenElsewhere(Check):
    """Looks at: a picture that was taken 25 km away or farther, and on which day; and one that was taken at night.

    Private photos have landed on official accounts from the same telephone. Where and when are those of EXIF 2.32
    (GPSLatitude, DateTimeOriginal), as far as the telephone left them in.
    """

    key = "taken_elsewhere"
    title = _("Taken elsewhere")
    why = _("A photo from a day off may be a private one that got here by mistake.")
    todo = _("Look whether this is the picture that you meant.")
    agreement = "right-account"
    kind = "PLACE"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield at most one finding per picture."""
        for number, picture in enumerate(draft.pictures, 1):
            values: dict[str, str | int] = {"number": number, "name": picture.name}
            at = _moment(picture)
            if picture.km_away is not None and picture.km_away >= FAR:
                yield Finding(self.key, Tier.LOOK, _far(at, draft.hours or _USUAL), values | {"km": picture.km_away})
            elif at and (at.time() >= _NIGHT_BEGINS or at.time() < _NIGHT_ENDS):
                yield Finding(self.key, Tier.LOOK, _AT_NIGHT, values | {"time": f"{at:%H:%M}"})


def _far(at: datetime | None, hours: Hours) -> str:
    if at is None or (at.isoweekday() in hours.days and hours.opens <= at.time() < hours.closes):
        return _AWAY
    return DAYS[at.isoweekday() - 1]


def _moment(picture: PictureFacts) -> datetime | None:
    """When the camera said that it was taken; midnight on the dot is a clock that nobody set."""
    try:
        at = datetime.fromisoformat(picture.taken_at)
    except ValueError:
        return None
    return None if at.time() == time(0) else at
