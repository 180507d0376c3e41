"""Measures the checks of pictures: what they find in drawn ones, how long a picture takes, how much memory.

python -m bench.pictures

The pictures are those of the tests: chat screenshots, cards, boards, plates, dossiers, codes, and ordinary ones. There
is no peer beside it: nothing that could be installed here does all of this.
"""

import resource
import sys
import time
from collections import Counter
from statistics import median

from bench.machine import facts
from tests.posts.checks.drawing import CLEAN, PROBLEMS, Case, board, jpeg, photo, small
from vierogen.core.pictures import reencode
from vierogen.posts import vision
from vierogen.posts.checks.base import Draft, Extra, Own, PictureFacts
from vierogen.posts.checks.extras import is_installed
from vierogen.posts.checks.running import run
from vierogen.posts.vision import look_at_clean

# Twelve megapixels, as phones make them.
LARGE = (4000, 3000)
ROUNDS = 5


def kinds_in(picture: bytes) -> set[str]:
    """All kinds that the checks find in a picture as somebody sent it."""
    seen = PictureFacts("Wat te zien is.", "foto.jpg", "", seen=look_at_clean(reencode(picture, name="").data))
    draft = Draft("Kom langs op de open dag.", (), (seen,), own=Own(domains=("gemeente-voorbeeld.nl",)))
    return {finding.kind for finding in run(draft)}


def timed(picture: bytes) -> tuple[set[str], float]:
    """The kinds found, and the seconds from bytes to findings."""
    began = time.perf_counter()
    kinds = kinds_in(picture)
    return kinds, time.perf_counter() - began


def main() -> int:
    """Print what was measured; returns 0, also where the extra is missing."""
    if not is_installed(Extra.VISION):
        print("bench: pictures are left out, the extra “vision” is not installed (make setup-vision)")
        return 0
    first = timed(jpeg(photo("astronaut")))[1]
    problems = [(case, *timed(jpeg(small(case.draw())))) for case in PROBLEMS]
    clean = [timed(jpeg(small(case.draw()))) for case in CLEAN]
    large = [timed(jpeg(board(["Wachtwoord: Zomer2026!"]).resize(LARGE)))[1] for _round in range(ROUNDS)]
    vision.APART.stop()
    seconds = sorted([*(taken for _case, _kinds, taken in problems), *(taken for _kinds, taken in clean)])
    hits, missed = _counted(problems)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nChecks of pictures, on {facts()}.\n")
    print("| drawn pictures | |\n|---|---|")
    print(f"| kinds found in {len(problems)} with a problem | {hits.total()} of {hits.total() + missed.total()} |")
    print(f"| ordinary ones with a finding | {sum(bool(kinds) for kinds, _taken in clean)} of {len(clean)} |")
    print(f"| from bytes to findings (p50 / longest) | {median(seconds):.2f} / {seconds[-1]:.2f} s |")
    print(f"| … 12 megapixels ({ROUNDS} times; p50 / longest) | {median(large):.2f} / {max(large):.2f} s |")
    print(f"| first picture, with the start of the process | {first:.1f} s |")
    print(f"| memory of that process at its most | {peak:.0f} MB |")
    return 0


def _counted(problems: list[tuple[Case, set[str], float]]) -> tuple[Counter[str], Counter[str]]:
    hits, missed = Counter[str](), Counter[str]()
    for case, kinds, _taken in problems:
        hits.update(set(case.kinds) & kinds)
        missed.update(set(case.kinds) - kinds)
    return hits, missed


if __name__ == "__main__":
    sys.exit(main())
