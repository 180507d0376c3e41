"""What the worker can still do once it has given up its rights: each try in a process of its own."""

import subprocess
import sys

import pytest

from vierogen.core import picture_worker
from vierogen.core.pictures import WORKER

START = (
    "import importlib.util, mmap, os, sys, socket\n"
    f"spec = importlib.util.spec_from_file_location('worker', {str(WORKER)!r})\n"
    "worker = importlib.util.module_from_spec(spec)\n"
    "spec.loader.exec_module(worker)\n"
    "worker.rehearse()\n"
)


def attempt(code: str, *, confined: bool) -> subprocess.CompletedProcess[bytes]:
    script = START + ("worker.confine()\n" if confined else "") + code
    return subprocess.run([sys.executable, "-I", "-c", script], capture_output=True, check=False, timeout=30)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("open('/etc/hostname')", b"Too many open files"),
        ("socket.socket()", b"Too many open files"),
        ("os.pipe()", b"Too many open files"),
        ("mmap.mmap(-1, 1_500_000_000)", b"Cannot allocate memory"),
    ],
)
def test_it_can_open_nothing_and_take_no_great_memory(code: str, refusal: bytes) -> None:
    assert attempt(code, confined=False).returncode == 0
    confined = attempt(code, confined=True)
    assert confined.returncode == 1
    assert refusal in confined.stderr


def test_it_can_raise_no_limit_again() -> None:
    code = (
        "import resource\n"
        "names = ('AS', 'CPU', 'FSIZE', 'NPROC', 'CORE', 'NOFILE')\n"
        "print([resource.getrlimit(getattr(resource, 'RLIMIT_' + name)) for name in names])"
    )
    memory, seconds, written = (
        picture_worker.MEMORY_BYTES,
        picture_worker.CPU_SECONDS,
        picture_worker.WRITTEN_BYTES,
    )
    limits = [(most, most) for most in (memory, written, 0, 0, 3)]
    limits.insert(1, (seconds, seconds + 1))
    assert attempt(code, confined=True).stdout.decode().strip() == str(limits)


def test_it_can_write_no_more_than_a_picture(tmp_path: str) -> None:
    code = "written = sum(os.write(1, bytes(1_000_000)) for _ in range(50))"
    script = START + "worker.confine()\n" + code
    with open(f"{tmp_path}/out", "wb") as output:  # noqa: PTH123 - a descriptor to hand on
        done = subprocess.run([sys.executable, "-I", "-c", script], stdout=output, stderr=subprocess.PIPE, check=False)
        assert output.seek(0, 2) <= picture_worker.WRITTEN_BYTES
    assert b"File too large" in done.stderr


def test_it_imports_nothing_of_the_house() -> None:
    code = "print([name for name in sys.modules if name.startswith(('vierogen', 'django'))])"
    assert attempt(code, confined=True).stdout.strip() == b"[]"
