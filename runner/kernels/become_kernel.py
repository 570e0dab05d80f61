"""What runs in the kernel process first where the kernel is not ours: it becomes that kernel.

    python -P become_kernel.py CONNECTION_FILE

`command.json` beside the connection file says what to execute: `argv`, in which `{connection_file}`
and `{resource_dir}` are filled in, `environment`, and `folder`, the resources of the kernel.
"""

import json
import os
import signal
import sys
from pathlib import Path

sys.path.append(__file__.rpartition("/runner/")[0])
from runner.kernels.system_calls import DEATH_SIGNAL, set_process

_NOT_FOUND = 127


def main(connection_file: str) -> None:
    """Execute the kernel in place of this process; it dies with its guardian, as ours does."""
    command = json.loads(Path(connection_file).with_name("command.json").read_text("utf-8"))
    guardian = os.getppid()
    set_process(DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != guardian:
        os.kill(os.getpid(), signal.SIGKILL)
    filled = {"{connection_file}": connection_file, "{resource_dir}": command["folder"]}
    argv = [_filled(word, filled) for word in command["argv"]]
    try:
        os.execvpe(argv[0], argv, {**os.environ, **command["environment"]})  # noqa: S606
    except OSError as error:
        print(f"{argv[0]} cannot be executed: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(_NOT_FOUND)


def _filled(word: str, filled: dict[str, str]) -> str:
    for place, text in filled.items():
        word = word.replace(place, text)
    return word


if __name__ == "__main__":
    main(sys.argv[1])
