"""Which outputs a phrase can mean: those whose name, label or alias it equals, and no others."""

from collections.abc import Iterable
from functools import cached_property

from runner.conditions.names import likeness, plain_phrase
from runner.model.contract import KeyContract, OutputSpec
from runner.model.frozen import frozen
from runner.model.identity import KeyName

_ALIKE = 0.5


@frozen
class OutputRef:
    """An output of a KEY."""

    key: KeyName
    spec: OutputSpec


@frozen
class Vocabulary:
    """The outputs that a condition may speak of."""

    outputs: tuple[OutputRef, ...]

    @staticmethod
    def of(contracts: Iterable[KeyContract]) -> "Vocabulary":
        """All outputs of these KEYs, each KEY once."""
        once = {contract.key: contract for contract in contracts}
        return Vocabulary(
            tuple(OutputRef(c.key, spec) for c in once.values() for spec in c.outputs)
        )

    @cached_property
    def _by_name(self) -> dict[str, tuple[OutputRef, ...]]:
        found: dict[str, tuple[OutputRef, ...]] = {}
        for ref in self.outputs:
            for name in {plain_phrase(name) for name in ref.spec.names} - {""}:
                found[name] = (*found.get(name, ()), ref)
        return found

    def named(self, phrase: str) -> tuple[OutputRef, ...]:
        """The outputs that `phrase` names: none, one, or several where it is ambiguous."""
        return self._by_name.get(plain_phrase(phrase), ())

    def nearest(self, phrase: str) -> tuple[OutputRef, ...]:
        """Up to three outputs whose names look like `phrase`, for hints only."""
        wanted = plain_phrase(phrase)
        alike = ((likeness(wanted, name), name) for name in self._by_name)
        close = sorted((pair for pair in alike if pair[0] >= _ALIKE), reverse=True)[:3]
        refs: dict[OutputRef, None] = {}
        for _, name in close:
            refs.update(dict.fromkeys(self._by_name[name]))
        return tuple(refs)
