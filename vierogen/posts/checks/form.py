"""Does the network take it in this form? Pictures, films, reels and stories, each by the network's own rules."""

from collections.abc import Iterator, Mapping

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, PictureFacts, Target, Tier

_Told = tuple[str, Mapping[str, str | int]]


class Form(Check):
    """Stops: a form, a film or a lack of pictures that the network would refuse, whatever the reason.

    Looks at: words in a form in which readers see none.
    """

    key = "form"
    title = _("Does the network take it like this?")
    why = _("Some networks take nothing without a picture, no films, or only short ones; a reel is always one film.")
    todo = _("Choose another form for this account, or change the pictures.")
    agreement = "finished-posts"
    passable = False

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding per rule that is broken on a channel."""
        for target in draft.targets:
            for message, values in _refused(target, draft.pictures):
                told = {"network": target.network.name, **values}
                yield Finding(self.key, Tier.STOP, message, told, target.channel)
            if target.is_textless and target.text.strip():
                message = _("In this form readers on %(network)s see no text: only what is in the picture itself.")
                yield Finding(self.key, Tier.LOOK, message, {"network": target.network.name}, target.channel)


def _refused(target: Target, pictures: tuple[PictureFacts, ...]) -> Iterator[_Told]:
    network = target.network
    films = [(number, picture) for number, picture in enumerate(pictures, 1) if picture.is_film]
    if target.format not in network.formats:
        yield _("%(network)s does not take this form (any more)."), {}
    elif target.format == "post":
        yield from _post(target, pictures)
    elif target.format == "reel" and (len(pictures), len(films)) != (1, 1):
        yield _("A reel on %(network)s is exactly one film, without pictures."), {}
    elif target.format == "story" and len(pictures) != 1:
        yield _("A story on %(network)s is exactly one picture or one film."), {}
    if len(films) > network.film_limit:
        yield _too_many(network.film_limit, len(films))
    for number, film in films:
        if network.film_limit and film.seconds > network.longest_film(target.format):
            message = _("Film %(number)s is too long for %(network)s: %(used)s of at most %(limit)s seconds.")
            yield (
                message,
                {"number": number, "used": _up(film.seconds), "limit": int(network.longest_film(target.format))},
            )


def _post(target: Target, pictures: tuple[PictureFacts, ...]) -> Iterator[_Told]:
    network = target.network
    if network.needs_picture and not pictures:
        yield _("%(network)s takes nothing without a picture or a film."), {}
    if network.film_alone and len(pictures) > 1 and any(picture.is_film for picture in pictures):
        yield _("On %(network)s a film goes out alone, without pictures or a second film beside it."), {}


def _too_many(limit: int, used: int) -> _Told:
    if not limit:
        return _("%(network)s takes no films from here."), {}
    return _("Too many films for %(network)s: %(used)s of at most %(limit)s."), {"used": used, "limit": limit}


def _up(seconds: float) -> int:
    """In whole seconds, upwards: "60 of at most 60" would explain nothing."""
    return int(-(-seconds // 1))
