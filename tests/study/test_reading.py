from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import InputError, StudyError
from planner.pipeline.inputs import input_files
from planner.study import read_study


def _faults(path: Path) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        read_study(path)
    assert isinstance(caught.value, StudyError)
    for sentence in caught.value.faults:
        assert sentence.startswith("expected "), sentence
        assert ", found " in sentence, sentence
        assert "\n" not in sentence, sentence
    return caught.value.faults


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "base_year = 2025",
            'base_year = "2025"',
            "expected a whole number for 'base_year' in [study], found \"2025\": correct it.",
        ),
        ("base_year = 2025", "", "expected a key 'base_year' in [study], found none: add base_year = …."),
        ("name = ", 'nmae = "x"\nname = ', "expected a known key in [study], found 'nmae': write 'name'."),
        ("[siting]", "[sitting]\n[siting]", "expected a known key in the study file, found 'sitting': write 'siting'."),
        (
            "[2026, 2027]",
            "[2027, 2026]",
            ("expected years in ascending order, each once, in [study], found [2027, 2026]: sort them."),
        ),
        (
            "[2026, 2027]",
            "[2026, 2026]",
            ("expected years in ascending order, each once, in [study], found [2026, 2026]: sort them."),
        ),
        (
            "[2026, 2027]",
            "[2025, 2026]",
            ("expected years after base_year in [study], found 2025 and base_year 2025: correct years or base_year."),
        ),
        (
            "{ 2026 = 5_000_000 }",
            "{ 2026 = 1, 2031 = 5 }",
            ("expected budgets of the years planned (2026, 2027), found 2031: remove them or plan those years."),
        ),
        ("{ 2026 = 5_000_000 }", "{ 2026 = -5 }", "expected 0 or more yuan as budget of 2026, found -5: correct it."),
        (
            "{ 2026 = 5_000_000 }",
            "{ 2026 = 0.5 }",
            "expected a whole number for '2026' in [siting.budget_yuan], found 0.5: correct it.",
        ),
        (
            'action = "build"',
            'action = "biuld"',
            (
                "expected one of 'build', 'upgrade', 'expand' for 'action' in [siting.options] "
                'number 1, found "biuld": '
                "write 'build'."
            ),
        ),
        (
            'id = "grow"',
            'id = "build"',
            "expected each id of [[siting.options]] once, found build twice: rename one of them.",
        ),
        (
            "add_classes = 6",
            'land_uses = ["1"]\nadd_classes = 6',
            ("expected no land_uses for option 'grow', found one, and expand does not use it: remove it."),
        ),
        (
            "cost_yuan = 100\nset",
            "set",
            "expected cost_yuan of every option, found none of build: supply it.",
        ),
        (
            """{ 2026 = 5_000_000 }

[[siting.objectives]]
kind = "people_covered"
standard = "park.walk"

[[siting.options]]
id = "build"
action = "build"
service = "kindergarten"
land_uses = ["080404"]
cost_yuan = 100
""",
            """{}
[[siting.options]]
id = "build"
action = "build"
service = "kindergarten"
""",
            (
                "expected cost_yuan of every option, or of none, found none of build: "
                "supply it, or leave it out everywhere: then the fewest options are taken."
            ),
        ),
        (
            "add_classes = 6",
            "",
            (
                "expected capacity, classes or add_classes for option 'grow', found none of them: "
                "say what the expansion adds."
            ),
        ),
        (
            "add_classes = 6",
            "add_classes = 6\nearliest_year = 2028",
            ("expected an earliest_year up to 2027, found 2028 for option 'grow': correct it or remove the option."),
        ),
        (
            'owner = "public"',
            'unit_code = "1"',
            (
                "expected attributes of a facility in 'set' of option 'build', found unit_code: "
                "remove it or write it beside 'set'."
            ),
        ),
        (
            'path = "data/people.csv"\ncrs',
            'path = "data/poeple.csv"\ncrs',
            (
                "expected a file data/poeple.csv for [[layers.population]] number 1, found none: "
                "correct the path (there is "
                "people.csv)."
            ),
        ),
        (
            'level = "township"',
            'level = "town"',
            (
                "expected one of 'city', 'county', 'township', 'village' for 'level' in "
                "[[layers.boundaries]] number 1, found "
                "\"town\": write 'township'."
            ),
        ),
        (
            "[[layers.exclusions]]",
            "[layers.exclusions]",
            ("expected [[layers.exclusions]] in double brackets, found [layers.exclusions]: double the brackets."),
        ),
        (
            "[[layers.exclusions]]",
            "[[layers.exclusion]]",
            "expected a known key in [layers], found 'exclusion': write 'exclusions'.",
        ),
        (
            '"EPSG:4550"',
            '"EPSG:4490"',
            (
                "expected a projected coordinate reference system in metres for the study, found "
                "EPSG:4490 (China Geodetic "
                "Coordinate System 2000), which is not projected: write for example crs = "
                '"EPSG:4550".'
            ),
        ),
        (
            'profile = "dalian-2018"',
            'profile = "own/x.toml"',
            "expected a file own/x.toml for [standards], found none: correct the path.",
        ),
        (
            "standardised = true }\n\n[[layers.pop",
            "standardised = [true] }\n\n[[layers.pop",
            (
                "expected a text, a number, true or false for 'standardised' in 'values', found a "
                "list: write one of these."
            ),
        ),
        (
            '["people", "age_3_5"]',
            '"people"',
            ("expected a list for 'groups' in [[layers.population]] number 1, found \"people\": correct it."),
        ),
        (
            'path = "data/units.csv"\nlevel',
            'path = "/vsicurl/x.csv"\nlevel',
            (
                "expected the path of a local file, found a GDAL virtual path (/vsicurl/x.csv): copy "
                "the layer to a local file and "
                "name that file."
            ),
        ),
        (
            "residential = 4",
            "residential = 4000",
            (
                "expected km/h above 0 and up to 300 for speed_kph.residential of mode 'walk', found "
                "4000.0: correct the speed, or "
                "override it with 0 to close the class to the mode."
            ),
        ),
        (
            '[mandates]\npolicy = "dazhengfa-2018-28"\nonly = ["a", "b"]',
            "",
            "expected a table [mandates] in the study file, found none: add [mandates].",
        ),
        (
            "[modes.walk]",
            "[modes.wlak]",
            (
                "expected one of the modes walk, cycle, drive, school_strict, school_penalised, found [modes.wlak]: "
                "write [modes.walk]."
            ),
        ),
    ],
)
def test_one_fault_is_one_sentence(old: str, new: str, sentence: str, make: Callable[[str], Path], good: str) -> None:
    """Each fault says what was expected, what was found and what to do; nothing else is told."""
    assert old in good
    assert _faults(make(good.replace(old, new, 1))) == (sentence,)


def test_all_faults_are_told_at_once(make: Callable[[str], Path], good: str) -> None:
    """A typo does not hide a missing file, a year out of order or a wrong option."""
    text = good.replace("name = ", "nmae = 1\nname = ", 1).replace("[2026, 2027]", "[2027, 2026]")
    text = text.replace("data/people.csv", "data/none.csv").replace('id = "grow"', 'id = "build"')
    text = text.replace("[siting]", "[siting]\nmax_option = 3", 1)
    told = "\n".join(_faults(make(text)))
    for part in ("'nmae'", "[2027, 2026]", "data/none.csv", "build twice", "'max_options'"):
        assert part in told, part


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """No study file is one sentence."""
    assert _faults(tmp_path / "none.toml") == (
        (f"expected a study file at {tmp_path / 'none.toml'}, found no such file: correct the path."),
    )


def test_broken_toml_names_its_line(make: Callable[[str], Path], good: str) -> None:
    """A syntax error says where; another encoding says so."""
    (sentence,) = _faults(make("[study]\nname = \n"))
    assert "line 2" in sentence
    path = make(good)
    path.write_bytes(good.encode("gb18030"))
    assert _faults(path) == ("expected UTF-8 in study.toml, found another encoding: save the file as UTF-8.",)


@pytest.mark.parametrize(
    "text",
    ["", "study = 1\nlayers = 2\nmodes = 3\nsiting = []\n", "[layers]\nboundaries = [1]\n", "[modes]\nwalk = 1\n"],
)
def test_nonsense_is_told_without_traceback(text: str, make: Callable[[str], Path]) -> None:
    """Empty files and tables of another shape are sentences too."""
    assert _faults(make(text))


def test_datum_and_prj_of_a_layer(make: Callable[[str], Path], good: str) -> None:
    """A layer states its datum, the column that names units, and a .prj file, which is read from the study's folder."""
    wkt = 'GEOGCS["CGCS2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],PRIMEM["Greenwich",0]]'
    told = 'datum = "bd09"\nnamed_unit = "区"\nunits = { "新区" = ["甲区", "乙区"] }\ngroups = ["people", "age_3_5"]'
    text = good.replace('crs = "EPSG:4490"\ngroups = ["people", "age_3_5"]', told, 1)
    text = text.replace('crs = "EPSG:4490"\ncolumns', 'crs = "data/city.prj"\ncolumns', 1)
    path = make(text)
    (sentence,) = _faults(path)
    assert sentence.startswith("expected a .prj file data/city.prj for the crs of [[layers.facilities]] number 1, ")
    assert sentence.endswith("found none that holds text: correct the path, or write the EPSG code.")
    (path.parent / "data" / "city.prj").write_text(wkt, encoding="utf-8")
    layers = read_study(path).layers
    assert layers.facilities[0].crs == wkt
    population = layers.population[0]
    assert (population.datum, population.crs, population.named_unit) == ("bd09", None, "区")
    assert population.units == {"新区": ["甲区", "乙区"]}


def test_an_unknown_datum_is_told(make: Callable[[str], Path], good: str) -> None:
    """Xian80 is no choice; the four are named."""
    (sentence,) = _faults(make(good.replace('crs = "EPSG:4490"\ngroups', 'datum = "xian80"\ngroups', 1)))
    assert "'wgs84', 'cgcs2000', 'gcj02', 'bd09'" in sentence
    assert "xian80" in sentence


def test_a_geodatabase_is_a_layer(make: Callable[[str], Path], good: str) -> None:
    """A folder that calls itself .gdb is accepted as a path; its tables are among the files that a run names."""
    path = make(good.replace('path = "data/people.csv"\ncrs', 'path = "data/people.gdb"\ncrs', 1))
    assert "data/people.gdb" in _faults(path)[0]
    folder = path.parent / "data" / "people.gdb"
    folder.mkdir()
    (folder / "a00000001.gdbtable").write_bytes(b"x")
    study = read_study(path)
    assert study.layers.population[0].path.name == "people.gdb"
    files = input_files(study)
    assert folder / "a00000001.gdbtable" in files
    assert folder not in files
