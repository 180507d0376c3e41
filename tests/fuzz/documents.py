"""Feeds mutated documents to the readers of feeds, pages and site maps, guided by which lines they reach."""

import json
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["vierogen", "fastfeedparser", "feedparser"]):
    from vierogen.listening.sources.documents import worker

DOCUMENTS = Path(__file__).parents[1] / "listening" / "sources" / "documents"
WHAT = sorted(worker.READERS)
# The codes of a refusal; anything else is a crash.
REFUSALS = {"entities", "no_feed", "no_page", "no_text", "no_map", "broken", "heavy"}


def one(data: bytes) -> None:
    """Read one document: the first byte says as what."""
    if not data:
        return
    told = worker.answer(WHAT[data[0] % len(WHAT)], data[1:], "text/xml")
    if "failed" in told and told["failed"] not in REFUSALS:
        raise AssertionError(told)
    written = json.dumps(told)
    if "\\u0000" in written or len(written) > 60_000_000:
        raise AssertionError("something came out that no database keeps")


def main() -> None:
    """Begin with the documents of the tests; further arguments are libFuzzer's."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as seeds:
        for path in DOCUMENTS.iterdir():
            for number in range(len(WHAT)):
                (Path(seeds) / f"{number}-{path.name}").write_bytes(bytes([number]) + path.read_bytes())
        atheris.Setup([*sys.argv, seeds, "-max_len=20000", "-timeout=20", "-rss_limit_mb=3000"], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
