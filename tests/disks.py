"""Disks that are full or closed: real ones where this process may mount them, else the nearest thing to them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mounted(*arguments: str | Path) -> bool:
    mount = shutil.which("mount")
    return mount is not None and subprocess.run([mount, *arguments], capture_output=True, check=False).returncode == 0


@contextmanager
def disk(folder: Path, options: str) -> Iterator[None]:
    """Mount a disk in memory at a folder, or skip the test where this process may not."""
    folder.mkdir(exist_ok=True)
    if not _mounted("-t", "tmpfs", "-o", options, "none", folder):
        pytest.skip("this process may not mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write below a folder: by its mode, or by mounting it on itself where modes do not bind (root)."""
    before = folder.stat().st_mode
    folder.chmod(0o555)
    bound = os.access(folder, os.W_OK) and _mounted("--bind", folder, folder)
    try:
        if bound and not _mounted("-o", "remount,ro,bind", folder):
            pytest.skip("this process may not mount a disk")
        if os.access(folder, os.W_OK):
            pytest.skip("nothing can be closed to this process")
        yield
    finally:
        if bound:
            subprocess.run(["umount", "-l", folder], check=True)
        folder.chmod(before)


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """Let no file grow beyond a size, which the system tells much like a full disk."""
    resource = pytest.importorskip("resource")
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
