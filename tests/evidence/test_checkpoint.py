"""The log of a store and checkpoints of it: what vanished, was sealed anew or was rewritten."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from runner.errors import UsageError
from runner.evidence.checkpoint import checkpoint_problems, checkpoint_text, read_checkpoint
from runner.evidence.merkle import root_of
from runner.evidence.prune import OldRun, PruneRule, prune, runs_to_prune
from runner.evidence.seal import seal_run
from runner.evidence.signing import SigningKey
from runner.evidence.store import Store
from runner.evidence.store_log import LOG_FILE
from runner.model.runs import Outcome
from tests.evidence.conftest import Clock, MakeRun

Problems = tuple[str, ...]


def checked(store: Store, text: str) -> Problems:
    return checkpoint_problems(store.root, read_checkpoint(text))


def test_a_store_fits_its_checkpoint_and_goes_on_to_fit_it(store: Store, make_run: MakeRun) -> None:
    make_run()
    noted = checkpoint_text(store.root, None)
    make_run()
    make_run()
    assert checked(store, noted) == ()


def test_a_run_that_vanished_is_named(store: Store, make_run: MakeRun) -> None:
    run_id = make_run()
    shutil.rmtree(store.folder_of(run_id))
    assert checkpoint_problems(store.root, None) == (f"{run_id} is missing",)


def test_so_is_a_run_that_was_sealed_anew(store: Store, make_run: MakeRun) -> None:
    run_id = make_run()
    seal_run(store.folder_of(run_id), datetime(2027, 1, 1, tzinfo=UTC))
    said = f"{run_id} is not as it was when it was sealed"
    assert checkpoint_problems(store.root, None) == (said,)


def test_a_cut_off_end_is_found_against_a_checkpoint(store: Store, make_run: MakeRun) -> None:
    make_run()
    last = make_run()
    noted = checkpoint_text(store.root, None)
    first_line = (store.root / LOG_FILE).read_bytes().split(b"\n")[0]
    (store.root / LOG_FILE).write_bytes(first_line + b"\n")
    shutil.rmtree(store.folder_of(last))
    assert checked(store, noted) == ("log.jsonl has 1 lines, and had 2 at the checkpoint",)


def test_lines_in_another_order_are_found(store: Store, make_run: MakeRun) -> None:
    make_run()
    make_run()
    noted = checkpoint_text(store.root, None)
    first, second, _ = (store.root / LOG_FILE).read_bytes().split(b"\n")
    (store.root / LOG_FILE).write_bytes(second + b"\n" + first + b"\n")
    assert checked(store, noted) == ("log.jsonl was rewritten before its line 2",)


def test_every_changed_byte_of_the_log_is_found(store: Store, make_run: MakeRun) -> None:
    make_run()
    noted = checkpoint_text(store.root, None)
    content = (store.root / LOG_FILE).read_bytes()
    for at in range(len(content)):
        altered = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        (store.root / LOG_FILE).write_bytes(altered)
        assert checked(store, noted), at


def test_a_line_that_a_killed_process_left_open_does_not_take_the_next_one_with_it(
    store: Store, make_run: MakeRun
) -> None:
    first = make_run()
    with (store.root / LOG_FILE).open("ab") as log:
        log.write(b'{"at": "2026')
    second = make_run()
    problems = checkpoint_problems(store.root, None)
    assert problems == ("log.jsonl line 2 does not read as a line of it",)
    for run_id in (first, second):
        shutil.rmtree(store.folder_of(run_id))
        assert f"{run_id} is missing" in checkpoint_problems(store.root, None)


def test_a_signed_checkpoint_is_accepted_with_its_key_alone(
    store: Store, make_run: MakeRun
) -> None:
    make_run()
    key, other = (SigningKey(Ed25519PrivateKey.generate()) for _ in range(2))
    noted = read_checkpoint(checkpoint_text(store.root, key))
    assert checkpoint_problems(store.root, noted, key.public) == ()
    problems = checkpoint_problems(store.root, noted, other.public)
    assert problems == ("the checkpoint is not signed with this key",)


@pytest.mark.parametrize("text", ["", "origin", "origin\nmany\nAAAA", "origin\n1\n???"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="that is no checkpoint"):
        read_checkpoint(text)


@pytest.mark.parametrize(
    ("leaves", "root"),
    [
        ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ([b""], "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
        ([b"", b"\x00"], "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
        (
            [b"", b"\x00", b"\x10"],
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ),
        (
            [b"", b"\x00", b"\x10", b" !", b"01"],
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        ),
    ],
)
def test_the_tree_is_that_of_rfc_6962(leaves: list[bytes], root: str) -> None:
    assert root_of(leaves).hex() == root


def test_pruning_by_age_removes_old_runs_and_what_stays_still_fits(
    store: Store, make_run: MakeRun, now: Clock
) -> None:
    old = make_run()
    between = now()
    young = make_run()
    noted = checkpoint_text(store.root, None)
    found = runs_to_prune(store, PruneRule(between, None))
    assert [run.id for run in found] == [old]
    assert prune(store, found, now) == (old,)
    assert store.runs() == (young,)
    assert checked(store, noted) == ()


def test_pruning_by_size_keeps_the_newest(store: Store, make_run: MakeRun, now: Clock) -> None:
    ids = [make_run() for _ in range(3)]
    sizes = {run.id: run.size for run in runs_to_prune(store, PruneRule(None, 0))}
    found = runs_to_prune(store, PruneRule(None, sizes[ids[2]] + sizes[ids[1]]))
    assert [run.id for run in found] == ids[:1]


def test_a_run_that_is_not_finished_is_never_pruned(store: Store, make_run: MakeRun) -> None:
    make_run(outcome=None)
    make_run(outcome=Outcome.HEALTHY)
    assert len(runs_to_prune(store, PruneRule(None, 0))) == 1


def test_a_run_that_somebody_holds_stays(store: Store, make_run: MakeRun, now: Clock) -> None:
    run_id = make_run()
    with store.take(run_id):
        assert prune(store, (OldRun(run_id, 0, ""),), now) == ()
    assert store.runs() == (run_id,)


def test_a_pruned_run_that_is_back_is_named(
    store: Store, make_run: MakeRun, now: Clock, tmp_path: Path
) -> None:
    run_id = make_run()
    shutil.copytree(store.folder_of(run_id), tmp_path / "copy")
    prune(store, runs_to_prune(store, PruneRule(None, 0)), now)
    shutil.copytree(tmp_path / "copy", store.runs_folder / run_id)
    assert checkpoint_problems(store.root, None) == (f"{run_id} was pruned, and is there",)
