"""A process that opens every kept secret and seals something, over and over, as the server does: for test_rotating.py.

A line for each round: the key that it seals with, and whether all opened as it should.
"""

import time

import django

GOOD = "all opened"


def main() -> None:
    """Read until somebody ends this process."""
    django.setup()
    from vierogen.vault.actions import open_bytes, seal_bytes
    from vierogen.vault.keeping import opened_value
    from vierogen.vault.models import Kept

    first: dict[int, str] = {}
    while True:
        try:
            told = {kept.pk: opened_value(kept) for kept in Kept.objects.select_related("channel")}
            first = first or told
            sealed = seal_bytes(b"anew", context=b"reading along")
            is_good = told == first and open_bytes(sealed, context=b"reading along") == b"anew"
            print(sealed.key_id, GOOD if is_good else "something differs", flush=True)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
            print("-", repr(error), flush=True)
        time.sleep(0.02)


if __name__ == "__main__":
    main()
