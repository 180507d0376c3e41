#!/usr/bin/env python3
"""Fetch what others made and we ship.

`scripts/vendor.py` writes the files, `scripts/vendor.py --check` only compares. Each package is pinned with
the integrity hash that npm's lock files use (Subresource Integrity, SHA-512 in base64); a package that
differs by one bit is refused. Needs the `npm` command; Vierogen itself never does.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Package:
    """Which ``files`` of a package go into ``folder`` of this repository."""

    name: str
    version: str
    integrity: str
    folder: str
    files: tuple[str, ...]


PACKAGES = [
    Package(
        # The typeface of all pages; SIL Open Font License 1.1.
        "@fontsource-variable/source-sans-3",
        "5.3.0",
        "sha512-dpi0GZk7EQe2tYpg6Q0Fx0OmUgnuGu+0rHPgtXqtKhglYmJuP7jZ12Mu1uN+NfRaJRY1Emn8AQJEWzmoZ4wa9g==",
        "vierogen/web/static/web/fonts",
        (
            "files/source-sans-3-latin-wght-normal.woff2",
            "files/source-sans-3-latin-ext-wght-normal.woff2",
            "LICENSE",
        ),
    ),
]


def main() -> int:
    """Write or compare every file; 1 when something differs or is refused."""
    check = "--check" in sys.argv[1:]
    problems = 0
    for package in PACKAGES:
        for target, content in contents(package).items():
            if target.exists() and target.read_bytes() == content:
                continue
            if check:
                print(f"{target.relative_to(ROOT)} differs from {package.name} {package.version}")
                problems += 1
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
                print(f"wrote {target.relative_to(ROOT)}")
    return 1 if problems else 0


def contents(package: Package) -> dict[Path, bytes]:
    """Where each file goes and what is in it; leaves the program when the package is not the pinned one."""
    with tempfile.TemporaryDirectory() as folder:
        archive = fetch(package, Path(folder))
        found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if found != package.integrity:
            sys.exit(f"{package.name} {package.version} is not the pinned one: {found}")
        with tarfile.open(archive) as opened:
            return {
                ROOT / package.folder / Path(name).name: _member(opened, f"package/{name}") for name in package.files
            }


def fetch(package: Package, folder: Path) -> Path:
    """Have npm fetch the package's archive into ``folder``."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"npm could not fetch {package.name} {package.version}: {done.stderr.strip()}")
    return next(folder.glob("*.tgz"))


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        sys.exit(f"{name} is not a file in the archive")
    return file.read()


if __name__ == "__main__":
    sys.exit(main())
