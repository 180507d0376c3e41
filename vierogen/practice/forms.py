"""Forms of the app on the phone, and of drills."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vierogen.practice.drawing import ALBUM, photo
from vierogen.practice.entities import PICTURE_BYTES
from vierogen.practice.network import ALT_LIMIT, NAME_LIMIT

# Longer than the network takes: it is the network that refuses, as with any app.
ROOM = 2000
# As many characters as a caption may have:
# https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
CAPTION_LIMIT = 2200


class PostForm(forms.Form):
    """Something new: words, a picture, or both."""

    text = forms.CharField(
        label=_("What do you want to say?"),
        required=False,
        max_length=ROOM,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    photo = forms.ChoiceField(
        label=_("A picture from the album"),
        required=False,
        choices=[("", _("No picture")), *((key, _(words)) for key, (words, _draw) in ALBUM.items())],
        widget=forms.RadioSelect,
    )
    file = forms.FileField(label=_("Or a picture of your own"), required=False)
    alt = forms.CharField(label=_("What is to be seen in the picture"), required=False, max_length=ALT_LIMIT)

    def clean_file(self) -> Any:
        """Refuse early what the network would refuse."""
        file = self.cleaned_data["file"]
        if file and file.size > PICTURE_BYTES:
            raise forms.ValidationError(_("This picture is too large for the practice network."))
        return file

    def clean(self) -> dict[str, Any]:
        """An empty post says nothing."""
        told = self.cleaned_data
        if not self.errors and not (told.get("text") or told.get("photo") or told.get("file")):
            raise forms.ValidationError(_("Write something, or choose a picture."))
        return told

    def picture(self) -> bytes | None:
        """The chosen picture; one's own comes first."""
        file, key = self.cleaned_data["file"], self.cleaned_data["photo"]
        if file:
            data: bytes = file.read()
            return data
        return photo(key) if key else None


class EditForm(forms.Form):
    """Other words for a post."""

    text = forms.CharField(label=_("Text"), required=False, max_length=ROOM, widget=forms.Textarea(attrs={"rows": 5}))


class NameForm(forms.Form):
    """Another name above the profile."""

    name = forms.CharField(label=_("Name that everybody sees"), max_length=NAME_LIMIT)


class ShotForm(forms.Form):
    """A photo from the album, which goes out as a story or a post, and words for a post."""

    photo = forms.ChoiceField(
        label=_("A picture from the album"),
        choices=[(key, _(words)) for key, (words, _draw) in ALBUM.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a photo first.")},
    )
    text = forms.CharField(label=_("Words below the photo, for a post"), required=False, max_length=CAPTION_LIMIT)

    def picture(self) -> bytes:
        """The chosen photo, a PNG."""
        return photo(self.cleaned_data["photo"])


class StatementForm(forms.Form):
    """The first statement of a drill."""

    text = forms.CharField(label=_("Your first statement"), max_length=2_000, widget=forms.Textarea(attrs={"rows": 4}))
