"""A card with a picture of the organisation's own: taken in safely, told in words, and fixed as its words are."""

import io
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from tests.core.test_pictures import SECRETS, exif, png, saved, scene
from tests.learning.test_managing import TOLD, Enter
from vierogen.learning.forms import SIDE
from vierogen.learning.models import Agreement, CardPicture
from vierogen.people.models import Member

ALT = "Twee collega's kijken samen naar een scherm"
PROGRAM = b"<html><script>alert(1)</script>PK\x03\x04"


def send(client: Client, data: bytes, *, to: str, name: str = "foto.jpg", **told: str) -> Any:
    """The form of a card with this file in it."""
    return client.post(to, {**TOLD, "picture_alt": ALT, **told, "own_picture": SimpleUploadedFile(name, data)})


def photo() -> bytes:
    """Larger than a card needs, with a camera and a name in it, and a program behind it."""
    return saved(scene().resize((1600, 1000)), "JPEG", exif=exif()) + PROGRAM


@pytest.fixture
def drafted(enter: Enter, cora: Member) -> Agreement:
    send(enter(cora), photo(), to=reverse("learning:new"))
    return Agreement.objects.get()


def in_force(client: Client, card: Agreement) -> None:
    client.post(reverse("learning:put_in_force", args=[card.pk]), {"material": "1", "days": "7"})


def test_nothing_but_its_pixels_is_kept_and_no_more_than_a_card_needs(drafted: Agreement) -> None:
    kept = CardPicture.objects.get()
    data = bytes(kept.data)
    assert drafted.own_picture == kept
    assert (kept.mime, Image.open(io.BytesIO(data)).size) == ("image/jpeg", (SIDE, 500))
    assert not [secret for secret in (*SECRETS, "script", "PK\x03\x04") if secret.encode() in data]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png(8000, 6251, (b"IDAT", zlib.compress(b"\x00" * 100))), "more than 50 megapixels"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (PROGRAM, "web page"),
        (b"\x89PNG\r\n\x1a\n" + PROGRAM, "damaged"),
        (b"GIF89a" + PROGRAM, "damaged"),
        (b"\xff\xd8\xff" + b"\x00" * 26 * 1024 * 1024, "larger than 25 MB"),
    ],
    ids=("bomb", "svg", "page", "half a png", "half a gif", "too large"),
)
def test_what_is_no_picture_is_refused_with_the_reason(enter: Enter, cora: Member, data: bytes, words: str) -> None:
    answer = send(enter(cora), data, to=reverse("learning:new"))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Agreement.objects.exists()
    assert not CardPicture.objects.exists()


def test_it_is_told_in_words_and_the_file_is_asked_for_again(enter: Enter, cora: Member) -> None:
    answer = send(enter(cora), photo(), to=reverse("learning:new"), picture_alt=" ")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Say what is on the picture" in page
    assert "Choose the file again" in page
    assert not CardPicture.objects.exists()


def test_everybody_sees_it_once_it_is_in_force_and_nobody_before(
    enter: Enter, drafted: Agreement, cora: Member, anna: Member, otto: Member
) -> None:
    address = reverse("learning:picture", args=[drafted.own_picture_id])
    assert enter(cora).get(address).status_code == 200
    assert enter(anna).get(address).status_code == 404
    in_force(enter(cora), drafted)
    shown = enter(anna).get(address)
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert shown.content == bytes(CardPicture.objects.get().data)
    for page in (reverse("learning:list"), reverse("learning:card", args=[drafted.key]), reverse("learning:missing")):
        told = enter(anna).get(page).content.decode()
        assert (f'src="{address}"' in told, ALT.replace("'", "&#x27;") in told) == (True, True)
    assert enter(otto).get(address).status_code == 404


def test_the_difference_shows_both_pictures(enter: Enter, drafted: Agreement, cora: Member) -> None:
    client = enter(cora)
    in_force(client, drafted)
    client.post(reverse("learning:change", args=[drafted.key]))
    second = Agreement.objects.get(number=2)
    assert second.own_picture_id == drafted.own_picture_id
    page = reverse("learning:draft", args=[second.pk])
    assert "→" not in client.get(page).content.decode()
    other = saved(scene().rotate(90), "PNG")
    send(client, other, to=page, picture_alt="Een plein")
    second.refresh_from_db()
    told = client.get(page).content.decode()
    for version in (drafted, second):
        assert f'src="{reverse("learning:picture", args=[version.own_picture_id])}"' in told
    assert "<ins>Een" in told


def test_the_drawing_comes_back_and_what_nobody_saw_is_forgotten(
    enter: Enter, drafted: Agreement, cora: Member
) -> None:
    client, page = enter(cora), reverse("learning:draft", args=[drafted.pk])
    client.post(page, {**TOLD, "picture_alt": ALT})
    drafted.refresh_from_db()
    assert drafted.own_picture_id  # saved again without a file, it stays
    client.post(page, {**TOLD, "picture_alt": ALT, "drawing_again": "on"})
    drafted.refresh_from_db()
    assert (drafted.own_picture_id, drafted.picture_alt) == (None, "")
    assert not CardPicture.objects.exists()


def test_a_draft_that_is_thrown_away_leaves_no_picture(enter: Enter, drafted: Agreement, cora: Member) -> None:
    enter(cora).post(reverse("learning:throw_away", args=[drafted.pk]))
    assert not CardPicture.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE learning_agreement SET own_picture_id = NULL",
        "UPDATE learning_agreement SET picture_alt = 'iets anders'",
        "UPDATE learning_cardpicture SET mime = 'text/html'",
        "UPDATE learning_cardpicture SET data = %s",
    ],
)
def test_the_database_refuses_another_picture_on_what_is_in_force(
    enter: Enter, drafted: Agreement, cora: Member, change: str
) -> None:
    in_force(enter(cora), drafted)
    with pytest.raises(DatabaseError, match="never change"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, [b"\xff\xd8\xff"] if "%s" in change else None)


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_what_a_version_shows(enter: Enter, drafted: Agreement, cora: Member) -> None:
    in_force(enter(cora), drafted)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM learning_cardpicture")
    assert CardPicture.objects.exists()
