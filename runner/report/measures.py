"""Durations, sizes and times as they are shown."""

from datetime import UTC, datetime

SAMPLE_CLOCK = "the time of the sample; windows are counted back from it"


def show_seconds(seconds: float) -> str:
    """A duration: `0.4 s`, `12 s`, `3 min 05 s`, `1 h 02 min`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def show_size(size: int) -> str:
    """A size: `753 kB (753,367 bytes)`, `76 bytes`."""
    for name, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return (
                f"{size / step:.3g} {name} ({size:,} bytes)"
                if size < 1000 * step
                else f"{size:,} bytes"
            )
    return f"{size:,} bytes"


def show_time(at: datetime) -> str:
    """A time to the second, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def show_clock(at: datetime) -> str:
    """The time of day to the second, in UTC."""
    return at.astimezone(UTC).strftime("%H:%M:%S")
