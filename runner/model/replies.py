"""What an operator may reply to a question: an answer, or a wish that leaves it open."""

from runner.model.frozen import frozen
from runner.model.runs import Answer


@frozen
class CommandWish:
    """A command of the question is to be run; `number` is its number there. Not yet a yes."""

    number: int
    digest: str
    by: str = ""


@frozen
class InputOffer:
    """A file for an input that the question asks for, as the operator typed its path."""

    name: str
    path: str
    by: str = ""


@frozen
class Abort:
    """The operator ends the run."""

    by: str = ""


@frozen
class Later:
    """The run is to be left as it is, waiting for an answer to this question."""

    by: str = ""
    reason: str = ""


Reply = Answer | CommandWish | InputOffer | Later | Abort
