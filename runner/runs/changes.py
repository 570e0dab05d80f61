"""What changed between the record of a run and the world: its runbook, its KEYs, the packages."""

from difflib import unified_diff

from runner.model.events import KeyRecord
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.runs.copies import key_records
from runner.runs.environment import Environment
from runner.runs.loading import LoadedRunbook
from runner.runs.recorded import RecordedRun

_MOST_LINES = 60


@frozen
class Changes:
    """What is not as it was. `words` names each change in a line; `diff` shows texts line by line.

    `void` are the KEYs whose results were made by something that is no longer there.
    """

    words: tuple[str, ...] = ()
    diff: tuple[str, ...] = ()
    void: tuple[KeyName, ...] = ()

    def __add__(self, other: "Changes") -> "Changes":
        """Both."""
        void = tuple(dict.fromkeys(self.void + other.void))
        return Changes(self.words + other.words, self.diff + other.diff, void)


def changes_since(recorded: RecordedRun, loaded: LoadedRunbook, now: Environment) -> Changes:
    """Compare what a run rests on with what is there now."""
    return (
        _of_runbook(recorded, loaded)
        + _of_keys(recorded, loaded)
        + _of_environment(recorded, loaded, now)
    )


def _of_runbook(recorded: RecordedRun, loaded: LoadedRunbook) -> Changes:
    if loaded.runbook.source.digest == recorded.rests_on.runbook_digest:
        return Changes()
    before, after = recorded.program.runbook.source.text, loaded.runbook.source.text
    return Changes(
        (f"the runbook was edited: {loaded.path}",),
        _diff(before, after, "the runbook of the run", str(loaded.path)),
    )


def _of_keys(recorded: RecordedRun, loaded: LoadedRunbook) -> Changes:
    then = {record.key: record for record in recorded.rests_on.keys}
    now = {record.key: record for record in key_records(loaded)}
    changes = Changes()
    for name in dict.fromkeys([*then, *now]):
        changes += _of_key(name, then.get(name), now.get(name))
    for key in loaded.keys:
        old = recorded.folder / recorded.copies.contracts / f"{key.contract.key.slug}.json"
        new = key.folder / "key.json"
        if old.is_file() and old.read_bytes() != new.read_bytes():
            texts = (old.read_text("utf-8", "replace"), new.read_text("utf-8", "replace"))
            changes += Changes(diff=_diff(*texts, "key.json of the run", str(new)))
    return changes


def _of_key(name: KeyName, then: KeyRecord | None, now: KeyRecord | None) -> Changes:
    if now is None:
        return Changes((f"{name.text} is not installed any more, or not called",), void=(name,))
    if then is None:
        return Changes((f"{name.text} was not called before, or not installed",))
    words = []
    if then.notebook_digest != now.notebook_digest:
        words.append(f"the notebook of {name.text} was edited")
    if then.contract_digest != now.contract_digest:
        words.append(f"the contract of {name.text} was edited")
    return Changes(tuple(words), void=(name,) if words else ())


def _of_environment(recorded: RecordedRun, loaded: LoadedRunbook, now: Environment) -> Changes:
    if recorded.rests_on.environment_digest == now.digest:
        return Changes()
    file = recorded.folder / recorded.copies.environment
    before = file.read_text("utf-8", "replace") if file.is_file() else ""
    called = tuple(key.contract.key for key in loaded.keys)
    if not called:
        return Changes()
    return Changes(
        ("the installed packages are others",),
        _diff(before, now.text, "packages of the run", "packages now"),
        called,
    )


def _diff(before: str, after: str, old: str, new: str) -> tuple[str, ...]:
    """The lines that differ, with two around them; cut where there are many."""
    lines = [
        line.rstrip("\n")
        for line in unified_diff(
            before.splitlines(), after.splitlines(), old, new, n=2, lineterm=""
        )
    ]
    more = len(lines) - _MOST_LINES
    cut = (f"… and {more} more lines",) if more > 0 else ()
    return (*lines[:_MOST_LINES], *cut)
