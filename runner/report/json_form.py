"""A run as JSON-ready values with stable names, for programs.

Times are ISO 8601 in UTC, durations seconds, numbers of KEYs exact decimals as text (`value`)
beside the text that people see (`shown`). New fields may be added; none changes its meaning.
"""

from typing import Any

from runner.model.safe_text import safe_text
from runner.report.chapters import ActionStory, StandingStory, StepStory
from runner.report.json_parts import (
    Json,
    branch_json,
    command_json,
    expectation_json,
    key_json,
    parameters_json,
    question_json,
    reason_json,
    seconds_json,
    settings_json,
    staged_json,
    time_json,
)
from runner.report.story import Story
from runner.report.verification_forms import verification_json

FORMAT = 1


def story_json(story: Story) -> Json:
    """The whole run. `outcome` and `exit_code` are null for a run that has not finished."""
    end = story.finished
    tree = {
        "format": FORMAT,
        "outcome": end.outcome.value if end else None,
        "exit_code": end.exit_code if end else None,
        "state": "finished" if end else story.headline.word,
        "summary": story.headline.sentence,
        "next": story.headline.next,
        "under_way": story.under_way,
        "run": _header(story),
        "inputs": [staged_json(given) for given in story.inputs],
        "redactions": {one.name: one.count for one in story.kept_out},
        "steps": [step_json(step) for step in story.steps],
        "actions": [_action(action) for action in story.actions],
        "standing": [_standing(standing) for standing in story.standing],
        "recommended_actions": list(end.recommended_actions) if end else [],
        "findings": list(end.findings) if end else [],
        "open_items": list(end.open_items) if end else [],
        "open_questions": list(end.open_questions) if end else [],
        "not_done": list(end.not_done) if end else [],
        "handed_over_to": list(end.handed_over_to) if end else [],
        "escalations": list(end.escalations) if end else [],
        "follow_ups": list(story.follow_ups) if end else [],
        "questions": [question_json(question) for question in story.questions],
        "commands": [command_json(command) for command in story.commands],
        "unused_keys": [key_json(key) for key in story.unused],
    }
    if story.checks:
        tree["verification"] = verification_json(story)
    safe: Json = _safe(tree)
    return safe


def step_json(step: StepStory) -> Json:
    """One visit of a step, with its decision."""
    tree = {
        "step": str(step.id),
        "visit": step.visit,
        "heading": step.heading,
        "title": step.title,
        "line": step.line,
        "entered": time_json(step.entered),
        "seconds": seconds_json(step.seconds),
        "keys": [key_json(key) for key in step.keys],
        "expectations": [expectation_json(expected) for expected in step.expectations],
        "branches": [branch_json(branch) for branch in step.branches],
        "questions": [question_json(question) for question in step.questions],
        "recommended_actions": list(step.actions),
        "not_done_because": step.skipped,
        "next": step.next,
        "why": step.why,
    }
    safe: Json = _safe(tree)
    return safe


def _header(story: Story) -> Json:
    header = story.header
    return {
        "id": header.run_id,
        "runbook": {
            "slug": header.slug,
            "title": header.title,
            "path": header.path,
            "digest": header.digest,
            "owner": header.owner,
            "last_review": header.last_review,
            "git_commit": header.git_commit,
        },
        "mode": header.mode.value,
        "started": time_json(header.started),
        "as_of": time_json(header.as_of),
        "finished": time_json(header.finished),
        "seconds": seconds_json(header.seconds),
        "user": header.user,
        "host": header.host,
        "incident": header.incident,
        "command": header.command,
        "from_step": header.from_step,
        "until_step": header.until_step,
        "parameters": parameters_json(header.parameters),
        "keys": [
            {
                "key": record.key.text,
                "version": record.version,
                "contract_digest": record.contract_digest,
                "notebook_digest": record.notebook_digest,
            }
            for record in header.keys
        ],
        "settings": settings_json(header.settings),
        "by_resident": header.by_resident,
        "runner_version": header.runner_version,
        "python_version": header.python_version,
    }


def _action(action: ActionStory) -> Json:
    return {
        "action": action.number,
        "title": action.title,
        "because": action.because,
        "reversibility": action.reversibility.value,
        "with_caution": action.with_caution,
        "line": action.line,
        "open": action.open,
        "precondition": action.precondition,
        "verification": action.verification,
        "rollback": action.rollback,
        "warning": action.warning,
        "question": question_json(action.question) if action.question else None,
    }


def _standing(standing: StandingStory) -> Json:
    return {
        "kind": standing.kind.value,
        "condition": standing.text,
        "after": standing.after,
        "line": standing.line,
        **reason_json(standing.reason),
    }


def _safe(tree: Any) -> Any:
    """The same tree; every text in it without characters that move a cursor or turn text."""
    match tree:
        case str():
            return safe_text(tree)
        case dict():
            return {safe_text(str(name)): _safe(value) for name, value in tree.items()}
        case list():
            return [_safe(item) for item in tree]
        case _:
            return tree
