"""What ends at once when a membership does: sessions, ways to log in, browsers that show notices."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.utils import timezone

from vierogen.notices.actions import forget_member, unsubscribe_all
from vierogen.notices.models import PushSubscription
from vierogen.people.models import Member, User


def is_elsewhere(member: Member) -> bool:
    """Does this person belong to another organisation of this installation? Then their log-in is not ours to end."""
    rows = Member.objects.filter(user=member.user_id).exclude(pk=member.pk).select_related("user", "organisation")
    return any(other.is_current for other in rows)


def sessions_of(user: User) -> Iterator[Session]:
    """The open sessions of this user. Sessions name nobody in a column, so each is opened."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            yield session


def ways_in(member: Member) -> int:
    """How many there are: open sessions, a password, passkeys and apps with codes. 0 for whoever is elsewhere too."""
    if is_elsewhere(member):
        return 0
    known: int = Authenticator.objects.filter(user=member.user_id).count()
    user = User.objects.get(pk=member.user_id)  # as it is now
    return sum(1 for _session in sessions_of(user)) + known + user.has_usable_password()


def shut(member: Member) -> int:
    """End every way in that is only for this organisation; returns how many there were.

    Without a password, links of invitations and of "forgot my password" that were sent are void too: each holds a
    digest of it. Who comes back is invited anew.
    """
    count = ways_in(member)
    if is_elsewhere(member):
        return count
    user = User.objects.select_for_update(no_key=True).get(pk=member.user_id)
    user.set_unusable_password()
    user.last_login = None
    user.save(update_fields=["password", "last_login"])
    Authenticator.objects.filter(user=user).delete()
    for session in list(sessions_of(user)):
        session.delete()
    return count


def devices(member: Member) -> int:
    """How many browsers show them our notices; 0 for whoever is elsewhere too."""
    return 0 if is_elsewhere(member) else PushSubscription.objects.filter(user_id=member.user_id).count()


def fall_silent(member: Member) -> int:
    """Send them nothing any more for this organisation; returns how many browsers and notices that were."""
    forgotten = 0 if is_elsewhere(member) else unsubscribe_all(member.user_id)
    return forgotten + forget_member(member.user_id, organisation_id=member.organisation_id)
