"""A page with a map that opens with no network, folium as its frame.

The only file that imports the map library. Leaflet comes whole from the XStatic-Leaflet package; jQuery, Bootstrap
and icon fonts do not come at all. Data stand in a block of JSON that no script interpreter reads, texts reach the page
only as text nodes, and a content security policy admits exactly the scripts written here, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

import folium
from branca.element import Element, Figure
from folium.template import Template
from xstatic.pkg import leaflet

from planner.report.plain import plain


class OfflineFigure(Figure):
    """A page without anything that must be fetched: no links, and no script but those of the map in it."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.language }}">\n<head>\n{{ this.header.render(**kwargs) }}\n</head>\n'
        "<body>\n{{ this.html.render(**kwargs) }}\n</body>\n</html>\n"
    )

    def __init__(self, *, language: str) -> None:
        super().__init__(height="640px")
        self.language = language


class Verbatim(Element):
    """Text that stands in the page as it is.

    A plain branca element would read its text as a Jinja template, and run what a name like ``{{ … }}`` says.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **_kwargs: object) -> str:
        """Return the text."""
        return self.text


class OfflineMap(folium.Map):
    """A folium map that carries Leaflet, its data and its drawing with it.

    In a notebook it shows itself in a frame, offline too; ``save`` writes the file.

    Parameters
    ----------
    data
        What the scripts read.
    title
        Of the page.
    language
        ``zh`` or ``en``.
    scripts, styles
        Files of ``planner/report/page``, in the order in which they are joined.
    """

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def __init__(
        self, data: dict[str, Any], *, title: str, language: str, scripts: Sequence[str], styles: Sequence[str]
    ) -> None:
        super().__init__(tiles=None)
        self._data, self._title, self._styles = inert(data), title, tuple(styles)
        self._scripts = (_leaflet_script(), page_script(scripts))
        OfflineFigure(language=language).add_child(self)

    def render(self, **_kwargs: object) -> str:
        """Put the head and the body of the map into the figure it belongs to; return nothing of its own."""
        figure = self.get_root()
        assert isinstance(figure, OfflineFigure)  # noqa: S101 - made so above
        figure.header.add_child(Verbatim(_head(self._title, self._scripts, self._styles)), name="head")
        figure.html.add_child(Verbatim(_body(self._data, self._scripts)), name="body")
        return ""

    def write(self, path: Path) -> None:
        """Write the page to a file."""
        path.write_text(self.get_root().render(), encoding="utf-8", newline="\n")


def inert(data: object) -> str:
    """Return JSON that cannot end the block it stands in: ``<``, ``>``, ``&`` and U+2028, U+2029 are escaped."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return plain(text)


def policy(scripts: tuple[str, ...]) -> str:
    """Return the content security policy that admits these scripts and nothing else."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    rest = "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; script-src {hashes}; {rest}"


def page_script(names: Sequence[str]) -> str:
    """Return scripts of the page as one."""
    return "(function () {\n'use strict';\n" + "\n".join(_own(name) for name in names) + "\n})();\n"


def _head(title: str, scripts: tuple[str, ...], names: tuple[str, ...]) -> str:
    styles = "\n".join(f"<style>{style}</style>" for style in (_leaflet_style(), *map(_own, names)))
    return (
        f'<meta http-equiv="Content-Security-Policy" content="{policy(scripts)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n{styles}"
    )


def _body(data: str, scripts: tuple[str, ...]) -> str:
    block = f'<div id="page"></div>\n<script type="application/json" id="planner-data">{data}</script>\n'
    return block + "\n".join(f"<script>{script}</script>" for script in scripts)


def _own(name: str) -> str:
    return (resources.files("planner.report") / "page" / name).read_text(encoding="utf-8")


def _leaflet_script() -> str:
    text = (Path(leaflet.BASE_DIR) / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"\n//# sourceMappingURL=.*", "\n", text)


def _leaflet_style() -> str:
    """Return Leaflet's style sheet without its pictures, none of which are used here."""
    text = (Path(leaflet.BASE_DIR) / "leaflet.css").read_text(encoding="utf-8")
    return re.sub(r"url\((?!data:|#)[^)]*\)", "none", text)
