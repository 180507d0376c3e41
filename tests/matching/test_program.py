"""``vierogen match``: what it prints, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vierogen.matching.program import main, post_of

PROGRAM = [sys.executable, "-c", "from vierogen.config.cli import main; main()", "match"]


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    alerts, posts = tmp_path / "alerts.txt", tmp_path / "posts.txt"
    alerts.write_text('"jan de vries"\n\nbrand -oefening lang:nl\nfrom:nos\n', encoding="utf-8")
    told = {"text": "Brand in Breda", "lang": "nl", "author": "@nos", "source": "nos.nl"}
    posts.write_text(f"Volgens Jan de Vries\r\nNiets\n{json.dumps(told)}\n\n{{geen json\n", encoding="utf-8")
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
    first, second = err.splitlines()
    assert "line 2, character 7: The quotation mark" in first
    assert "line 3, character 1: “de” is in nearly every message." in second


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
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])},
        cwd=tmp_path,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"2\t1\n3\t1\n", b"")


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
    "line",
    ["{", "{}", '{"text": 3}', "[1]", '{"text": "a"', "{" * 10_000, '{"a":' * 10_000, '{"x": ' + "1" * 5000 + "}"],
)
def test_a_line_that_is_no_post_of_json_is_a_text(line: str) -> None:
    assert post_of(line) == (line, "", "", "", "", frozenset(), False)


def test_fields_of_the_wrong_kind_are_left_out() -> None:
    line = json.dumps({"text": "a", "lang": 1, "author": None, "source": [], "has": ["image", 3], "reply": "yes"})
    assert post_of(line) == ("a", "", "", "", "", frozenset({"image"}), False)
