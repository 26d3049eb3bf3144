"""The command line: ``planner init``, ``template``, ``check``, ``run``, ``verify``, ``demo``.

Only click is imported here; each command imports the rooms it needs, so that ``planner --help`` is quick.

Exit codes: 0 done; 1 verify found differences, or the planner itself failed; 2 an input or the place of the
output is wrong (one sentence per fault); 130 interrupted. After 1 and 2 of a run OUT is as it was before; after
130 it is whole: as it was before, or new.
"""

from __future__ import annotations

import contextlib
import locale
import os
import signal
import traceback
from pathlib import Path
from types import FrameType
from typing import Literal, NoReturn, cast

import click

from planner import __version__
from planner.errors import InputError, OutputError, PlannerError, fault
from planner.progress import shown_progress
from planner.texts import TEXTS

Language = Literal["zh", "en"]

DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

_EPILOG = (
    "Exit codes: 0 done; 1 verify found differences, or the planner itself failed; "
    "2 an input or OUT is wrong, one sentence per fault, OUT untouched; 130 interrupted, OUT whole: "
    "as it was, or the new one if all was done."
)


def _preferred_language() -> Language:
    """Return zh where the machine speaks Chinese, else en."""
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def _keep_language(context: click.Context, _option: click.Parameter, value: Language | None) -> None:
    """Remember the language wherever it was given: before or after the command."""
    if value is not None:
        context.find_root().obj = value


def _language() -> Language:
    """Return the language of messages: the one asked for, else the machine's."""
    context = click.get_current_context(silent=True)
    asked = context.find_root().obj if context is not None else None
    return cast("Language", asked) if asked else _preferred_language()


def _say(key: str, *details: object) -> None:
    """Print one text of the catalogue on stderr."""
    click.echo(TEXTS[key][_language()].format(*details), err=True)


_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    callback=_keep_language,
    expose_value=False,
    is_eager=True,
    help="Language of messages / 提示语言. Default: the machine's.",
)
_OUT = click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder for the results; made whole at the end, a previous run's is replaced / 结果文件夹.",
)


@click.group(invoke_without_command=True, epilog=_EPILOG)
@_LANGUAGE
@click.version_option(__version__, prog_name="planner", message="%(prog)s %(version)s")
@click.pass_context
def planner(context: click.Context) -> None:
    """Tell what a policy demands, where it is not met, where to build / 政策要求、缺口与选址."""
    if context.invoked_subcommand is None:
        click.echo(TEXTS["next"][_language()])


@planner.command(epilog=_EPILOG)
@_OUT
@_LANGUAGE
def demo(out: Path) -> None:
    """Run the embedded sample / 运行内置示例."""
    from planner.sample import sample_study

    _run(sample_study(), out)


@planner.command(epilog=_EPILOG)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--study",
    default=Path("study.toml"),
    show_default=True,
    type=click.Path(path_type=Path),
    help="The new study file; an existing one is never replaced / 新的研究文件.",
)
@_LANGUAGE
def init(folder: Path | None, study: Path) -> None:
    """Write a commented study file from a folder of layers / 从图层文件夹写出研究文件."""
    from planner.study import write_study

    texts = {key: text[_language()] for key, text in TEXTS.items()}
    for guess in write_study(study, folder=folder):
        name = ":".join(filter(None, (guess.seen.path.name, guess.seen.layer)))
        unsure = texts["unsure"] if guess.table and not guess.sure else ""
        click.echo(texts["taken"].format(name, guess.table or texts["unplaced"], unsure))
    click.echo(texts["made"].format(study))


@planner.command(epilog=_EPILOG)
@click.argument("layer")
@click.option(
    "-o",
    "--file",
    "file",
    type=click.Path(path_type=Path),
    help="The new file: .xlsx, .csv or .gpkg; an existing one is never replaced. Default: LAYER.xlsx / 新的模板文件.",
)
@click.option("--crs", default="EPSG:4490", show_default=True, help="Of a GeoPackage / GeoPackage 的坐标系.")
@_LANGUAGE
def template(layer: str, file: Path | None, crs: str) -> None:
    """Write an empty table for LAYER with headers, units, an example, drop-downs / 写出图层的空白模板.

    LAYER is boundaries, facilities, population, sites, exclusions, leading_zones, crosswalk, permitted_land,
    catchments, population_by_unit, age_structure, population_by_year, single_ages, births or residential_areas.
    """
    from planner.layers.template import template_name, write_template

    written = write_template(layer, file or Path(template_name(layer)), crs=crs)
    click.echo(TEXTS["template"][_language()].format(written))


@planner.command(epilog=_EPILOG)
@click.argument("study", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the quality report: every fault with its row, remedy and place / 质量报告文件夹.",
)
@_LANGUAGE
def check(study: Path, out: Path | None) -> None:
    """Read everything a study names and tell all faults at once, without running / 检查研究文件."""
    from planner.pipeline import check as check_study

    checked = check_study(study)
    click.echo(checked.summary(_language()))
    if out is not None:
        checked.write_quality(out, language=_language())
        _say("quality", out)
    raise SystemExit(DONE if checked.ok else WRONG_INPUT)


@planner.command(epilog=_EPILOG)
@click.argument("study", type=click.Path(path_type=Path))
@_OUT
@_LANGUAGE
def run(study: Path, out: Path) -> None:
    """Run a study file / 运行研究文件."""
    _run(study, out)


@planner.command(epilog=_EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@_LANGUAGE
def verify(out: Path) -> None:
    """Measure a finished run again, from its files and layers / 重新核算一次运行."""
    from planner.verify import verify as verify_run

    _bring_back(out)
    verification = verify_run(out)
    click.echo(verification.summary(_language()))
    raise SystemExit(DONE if verification.ok else FAILED)


def _run(study: Path, out: Path) -> None:
    """Run a study into a folder, with progress on stderr and the summary on stdout."""
    _bring_back(out)
    check_out(out, study=study)
    from planner.study import read_study

    read = read_study(study)
    from planner.pipeline import run as run_study

    with shown_progress(_language()) as progress:
        outcome = run_study(read, out=out, progress=progress)
    click.echo(outcome.summary(_language()))
    _say("written", out)


def _bring_back(out: Path) -> None:
    """Put an earlier output back that a run moved aside and was killed before it could replace it."""
    target = out.resolve()
    if os.path.lexists(target) or not target.parent.is_dir():
        return
    if any(folder.name.startswith(f".{target.name}.old-") for folder in target.parent.iterdir()):
        from planner.report.swap import restored

        if restored(target):
            _say("restored", out)


def check_out(out: Path, *, study: Path) -> None:
    """Refuse a folder that must not be replaced, before anything is computed.

    Parameters
    ----------
    out
        May be absent, empty, or the folder of a previous run (it holds a ``run.json``).
    study
        Neither it nor its folder may lie in `out`: inputs are never written to.

    Raises
    ------
    OutputError
        If `out` is a file, a folder of something else, or holds the study.
    """
    target, source = out.resolve(), study.resolve()
    do = "name a folder that does not exist yet"
    if target in source.parents:
        raise OutputError(fault("a folder apart from the study", f"{out}, which holds {study}", do))
    if target.exists() and not target.is_dir():
        raise OutputError(fault("a folder for the results", f"the file {out}", do))
    if target.is_dir() and any(target.iterdir()) and not (target / "run.json").is_file():
        raise OutputError(fault("a new folder or that of a previous run", f"{out} with other files", do))
    above = next(folder for folder in target.parents if folder.exists())
    if not above.is_dir():
        raise OutputError(fault("a folder to write into", f"the file {above}", do))
    if not os.access(above, os.W_OK):
        raise OutputError(fault(f"{above} to be writable", "no permission to write there", "name another folder"))


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Treat SIGTERM as Ctrl-C, so that the same cleaning up happens."""
    raise KeyboardInterrupt


def _told(error: PlannerError) -> int:
    """Print what is wrong, one line per fault, and return the exit code."""
    for sentence in str(error).splitlines():
        _say("fault", sentence)
    return WRONG_INPUT if isinstance(error, InputError | OutputError) else FAILED


def _code(arguments: list[str] | None) -> int:
    """Run a command and return its exit code; errors meant for the user are told, others propagate."""
    try:
        code = planner.main(arguments, prog_name="planner", standalone_mode=False)
    except PlannerError as error:
        return _told(error)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        _say("interrupted", "OUT")
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments
        As after the program's name; None: those of this process.
    """
    with contextlib.suppress(ValueError):  # not in the main thread: its owner keeps the signals
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = _code(arguments)
    except Exception:  # noqa: BLE001 a fault of ours: shown whole, with what it means for the user
        traceback.print_exc()
        _say("internal")
        code = FAILED
    raise SystemExit(code)


if __name__ == "__main__":
    main()
