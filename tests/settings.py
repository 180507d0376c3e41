"""The product's settings, with a home of its own for each run and quick password hashes."""

import os
import tempfile
from pathlib import Path

_home = Path(os.environ.get("VIEROGEN_HOME") or tempfile.mkdtemp(prefix="vierogen-test-"))
# Tests that run side by side share no file: each process has a folder of its own, with what it starts.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "")
if _worker and _home.name != _worker:
    _home /= _worker
os.environ["VIEROGEN_HOME"] = str(_home)
os.environ.setdefault("VIEROGEN_ALLOW_PRIVATE", "127.0.0.0/8")
os.environ.setdefault("VIEROGEN_PRACTICE", "yes")
# Who looks at pictures takes seconds and 400 MB: only where a test wants that.
os.environ.setdefault("VIEROGEN_VISION", "off")
(_home / "static").mkdir(parents=True, exist_ok=True)
for _name, _words in (("vault.key", "5a" * 32), ("secret-key", "only for tests " * 4)):
    if not (_home / _name).exists():
        (_home / _name).touch(mode=0o600)
        (_home / _name).write_text(_words)
(_home / "vault.key").chmod(0o400)

from vierogen.config.settings import *  # noqa: E402, F403 - after its environment is in place
from vierogen.config.settings import DATABASES, HOME, LOGGING  # noqa: E402

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, so that the threads and processes of a test share it.
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
    # It need not survive a power cut, and to be killed loses nothing: commits do not wait for the disk.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING["root"]["level"] = "CRITICAL"
# Tests read the sentences as they stand in the code; whoever wants Dutch asks for it.
LANGUAGE_CODE = "en"
