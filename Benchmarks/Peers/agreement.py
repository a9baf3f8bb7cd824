# SPDX-License-Identifier: Apache-2.0
"""Whether both sides computed the same. What differs is said in a sentence; nothing is a good sign."""



def centred(values):
    """Logits up to the constant that a softmax does not see; TransformerLens centres its own."""
    mean = sum(values) / len(values)
    return [value - mean for value in values]


def difference(ours, theirs, scale=None):
    """The largest difference, relative to the largest value or to another scale."""
    if len(ours) != len(theirs):
        return float("inf")
    scale = scale or max(map(abs, theirs)) or 1
    return max(abs(a - b) for a, b in zip(ours, theirs)) / scale


def disagreements(ours, theirs, tolerance=1e-3):
    """Sentences on everything that differs. `ours` is the checks of Cajal, `theirs` of one variant."""
    found = []
    largest_gradient = max(
        (value[0] for name, value in theirs.items() if name.startswith("gradient.")), default=0
    )
    for name, value in theirs.items():
        if name == "names":
            continue
        if name not in ours:
            found.append(f"{name}: not there")
        elif name == "tokens":
            same = sum(a == b for a, b in zip(ours[name], value))
            if ours[name] != value:
                found.append(f"tokens: {same} of {len(value)} agree")
        elif name.startswith("gradient."):
            # The gradient of a bias of keys is zero but for rounding.
            if abs(ours[name][0] - value[0]) > tolerance * max(value[0], 0.01 * largest_gradient):
                found.append(f"{name}: length {ours[name][0]:.6g} against {value[0]:.6g}")
        else:
            a, b = ours[name], value
            if name == "logits" and len(a) == len(b):
                a, b = centred(a), centred(b)
            # Patches are told apart by what they change, not by what they leave.
            off = difference(a, b, max(b) - min(b) if name == "values" else None)
            if off > tolerance:
                found.append(f"{name}: off by {off:.2g} of the largest")
    if not any(name in ours for name in theirs):
        found.append("nothing was compared")
    return found
