"""Texts: every label and sentence of the report, one file per language, the same keys in each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from planner.report.material import Labels

LANGUAGES = ("zh", "en")

Sections = Mapping[str, Mapping[str, str]]


@cache
def catalogue(language: str) -> Sections:
    """Return all texts of a language by section and key.

    Parameters
    ----------
    language
        "zh" or "en".
    """
    file = resources.files("planner.report") / "texts" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def text(section: str, key: str, language: str, **values: object) -> str:
    """Return one text, its named places filled.

    Raises
    ------
    KeyError
        If the catalogue lacks it: a fault of this package, found by its tests.
    """
    found = catalogue(language)[section][key]
    return found.format(**values) if values else found


def word(section: str, key: str, language: str, labels: Labels | None = None) -> str:
    """Return the word for an id of the data: the study's own, else the catalogue's, else the id itself."""
    if labels and key in labels:
        return labels[key][LANGUAGES.index(language)]
    return catalogue(language)[section].get(key, key)


def both(section: str, key: str, *, first: str = "zh", labels: Labels | None = None) -> str:
    """Return the word in both languages, the second under the first; once where they are the same."""
    second = LANGUAGES[1 - LANGUAGES.index(first)]
    words = [word(section, key, language, labels) for language in (first, second)]
    return words[0] if words[0] == words[1] else "\n".join(words)
