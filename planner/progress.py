"""Which part of a run is at work, on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import click

from planner.texts import PARTS

Progress = Callable[[str, float], None]


@contextlib.contextmanager
def shown_progress(language: str) -> Iterator[Progress]:
    """Give a function that shows part and share done: a bar with the time left in a terminal, else a line per part.

    Parameters
    ----------
    language
        ``zh`` or ``en``; stages of the solver keep their names.
    """
    if not sys.stderr.isatty():
        yield _lines(language)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bars:
        whole = bars.add_task("", total=1.0)
        yield lambda part, share: bars.update(whole, description=_name(part, language), completed=share)


def _lines(language: str) -> Progress:
    """Return a progress that prints the name of each part once; stages within a part are left out."""
    seen: set[str] = set()

    def show(part: str, _share: float) -> None:
        if part in PARTS and part not in seen:
            seen.add(part)
            click.echo(f"· {_name(part, language)}", err=True)

    return show


def _name(part: str, language: str) -> str:
    return PARTS.get(part, part) if language == "zh" else part
