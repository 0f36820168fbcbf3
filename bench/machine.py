"""What the scripts of this folder that take times share: the machine and the date, a command's peak memory, the launcher's runs."""

import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MEASURE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[2:]).returncode
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(status)
"""


def describe():
    """The machine and the date, for a table's caption."""
    cpu = platform.processor()
    if Path("/proc/cpuinfo").exists():
        cpu = next(iter(re.findall(r"model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text())), cpu)
    return {"date": datetime.date.today().isoformat(), "system": platform.platform(), "cpu": cpu,
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "load_before": os.getloadavg()[0]}


def measured(command):
    """Runs a command: {"seconds": wall time, "peak_mib": largest resident memory of its largest process}. Its errors are ours."""
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    with tempfile.NamedTemporaryFile("r") as note, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", MEASURE, note.name, *map(str, command)],
                              stdout=subprocess.DEVNULL, stderr=errors)
        seconds = time.perf_counter() - start
        if done.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(map(str, command))}\n{errors.read()[-2000:]}")
        return {"seconds": seconds, "peak_mib": int(note.read()) // scale}


def train(folder, name, sections):
    """Runs `oneword train` in a folder: (measured, path of metrics.jsonl)."""
    config = Path(folder) / f"{name}.yaml"
    sections = {**sections, "checkpoint": {"every": 0}, "run": {"root": str(folder), "name": name}}
    config.write_text(json.dumps(sections))
    return measured([ROOT / "oneword", "train", "--config", config]), Path(folder) / name / "metrics.jsonl"


def steps(path, untimed):
    """The steps of a metrics.jsonl, less the first ones."""
    rows = [json.loads(line) for line in Path(path).read_text().splitlines()]
    return [row for row in rows if "loss" in row][untimed:]


def build():
    """Lets the launcher build now, so that no measured run does."""
    subprocess.run([str(ROOT / "oneword"), "--version"], check=True, stdout=subprocess.DEVNULL)


def gemm_peak(precision):
    """GFLOP/s of matrix products here, by gemm_peak.py in a process of its own."""
    found = subprocess.run([sys.executable, str(ROOT / "bench/gemm_peak.py"), "--precision", precision],
                           check=True, stdout=subprocess.PIPE)
    return json.loads(found.stdout)[precision]["gflops"]
