"""Where a kernel listens, and with which key: all that another process needs to talk to it."""

from pathlib import Path

from runner.model.frozen import frozen

_PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


@frozen
class KernelAddress:
    """The private folder of a kernel, with its sockets, and the key of its messages."""

    folder: Path
    key: str

    @property
    def file(self) -> dict[str, str | int]:
        """The content of its connection file."""
        return {
            "transport": "ipc",
            "ip": str(self.folder / "k"),
            "key": self.key,
            "signature_scheme": "hmac-sha256",
            "kernel_name": "python3",
            **{port: number for number, port in enumerate(_PORTS, 1)},
        }

    @property
    def connection(self) -> dict[str, str | int | bytes]:
        """What a client needs in order to talk to it."""
        return {**self.file, "key": self.key.encode()}

    @property
    def is_listening(self) -> bool:
        """Whether its sockets are there, the last one being that of the heartbeat."""
        return (self.folder / f"k-{len(_PORTS)}").exists()
