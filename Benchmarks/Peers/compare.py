# SPDX-License-Identifier: Apache-2.0
"""Measures Cajal beside its peers, taking turns, and prints one table of ratios. Started by dev/peers."""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

from agreement import disagreements
from measurements import MEASUREMENTS
from programs import Cajal, Peer
from table import markdown, rows, start_rows, text

HERE = Path(__file__).parent


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line for line in lines if line.startswith("model name"))
        return name.split(":")[1].strip()
    except (OSError, StopIteration):
        return platform.processor()


def surroundings(arguments):
    """Where and when this was measured."""
    git = ["git", "-C", str(HERE), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, capture_output=True, text=True).stdout.strip() or "unknown"
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("torch", "transformers", "transformer-lens")
    )
    return (
        f"{processor()}, {os.cpu_count()} cores, {arguments.threads} threads; commit {commit}, "
        f"{datetime.date.today()}; {versions}; best of {arguments.rounds}, taking turns."
    )


def compare(measurement, arguments, peer):
    """Our report, the times of every variant of the peers, and what disagrees."""
    ours = list(measurement.ours)
    model = str(arguments.models / measurement.model) if measurement.model else None
    if model:
        ours.insert(1, model)
    variants = []
    if measurement.task:
        settings = dict(measurement.arguments, **({"model": model} if model else {}))
        variants = peer.prepare(measurement.task, settings)
    cajal = Cajal(arguments.measure, ours, arguments.threads)
    times = {variant: [] for variant in variants}
    for _ in range(arguments.rounds):
        cajal.repeat()
        for variant in variants:
            times[variant].append(peer.repeat(variant))
        for limit in measurement.beside:
            cajal.ask(limit)
    report = cajal.finish()
    found = []
    for variant in variants:
        theirs = peer.checks(variant)
        found += [f"{variant}: {what}" for what in disagreements(report["checks"], theirs)]
        found += unrecorded(variant, theirs.get("names"), report)
    return report, times, found


def unrecorded(variant, names, report):
    """Whatever TransformerLens keeps we keep too."""
    missing = sorted(set(names or ()) - set(report["recorded"]))
    return [f"{variant}: Cajal does not record {name}" for name in missing]


def help_seconds(program, rounds):
    best = float("inf")
    for _ in range(rounds + 1):
        start = time.perf_counter()
        subprocess.run([program, "--help"], stdout=subprocess.DEVNULL, check=True)
        best = min(best, time.perf_counter() - start)
    return best


def main():
    parser = argparse.ArgumentParser(prog="dev/peers")
    parser.add_argument("--measure", required=True, help="the program cajal-measure")
    parser.add_argument("--cajal", required=True, help="the program cajal")
    parser.add_argument("--models", required=True, type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--markdown", type=Path, help="write the table there too")
    parser.add_argument("--json", type=Path, help="write all numbers there too")
    arguments = parser.parse_args()
    chosen = [m for m in MEASUREMENTS if not arguments.only or m.name in arguments.only.split(",")]
    if not chosen:
        parser.error("--only knows " + ", ".join(m.name for m in MEASUREMENTS))

    peer = Peer(HERE, arguments.threads)
    table, numbers, wrong = [], {}, []
    for measurement in chosen:
        print(f"measuring {measurement.name} …", file=sys.stderr)
        report, times, found = compare(measurement, arguments, peer)
        wrong += [f"{measurement.name}: {what}" for what in found]
        best = {variant: min(values) for variant, values in times.items()}
        found_rows = rows(measurement, report, best)
        # Who breaks off has what was measured until then.
        print(text(found_rows, header=False), end="", file=sys.stderr)
        table += found_rows
        del report["checks"], report["recorded"]
        numbers[measurement.name] = {"cajal": report, "peers": times, "disagreements": found}
    peer.end()
    if {"load", "read"} <= numbers.keys():
        table += start_rows(
            help_seconds(arguments.cajal, arguments.rounds),
            *(numbers[name]["cajal"]["seconds"] for name in ("load", "read")),
        )
    print(text(table) + "\n" + surroundings(arguments))
    if arguments.markdown:
        arguments.markdown.write_text(markdown(table) + "\n" + surroundings(arguments) + "\n")
    if arguments.json:
        whole = {"surroundings": surroundings(arguments), "measurements": numbers}
        arguments.json.write_text(json.dumps(whole, indent=1) + "\n")
    for what in wrong:
        print("disagreement: " + what, file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
