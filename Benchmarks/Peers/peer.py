# SPDX-License-Identifier: Apache-2.0
"""Does the peers' work on command, one line of JSON a command and an answer, so that importing and loading
do not count: {"prepare": task, "arguments": {…}}, {"repeat": variant}, {"checks": variant}."""

import json
import os
import sys
import time

os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch

from tasks import TASKS


def answer(command, state):
    if "prepare" in command:
        state.pop("task", None)
        task = TASKS[command["prepare"]](**command["arguments"])
        state["task"] = task
        return {"variants": list(task.variants)}
    if "repeat" in command:
        variant = command["repeat"]
        work = state["task"].perform(variant)
        start = time.perf_counter()
        result = work()
        seconds = time.perf_counter() - start
        state["task"].results[variant] = result
        return {"seconds": seconds}
    return {"checks": state["task"].checks(command["checks"])}


def main():
    # Libraries print what they like; only answers go to the driver.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    torch.set_num_threads(int(sys.argv[1]))
    state = {}
    for line in sys.stdin:
        found = answer(json.loads(line), state)
        print(json.dumps(found), file=out, flush=True)


main()
