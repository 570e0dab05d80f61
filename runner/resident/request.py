"""What a client asks of the resident."""

import os
import socket
import struct

from runner.model.frozen import frozen

_LONGEST = 1 << 20
_DESCRIPTORS = 4


@frozen
class Request:
    """A run to host. `descriptors` are stdin, stdout, stderr and the working folder."""

    identity: str
    limits: str
    words: tuple[str, ...]
    environment: dict[str, str]
    descriptors: tuple[int, ...]

    def close(self) -> None:
        """Close what came with it, in a process that does not host it."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def receive(connection: socket.socket) -> "Request | str":
    """The request, or the one word of a message that is none, such as `status`; may be empty."""
    try:
        message, descriptors, _, _ = socket.recv_fds(
            connection, _LONGEST, _DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
        )
    except OSError:
        return ""
    word, *texts = message.decode("utf-8", "surrogateescape").split("\0")
    if word == "run" and len(descriptors) == _DESCRIPTORS and _is_whole(texts):
        identity, limits, count, *rest = texts
        words, variables = rest[: int(count)], rest[int(count) :]
        environment = dict(text.split("=", 1) for text in variables)
        return Request(identity, limits, tuple(words), environment, tuple(descriptors))
    for descriptor in descriptors:
        os.close(descriptor)
    return word if word != "run" else ""


def _is_whole(texts: list[str]) -> bool:
    """Whether the words are as many as they say, and what follows them are variables."""
    if len(texts) < 3 or not texts[2].isdecimal() or len(texts) < 3 + int(texts[2]):
        return False
    return all("=" in text for text in texts[3 + int(texts[2]) :])


def user_of(connection: socket.socket) -> int:
    """The user id of the process at the other end, when it connected."""
    size = struct.calcsize("3i")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    user: int = struct.unpack("3i", credentials)[1]
    return user
