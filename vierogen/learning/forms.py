"""Forms of agreements and lessons."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vierogen.core.pictures import MAX_UPLOAD, TOO_BIG, Cleaned, PictureRefused, reencode
from vierogen.learning.models import Agreement, Lesson
from vierogen.learning.pictures import Picture
from vierogen.learning.quiz import Answer, Question

ANSWERS = 3
# Pixels: a card shows its picture small.
SIDE = 800
_WORDS = ("title", "picture", "does", "does_not", "why", "example")


def _lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class QuestionForm(forms.Form):
    """One question with three answers, one of them right; each answer has its explanation."""

    question = forms.CharField(label=_("The question"), max_length=200)
    right = forms.TypedChoiceField(
        label=_("Which answer is right?"),
        choices=[(0, _("The first")), (1, _("The second")), (2, _("The third"))],
        coerce=int,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, ANSWERS + 1):
            told = {"number": number}
            self.fields[f"answer_{number}"] = forms.CharField(label=_("Answer %(number)d") % told, max_length=200)
            self.fields[f"tell_{number}"] = forms.CharField(
                label=_("What somebody hears who chooses answer %(number)d") % told, max_length=300
            )
        self.order_fields(self._order())

    def _order(self) -> list[str]:
        """The question, its answers, and then which is right."""
        last = [name for name in self.fields if name.startswith(("answer_", "tell_"))]
        rest = [name for name in self.fields if name not in {*last, "question", "right"}]
        return [*rest, "question", *last, "right"]

    def asked(self) -> dict[str, Any]:
        """The question as it is kept."""
        told = self.cleaned_data
        pairs = [(told[f"answer_{number}"], told[f"tell_{number}"]) for number in range(1, ANSWERS + 1)]
        answers = tuple(Answer(text, tell) for text, tell in pairs)
        return Question(told["question"], answers, told["right"]).kept


def about_question(question: Question) -> dict[str, Any]:
    """What ``QuestionForm`` begins with."""
    told: dict[str, Any] = {"question": question.text, "right": question.right}
    for number, answer in enumerate(question.answers[:ANSWERS], start=1):
        told |= {f"answer_{number}": answer.text, f"tell_{number}": answer.tell}
    return told


class CardForm(QuestionForm):
    """The words of a card."""

    title = forms.CharField(label=_("Title"), max_length=80, help_text=_("What somebody does, in a few words."))
    picture = forms.ChoiceField(label=_("Picture"), choices=Picture.choices)
    own_picture = forms.FileField(
        label=_("Or a picture of your own"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF. It is made small; everything but what is to be seen is removed."),
    )
    drawing_again = forms.BooleanField(label=_("Use the drawing again"), required=False)
    picture_alt = forms.CharField(
        label=_("What is on your own picture"),
        required=False,
        max_length=300,
        help_text=_("In a sentence, for who cannot see it."),
    )
    does = forms.CharField(
        label=_("What we do"),
        widget=_lines(4),
        max_length=1000,
        help_text=_("One line each. Say what people may do: cards that only forbid make people stay away."),
    )
    does_not = forms.CharField(
        label=_("What we do not"), widget=_lines(2), max_length=600, required=False, help_text=_("One line each.")
    )
    why = forms.CharField(label=_("Why"), widget=_lines(2), max_length=600)
    example = forms.CharField(label=_("Example"), widget=_lines(2), max_length=600, required=False)

    def __init__(self, *args: Any, card: Agreement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_own = bool(card and card.own_picture_id)
        if not self.has_own:
            del self.fields["drawing_again"]

    @classmethod
    def about(cls, card: Agreement) -> "CardForm":
        """Filled in as a card is."""
        names = (*_WORDS, "picture_alt")
        return cls(initial={name: getattr(card, name) for name in names} | about_question(card.asks), card=card)

    def clean_own_picture(self) -> Cleaned | None:
        """The upload drawn anew, without anything but its pixels."""
        upload = self.cleaned_data["own_picture"]
        if not upload:
            return None
        if upload.size > MAX_UPLOAD:
            raise ValidationError(gettext(TOO_BIG))
        try:
            return reencode(upload.read(), name=upload.name, side=SIDE)
        except PictureRefused as refusal:
            raise ValidationError(gettext(refusal.reason)) from refusal

    def clean(self) -> dict[str, Any]:
        """A picture of one's own is told in words; where the form comes back, its file has to be chosen again."""
        told = super().clean() or {}
        if self._shows_own(told) and not told.get("picture_alt") and "picture_alt" not in self.errors:
            self.add_error("picture_alt", gettext("Say what is on the picture, for who cannot see it."))
        if self.errors and told.get("own_picture"):
            self.add_error("own_picture", gettext("Choose the file again: it was not kept."))
        return told

    def _shows_own(self, told: Mapping[str, Any]) -> bool:
        return bool(told.get("own_picture")) or (self.has_own and not told.get("drawing_again"))

    def values(self) -> dict[str, Any]:
        """The columns of the card; ``own_picture`` only where it changes."""
        told = self.cleaned_data
        words = {name: told[name].replace("\r\n", "\n") for name in _WORDS}
        alt = told["picture_alt"] if self._shows_own(told) else ""
        changes = {"own_picture": told["own_picture"]} if told["own_picture"] or told.get("drawing_again") else {}
        return {**words, **changes, "picture_alt": alt, "question": self.asked()}


class InForceForm(forms.Form):
    """How a draft comes in force."""

    material = forms.TypedChoiceField(
        label=_("Does everybody have to confirm it anew?"),
        choices=[(1, _("Yes: something changes in what we do")), (0, _("No: only words changed"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial=1,
    )
    days = forms.IntegerField(
        label=_("Within how many days?"),
        min_value=0,
        max_value=365,
        initial=14,
        help_text=_(
            "After that, who has not confirmed it can offer and publish nothing until they do. "
            "Who is late with the version before already gets no new time."
        ),
    )

    def __init__(self, *args: Any, is_first: bool = False, **kwargs: Any) -> None:
        """``is_first``: no version is in force, so there is nothing that anybody confirmed before."""
        super().__init__(*args, **kwargs)
        if is_first:
            del self.fields["material"]
            self.fields["days"].help_text = _(
                "After that, who has not confirmed it can offer and publish nothing until they do."
            )


class LessonForm(forms.Form):
    """The words of a lesson."""

    title = forms.CharField(label=_("Title"), max_length=100)
    story = forms.CharField(
        label=_("What happened"),
        widget=_lines(8),
        max_length=3000,
        help_text=_("A real accident in your own words. Leave people's names out."),
    )
    wrong = forms.CharField(label=_("What went wrong"), widget=_lines(3), max_length=2000)
    helps = forms.CharField(label=_("What would have helped"), widget=_lines(3), max_length=2000)
    months = forms.IntegerField(label=_("Months that a certificate lasts"), min_value=1, max_value=60, initial=12)

    @classmethod
    def about(cls, lesson: Lesson) -> "LessonForm":
        """Filled in as a lesson is."""
        return cls(initial={name: getattr(lesson, name) for name in cls.base_fields})

    def values(self) -> dict[str, Any]:
        """The columns of the lesson."""
        told = {name: self.cleaned_data[name].replace("\r\n", "\n") for name in ("title", "story", "wrong", "helps")}
        return {**told, "months": self.cleaned_data["months"]}
