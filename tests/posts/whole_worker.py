"""A worker as a process of its own that delivers and looks in as many threads as the real one, until it is killed.

python -m tests.posts.whole_worker
"""

from threading import Event

import django


def main() -> None:
    """Work, and never stop by itself."""
    django.setup()
    from vierogen.core.schedule import start
    from vierogen.posts import jobs

    wanted = [job for job in jobs.JOBS if job.name in {"deliver", "look"}]
    for thread in start(wanted, Event()):
        thread.join()


if __name__ == "__main__":
    main()
