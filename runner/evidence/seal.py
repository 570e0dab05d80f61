"""The seal of a run: what every file was at the end, so that any later change is found.

`manifest.json` is an in-toto Statement v1. Where a key is configured, `manifest.dsse.json` is its
signed envelope; without one, whoever can write to the folder can also seal anew. `SHA256SUMS` is
for `sha256sum -c SHA256SUMS` inside the run folder.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from runner.errors import EvidenceBroken
from runner.evidence.atomic import write_atomically
from runner.evidence.chain import JOURNAL_FILE, check_chain
from runner.evidence.disk import or_evidence_lost
from runner.evidence.not_kept import inputs_not_kept
from runner.evidence.sealed_files import (
    ENVELOPE_FILE,
    MANIFEST_FILE,
    SUMS_FILE,
    FoundFiles,
    SealedFile,
    find_files,
    in_order,
    make_read_only,
    sums_text,
)
from runner.evidence.signing import PublicKey, SigningKey, envelope_of, envelope_problems
from runner.model.events import JournalEntry
from runner.model.kept_out import kept_out
from runner.model.plain import from_plain

SEAL_FILES = (MANIFEST_FILE, ENVELOPE_FILE)
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:runbook-runner:run-evidence:v1"


def seal_run(folder: Path, now: datetime, key: SigningKey | None = None) -> None:
    """Write the manifest and SHA256SUMS of a finished run and make its files read-only (0400).

    Sealing again after an interruption gives a whole seal. Call it with the lock of the run held
    and the journal closed. Raises EvidenceLost where it cannot be written, EvidenceBroken where
    the journal does not read as what was written.
    """
    with or_evidence_lost(f"seal run {folder.name}"):
        found = find_files(folder)
        manifest = _manifest(folder, now, found)
        write_atomically(folder / MANIFEST_FILE, manifest)
        own = {MANIFEST_FILE: manifest}
        if key is not None:
            own[ENVELOPE_FILE] = envelope_of(manifest, key)
            write_atomically(folder / ENVELOPE_FILE, own[ENVELOPE_FILE])
        else:
            (folder / ENVELOPE_FILE).unlink(missing_ok=True)
        made = (SealedFile(n, len(data), sha256(data).hexdigest()) for n, data in own.items())
        files = in_order((*found.without_manifest(), *made))
        write_atomically(folder / SUMS_FILE, sums_text(files))
        make_read_only(folder, files)


def verify_run(folder: Path, key: PublicKey | None = None) -> tuple[str, ...]:
    """Every difference between a run folder and its seal, in words; none means it is whole.

    A seal that was replaced together with the files is found with the `key` that it was signed
    with, or by a checkpoint kept elsewhere. Raises OSError where the folder cannot be read.
    """
    found = find_files(folder)
    problems = list(_journal_problems(folder))
    if not (folder / MANIFEST_FILE).is_file() or not (folder / SUMS_FILE).is_file():
        return (*problems, f"the run is not sealed: {_missing_seal(folder)} is not there")
    problems += _sums_problems(folder, found)
    try:
        statement = json.loads((folder / MANIFEST_FILE).read_bytes())
        problems += _manifest_problems(folder, statement, found)
    except (ValueError, KeyError, TypeError, RecursionError):
        problems.append(f"{MANIFEST_FILE} does not read as a manifest of a run")
    problems += _signature_problems(folder, key)
    return tuple(dict.fromkeys(problems))


def is_signed(folder: Path) -> bool:
    """Whether the seal carries a signature, right or wrong."""
    return (folder / ENVELOPE_FILE).is_file()


def _signature_problems(folder: Path, key: PublicKey | None) -> list[str]:
    if not is_signed(folder):
        return [] if key is None else ["the seal is not signed"]
    envelope, manifest = ((folder / n).read_bytes() for n in (ENVELOPE_FILE, MANIFEST_FILE))
    found = envelope_problems(envelope, manifest, key)
    return [f"{ENVELOPE_FILE} {problem}" for problem in found]


def _manifest(folder: Path, now: datetime, found: FoundFiles) -> bytes:
    journal = _journal_facts(folder)
    if journal.pop("problem"):
        raise EvidenceBroken(f"the journal of run {folder.name} is damaged", "It was not sealed.")
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [_subject(file) for file in found.without_manifest()],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "run": folder.name,
            "sealedAt": now.astimezone(UTC).isoformat(),
            "journal": journal,
            "redactions": _redactions(folder),
            "withoutContent": list(found.others),
            **_not_kept(folder),
        },
    }
    text = json.dumps(statement, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _redactions(folder: Path) -> dict[str, int]:
    """What was kept out of the run, by name."""
    lines = (folder / JOURNAL_FILE).read_bytes().splitlines()
    marked = [line for line in lines if b'"Redaction"' in line or b'"masked":' in line]
    entries = [from_plain(JournalEntry, json.loads(line)) for line in marked]
    return {one.name: one.count for one in kept_out(entries)}


def _not_kept(folder: Path) -> dict[str, Any]:
    """The inputs that are named only; no field where all are kept."""
    named = [
        {
            "name": staged.name,
            "uri": staged.file,
            "digest": {"sha256": staged.digest.removeprefix("sha256:")},
            "annotations": {"size": staged.size},
        }
        for staged in inputs_not_kept(folder)
    ]
    return {"notKept": named} if named else {}


def _subject(file: SealedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "digest": {"sha256": file.sha256},
        "annotations": {"size": file.size},
    }


def _journal_facts(folder: Path) -> dict[str, Any]:
    try:
        journal = check_chain((folder / JOURNAL_FILE).read_bytes())
    except FileNotFoundError:
        return {"file": JOURNAL_FILE, "head": "", "length": 0, "problem": "there is no journal"}
    return {
        "file": JOURNAL_FILE,
        "head": journal.head,
        "length": len(journal.lines),
        "problem": journal.problem,
    }


def _journal_problems(folder: Path) -> tuple[str, ...]:
    problem = _journal_facts(folder)["problem"]
    return (problem,) if problem else ()


def _missing_seal(folder: Path) -> str:
    return SUMS_FILE if (folder / MANIFEST_FILE).is_file() else MANIFEST_FILE


def _manifest_problems(folder: Path, statement: Any, found: FoundFiles) -> list[str]:
    if statement["_type"] != STATEMENT_TYPE or statement["predicateType"] != PREDICATE_TYPE:
        raise ValueError("another kind of statement")
    predicate = statement["predicate"]
    sealed = {subject["name"]: _file_of(subject) for subject in statement["subject"]}
    problems = _compared(sealed, {file.name: file for file in found.without_manifest()})
    known = set(predicate["withoutContent"])
    problems += [f"{name} was added" for name in found.others if name not in known]
    problems += [f"{name} is missing" for name in sorted(known - set(found.others))]
    if predicate["run"] != folder.name:
        problems.append(f"the manifest is that of run {predicate['run']}")
    return problems + _length_problems(predicate["journal"], _journal_facts(folder))


def _file_of(subject: Any) -> SealedFile:
    return SealedFile(subject["name"], subject["annotations"]["size"], subject["digest"]["sha256"])


def _compared(sealed: dict[str, SealedFile], found: dict[str, SealedFile]) -> list[str]:
    problems = [f"{name} is missing" for name in sealed if name not in found]
    problems += [f"{name} was added" for name in found if name not in sealed]
    for name, file in found.items():
        was = sealed.get(name, file)
        if was.size != file.size:
            problems.append(f"{name} was altered: {was.size} bytes were sealed, {file.size} found")
        elif was != file:
            problems.append(f"{name} was altered")
    return problems


def _length_problems(sealed: Any, found: dict[str, Any]) -> list[str]:
    if found["problem"] or (sealed["head"], sealed["length"]) == (found["head"], found["length"]):
        return []
    if sealed["length"] == found["length"]:
        return [f"{JOURNAL_FILE} line {found['length']}, the last one, was altered"]
    return [f"{JOURNAL_FILE}: {sealed['length']} lines were sealed, {found['length']} found"]


def _sums_problems(folder: Path, found: FoundFiles) -> list[str]:
    sums = (folder / SUMS_FILE).read_bytes()
    if sums == sums_text(found.files):
        return []
    lines = set(sums.splitlines(keepends=True))
    unlisted = [file.name for file in found.files if sums_text((file,)) not in lines]
    problems = [f"{n} or {SUMS_FILE} was altered" for n in SEAL_FILES if n in unlisted]
    if any(line.endswith(f"  {ENVELOPE_FILE}\n".encode()) for line in lines):
        problems += [] if is_signed(folder) else [f"{ENVELOPE_FILE} is missing"]
    if MANIFEST_FILE in unlisted and len(unlisted) < len(found.files):
        others = (name for name in unlisted if name not in SEAL_FILES)
        problems += [f"{name} is not as {SUMS_FILE} lists it" for name in others]
    return problems or [f"{SUMS_FILE} does not list the files as they are"]
