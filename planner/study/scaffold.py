"""A first study file, written from a folder of layers: what files show is written, the rest is left to be stated."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from planner.errors import OutputError, StudyError, fault
from planner.layers import look
from planner.layers.guard import is_geodatabase, is_layer
from planner.study.guess import Guess, guesses
from planner.study.template import BLANK, HEAD, LAYERS, RULES, SITING

_KNOWN = (".csv", ".xlsx", ".geojson", ".json", ".gpkg", ".shp", ".gdb", ".zip", ".parquet", ".geoparquet", ".tif",
          ".tiff", ".pbf")  # fmt: skip
_BESIDE = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".xml")  # parts of a Shapefile
_MOST_FILES = 200
_ONCE = ("roads", "leading_zones", "crosswalk")  # tables of which a study has one


def write_study(path: Path | str, *, folder: Path | str | None = None) -> list[Guess]:
    """Write a commented study file.

    Parameters
    ----------
    path
        The new file; an existing one is never replaced.
    folder
        Where the layers are; without it the study is blank.

    Returns
    -------
    list of Guess
        What each layer was taken for.

    Raises
    ------
    OutputError
        If the file exists or cannot be written.
    StudyError
        If `folder` is no folder, or holds more files than a study would.
    """
    target = Path(path).absolute()
    if os.path.lexists(target):
        raise OutputError(fault("a new study file", f"{path}, which exists", "name another file with -o"))
    found = (
        []
        if folder is None
        else [guess for file in _files(Path(folder)) for seen in look(file) for guess in guesses(seen)]
    )
    made = [_once(guess, found) for guess in found]
    text = _text(target, made, [] if folder is None else _others(Path(folder)))
    try:
        with target.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(fault(f"to write {path}", reason, "name another file with -o")) from None
    return made


def _files(folder: Path) -> list[Path]:
    """Return the layers of a folder and those below it, sorted."""
    if not folder.is_dir():
        raise StudyError(fault("a folder of layers", f"{folder}, which is none", "correct the path"))
    files = [file for file in _all_files(folder) if file.name.lower().endswith(_KNOWN)]
    if len(files) > _MOST_FILES:
        do = "put the layers of the study into a folder of their own"
        raise StudyError(fault(f"at most {_MOST_FILES} layers in {folder}", f"{len(files)}", do))
    return files


def _others(folder: Path) -> list[Path]:
    return [file for file in _all_files(folder) if not file.name.lower().endswith((*_KNOWN, *_BESIDE))]


def _all_files(folder: Path) -> list[Path]:
    hidden = (
        part for part in folder.rglob("*") if not any(one.startswith(".") for one in part.relative_to(folder).parts)
    )
    return sorted(file for file in hidden if is_layer(file) and not any(map(is_geodatabase, file.parents)))


def _once(guess: Guess, found: list[Guess]) -> Guess:
    """Return a guess, as an alternative where another layer already stands for a table that is there once."""
    sure = [other for other in found if other.table == guess.table and other.sure]
    if guess.table not in _ONCE or not guess.sure or sure[0] is guess:
        return guess
    first = sure[0].seen.path.name
    reason = (f"已采用 {first}，每项研究只取一个", "another file is taken; a study has one")
    return Guess(seen=guess.seen, table=guess.table, sure=False, reason=reason, columns=guess.columns)


def _text(target: Path, found: list[Guess], others: list[Path]) -> str:
    parts = [HEAD.format(name=_comment(target.name), stem=_quoted(target.stem))]
    for table, (zh, en) in LAYERS.items():
        mine = [guess for guess in found if guess.table == table]
        blank = BLANK.get(table, "") if not mine else ""
        blocks = [_block(guess, target.parent) for guess in mine] or ([blank] if blank else [])
        if blocks:
            parts += [f"# ---- {zh} / {en}\n", *blocks]
    if others:
        names = "".join(f"#   {_comment(_relative(file, target.parent))}\n" for file in others[:20])
        parts.append(f"# 不能读的格式 / formats that are not read ({len(others)}):\n{names}")
    return "\n".join([*parts, RULES, SITING])


def _block(guess: Guess, home: Path) -> str:
    """Return the lines of one layer: active where sure, else each behind a #."""
    zh, en = guess.reason
    path = _relative(guess.seen.path, home)
    if not guess.table:
        return f"# {_comment(path)}{_layer(guess)}: {_comment(zh)} / {en}\n"
    lines = [
        f"[{guess.table}]" if guess.table == "roads" else _heading(guess.table),
        f"path = {_quoted(path)}",
        *_lines(guess),
    ]
    shown = lines if guess.sure else [line if line.startswith("#") else f"# {line}" for line in lines]
    return "\n".join([f"# {_comment(zh)} / {en}", *shown, ""])


def _layer(guess: Guess) -> str:
    return "" if guess.seen.layer is None else f" [{_comment(guess.seen.layer)}]"


def _heading(table: str) -> str:
    return f"[layers.{table}]" if table in _ONCE else f"[[layers.{table}]]"


def _lines(guess: Guess) -> Iterator[str]:
    seen = guess.seen
    if seen.layer is not None:
        yield f"layer = {_quoted(seen.layer)}"
    if guess.table == "roads":
        yield f'kind = "{"osm" if seen.kind == "osm" else "lines"}"'
        yield from (f"{key} = {_quoted(name)}" for key, name in guess.columns.items())
    yield from _crs(guess)
    if seen.encoding and guess.table != "roads":
        yield f'encoding = "{seen.encoding}"  # 不是 UTF-8；请核对文字 / not UTF-8; check the words'
    if guess.table == "boundaries":
        yield from _boundary_lines(guess)
    if guess.table == "exclusions":
        yield '# rule_id = "basic-farmland"  # 必填：写明 / required: state it'
    if guess.table != "roads":
        yield from _column_lines(guess)


def _crs(guess: Guess) -> Iterator[str]:
    seen = guess.seen
    positions = {"x", "y"} & (set(guess.columns) | set(guess.open_columns) | set(seen.table.columns))
    if seen.kind == "table" and (guess.table in ("boundaries", "leading_zones", "crosswalk") or not positions):
        return
    if not seen.crs:
        yield '# crs = "EPSG:4326"  # state it / 必填：文件不带坐标系，请写明 (CGCS2000: EPSG:4490, WGS84: EPSG:4326)'
        yield '# datum = "gcj02"    # or / 或写基准：wgs84 | cgcs2000 | gcj02（高德、腾讯）| bd09（百度）'
    elif seen.path.suffix.lower() in (".geojson", ".json") and seen.crs == "EPSG:4326":
        yield "# 坐标系：GeoJSON 未写明即为 WGS84（RFC 7946）；若不是，请写明 crs / WGS84 by its format; else state crs"
        yield '# datum = "gcj02"    # 若出自高德、DataV 等 / if it comes from Amap, DataV …; bd09: 百度 / Baidu'
    else:
        yield f"# 坐标系：文件自带 / reference system, as the file says: {_comment(seen.crs)}"


def _boundary_lines(guess: Guess) -> Iterator[str]:
    if guess.level:
        yield f'level = "{guess.level}"  # 依据：代码位数 / by the digits of the codes'
    else:
        yield '# level = "township"  # 必填：city | county | township | village / required: state it'
    if "kind" not in {*guess.columns, *guess.seen.table.columns}:
        yield '# kind = "town"  # state it / 类型：subdistrict 街道 | town 镇 | township 乡 | community 社区'


def _column_lines(guess: Guess) -> Iterator[str]:
    for axis in ("x", "y"):
        if axis in guess.columns:
            yield f"{axis} = {_quoted(guess.columns[axis])}"
    named = {ours: theirs for ours, theirs in guess.columns.items() if ours not in ("x", "y")}
    if named:
        pairs = ", ".join(f"{ours} = {_quoted(theirs)}" for ours, theirs in named.items())
        yield f"columns = {{ {pairs} }}"
    if guess.table == "population":
        groups = ", ".join(map(_quoted, guess.groups)) or '"people"'
        yield f"groups = [{groups}]"
    for ours, (zh, en) in guess.open_columns.items():
        yield f"# {ours}: {_comment(zh)} / {en}; columns = {{ {ours} = … }}, values = {{ {ours} = … }}"


def _relative(path: Path, home: Path) -> str:
    try:
        return Path(os.path.relpath(path.absolute(), home)).as_posix()
    except ValueError:  # another drive
        return path.absolute().as_posix()


def _quoted(text: str) -> str:
    """Return a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Return a text that stays within its comment, whatever a file is called."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
