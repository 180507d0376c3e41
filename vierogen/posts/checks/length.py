"""Does it fit on the network? Text, number of pictures and alt texts, each by the network's own counting."""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, PictureFacts, Target, Tier


class Length(Check):
    """Stops: a text, an alt text or a number of pictures that the network would refuse, whatever the reason."""

    key = "length"
    title = _("Does it fit?")
    why = _("Every network has its own limits. What does not fit is refused, or arrives without its end.")
    todo = _("Make it shorter, or write a text of its own for this channel.")
    agreement = "finished-posts"
    passable = False

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding per limit that is passed on a channel."""
        for target in draft.targets:
            for message, values in _passed(target, draft.pictures):
                yield Finding(self.key, Tier.STOP, message, {"network": target.network.name, **values}, target.channel)


def _passed(target: Target, pictures: tuple[PictureFacts, ...]) -> Iterator[tuple[str, dict[str, int]]]:
    network = target.network
    used = network.length(target.text)
    # Where readers see no text it is not sent.
    if used > network.text_limit and not target.is_textless:
        message = _("Too long for %(network)s: %(used)s of at most %(limit)s characters.")
        yield message, {"used": used, "limit": network.text_limit}
    if len(pictures) > network.picture_limit:
        message = _("Too many pictures for %(network)s: %(used)s of at most %(limit)s.")
        yield message, {"used": len(pictures), "limit": network.picture_limit}
    for number, picture in enumerate(pictures, 1):
        if len(picture.alt) > network.alt_limit and not target.is_textless:
            message = _(
                "The alt text of picture %(number)s is too long for %(network)s: "
                "%(used)s of at most %(limit)s characters."
            )
            yield message, {"number": number, "used": len(picture.alt), "limit": network.alt_limit}
