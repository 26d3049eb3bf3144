"""Say whether a finished demo kept its promises: proven stages, time and memory. Called by .ci/run."""

import json
import sys
from pathlib import Path

PEAK_MIB = 2048


def broken(run: dict, seconds: float, allowed: float) -> list[str]:
    """Return one sentence per promise that was not kept."""
    stages = run["plan"]["stages"]
    found = [
        f"stage {stage['name']}: gap {stage['gap']}" for stage in stages if stage["gap"] is None or stage["gap"] > 0
    ]
    if not stages:
        found.append("no stage was solved")
    if seconds > allowed:
        found.append(f"took {seconds:.0f} s, allowed {allowed:.0f} s")
    if run["peak_memory_mib"] >= PEAK_MIB:
        found.append(f"peak memory {run['peak_memory_mib']:.0f} MiB, allowed {PEAK_MIB} MiB")
    return found


if __name__ == "__main__":
    path, seconds, allowed = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    run = json.loads(path.read_text(encoding="utf-8"))
    sentences = broken(run, seconds, allowed)
    print(f"{path}: {seconds:.0f} s, {run['peak_memory_mib']:.0f} MiB, {len(run['plan']['stages'])} stages")
    sys.exit("; ".join(sentences) if sentences else 0)
