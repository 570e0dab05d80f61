"""The shape of the file: its sections, and whether there is anything to walk."""

from collections.abc import Iterator

from runner.checks.subject import Finding, Subject, in_a_row
from runner.checks.targets import sections_missed
from runner.model.runbook import SectionKind


def missing_sections(subject: Subject) -> Iterator[Finding]:
    """RB002: canonical sections that the runbook does not have, in one finding."""
    present = {section.kind for section in subject.runbook.sections} | sections_missed(subject)
    wanted = (kind for kind in SectionKind if kind is not SectionKind.OTHER)
    missing = tuple(kind.value for kind in wanted if kind not in present)
    if missing:
        many = "sections are" if len(missing) > 1 else "section is"
        yield Finding(
            f"{len(missing)} canonical {many} missing: {in_a_row(missing)}",
            subject.opening(),
            "add each as a level-2 heading; one sentence or `None` is enough",
        )


def no_steps(subject: Subject) -> Iterator[Finding]:
    """RB003: no step of a diagnosis."""
    if not subject.runbook.steps:
        section = subject.runbook.section(SectionKind.DIAGNOSIS)
        yield Finding(
            "the runbook has no step: there is nothing to walk",
            section.span if section else subject.opening(),
            "write steps as headings: `### Step 1: title`",
        )
