"""An exported run verifies on its own; nothing in an archive is written outside its place."""

import io
import tarfile
from pathlib import Path

import pytest

from runner.errors import EvidenceBroken, UsageError
from runner.evidence.archive import export_run, unpacked
from runner.evidence.seal import verify_run
from runner.evidence.store import Store
from tests.evidence.conftest import MakeRun


def test_an_archive_holds_the_run_as_it_was_sealed(
    store: Store, make_run: MakeRun, tmp_path: Path
) -> None:
    run_id = make_run()
    export_run(store.folder_of(run_id), tmp_path / "run.tar.gz")
    with unpacked(tmp_path / "run.tar.gz") as folder:
        assert folder.name == run_id
        assert verify_run(folder) == ()


def test_its_members_are_the_same_each_time(
    store: Store, make_run: MakeRun, tmp_path: Path
) -> None:
    folder = store.folder_of(make_run())
    members = []
    for name in ("one.tar.gz", "two.tar.gz"):
        export_run(folder, tmp_path / name)
        with tarfile.open(tmp_path / name) as archive:
            members.append([(m.name, m.size, m.mtime, m.uid) for m in archive.getmembers()])
    assert members[0] == members[1]


def test_a_run_that_is_not_whole_is_not_exported(
    store: Store, make_run: MakeRun, tmp_path: Path
) -> None:
    folder = store.folder_of(make_run())
    (folder / "report.html").write_text("added")
    with pytest.raises(EvidenceBroken, match=r"report\.html was added"):
        export_run(folder, tmp_path / "run.tar.gz")
    assert list(tmp_path.glob("*.tar.gz*")) == []


def test_what_leads_out_of_the_archive_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "run.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        member = tarfile.TarInfo("../escaped")
        member.size = 4
        made.addfile(member, io.BytesIO(b"evil"))
    with pytest.raises(UsageError, match="is no archive of a run"), unpacked(archive):
        pass
    assert not (tmp_path.parent / "escaped").exists()


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar.gz").write_bytes(content)
    with pytest.raises(UsageError, match="is no archive"), unpacked(tmp_path / "x.tar.gz"):
        pass
