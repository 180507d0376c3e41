"""Gets what tests need and the machine has not: Node, the parts that run on it, Chromium.

Each step prints what it does, is skipped when there is nothing to do, and ends with a sentence when it cannot
go on.
"""

import os
import subprocess
import sys

from tests.servers import needs

# Chromium draws text with these fonts; without any, a page has no letters to look at.
DEBIAN_PACKAGES = ("chromium", "fonts-liberation")


def prepare(*, without: frozenset[str]) -> None:
    """Installs whatever is missing. Exits with a sentence when something cannot be had."""
    if "chromium" not in without and needs.chromium() is None:
        _install_chromium()
    for name in needs.WHAT_TO_DO:
        if name not in without and not needs.found(name):
            sys.exit(f"test: {needs.sentence(name)}")


def _install_chromium() -> None:
    administrator = _administrator()
    if administrator is None:
        sys.exit(f"test: {needs.sentence('chromium')}")
    print("test: installing Chromium from Debian", flush=True)
    apt = [*administrator, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet", "--quiet"]
    _run([*apt, "update"])
    _run([*apt, "install", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES])


def _administrator() -> list[str] | None:
    """How to run apt-get as root without a password: nothing, or sudo, in front; None where neither works."""
    prefix = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    try:
        subprocess.run([*prefix, "apt-get", "--version"], capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return prefix


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        sys.exit(f"test: `{' '.join(command)}` did not work. {needs.sentence('chromium')}")
