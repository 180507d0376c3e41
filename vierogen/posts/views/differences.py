"""What changed between two versions, apart from the words themselves: the rest that an approval covers."""

from collections.abc import Iterator
from typing import cast

from django.utils.translation import gettext as _

from vierogen.networks.base import Format
from vierogen.posts.models import Comment, Version
from vierogen.posts.views.shown import FORMS
from vierogen.web.templatetags.vierogen import moment


def compared_with(version: Version) -> Version | None:
    """The version that readers know: the last one that somebody made remarks about, else the one before."""
    earlier = [other for other in version.post.versions.all() if other.number < version.number]
    remarks = set(Comment.objects.filter(version__post=version.post_id).values_list("version_id", flat=True))
    remarked = [other for other in earlier if other.pk in remarks]
    return max(remarked or earlier, key=lambda other: other.number, default=None)


def differences(before: Version, version: Version) -> list[str]:
    """Channels, forms, pictures, alt texts and time that are not as they were, a sentence for each."""
    kinds = (_channels, _forms, _pictures, _time)
    return [sentence for kind in kinds for sentence in kind(before, version)]


def _channels(before: Version, version: Version) -> Iterator[str]:
    old, new = ({target.channel_id: target.channel for target in one.targets.all()} for one in (before, version))
    for pk in new.keys() - old.keys():
        yield _("Also goes to %(channel)s.") % {"channel": new[pk]}
    for pk in old.keys() - new.keys():
        yield _("No longer goes to %(channel)s.") % {"channel": old[pk]}


def _forms(before: Version, version: Version) -> Iterator[str]:
    old = {target.channel_id: target.format for target in before.targets.all()}
    for target in version.targets.all():
        earlier = old.get(target.channel_id, target.format)
        if earlier != target.format:
            values = {"channel": target.channel, "old": _in_words(earlier), "new": _in_words(target.format)}
            yield _("On %(channel)s it was to go out %(old)s, and now %(new)s.") % values


def _in_words(form: str) -> str:
    return _(FORMS[cast("Format", form)]) if form in FORMS else form


def _pictures(before: Version, version: Version) -> Iterator[str]:
    old, new = ({shown.media_id: shown for shown in one.attachments.all()} for one in (before, version))
    for number, (pk, shown) in enumerate(new.items(), 1):
        values = {"number": number, "old": old[pk].alt if pk in old else "", "new": shown.alt}
        if pk not in old:
            yield _("Picture %(number)d is new.") % values
        elif old[pk].alt != shown.alt:
            yield _("The description of picture %(number)d was “%(old)s” and is now “%(new)s”.") % values
    for pk in old.keys() - new.keys():
        yield _("The picture “%(name)s” is gone.") % {"name": old[pk].media.name}


def _time(before: Version, version: Version) -> Iterator[str]:
    if before.not_before == version.not_before:
        return
    old, new = (moment(one.not_before) or _("right after cooling-off") for one in (before, version))
    yield _("It was to go out %(old)s, and now %(new)s.") % {"old": old, "new": new}
