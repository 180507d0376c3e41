"""The practice mailbox: every mail that would have gone out, for the people of one's own organisation."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from vierogen.people.models import Member
from vierogen.people.roles import Right
from vierogen.practice.demo import mail_folder
from vierogen.practice.mailbox import files, read
from vierogen.web.doors import needs

SHOWN = 60


@dataclass(frozen=True)
class Letter:
    """A mail as the page shows it; ``number`` is its name in the folder."""

    number: int
    to: str
    subject: str
    text: str
    at: datetime
    is_urgent: bool


@require_GET
@needs(Right.SEE)
def mailbox(request: HttpRequest) -> HttpResponse:
    """The newest mails."""
    mine = _addresses(request)
    letters = [letter for path in files(mail_folder())[:SHOWN] if (letter := _letter(path, mine))]
    page = "practice/mails.html" if request.headers.get("HX-Request") else "practice/mailbox.html"
    return render(request, page, {"letters": letters})


@require_GET
@needs(Right.SEE)
def mail(request: HttpRequest, number: int) -> HttpResponse:
    """One mail: its text part. Reading changes nothing."""
    path = mail_folder() / f"{number}.eml"
    letter = _letter(path, _addresses(request)) if path.exists() else None
    if letter is None:
        raise Http404
    return render(request, "practice/mail.html", {"letter": letter})


def _addresses(request: HttpRequest) -> set[str]:
    member: Member = request.member  # type: ignore[attr-defined]
    return {colleague.user.email for colleague in Member.objects.visible_to(member).select_related("user")}


def _letter(path: Path, mine: set[str]) -> Letter | None:
    """The mail in a file, if it is for somebody of ours."""
    message = read(path.read_bytes())
    to = str(message["To"] or "")
    if not {address.lower() for _name, address in getaddresses([to])} & mine:
        return None
    return Letter(
        number=int(path.stem),
        to=to,
        subject=str(message["Subject"] or ""),
        text=_text(message),
        at=datetime.fromtimestamp(int(path.stem) / 1e9, tz=UTC),
        is_urgent=str(message["Importance"] or "") == "high",
    )


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()).strip() if part else ""
