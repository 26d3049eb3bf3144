"""The READMEs: the same two commands in both languages, links that lead somewhere, the exit codes of the program."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

READMES = ("README.md", "README.zh-CN.md")
COMMAND = re.compile(r"^<!-- command: (\w+) -->\n```bash\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)\)")


def commands(path: Path) -> dict[str, str]:
    """Return the commands that a README gives, by name."""
    return dict(COMMAND.findall(path.read_text(encoding="utf-8")))


def test_both_languages_give_the_same_commands(checkout: Path) -> None:
    """README.md and README.zh-CN.md give the same two commands, letter by letter."""
    english, chinese = (commands(checkout / name) for name in READMES)
    assert list(english) == ["demo", "tests"]
    assert english == chinese


def test_both_languages_have_the_same_sections(checkout: Path) -> None:
    """Both READMEs have as many sections, table rows and bullet points."""
    texts = [(checkout / name).read_text(encoding="utf-8") for name in READMES]
    for mark in (r"^## ", r"^\| ", r"^- ", r"^```"):
        english, chinese = (len(re.findall(mark, text, re.MULTILINE)) for text in texts)
        assert english == chinese, mark


def test_commands_use_only_what_a_fresh_machine_has(checkout: Path) -> None:
    """Each command starts from python3 alone, installs by hash, and is one line of valid shell."""
    for name, command in commands(checkout / "README.md").items():
        subprocess.run(["bash", "-n", "-c", command], check=True)
        steps = [step.strip(" \\\n") for step in command.split("&&")]
        assert steps[0].startswith("python3 -m venv .venv"), name
        folder = steps[0].split()[-1]
        assert all(step.startswith(f"{folder}/bin/") for step in steps[1:])
        assert "--require-hashes" in steps[1]
    used = [command.split()[3] for command in commands(checkout / "README.md").values()]
    assert len(set(used)) == 2


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "benchmarks/README.md"])
def test_links_lead_to_files(checkout: Path, name: str) -> None:
    """Every relative link is a file or folder of the project."""
    page = checkout / name
    targets = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


def test_ci_reads_the_test_command_out_of_the_readme(checkout: Path) -> None:
    """.ci/run finds exactly the README's command, so that it is what CI runs."""
    script = (checkout / ".ci" / "run").read_text(encoding="utf-8")
    function = re.search(r"^readme_command\(\).*?^}", script, re.MULTILINE | re.DOTALL)
    assert function is not None
    found = subprocess.run(
        ["bash", "-c", f"{function[0]}\nreadme_command tests"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert found.stdout == commands(checkout / "README.md")["tests"]
