"""Forms of the gateway."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.forms.utils import ErrorList
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from vierogen.channels.models import Channel
from vierogen.core.numbers import whole
from vierogen.core.pictures import MAX_UPLOAD, NO_FILMS, TOO_BIG, PictureRefused
from vierogen.networks.base import Format
from vierogen.people.models import Member
from vierogen.posts import films
from vierogen.posts.actions.content import Content, content_of
from vierogen.posts.actions.writing import add_picture
from vierogen.posts.models import Media, Version
from vierogen.web.fields import RowsField

# How it goes out, where a network has more than one form.
FORMS: Mapping[Format, Any] = {
    "post": gettext_lazy("In the timeline"),
    "reel": gettext_lazy("As a reel (short film)"),
    "story": gettext_lazy("As a story, for 24 hours"),
}
# What the form does not carry.
TEXTLESS: Mapping[Format, Any] = {
    "post": gettext_lazy("In the timeline readers on %(network)s see no text and no description."),
    "reel": gettext_lazy("Readers of a reel on %(network)s see no text and no description: only the film."),
    "story": gettext_lazy(
        "Readers of a story on %(network)s see no text and no description: what matters has to stand in the picture."
    ),
}
# What can be added.
PICTURES = "image/jpeg,image/png,image/webp,image/gif"
FILMS = ",video/mp4,video/quicktime"
# What networks take at most, for an organisation without channels.
USUAL_PICTURES = 4


class MomentField(forms.DateTimeField):
    """A day and a time of the organisation's own clock; the two odd hours of the year are explained."""

    def to_python(self, value: Any) -> datetime | None:
        """The moment, aware. Raises ``ValidationError`` in plain words."""
        try:
            return super().to_python(value)
        except ValidationError as error:
            if error.code != "ambiguous_timezone":
                raise
            raise ValidationError(
                _("The clock changes in that hour, so this time comes twice or not at all. Choose another hour.")
            ) from error


LOCAL_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d-%m-%Y %H:%M"]


def _local_time() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class _ManyFiles(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files as they were uploaded; none is fine."""

    widget = _ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[Any]"]:
        """The list of uploads. What is in them is for others to judge."""
        return [] if data in self.empty_values else list(data)


class ComposerForm(forms.Form):
    """A draft: channels first, then the text, a variation per channel, pictures with alt texts, and a time.

    ``pictures`` are those of the draft with their alt texts as last typed; validation adds the new ones.
    """

    channels = RowsField(
        Channel.objects.none(),
        label=gettext_lazy("Where does it go?"),
        error_messages={"required": gettext_lazy("Choose at least one account.")},
    )
    text = forms.CharField(
        label=gettext_lazy("What do you want to say?"),
        widget=forms.Textarea(attrs={"rows": 6, "id": "id_text"}),
        required=False,
        max_length=20_000,
    )
    new_pictures = FilesField(label=gettext_lazy("Pictures"), required=False)
    not_before = MomentField(
        label=gettext_lazy("When may it go out?"),
        required=False,
        help_text=gettext_lazy("Leave this empty to let it go right after approval and cooling-off."),
        widget=_local_time(),
        input_formats=LOCAL_TIMES,
    )

    def __init__(self, data: Any = None, files: Any = None, *, member: Member, version: Version | None = None) -> None:
        self.member, self.version = member, version
        self.known = list(Channel.objects.visible_to(member).watched().official().select_related("room"))
        super().__init__(data, files, initial=self._initial())
        self.pictures = self._attached()
        self.fields["channels"].queryset = self._choices()  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs["lang"] = member.organisation.language
        for channel in self.known:
            self.fields[f"text_{channel.pk}"] = forms.CharField(
                required=False,
                max_length=20_000,
                label=_("Text for %(channel)s") % {"channel": channel},
                widget=forms.Textarea(attrs={"rows": 3, "lang": member.organisation.language}),
            )
            if len(channel.network.formats) > 1:
                self.fields[f"format_{channel.pk}"] = _form_field(channel)

    def _choices(self) -> QuerySet[Channel]:
        return Channel.objects.filter(pk__in=[channel.pk for channel in self.known])

    def _initial(self) -> dict[str, Any]:
        if self.version is None:
            return {"channels": [self.known[0].pk]} if len(self.known) == 1 else {}
        targets = list(self.version.targets.all())
        return {
            "text": self.version.text,
            "channels": [target.channel_id for target in targets],
            "not_before": self.version.not_before,
            **{f"text_{target.channel_id}": target.text for target in targets},
            **{f"format_{target.channel_id}": target.format for target in targets},
        }

    def _attached(self) -> list[tuple[Media, str]]:
        if self.is_bound:
            return list(_kept(self.data, self.member))
        attachments = self.version.attachments.all() if self.version else ()
        return [(shown.media, shown.alt) for shown in attachments]

    def variations(self) -> list[forms.BoundField]:
        """The fields of the texts per channel."""
        return [self[name] for name in self.fields if name.startswith("text_")]

    def accounts(self) -> list[tuple[Channel, forms.BoundField | None]]:
        """Every account, with the choice of its form where there is one."""
        fields = [f"format_{channel.pk}" for channel in self.known]
        chosen = [self[name] if name in self.fields else None for name in fields]
        return list(zip(self.known, chosen, strict=True))

    def varies(self) -> bool:
        """Is there a text for one channel alone?"""
        return any(field.value() or field.errors for field in self.variations())

    def chosen(self) -> set[int]:
        """The ids of the ticked channels, right or wrong."""
        numbers = (whole(str(pk)) for pk in self["channels"].value() or ())
        return {number for number in numbers if number is not None}

    def wrong(self) -> list[tuple[forms.BoundField, ErrorList]]:
        """The fields that are not right yet, for the summary."""
        return [(self[name], errors) for name, errors in self.errors.items() if name in self.fields]

    def most_pictures(self) -> int:
        """How many pictures one post can have: no network of the organisation takes more."""
        return max((channel.network.picture_limit for channel in self.known), default=USUAL_PICTURES)

    def takes_films(self) -> bool:
        """Does one of the networks take films?"""
        return any(channel.network.film_limit for channel in self.known)

    def accepts(self) -> str:
        """What a file can be."""
        return PICTURES + FILMS if self.takes_films() else PICTURES

    def clean_not_before(self) -> datetime | None:
        """A time that has passed is told now, not when a reviewer looks."""
        at: datetime | None = self.cleaned_data["not_before"]
        if at and at <= timezone.now():
            raise ValidationError(_("This time has passed. Choose a later time, or leave it empty."))
        return at

    def clean(self) -> dict[str, Any]:
        """Take the new pictures in; each refusal is told beside the pictures."""
        cleaned = super().clean() or self.cleaned_data
        uploads = cleaned["new_pictures"]
        most = self.most_pictures()
        if uploads and len(self.pictures) + len(uploads) > most:
            told = ngettext("At most %(most)d picture fits.", "At most %(most)d pictures fit.", most) % {"most": most}
            self.add_error("new_pictures", _("%(limit)s None of the new ones were added.") % {"limit": told})
            return cleaned
        for upload in uploads:
            self._take_in(upload)
        return cleaned

    def _take_in(self, upload: "UploadedFile[Any]") -> None:
        name = upload.name or ""
        # Before reading: what is refused need not fit in memory.
        start = upload.read(12)
        upload.seek(0)
        if why := self._refusal(start, upload.size or 0):
            self.add_error("new_pictures", f"{name}: {_(why)}")
            return
        try:
            media = add_picture(self.member.organisation, upload.read(), name=name, by=self.member)
        except PictureRefused as refusal:
            self.add_error("new_pictures", f"{name}: {_(refusal.reason)}")
            return
        if media.pk not in [known.pk for known, _alt in self.pictures]:
            self.pictures.append((media, ""))

    def _refusal(self, start: bytes, size: int) -> str:
        """Why a file with these first bytes is not even read, "" where it is."""
        if not films.is_film(start):
            return TOO_BIG if size > MAX_UPLOAD else ""
        if not self.takes_films():
            return NO_FILMS
        return films.TOO_BIG if size > films.MAX_UPLOAD else ""

    def content(self) -> Content:
        """What was written, as the gateway takes it; while it is being written, as far as it can be understood."""
        if not self.is_bound:
            return content_of(self.version) if self.version else self._empty()
        told = self.cleaned_data
        channels = tuple(told.get("channels", ()))
        texts = {channel.pk: told.get(f"text_{channel.pk}", "") for channel in channels}
        return Content(
            text=told.get("text", ""),
            channels=channels,
            texts={pk: text for pk, text in texts.items() if text.strip()},
            pictures=tuple((media.pk, alt) for media, alt in self.pictures),
            not_before=told.get("not_before"),
            language=self.member.organisation.language,
            formats=self._formats(),
        )

    def _formats(self) -> dict[int, Format]:
        told = {channel.pk: self.cleaned_data.get(f"format_{channel.pk}") for channel in self.known}
        return {pk: cast("Format", form) for pk, form in told.items() if form}

    def _empty(self) -> Content:
        chosen = self.chosen()
        channels = tuple(channel for channel in self.known if channel.pk in chosen)
        return Content("", channels, language=self.member.organisation.language)


def _form_field(channel: Channel) -> forms.ChoiceField:
    network = channel.network
    lost = [TEXTLESS[form] % {"network": network.name} for form in network.formats if form in network.textless]
    return forms.ChoiceField(
        required=False,
        choices=[(form, FORMS[form]) for form in network.formats],
        initial=network.formats[0],
        widget=forms.RadioSelect,
        label=_("How does it go out on %(channel)s?") % {"channel": channel},
        help_text=" ".join(lost),
    )


def _kept(data: Any, member: Member) -> Iterator[tuple[Media, str]]:
    """The pictures that were there already and were not taken away."""
    removed = set(_list(data, "remove_picture"))
    numbers = {whole(text): text for text in _list(data, "picture") if text not in removed}
    rows = Media.objects.filter(organisation_id=member.organisation_id).select_related("look").defer("data")
    known = rows.in_bulk([number for number in numbers if number is not None])
    for number, text in numbers.items():
        if number in known:
            yield known[number], data.get(f"alt_{text}", "")


def _list(data: Any, name: str) -> list[str]:
    return data.getlist(name) if isinstance(data, QueryDict) else []


class ReasonForm(forms.Form):
    """A reason, in the person's own words."""

    reason = forms.CharField(label=gettext_lazy("Why?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2_000)


class ChangesForm(forms.Form):
    """What should change."""

    text = forms.CharField(
        label=gettext_lazy("What should change?"),
        help_text=gettext_lazy("The writer gets this by mail, and can change the post."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )


class HaltForm(forms.Form):
    """Stop everything, perhaps with a word why."""

    reason = forms.CharField(label=gettext_lazy("Why?"), required=False, max_length=200)


class GraveForm(forms.Form):
    """What happened, for everybody to read."""

    reason = forms.CharField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("Everybody in the team reads this above every page. Name nobody who need not be named."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
    )


class QuietMomentForm(forms.Form):
    """A quiet moment of the organisation's own."""

    title = forms.CharField(
        label=gettext_lazy("What is it?"),
        help_text=gettext_lazy("For example: funeral of the mayor, silent march, memorial service."),
        max_length=120,
    )
    starts = MomentField(label=gettext_lazy("From"), widget=_local_time(), input_formats=LOCAL_TIMES)
    ends = MomentField(label=gettext_lazy("Until"), widget=_local_time(), input_formats=LOCAL_TIMES)

    def clean(self) -> dict[str, Any]:
        """The times in their order."""
        told = super().clean() or {}
        starts, ends = told.get("starts"), told.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("It ends before it begins. Choose a later end."))
        return told


class ConsentForm(forms.Form):
    """Who may be seen in a picture, how they said so, and until when."""

    who = forms.CharField(
        label=gettext_lazy("Who may be seen?"),
        help_text=gettext_lazy("The name of one person. For a child, also who said yes for it."),
        max_length=200,
    )
    how = forms.CharField(
        label=gettext_lazy("How did they say so?"),
        help_text=gettext_lazy("For example: signed form of 12 May, mail, said so to Anna on the day."),
        max_length=200,
    )
    until = forms.DateField(
        label=gettext_lazy("Until which day?"),
        help_text=gettext_lazy("Leave this empty if they named no last day."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d-%m-%Y"],
    )

    def __init__(self, data: Any = None, *, member: Member) -> None:
        super().__init__(data)
        self.member = member

    def clean_until(self) -> Any:
        """A day that has not passed where the organisation is."""
        until = self.cleaned_data["until"]
        if until and until < self.member.organisation.today():
            raise ValidationError(_("That day has passed."))
        return until


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
