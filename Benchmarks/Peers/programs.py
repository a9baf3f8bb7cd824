# SPDX-License-Identifier: Apache-2.0
"""The two sides of a comparison as processes that take turns: a line of JSON in, a line out."""

import json
import subprocess
import sys


class Lines:
    """A process that answers every line with a line of JSON."""

    def __init__(self, arguments, **options):
        self.arguments = arguments
        self.process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
        )

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(map(str, self.arguments))} ended with {self.process.wait()}")
        return json.loads(line)

    def ask(self, line):
        self.say(line)
        return self.hear()

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Cajal(Lines):
    """One measurement of ours; it has warmed up when it says that it is ready."""

    def __init__(self, program, arguments, threads):
        super().__init__([program, *arguments, "--threads", str(threads), "--lines"])
        assert self.hear() == {"ready": 1}

    def repeat(self):
        return self.ask("repeat")["seconds"]

    def finish(self):
        report = self.ask("finish")
        self.end()
        return report


class Peer(Lines):
    """All peers, in one process of Python that lives as long as the comparison."""

    def __init__(self, folder, threads):
        super().__init__([sys.executable, folder / "peer.py", str(threads)])

    def prepare(self, task, arguments):
        """Loads the task, does each variant once to warm up, and names them."""
        variants = self.ask(json.dumps({"prepare": task, "arguments": arguments}))["variants"]
        for variant in variants:
            self.repeat(variant)
        return variants

    def repeat(self, variant):
        return self.ask(json.dumps({"repeat": variant}))["seconds"]

    def checks(self, variant):
        return self.ask(json.dumps({"checks": variant}))["checks"]
