"""The two exceptions that a notebook meets."""

from runner.model.safe_text import safe_line, safe_text


class InputRefused(Exception):
    """An input cannot be loaded. The message says what is wrong, what was not done, what to do.

    `happened` and `hint` are its parts; nothing was computed from the file.
    """

    def __init__(self, name: str, file: str, happened: str, hint: str = "") -> None:
        file, happened = safe_line(file), safe_text(happened)
        self.name, self.file, self.happened, self.hint = name, file, happened, hint
        next_step = f"\n  To do: {hint}" if hint else ""
        super().__init__(
            f"input `{name}` was refused: {happened}"
            f"\n  File: {file}\n  Nothing was computed from it.{next_step}"
        )


class KitMisuse(Exception):
    """The notebook and its key.json disagree, or a published value does not fit its output."""
