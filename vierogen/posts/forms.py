"""Forms of the gateway."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vierogen.channels.models import Channel
from vierogen.people.models import Member
from vierogen.posts.actions.writing import Content, add_picture
from vierogen.posts.models import Media, Version
from vierogen.posts.pictures import PictureRefused

SLOTS = 4


class ComposerForm(forms.Form):
    """A draft: channels first, then the text, a variation per channel, pictures with alt texts, and a time."""

    channels = forms.ModelMultipleChoiceField(
        Channel.objects.none(), label=gettext_lazy("Where does it go?"), widget=forms.CheckboxSelectMultiple
    )
    text = forms.CharField(
        label=gettext_lazy("What do you want to say?"),
        widget=forms.Textarea(attrs={"rows": 6, "id": "id_text"}),
        required=False,
        max_length=20_000,
    )
    not_before = forms.DateTimeField(
        label=gettext_lazy("Not before"),
        required=False,
        help_text=gettext_lazy("Leave empty to publish right after approval and cooling-off."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d-%m-%Y %H:%M"],
    )

    def __init__(self, data: Any = None, files: Any = None, *, member: Member, version: Version | None = None) -> None:
        self.member, self.version = member, version
        super().__init__(data, files, initial=self._initial())
        mine = Channel.objects.visible_to(member).watched()
        field = self.fields["channels"]
        field.queryset = mine  # type: ignore[attr-defined]
        for channel in mine:
            self.fields[f"text_{channel.pk}"] = forms.CharField(
                required=False,
                max_length=20_000,
                label=_("Another text for %(channel)s") % {"channel": channel},
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def _initial(self) -> dict[str, Any]:
        if self.version is None:
            return {}
        targets = list(self.version.targets.all())
        return {
            "text": self.version.text,
            "channels": [target.channel_id for target in targets],
            "not_before": self.version.not_before,
            **{f"text_{target.channel_id}": target.text for target in targets},
        }

    def variations(self) -> list[forms.BoundField]:
        """The fields of the texts per channel."""
        return [self[name] for name in self.fields if name.startswith("text_")]

    def varies(self) -> bool:
        """Is there a text for one channel alone?"""
        return any(field.value() for field in self.variations())

    def kept_pictures(self) -> list[tuple[Media, str]]:
        """The pictures that are there already, with their alt texts as last typed."""
        if self.is_bound:
            return list(_kept(self.data, self.member))
        attachments = self.version.attachments.all() if self.version else ()
        return [(shown.media, shown.alt) for shown in attachments]

    def slots(self) -> range:
        """Numbers of the empty places for new pictures."""
        return range(SLOTS)

    def clean(self) -> dict[str, Any]:
        """Take the new pictures in; each refusal is told beside the pictures."""
        cleaned = super().clean() or self.cleaned_data
        pictures = [(media.pk, alt) for media, alt in _kept(self.data, self.member)]
        for upload, alt in _uploads(self.files, self.data):
            try:
                media = add_picture(self.member.organisation, upload.read(), name=upload.name or "", by=self.member)
            except PictureRefused as refusal:
                self.add_error(None, f"{upload.name}: {_(refusal.reason)}")
                continue
            pictures.append((media.pk, alt))
        cleaned["pictures"] = tuple(pictures)
        return cleaned

    def content(self) -> Content:
        """What was written, as the gateway takes it."""
        cleaned = self.cleaned_data
        channels = tuple(cleaned["channels"])
        texts = {channel.pk: cleaned.get(f"text_{channel.pk}", "") for channel in channels}
        return Content(
            text=cleaned["text"],
            channels=channels,
            texts={pk: text for pk, text in texts.items() if text.strip()},
            pictures=cleaned["pictures"],
            not_before=cleaned["not_before"],
            language=self.member.organisation.language,
        )


def _kept(data: Any, member: Member) -> Iterator[tuple[Media, str]]:
    numbers = [number for number in _list(data, "picture") if number.isdigit()]
    known = (
        Media.objects.filter(organisation_id=member.organisation_id).defer("data").in_bulk([int(n) for n in numbers])
    )
    removed = set(_list(data, "remove_picture"))
    for number in numbers:
        if number not in removed and int(number) in known:
            yield known[int(number)], data.get(f"alt_{number}", "")


def _list(data: Any, name: str) -> list[str]:
    return data.getlist(name) if isinstance(data, QueryDict) else []


def _uploads(files: Any, data: Any) -> Iterable[tuple["UploadedFile[Any]", str]]:
    if not isinstance(files, MultiValueDict):
        return
    for slot in range(SLOTS):
        for upload in files.getlist(f"new_picture_{slot}"):
            yield upload, data.get(f"new_alt_{slot}", "")


class ReasonForm(forms.Form):
    """A reason, in the person's own words."""

    reason = forms.CharField(label=gettext_lazy("Why?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000)


class ChangesForm(forms.Form):
    """What should change."""

    text = forms.CharField(
        label=gettext_lazy("What should change?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000
    )


class HaltForm(forms.Form):
    """Stop everything, perhaps with a word why."""

    reason = forms.CharField(label=gettext_lazy("Why?"), required=False, max_length=200)


class LookBackForm(forms.Form):
    """What the second person found of an emergency."""

    was_right = forms.ChoiceField(
        label=gettext_lazy("Was it right to publish this without waiting?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("What did you find?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000
    )
