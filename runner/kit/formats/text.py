"""Any text, as its lines: for inputs that declare no columns."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.quoting import literal
from runner.kit.readable_file import LINE_LIMITS
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether the input is of lines, not of columns."""
    return not declared.is_tabular and not head.raw.startswith(b"PAR1")


def read(reading: Reading) -> RawRecords:
    """One column `line`; empty lines are kept."""
    reading.con.execute("drop table if exists kit_raw")
    reading.con.execute("create temp table kit_raw (c0 varchar)")
    fill(reading, "kit_raw")
    return RawRecords({"c0": "line"})


def fill(reading: Reading, table: str) -> None:
    """Put all lines of the file, in their order, into a table of one text column."""
    try:
        reading.con.execute(
            f"insert into {table} from read_csv({literal(reading.path)}, "
            "columns = {'c0': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', "
            f"header = false, auto_detect = false, {LINE_LIMITS})"
        )
    except Exception as error:
        raise reading.source.refused(str(error).splitlines()[0][:300]) from None


FORMAT = Format("text", "text", claims, read)
