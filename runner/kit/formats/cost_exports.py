"""Cost exports as CSV: FOCUS 1.0, and the Cost and Usage Report of AWS in both its spellings.

In these NULL may be written out, and tags are a JSON text or a column each.
"""

from runner.kit.formats.delimited import Header, first_lines, header_of, read_rows
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.quoting import literal
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_FOCUS = {"BilledCost", "ChargePeriodStart", "ServiceName"}
_AWS = (
    {"lineItem/UnblendedCost", "lineItem/UsageStartDate"},
    {"line_item_unblended_cost", "line_item_usage_start_date"},
)
_TAGS = ("resourceTags/", "resource_tags_", "x_tag_")
_NULLS = ("NULL", "null", "\\N")


def claims_focus(head: Head, declared: DeclaredInput) -> bool:
    """Whether its header has the names that FOCUS prescribes."""
    return set(_header(head, declared).names) >= _FOCUS


def claims_aws(head: Head, declared: DeclaredInput) -> bool:
    """Whether its header has the names of line items."""
    names = set(_header(head, declared).names)
    return any(names >= wanted for wanted in _AWS)


def read(reading: Reading) -> RawRecords:
    """A charge each. Columns of tags, where there are some, become the one JSON text `Tags`."""
    header = header_of(first_lines(reading), reading.declared.columns)
    reading.source.refuse_wrong_shape(reading.declared, header.names)
    nulls = ", ".join(literal(text) for text in _NULLS)
    plain = [f"case when c{n} not in ({nulls}) then c{n} end" for n in range(len(header.names))]
    tags = [
        f"{literal(_tag(name))}, {plain[place]}"
        for place, name in enumerate(header.names)
        if name.startswith(_TAGS)
    ]
    columns = [f"{sql} as c{place}" for place, sql in enumerate(plain)]
    if tags:
        columns.append(f"json_object({', '.join(tags)})::varchar as c{len(plain)}")
    made = (*header.names, "Tags") if tags else header.names
    select = ", ".join(columns)
    return read_rows(reading, Header(header.names, header.delimiter, True, select, made))


FOCUS = Format("focus", "FOCUS cost export", claims_focus, read)
AWS_CUR = Format("aws-cur", "AWS Cost and Usage Report", claims_aws, read)


def _header(head: Head, declared: DeclaredInput) -> Header:
    return header_of(head.text, declared.columns)


def _tag(name: str) -> str:
    short = next(name.removeprefix(start) for start in _TAGS if name.startswith(start))
    return short.removeprefix("user:").removeprefix("user_")
