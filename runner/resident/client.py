"""Handing a whole run to the resident, where there is one: words, folder, environment, descriptors.

Whatever is in the way before the resident has begun, the caller does the run itself and says
nothing. Standard library only, and little of it: to import `signal` takes longer than all of this.
"""

import os
import sys
from _signal import SIGHUP, SIGINT, SIGTERM, signal  # type: ignore[import-not-found]
from _socket import AF_UNIX, SCM_RIGHTS, SO_PEERCRED, SOCK_SEQPACKET, SOL_SOCKET, socket
from collections.abc import Mapping, Sequence

from runner.resident import place

HERE, BEGUN, EXIT = b"here", b"begun", b"exit "
LOST: int = 128 + SIGTERM
"""The run of a resident that dies gets SIGTERM from the system, and is left to be resumed."""
_TAKEN = (SIGINT, SIGTERM, SIGHUP)
_ANSWER_SECONDS = 2.0


def hand_over(words: Sequence[str], environment: Mapping[str, str]) -> int | None:
    """The exit code of a run that the resident has done, or None where nothing was begun."""
    connection = connect(environment)
    if connection is None or not all(map(_is_open, (0, 1, 2))):
        return None
    try:
        _send_request(connection, words, environment)
        begun = connection.recv(16) == BEGUN
        connection.settimeout(None)
    except (OSError, ValueError):
        begun = False
    if not begun:
        connection.close()
        return None
    for number in _TAKEN:
        signal(number, lambda received, _: _pass_on(connection, received))
    return _exit_code(connection)


def connect(environment: Mapping[str, str]) -> socket | None:
    """A connection to this checkout's resident; None where there is none of this user.

    It has greeted: descriptors on their way to one that is stopped would stay open with it.
    """
    if environment.get(place.OFF) == "off":
        return None
    path = place.socket_path(environment)
    connection = socket(AF_UNIX, SOCK_SEQPACKET)
    try:
        connection.connect(path)
        peer = connection.getsockopt(SOL_SOCKET, SO_PEERCRED, 12)
        user = int.from_bytes(peer[4:8], sys.byteorder)
        if user == os.geteuid() and place.is_private(place.folder(environment)):
            connection.settimeout(_ANSWER_SECONDS)
            if connection.recv(16) == HERE:
                return connection
    except OSError:
        pass
    connection.close()
    return None


def _send_request(connection: socket, words: Sequence[str], environment: Mapping[str, str]) -> None:
    """One message with descriptors: stdin, stdout, stderr and the working folder."""
    variables = [f"{name}={value}" for name, value in environment.items()]
    texts = ["run", place.identity(environment), place.limits(), str(len(words)), *words]
    message = "\0".join([*texts, *variables]).encode("utf-8", "surrogateescape")
    here = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        numbers = b"".join(n.to_bytes(4, sys.byteorder) for n in (0, 1, 2, here))
        connection.sendmsg([message], [(SOL_SOCKET, SCM_RIGHTS, numbers)])
    finally:
        os.close(here)


def _exit_code(connection: socket) -> int:
    try:
        answer = connection.recv(32)
    except OSError:
        answer = b""
    if answer.startswith(EXIT):
        return int(answer[len(EXIT) :])
    text = (
        "error: the resident process is gone, and the run that it did was stopped\n"
        "hint:  `runbook history` shows the run, `runbook resume` goes on with it\n"
    )
    os.write(2, text.encode())
    return LOST


def _pass_on(connection: socket, number: int) -> None:
    try:
        connection.send(b"signal %d" % number)
    except OSError:  # it has ended; its exit code is on the way
        return


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
