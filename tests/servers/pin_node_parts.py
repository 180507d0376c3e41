"""Pins what the tests run on Node: `python -m tests.servers.pin_node_parts`, part of `make requirements`.

Writes package-lock.json beside package.json: exact versions with their hashes, and no address of any
registry, so that each machine takes them from the one that it was set up for.
"""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.node import PACKAGES, find_node

# What npm writes for people to read, with addresses in it.
FOR_READING = ("funding", "deprecated", "license")


def main() -> None:
    """Looks up the newest versions that package.json allows."""
    package, lock = PACKAGES
    node = find_node()
    with TemporaryDirectory() as folder:
        shutil.copy(package, folder)
        options = ["--package-lock-only", "--omit-lockfile-registry-resolved", "--no-audit", "--no-fund"]
        command = [*node.npm(), "install", *options]
        subprocess.run(command, cwd=folder, env=node.environment(), check=True)
        lock.write_text(_without_addresses((Path(folder) / lock.name).read_text()))


def _without_addresses(written: str) -> str:
    pinned = json.loads(written)
    for package in pinned["packages"].values():
        for name in FOR_READING:
            package.pop(name, None)
    return json.dumps(pinned, indent=1) + "\n"


if __name__ == "__main__":
    main()
