"""``vierogen check`` as shells and other programs use it: what it prints, and with which status it ends."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vierogen.posts.check_program import main

CLEAN = "Morgen beginnen de werkzaamheden aan de Stationsweg. Volg de gele borden."
STOP = "Wij hebben je aanvraag ontvangen, BSN 111222333, en gaan ermee aan de slag."
LOOK = "Stuur je cv naar p.devries1984@gmail.com en niet naar mij!"
QUIET = ("--at", "2026-06-10T14:00")
ROOT = Path(__file__).resolve().parents[2]


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def written(content: str | bytes, name: str = "post.txt") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return written


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize(("text", "status"), [(CLEAN, 0), (LOOK, 1), (STOP, 2)])
def test_the_exit_status_says_what_was_found(file: Any, text: str, status: int, capsys: Any) -> None:
    assert main([*QUIET, file(text)]) == status
    assert bool(capsys.readouterr().out) == bool(status)


def test_the_worst_wins_stop_then_not_checked_then_look(file: Any, capsys: Any) -> None:
    look, stop, broken = file(LOOK, "look.txt"), file(STOP, "stop.txt"), file(b"\xff\xfe\x00\x01", "broken.txt")
    assert main([*QUIET, look, broken]) == 3
    assert main([*QUIET, look, broken, stop]) == 2
    assert "broken.txt: unchecked: INPUT" in capsys.readouterr().out


def test_each_line_is_a_post_counted_from_one_and_places_count_code_points(file: Any, capsys: Any) -> None:
    lines = file(f"{CLEAN}\n\n👋 Mail naar p.devries1984@gmail.com, hij weet het.\r\n{STOP}")
    assert main([*QUIET, "--json", "--lines", lines]) == 2
    told = objects(capsys.readouterr().out)
    assert [each["input"] for each in told] == [1, 2, 3, 4]
    assert [bool(each["findings"]) for each in told] == [False, False, True, True]
    [mail] = [found for found in told[2]["findings"] if found["kind"] == "EMAIL"]
    assert set(mail) == {"check", "tier", "kind", "start", "end", "message"}
    text = "👋 Mail naar p.devries1984@gmail.com, hij weet het."
    assert text[mail["start"] : mail["end"]] == "p.devries1984@gmail.com"
    assert all(each["ms"] > 0 for each in told)
    assert "BSN" in {found["kind"] for found in told[3]["findings"] if found["tier"] == "stop"}


def test_messages_come_in_the_language_that_was_asked_for(file: Any, capsys: Any) -> None:
    post = file(STOP)
    main([*QUIET, "--language", "nl", post])
    dutch = capsys.readouterr().out
    main([*QUIET, "--language", "en", post])
    assert dutch != capsys.readouterr().out


def test_no_message_repeats_the_number_of_a_person(file: Any, capsys: Any) -> None:
    main([*QUIET, "--json", file(STOP)])
    assert "111222333" not in capsys.readouterr().out


def test_an_earlier_history_lets_it_hear_another_voice(file: Any, capsys: Any) -> None:
    earlier = "\n".join(
        f"Vanaf {day} juni is de {street} afgesloten. Volg de gele borden en houd rekening met vertraging."
        for day in range(1, 16)
        for street in ("Stationsweg", "Molenlaan")
    )
    private = file("haha lekker aan het bier met de mannen, wat een avond weer 😂")
    main([*QUIET, "--json", "--history", file(earlier, "earlier.txt"), private])
    [told] = objects(capsys.readouterr().out)
    assert "VOICE" in {found["kind"] for found in told["findings"]}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.jpg"),
        (b"\xff\xd8\xff\xe0 cut off", "cut.jpg"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "drawing.svg"),
        (b"GIF89a", "still.gif"),
        (b"\x00\x01\x02", "nothing.bin"),
        ("né".encode("latin-1"), "old.txt"),
    ],
)
def test_what_cannot_be_read_is_not_checked_with_the_reason(file: Any, content: bytes, name: str, capsys: Any) -> None:
    assert main([*QUIET, file(content, name)]) == 3
    assert capsys.readouterr().out.count("unchecked") == 1


@pytest.mark.parametrize("text", ["a" * 100_000, "\u202eabc\u202c\u200b" * 10_000, "", "\n"])
def test_odd_texts_end_as_texts_do(file: Any, text: str, capsys: Any) -> None:
    assert main([*QUIET, "--json", file(text)]) in {0, 1, 2, 3}
    assert len(objects(capsys.readouterr().out)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--lines", "/no/such/file"],
        ["/no/such/file"],
        ["--nonsense"],
        ["--at", "yesterday", "-"],
        ["--language", "x"],
        ["-", "--lines", "-"],
        ["--lines", "-", "--history", "-"],
    ],
)
def test_wrong_usage_is_one_line_and_64(arguments: list[str], capsys: Any) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 64
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_it_runs_from_a_pipe_with_nothing_set_up_and_reads_no_settings(tmp_path: Path) -> None:
    program = (
        "import sys; from django.conf import settings; from vierogen.config.cli import main\n"
        "try: main()\nfinally: print(settings.configured, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "check", "--json", *QUIET, "-"],
        input=STOP.encode(),
        capture_output=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stderr.decode().split()) == (2, ["False"])
    assert objects(ended.stdout.decode())[0]["input"] == 1
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_looked_at_or_says_that_nobody_did(file: Any, capsys: Any) -> None:
    from vierogen.posts.checks.base import Extra
    from vierogen.posts.checks.extras import is_installed

    assert main([*QUIET, file(jpeg(), "white.jpg")]) == (0 if is_installed(Extra.VISION) else 3)


def animated(kind: str) -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("white", "black")]
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_a_moving_picture_only_the_first_is_looked_at_and_that_is_said(file: Any, kind: str, capsys: Any) -> None:
    assert main([*QUIET, "--language", "en", file(animated(kind), f"moves.{kind.lower()}")]) == 3
    assert "Only the first of the pictures" in capsys.readouterr().out


def test_letters_that_are_too_small_to_read_after_drawing_anew_are_not_clean(file: Any, capsys: Any) -> None:
    buffer = io.BytesIO()
    Image.new("L", (300, 20_000), "white").save(buffer, "PNG")
    assert main([*QUIET, "--language", "en", file(buffer.getvalue(), "long.png")]) == 3
    assert "small letters" in capsys.readouterr().out


def test_a_picture_that_tells_where_it_was_taken_stops(file: Any, capsys: Any) -> None:
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x8825] = {1: "N", 2: (52.0, 5.0, 0.0), 3: "E", 4: (5.0, 7.0, 0.0)}
    Image.new("RGB", (64, 48), "white").save(buffer, "JPEG", exif=exif)
    assert main([*QUIET, file(buffer.getvalue(), "photo.jpg")]) == 2
    told = capsys.readouterr().out
    assert "PLACE_IN_PICTURE" in told
    assert "52" not in told


@pytest.mark.parametrize(
    "content", [b"<svg><script>alert(1)</script></svg>", b"\n<?xml version='1.0'?><SVG/>", b"%PDF-1.4"]
)
def test_a_drawing_or_a_pdf_made_of_letters_is_no_text(file: Any, content: bytes, capsys: Any) -> None:
    assert main([*QUIET, file(content, "nameless")]) == 3
    assert "INPUT" in capsys.readouterr().out


def test_a_text_about_drawings_is_a_text(file: Any, capsys: Any) -> None:
    assert main([*QUIET, file("Wist je dat <svg een tekening begint? Lees het op onze site.")]) == 0
    capsys.readouterr()


def test_what_is_no_post_by_its_length_is_not_checked_and_the_next_line_is(file: Any, capsys: Any) -> None:
    lines = file(f"{'é' * 2_500_000}\n{STOP}\n")
    assert main([*QUIET, "--json", "--lines", lines]) == 2
    first, second = objects(capsys.readouterr().out)
    assert [found["tier"] for found in first["findings"]] == ["unchecked"]
    assert "BSN" in {found["kind"] for found in second["findings"]}


def test_a_terminal_is_told_nothing_that_it_would_obey(file: Any, capsys: Any) -> None:
    main([*QUIET, file("Kijk op https://goed\x1b[31m\u202e.nl/ voor meer.")])
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_it_answers_each_line_before_the_next_one_is_asked() -> None:
    command = [sys.executable, "-c", "from vierogen.config.cli import main; main()", "check", "--json", *QUIET]
    asking = subprocess.Popen([*command, "--lines", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert asking.stdin
    assert asking.stdout
    for number, text in enumerate((CLEAN, STOP), start=1):
        asking.stdin.write(f"{text}\n".encode())
        asking.stdin.flush()
        assert json.loads(asking.stdout.readline())["input"] == number
    asking.stdin.close()
    assert asking.wait(timeout=60) == 2
    asking.stdout.close()


def test_it_reads_what_a_shell_gives_as_a_pipe(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -c "from vierogen.config.cli import main; main()" check {" ".join(QUIET)}'
    ended = subprocess.run(["bash", "-c", f"{command} <(echo '{STOP}')"], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == 2
