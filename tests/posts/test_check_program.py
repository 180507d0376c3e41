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
