"""What all tests share: no network, and examples that are the same every time."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "planner",
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("planner")

CHECKOUT = Path(__file__).parent.parent

_LOCAL = {"127.0.0.1", "::1", "localhost"}
_CONNECT = socket.socket.connect
_LOOK_UP = socket.getaddrinfo


def _refuse(host: object) -> None:
    if isinstance(host, str) and host not in _LOCAL:
        raise AssertionError(f"expected no use of the network, found a connection to {host!r}: use a file.")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test fail that asks for any host but this machine (browsers and kernels talk to it by loopback)."""

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple):
            _refuse(address[0])
        _CONNECT(self, address)

    def look_up(host: object, *rest: object, **more: object) -> object:
        _refuse(host.decode() if isinstance(host, bytes) else host)
        return _LOOK_UP(host, *rest, **more)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the folder that holds the project."""
    return CHECKOUT
