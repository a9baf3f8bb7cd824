# SPDX-License-Identifier: Apache-2.0
"""Measurements as rows of one table."""


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.3g} ms"


def verdict(value, target, at_least=True):
    """Whether a number reaches its target, else by how much it misses."""
    if target is None:
        return ""
    if value >= target if at_least else value <= target:
        return "met"
    return f"missed by {abs(value / target - 1) * 100:.0f} %"


def row(title, ours, label, theirs, ratio, target, met):
    return [title, ours, label, theirs, ratio, target, met]


HEADER = ["measurement", "Cajal", "beside", "there", "ratio", "target", ""]


def rows(measurement, report, times):
    """The rows of a measurement: report is ours, times are the best of each variant of the peers."""
    best = report["seconds"]
    found = []
    for target in measurement.targets:
        variant, theirs = min(
            ((name, time) for name, time in times.items() if name.startswith(target.variants)),
            key=lambda pair: pair[1],
        )
        ratio = theirs / best
        wanted = "" if target.ratio is None else f"≥ {target.ratio}"
        found.append(
            row(
                measurement.title, seconds(best), variant, seconds(theirs), f"{ratio:.2f}", wanted,
                verdict(ratio, target.ratio),
            )
        )
    if report.get("shareOfProductRate"):
        share = report["shareOfProductRate"]
        target = measurement.product_share
        found.append(
            row(
                measurement.title, f"{report['operationsPerSecond'] / 1e9:.0f} GF/s",
                "product 2048 × 3072 × 768", f"{report['productRate'] / 1e9:.0f} GF/s",
                f"{share * 100:.0f} %", f"≥ {target * 100:.0f} %" if target else "",
                verdict(share, target),
            )
        )
    if report.get("shareOfBandwidth"):
        made = report["sizes"].get("made")
        speed = f", {made / best:.0f} tokens/s" if made else ""
        found.append(
            row(
                measurement.title, f"{report['bytesPerSecond'] / 1e9:.1f} GB/s{speed}",
                "sum over 1 GB of memory", f"{report['bandwidth'] / 1e9:.1f} GB/s",
                f"{report['shareOfBandwidth'] * 100:.0f} %", "", "",
            )
        )
    memory = report.get("memory")
    if memory and memory.get("peak") and measurement.memory_excess is not None:
        needed = memory["weights"] + memory["recorded"]
        excess = memory["peak"] / needed - 1
        found.append(
            row(
                measurement.title, f"{memory['peak'] / 1e6:.0f} MB at most",
                "weights and recorded sites", f"{needed / 1e6:.0f} MB", f"{1 + excess:.2f}",
                f"≤ {1 + measurement.memory_excess:.2f}",
                verdict(1 + excess, 1 + measurement.memory_excess, at_least=False),
            )
        )
    return found


def start_rows(help_seconds, load, read):
    """The rows on starting: `cajal --help`, and loading beside reading."""
    limit = 0.3
    over = load - read - limit
    return [
        row("cajal --help", seconds(help_seconds), "", "", "", "< 30 ms",
            verdict(help_seconds, 0.030, at_least=False)),
        row("load of 498 MB", seconds(load), "one warm read of the file", seconds(read),
            f"+ {seconds(max(load - read, 0))}", "+ ≤ 300 ms",
            "met" if over <= 0 else f"missed by {seconds(over)}"),
    ]


def markdown(rows):
    lines = [HEADER, ["---"] * len(HEADER)] + rows
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def text(rows, header=True):
    """Columns aligned; a title that repeats the one above is left out."""
    lines = [HEADER] * header + [list(line) for line in rows]
    if not lines:
        return ""
    for index in range(len(lines) - 1, 0, -1):
        if lines[index][0] == lines[index - 1][0]:
            lines[index][0] = ""
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines
    ) + "\n"
