"""From bytes to findings: drawn pictures through both real processes and all checks. One process for all of them."""

import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from tests.posts.checks import drawing
from tests.posts.checks.drawing import CLEAN, PROBLEMS, Case, jpeg, photo, small
from vierogen.core.pictures import PictureRefused, reencode
from vierogen.posts import vision
from vierogen.posts.checks.base import Draft, Extra, Finding, Own, PictureFacts, Seen, Tier
from vierogen.posts.checks.extras import is_installed
from vierogen.posts.checks.running import checks, run
from vierogen.posts.vision import VisionError, look_at_clean

pytestmark = pytest.mark.xdist_group("vision")
# Which check finds a kind in the words of a picture; what is not written yet is not expected.
READS = {"BSN": "bsn", "PHONE": "phone", "PLATE": "plate", "IBAN": "iban", "DOB": "birth_date"}
PATIENCE = 60.0


@pytest.fixture(autouse=True)
def _installed() -> None:
    assert is_installed(Extra.VISION), "the extra is missing: make setup-dev"


def look_at(data: bytes) -> Seen:
    """What is to be seen in a picture as somebody sent it."""
    return look_at_clean(reencode(data, name="").data)


def found_in(seen: Seen) -> list[Finding]:
    """What all checks find in a picture with this in it, of a post that is fine."""
    facts = PictureFacts("Wat er te zien is.", "foto.jpg", "00", seen=seen)
    return run(Draft("Kom langs op de open dag.", (), (facts,), own=Own(domains=("gemeente-voorbeeld.nl",))))


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in PROBLEMS])
def test_what_should_not_go_out_is_found(case: Case) -> None:
    seen = look_at(jpeg(small(case.draw())))
    read = re.sub(r"\s", "", seen.text)
    assert [words for words in case.words if re.sub(r"\s", "", words) not in read] == []
    expected = {kind for kind in case.kinds if READS.get(kind, "faces") in checks()}
    assert expected <= {found.kind for found in found_in(seen)}


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CLEAN])
def test_nothing_is_said_of_an_ordinary_picture(case: Case) -> None:
    seen = look_at(jpeg(small(case.draw())))
    read = re.sub(r"\s", "", seen.text)
    assert [words for words in case.words if re.sub(r"\s", "", words) not in read] == []
    assert found_in(seen) == []


def test_faces_are_counted_wherever_they_are() -> None:
    group = Image.new("RGB", (1600, 1200), "#86a0b8")
    head = photo("astronaut").crop((120, 0, 340, 220))
    for x, y, side in ((40, 60, 400), (700, 100, 300), (1200, 700, 260)):
        group.paste(head.resize((side, side)), (x, y))
    assert look_at(jpeg(group)).faces == 3


def test_a_long_screenshot_is_read_to_its_end() -> None:
    lines = [f"Regel {number} van het gesprek" for number in range(40)]
    long = drawing.written(lines, size=24, to=(500, 1700))
    seen = look_at(jpeg(long))
    assert [line for line in lines if line not in seen.text] == []


def test_a_large_photo_is_looked_at_as_a_whole() -> None:
    large = drawing.board(["Wachtwoord: Zomer2026!"]).resize((4000, 3000))
    assert "Zomer2026!" in look_at(jpeg(large)).text


class TestBadInput:
    """Each with a clear sentence, and the next picture is looked at as if nothing had happened."""

    def test_one_pixel_shows_nothing(self) -> None:
        assert look_at(jpeg(Image.new("RGB", (1, 1)))) == Seen()

    def test_a_strip_of_20_000_pixels_is_read_as_far_as_it_can(self) -> None:
        assert look_at(jpeg(Image.new("RGB", (20_000, 40), "white"))) == Seen()
        assert look_at(jpeg(Image.new("RGB", (40, 20_000), "white"))) == Seen()

    def test_an_animation_is_its_first_frame(self) -> None:
        frames = [Image.new("RGB", (400, 200), colour) for colour in ("white", "red")]
        ImageDraw.Draw(frames[0]).text((20, 60), "Halte 7", fill="black", font=drawing.letters("sans", 60))
        buffer = io.BytesIO()
        frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
        assert "Halte" in look_at(buffer.getvalue()).text

    def test_transparent_words_are_read_as_readers_see_them(self) -> None:
        image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
        ImageDraw.Draw(image).text((20, 60), "Welkom01", fill="black", font=drawing.letters("sans", 60))
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        assert "Welkom01" in look_at(buffer.getvalue()).text

    @pytest.mark.parametrize("kind", ["html", "zip"])
    def test_what_hangs_on_to_a_picture_is_left_behind(self, kind: str) -> None:
        tail = b"<html><script>alert(1)</script></html>"
        if kind == "zip":
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr("payload.sh", "echo")
            tail = buffer.getvalue()
        assert look_at(jpeg(small(photo("coffee"))) + tail).faces == 0

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "empty"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG"),
            (b"\xff\xd8\xff\xe0 no more", "damaged"),
            (b"\xff\xd8\xff" + bytes(100_000_000), "larger than 25 MB"),
        ],
        ids=["nothing", "svg", "cut off", "100 MB"],
    )
    def test_what_is_no_picture_is_refused_before_anybody_looks(self, data: bytes, said: str) -> None:
        with pytest.raises(PictureRefused, match=said):
            look_at(data)

    def test_half_a_photo_is_refused(self) -> None:
        data = jpeg(photo("coffee"))
        with pytest.raises(PictureRefused, match="damaged"):
            look_at(data[: len(data) // 2])


class TestItsProcess:
    """What the one process does when things go wrong."""

    def test_it_is_the_same_one_for_every_picture(self) -> None:
        look_at(jpeg(Image.new("RGB", (50, 50))))
        first = vision.APART.process.pid
        look_at(jpeg(Image.new("RGB", (60, 60))))
        assert vision.APART.process.pid == first

    def test_it_can_open_nothing_and_reach_nobody(self) -> None:
        look_at(jpeg(Image.new("RGB", (50, 50))))
        limits = Path(f"/proc/{vision.APART.process.pid}/limits").read_text()
        assert re.search(r"Max file size +0 +0", limits)
        assert re.search(r"Max processes +0 +0", limits)
        (most,) = re.findall(r"Max open files +(\d+)", limits)
        opened = os.listdir(f"/proc/{vision.APART.process.pid}/fd")  # noqa: PTH208 - names, not paths
        assert int(most) <= len(opened)
        environment = Path(f"/proc/{vision.APART.process.pid}/environ").read_bytes()
        assert environment.strip(b"\x00") == b"ORT_DISABLE_TELEMETRY=1"

    def test_killed_in_the_middle_says_so_and_the_next_picture_is_looked_at(self) -> None:
        busy = jpeg(photo("motorcycle_left", size=(4000, 3000)))
        look_at(jpeg(Image.new("RGB", (50, 50))))
        victim = vision.APART.process
        alarm = threading.Timer(0.3, victim.send_signal, [signal.SIGKILL])
        clean = reencode(busy, name="").data
        alarm.start()
        with pytest.raises(VisionError, match="broke off"):
            vision.look_at_clean(clean)
        assert look_at(jpeg(Image.new("RGB", (50, 50)))) == Seen()
        assert vision.APART.process.pid != victim.pid

    def test_one_that_ended_for_want_of_work_is_begun_anew_unnoticed(self) -> None:
        look_at(jpeg(Image.new("RGB", (50, 50))))
        ended = vision.APART.process
        assert ended.stdin is not None
        ended.stdin.close()
        assert ended.wait(timeout=10) == 0
        assert look_at(jpeg(Image.new("RGB", (50, 50)))) == Seen()

    def test_one_that_takes_too_long_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        look_at(jpeg(Image.new("RGB", (50, 50))))
        clean = reencode(jpeg(photo("motorcycle_left", size=(4000, 3000))), name="").data
        monkeypatch.setattr(vision.APART, "to_answer", 0.1)
        with pytest.raises(VisionError, match="too long"):
            vision.look_at_clean(clean)
        assert vision.APART.process is None


@pytest.fixture
def strange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A worker of which the test writes the program."""
    vision.APART.stop()

    def program(code: str) -> None:
        (tmp_path / "worker.py").write_text("import sys, struct, os, time\nout = sys.stdout.buffer\n" + code)
        monkeypatch.setattr(vision.APART, "arguments", (str(tmp_path / "worker.py"),))

    yield program
    vision.APART.stop()


READY = "out.write(struct.pack('>I', 15) + b'{\"ready\": true}'); out.flush(); sys.stdin.buffer.read(4)\n"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sys.exit(1)", "does not start"),
        ("out.write(struct.pack('>I', 14) + b'{\"failed\": \"x\"}')", "does not start"),
        ("raise MemoryError", "does not start"),
        (READY + "os._exit(9)", "broke off"),
        (READY + "out.write(struct.pack('>I', 2**31))", "broke off"),
        (READY + "out.write(struct.pack('>I', 2) + b'[]')", "broke off"),
        (READY + "out.write(struct.pack('>I', 12) + b'{\"faces\": 1}')", "broke off"),
        (READY + "out.write(struct.pack('>I', 20) + b'{\"failed\": \"memory\"}')", "too much memory"),
    ],
)
def test_a_worker_that_says_something_odd_is_not_believed(strange: Any, code: str, said: str) -> None:
    strange(code)
    with pytest.raises(VisionError, match=said):
        vision.look_at_clean(b"picture")


def test_it_ends_with_the_program_that_began_it() -> None:
    """Even where that was killed and could say nothing any more."""
    script = (
        "import io, time\nfrom PIL import Image\nfrom vierogen.posts import vision\n"
        "buffer = io.BytesIO(); Image.new('RGB', (50, 50)).save(buffer, 'JPEG')\n"
        "vision.look_at_clean(buffer.getvalue())\nprint(vision.APART.process.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        program.kill()
    until = time.monotonic() + PATIENCE
    while Path(f"/proc/{worker}").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()


def test_what_no_database_keeps_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"faces": 0, "lines": ["Wel\x00kom", "\ud800"], "codes": ["\udfff"]}
    monkeypatch.setattr(vision, "_asked", lambda _data: said)
    seen = vision.look_at_clean(b"")
    assert seen == Seen(text="Welkom\n?", codes=("?",))


def test_not_checked_is_what_a_post_says_of_a_picture_that_was_not_seen() -> None:
    facts = PictureFacts("Een straat", "foto.jpg", "00", unseen="Looking at it broke off.")
    (found,) = [each for each in run(Draft("Dag.", (), (facts,))) if each.check == "unseen"]
    assert found.tier is Tier.NOT_CHECKED
