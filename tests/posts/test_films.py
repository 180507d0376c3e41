"""Hostile and honest films, all through the real worker process."""

import hashlib
import struct
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.posts import film_boxes as boxes
from tests.posts.film_boxes import MADE, SECRETS, TURNED, avc, box, chatty, film, full, ints, picture, places, sound
from vierogen.core.pictures import Cleaned, PictureRefused
from vierogen.posts import film_worker, films
from vierogen.posts.films import copied, is_film

LARGE = 4_000_000


def taken(data: bytes) -> Cleaned:
    assert is_film(data[:12])
    return copied(data, name="film.mp4")


def refusal(data: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        copied(data, name="film.mp4")
    assert refused.value.name == "film.mp4"
    return refused.value.reason


def test_a_film_is_known_by_its_size_and_length() -> None:
    clean = taken(film())
    assert (clean.mime, clean.width, clean.height, clean.seconds) == ("video/mp4", 640, 360, 2.0)
    assert (clean.has_place, clean.taken_at) == (False, "2026-05-04 17:58:00")
    assert clean.sha256 == hashlib.sha256(clean.data).hexdigest()


@pytest.mark.parametrize("moov_last", [False, True])
@pytest.mark.parametrize("long", [False, True])
def test_picture_and_sound_stay_byte_for_byte_where_the_film_says_with_the_description_first(
    *, moov_last: bool, long: bool
) -> None:
    whole = film(moov_last=moov_last, long=long)
    clean = taken(whole).data
    assert len(clean) == len(whole)
    for sample in (b"PICTURE-1!", b"PICTURE-2!", b"SOUND-1!", b"SOUND-2!"):
        assert chunks(clean)[sample] == [clean.index(sample)]
        assert moov_last or clean.index(sample) == whole.index(sample)
    assert clean.index(b"moov") < clean.index(b"mdat")
    assert taken(clean).data == clean


def chunks(whole: bytes) -> dict[bytes, list[int]]:
    """What stands at each place that the film's own tables name."""
    found = film_worker.Film(whole)
    kept = [(start, end) for track in found.kept for start, end in track.chunks]
    return {whole[start:end]: [start] for start, end in kept}


def test_a_box_that_goes_on_to_the_end_gets_its_size_said() -> None:
    whole = film(moov_last=True)
    at = whole.index(b"moov") - 4
    assert taken(whole[:at] + bytes(4) + whole[at + 4 :]).data == taken(whole).data


def test_a_film_held_upright_is_as_high_as_it_is_shown() -> None:
    clean = taken(film(tracks=[picture(matrix=TURNED)]))
    assert (clean.width, clean.height) == (360, 640)


def test_whatever_a_film_says_beside_picture_and_sound_is_gone() -> None:
    whole = chatty()
    assert all(secret in whole for secret in SECRETS)
    clean = taken(whole)
    assert [secret for secret in SECRETS if secret in clean.data] == []
    assert struct.pack(">I", MADE) not in clean.data
    assert clean.has_place
    assert b"PICTURE-1!" in clean.data
    assert b"SOUND-2!" in clean.data
    assert len(clean.data) == len(whole)
    assert taken(clean.data).data == clean.data
    assert (taken(clean.data).has_place, taken(clean.data).taken_at) == (False, "")


def test_a_place_that_was_written_every_second_is_told_and_gone() -> None:
    clean = taken(film(tracks=[picture(), places()]))
    assert clean.has_place
    assert boxes.PLACE not in clean.data


def test_what_no_sample_needs_does_not_stay_between_the_samples() -> None:
    whole = film(after=[box(b"mdat", b"a private photo behind the film")])
    assert b"private" not in taken(whole).data


def test_the_length_is_the_longest_that_the_film_says() -> None:
    assert taken(film(duration=9000)).seconds == 9.0
    assert taken(film(duration=1)).seconds == 2.0


@pytest.mark.parametrize(
    ("whole", "sentence"),
    [
        (film(tracks=[sound()]), "no picture"),
        (film(tracks=[picture(), picture()]), "damaged"),
        (film(tracks=[boxes.Kind(b"vide", avc(coding=b"hvc1"), [b"x"], size=(9, 9))]), "H.264"),
        (film(tracks=[picture(), boxes.Kind(b"soun", boxes.aac(coding=b"sowt"), [b"x"])]), "AAC"),
        (film(in_moov=[box(b"mvex")]), "pieces"),
        (film(after=[box(b"moof")]), "pieces"),
        (film(tracks=[picture(size=(5000, 300))]), "4096"),
        (film(tracks=[picture(size=(0, 300))]), "damaged"),
        (film(duration=30 * 3600 * 1000), "very long"),
        (film()[:-3], "damaged"),
        (film() + b"\0\0\0\x04more", "damaged"),
        (film()[:24], "damaged"),
        (box(b"ftyp", b"isom"), "damaged"),
        (film() + film()[24:], "damaged"),
    ],
)
def test_what_is_no_ordinary_film_is_refused_in_plain_words(whole: bytes, sentence: str) -> None:
    assert sentence in refusal(whole)


def changed(old: bytes, new: bytes) -> bytes:
    whole = film()
    assert len(old) == len(new)
    assert old in whole
    return whole.replace(old, new, 1)


@pytest.mark.parametrize(
    "hostile",
    [
        lambda: changed(full(b"stsc", ints(1, 1, 1, 1)), full(b"stsc", ints(1, 2, 1, 1))),
        lambda: changed(full(b"stsc", ints(1, 1, 1, 1)), full(b"stsc", ints(900_000_000, 1, 1, 1))),
        lambda: changed(full(b"stsz", ints(0, 2, 10, 10)), full(b"stsz", ints(0, 2, 10, LARGE))),
        lambda: changed(full(b"stsz", ints(0, 2, 10, 10)), full(b"stsz", ints(7, 4_000_000_000, 10, 10))),
        lambda: changed(full(b"url ", flags=1), full(b"url ", flags=0)),
        lambda: changed(b"stco", b"co64"),
        lambda: film(after=[struct.pack(">I4sQ", 1, b"mdat", 2**63)]),
        lambda: film(tracks=[picture(more=deep(3000))]),
    ],
)
def test_hostile_tables_end_in_a_refusal(hostile: Callable[[], bytes]) -> None:
    assert "damaged" in refusal(hostile())


def deep(levels: int) -> bytes:
    """Boxes in boxes in boxes."""
    inner = b""
    for _level in range(levels):
        inner = box(b"mdia", inner)
    return inner


def test_every_cut_and_every_changed_byte_is_taken_or_refused_but_never_breaks() -> None:
    """In this very process, because hundreds of workers would take minutes."""
    whole = chatty()
    for place in range(0, len(whole), 7):
        for broken in (whole[:place], whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]):
            line, clean = film_worker.answer(broken)
            assert line.startswith(b'{"')
            assert len(clean) in {0, len(broken)}


def test_a_film_larger_than_the_limit_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "MAX_UPLOAD", 100)
    monkeypatch.setattr(films, "worked_on", lambda *_args, **_more: pytest.fail("it was read"))
    assert "50 MB" in refusal(film())


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("open('/etc/hostname')", b"Too many open files"),
        ("socket.socket()", b"Too many open files"),
        ("mmap.mmap(-1, 700_000_000)", b"Cannot allocate memory"),
    ],
)
def test_the_worker_can_open_nothing_and_take_no_great_memory(code: str, refusal: bytes) -> None:
    start = (
        "import importlib.util, mmap, socket, sys\n"
        f"spec = importlib.util.spec_from_file_location('worker', {str(films.WORKER)!r})\n"
        "worker = sys.modules['worker'] = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(worker)\n"
    )
    for confined in (False, True):
        script = start + ("worker.confine()\n" if confined else "") + code
        ended = subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, check=False, timeout=30)
        assert ended.returncode == int(confined)
        assert (refusal in ended.stderr) == confined


def test_a_film_of_the_largest_size_goes_through() -> None:
    big = [bytes([65 + place % 26]) * 1_000_000 for place in range(51)]
    whole = film(tracks=[picture(samples=big), sound()])
    clean = taken(whole)
    assert clean.data.count(b"B" * 1_000_000) == 2
    assert len(clean.data) == len(whole) <= films.MAX_UPLOAD
