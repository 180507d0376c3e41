"""Forms of agreements and lessons."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from vierogen.learning.models import Agreement, Lesson
from vierogen.learning.pictures import Picture
from vierogen.learning.quiz import Answer, Question

ANSWERS = 3


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

    @classmethod
    def about(cls, card: Agreement) -> "CardForm":
        """Filled in as a card is."""
        names = ("title", "picture", "does", "does_not", "why", "example")
        return cls(initial={name: getattr(card, name) for name in names} | about_question(card.asks))

    def values(self) -> dict[str, Any]:
        """The columns of the card."""
        names = ("title", "picture", "does", "does_not", "why", "example")
        told = {name: self.cleaned_data[name].replace("\r\n", "\n") for name in names}
        return {**told, "question": self.asked()}


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
        help_text=_("After that, who has not confirmed it can offer and publish nothing until they do."),
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
