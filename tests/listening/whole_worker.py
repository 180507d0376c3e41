"""A worker that makes bulletins as fast as it can, in its own process, until it is killed or nothing is left."""

import time

import django


def main() -> None:
    """Look again and again for ten seconds at most."""
    django.setup()
    from vierogen.listening.actions import bulletins

    end = time.monotonic() + 10
    while time.monotonic() < end:
        if not bulletins.make_due():
            time.sleep(0.01)


if __name__ == "__main__":
    main()
