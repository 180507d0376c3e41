"""Does the network still take a post from this account?"""

from collections.abc import Iterator

from vierogen.core.words import gettext_noop as _
from vierogen.posts.checks.base import Check, Draft, Finding, Target, Tier


class RoomLeft(Check):
    """Stops: a post for an account from which the network takes no more before it is due, as it last said.

    A reason lets it through: by the time that it goes out there may be room again.
    """

    key = "room"
    title = _("Room on the network")
    why = _("Some networks take only so many posts from one account in a day. What comes after that is refused.")
    todo = _("Choose a later time, or wait until there is room.")
    agreement = "finished-posts"

    def findings(self, draft: Draft) -> Iterator[Finding]:
        """Yield one finding per channel without room."""
        for target in draft.targets:
            if target.full_until and not self._comes_after(draft, target):
                message = _("%(network)s takes no more posts from this account for now.")
                yield Finding(self.key, Tier.STOP, message, {"network": target.network.name}, target.channel)

    def _comes_after(self, draft: Draft, target: Target) -> bool:
        """Does it go out, or is it only written, when what was counted does not count any more?"""
        moment = max((time for time in (draft.due_at, draft.now) if time), default=None)
        return bool(moment and target.full_until and moment >= target.full_until)
