"""Emphasis for text on a terminal: a `Style` paints, or leaves the text as it is."""

from runner.model.frozen import frozen


@frozen
class Style:
    """Paints words for a terminal where `colour` is set; all words carry the meaning alone."""

    colour: bool = False

    def bold(self, text: str) -> str:
        """Strong, for what the eye should find first."""
        return self._painted(text, "1")

    def dim(self, text: str) -> str:
        """Faint, for what is there to look up."""
        return self._painted(text, "2")

    def red(self, text: str) -> str:
        """For what is broken or failed."""
        return self._painted(text, "31")

    def green(self, text: str) -> str:
        """For what is as it should be."""
        return self._painted(text, "32")

    def yellow(self, text: str) -> str:
        """For what is unknown or left to do."""
        return self._painted(text, "33")

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text.strip() else text


PLAIN = Style(colour=False)
ANSI = Style(colour=True)


def style_for(colour: bool) -> Style:
    """The style for a stream that takes colour, or for one that does not."""
    return ANSI if colour else PLAIN
