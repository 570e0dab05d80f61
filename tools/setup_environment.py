"""Create the virtual environment of the project from a hashed lock: VENV LOCK as arguments.

Needs the standard library only. On Debian, python3 may come without the module that puts pip into
a new environment; then python3-venv is installed where that is allowed, or named where it is not.
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)


def main(venv: Path, lock: Path) -> None:
    """Leave a ready environment at `venv`, or exit with what is missing and how to get it."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(
            f"Python 3.11 to 3.13 is needed, {sys.executable} is {sys.version.split()[0]}.\n"
            "Nothing was installed. Name another one: make PYTHON=python3.12 run"
        )
    if find_spec("ensurepip") is None:
        install_venv_module()
    if not (venv / "bin" / "pip").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    pip = [venv / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", "."], check=True)
    compile_package(venv)


def compile_package(venv: Path) -> None:
    """Leave bytecode beside the modules, as pip does for everything that is not editable.

    Where PYTHONDONTWRITEBYTECODE is set or the folder is read-only later, each start would compile.
    """
    subprocess.run([venv / "bin" / "python", "-m", "compileall", "-q", "runner"], check=True)


def install_venv_module() -> None:
    """Install Debian's python3-venv when we may, else say which command does it."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    command = f"apt-get install {package}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"This python3 cannot create virtual environments.\nType: sudo {command}")
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(["apt-get", "install", "-y", "-qq", package], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
