"""Everything on one database, as its own process: ``python -m bench.on_one_database [--quick]``.

The environment says which database and which home. Says on standard error what it does, and at the end the
results, as one line of JSON, on standard output.
"""

import importlib
import os
import signal
import sys
from argparse import ArgumentParser

import django


def main() -> int:
    """Settings first, then everything that needs them."""
    parser = ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--without-bluesky", action="store_true")
    asked = parser.parse_args()
    # Asked to stop, put down what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ["DJANGO_SETTINGS_MODULE"] = "vierogen.config.settings"
    django.setup()
    rounds = importlib.import_module("bench.rounds")
    results = rounds.run(quick=asked.quick, with_bluesky=not asked.without_bluesky)
    print(results.as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
