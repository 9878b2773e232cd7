"""The network, and sockets that lead to processes of the same host."""

from __future__ import annotations

import socket
from pathlib import Path

from tests.sandbox.attacks.aim import Aim


def connect(aim: Aim) -> object:
    with socket.create_connection(("127.0.0.1", aim.port)) as reached:
        return reached.getpeername()[1]


def listen(_aim: Aim) -> object:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def send_a_datagram(aim: Aim) -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"left", ("127.0.0.1", aim.port))


def listen_in_the_file_system(aim: Aim) -> object:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(aim.folder, "left")))
        return True


def listen_in_the_abstract(aim: Aim) -> object:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0left-{aim.victim}")
        return True


def ask_the_kernel_for_routes(_aim: Aim) -> object:
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW) as netlink:
        netlink.bind((0, 0))
        return True


def make_a_pair(_aim: Aim) -> object:
    one, other = socket.socketpair()
    return one.send(b"left") == len(other.recv(4))


def send_to_the_parent(_aim: Aim) -> object:
    """Over the socket between the zygote and its parent: a child that forges who has died."""
    for number in range(3, 64):
        try:
            control = socket.socket(fileno=number)
        except OSError:
            continue
        return control.detach()
    return None
