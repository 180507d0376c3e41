"""The peers of the matcher are asked the same, and find the same."""

from pathlib import Path

from bench.listening import engines
from bench.listening.drawing import curve
from bench.listening.words import ALERTS, POSTS, write
from vierogen.matching.parsing import parse
from vierogen.matching.posts import Post, documents


def test_all_engines_find_the_same(tmp_path: Path) -> None:
    write(tmp_path, many_alerts=3000, many_posts=60)
    queries = (tmp_path / ALERTS).read_text(encoding="utf-8").splitlines()
    texts = (tmp_path / POSTS).read_text(encoding="utf-8").splitlines()
    assert (len(queries), len(texts)) == (3000, 60)
    expected = engines.brute(iter(queries), texts)
    assert any(expected)
    assert engines.Ours(iter(queries), texts).match(texts) == expected
    assert engines.Ours(iter(queries), texts, engines.RustAutomaton).match(texts) == expected
    assert engines.Ours(iter(queries), texts, engines.PythonAutomaton).match(texts) == expected
    assert engines.Regexes(iter(queries), ()).match(texts) == expected


def test_a_query_is_the_same_for_postgresql() -> None:
    [clause] = parse('brand (school* OR "jan d\'hondt") -oefening').clauses
    asked = engines.tsquery(clause)
    assert asked.startswith("(('brand') & (")
    assert "'school':*" in asked
    assert "'jan' <-> 'd' <-> 'hondt'" in asked
    assert "!('oefening')" in asked
    [document] = documents([Post("D'Hondt")])
    assert engines.tsvector(document) == "'d':1 'hondt':2 'dhondt':4"


def test_the_curve_has_a_line_for_each_engine() -> None:
    drawn = curve({"one & other": [(1_000, 100_000.0), (10_000, 50_000.0)], "slow": [(1_000, 10.0), (10_000, 0.5)]})
    assert drawn.count("<polyline") == 2
    assert "one &amp; other" in drawn
