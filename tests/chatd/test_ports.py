"""`chatd/ports.py`: who holds a port. What is said of it is in end2end."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from chatd import ports


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who holds a port")
def test_the_program_that_holds_a_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        assert ports.port_user(port).endswith(f", pid {os.getpid()}")
    assert ports.port_user(port) == ""
