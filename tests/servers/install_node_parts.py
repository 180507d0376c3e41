"""Installs what the tests run on Node: `python -m tests.servers.install_node_parts`. Twice is quick."""

import sys

from tests.servers import node


def main() -> int:
    """Install, say where, and return the exit status."""
    try:
        modules = node.installed(node.find_node())
    except node.CannotInstallError as error:
        print(f"test: {error}", file=sys.stderr)
        return 1
    print(f"test: what runs on Node is in {modules}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
