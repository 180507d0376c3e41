"""``vierogen match``: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import eventually
from vierogen.matching import program
from vierogen.matching.lines import NO_JSON, NO_TEXT, post_of
from vierogen.matching.posts import Post
from vierogen.matching.program import main

TOLD = b"vierogen match: posts:3: This is not UTF-8. What cannot be read is left out.\n"
PROGRAM = [sys.executable, "-c", "from vierogen.config.cli import main; main()", "match"]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    alerts, posts = tmp_path / "alerts.txt", tmp_path / "posts.txt"
    alerts.write_text('"jan de vries"\n\nbrand -oefening lang:nl\nfrom:nos\n', encoding="utf-8")
    told = {"text": "Brand in Breda", "lang": "nl", "author": "@nos", "source": "nos.nl"}
    posts.write_text(f"Volgens Jan de Vries\r\nNiets\n{json.dumps(told)}\n\ngeen json\n", encoding="utf-8")
    return ["--alerts", str(alerts), "--posts", str(posts)]


def test_it_prints_the_lines_of_post_and_alert(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(files) == 0
    assert capsys.readouterr() == ("1\t1\n3\t3\n3\t4\n", "")


def test_figures_are_the_last_line_of_standard_error(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*files, "--stats"]) == 0
    told = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert (told["alerts"], told["posts"], told["hits"]) == (3, 5, 3)
    assert set(told) == {"alerts", "posts", "hits", "build_seconds", "match_seconds", "peak_mb"}
    assert told["peak_mb"] > 1


def test_every_query_that_cannot_be_read_is_named(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(files[1]).write_text('jan\nbrand "school\nde\n', encoding="utf-8")
    assert main(files) == 65
    out, err = capsys.readouterr()
    assert not out
    first, query, mark, second, *_rest = err.splitlines()
    assert f"{files[1]}:2:7: The quotation mark that opens here is not closed. Put a" in first
    assert (query, mark) == ('    brand "school', "          ^")
    assert ":3:1: “de” is in nearly every message." in second


def test_it_points_at_the_character_of_a_long_query_too(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(files[1]).write_text(f"{'brand ' * 200}\x1b[31m (school {'rook ' * 100}\n", encoding="utf-8")
    assert main(files) == 65
    _told, query, mark = capsys.readouterr().err.splitlines()
    assert len(query) < 120
    assert "\\x1b[31m" in query
    assert query[mark.index("^") :].startswith("(school rook")


def test_a_million_wrong_queries_are_not_all_told(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(files[1]).write_text("de\n" * 1000, encoding="utf-8")
    assert main(files) == 65
    err = capsys.readouterr().err
    assert err.count("^") == 20
    assert err.endswith("1000 lines in all.\n")


def test_a_query_that_is_not_utf_8_is_named(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(files[1]).write_bytes("jan\ncafé \xff\n".encode("latin-1").replace(b"\xe9", "é".encode()))
    assert main(files) == 65
    assert ":2:6: This line is not UTF-8." in capsys.readouterr().err


def test_messages_are_in_the_language_that_is_asked_for(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    asked = []

    class Said:
        def gettext(self, sentence: str) -> str:
            asked.append(sentence)
            return sentence.replace("is in nearly every message", "staat bijna overal")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program.gettext, "translation", lambda *_args, **_options: Said())
        Path(files[1]).write_text("de\n", encoding="utf-8")
        assert main([*files, "--language", "nl"]) == 65
    assert "“de” staat bijna overal." in capsys.readouterr().err
    assert any("Add a word" in sentence for sentence in asked)


def test_posts_that_are_written_wrong_are_matched_as_far_as_can_be_and_named(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(files[3]).write_bytes(b'{"text": "x",\nniets\n\xff Jan de Vries\n{"title": "Jan de Vries"}\n')
    assert main(files) == 1
    out, err = capsys.readouterr()
    assert out == "3\t1\n4\t1\n"
    first, second, third = err.splitlines()
    assert "posts:1: This begins like an object of JSON" in first
    assert "posts:3: This is not UTF-8." in second
    assert "posts:4: This object of JSON has no text." in third


@pytest.mark.parametrize("arguments", [[], ["--alerts"], ["--alerts", "a"], ["--alerts", "a", "--posts", "b", "c"]])
def test_wrong_usage_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 64
    out, err = capsys.readouterr()
    assert not out
    assert len(err.splitlines()) == 1


def test_a_file_that_is_not_there_is_one_line(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*files[:3], "/nowhere"]) == 66
    assert capsys.readouterr().err == "vierogen match: /nowhere: No such file or directory\n"


def test_it_needs_no_installation_and_reads_standard_input(files: list[str], tmp_path: Path) -> None:
    ran = subprocess.run(
        [*PROGRAM, *files[:3], "-"],
        input=b"niets\nJan de Vries\n" + b"\xff jan de vries",
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), "LANG": "C"},
        cwd=tmp_path,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, b"2\t1\n3\t1\n", TOLD)


def test_a_reader_that_leaves_ends_it_quietly(files: list[str]) -> None:
    Path(files[3]).write_text("Jan de Vries\n" * 50_000, encoding="utf-8")
    with subprocess.Popen([*PROGRAM, *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"1\t1\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", NO_JSON),
        ("{}", NO_TEXT),
        ('{"text": 3}', NO_TEXT),
        ("[1]", ""),
        ('{"text": "a"', NO_JSON),
        ("{" * 10_000, NO_JSON),
        ('{"a":' * 10_000, NO_JSON),
        ('{"x": ' + "1" * 5000 + "}", NO_JSON),
    ],
)
def test_a_line_that_is_no_post_of_json_is_a_text(line: str, wrong: str) -> None:
    assert post_of(line) == (Post(line), wrong)


def test_hits_come_while_the_input_pauses(files: list[str]) -> None:
    with subprocess.Popen([*PROGRAM, *files[:3], "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        for number in (1, 3, 5):
            # Half a line is no post yet.
            process.stdin.write(b"Jan de Vries\nhalf")
            process.stdin.flush()
            assert process.stdout.readline() == f"{number}\t1\n".encode()
            process.stdin.write(b" and whole\n")
        process.stdin.write(b"Jan de Vries, at the end without a line feed")
        process.stdin.close()
        assert process.stdout.read() == b"7\t1\n"
        assert process.wait() == 0


def test_fields_of_the_wrong_kind_are_left_out() -> None:
    line = json.dumps({"text": "a", "lang": 1, "author": None, "source": [], "has": ["image", 3], "reply": "yes"})
    assert post_of(line).post == Post("a", has=frozenset({"image"}))


def test_a_line_without_end_is_cut_and_named(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Two of them: one that ends later, and the last."""
    long = "Jan de Vries " + "en " * 1_000_000
    Path(files[3]).write_text(f"niets\n{long}\nbrand, jan de vries\n{long}", encoding="utf-8")
    assert main(files) == 1
    out, err = capsys.readouterr()
    assert out == "2\t1\n3\t1\n4\t1\n"
    assert err.count("This line is longer than a million bytes.") == 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells of another program's memory")
def test_a_line_that_never_ends_does_not_fill_the_memory(files: list[str]) -> None:
    with subprocess.Popen([*PROGRAM, *files[:3], "/dev/zero"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reads:
        try:
            eventually(lambda: _read_by(reads.pid) > 2_000_000_000)
            told = Path(f"/proc/{reads.pid}/status").read_text()
        finally:
            reads.kill()
    assert int(told.split("VmHWM:")[1].split()[0]) < 200_000


def _read_by(pid: int) -> int:
    """Bytes, whatever from."""
    return int(Path(f"/proc/{pid}/io").read_text().split("rchar: ")[1].split()[0])


def test_marks_piled_up_take_no_time(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With the square of their number it would be minutes."""
    Path(files[3]).write_text("jan de vries e" + "\u0301\u0327" * 100_000 + "\n", encoding="utf-8")
    assert main(files) == 0
    assert capsys.readouterr().out == "1\t1\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_is_one_line(files: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run([*PROGRAM, *files], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert ran.returncode == 74
    assert ran.stderr == b"vierogen match: standard output: No space left on device\n"
