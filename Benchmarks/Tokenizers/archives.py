# SPDX-License-Identifier: Apache-2.0
"""The packages that the mixed text is cut from, as archives that nobody installs."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

LIST = Path(__file__).parent / "corpus-sources.txt"

# Those whose source archive holds more than what is installed: documentation, tests in many encodings.
WITH_SOURCES = ("chardet", "django")


class Archives:
    """Names and bytes of files in packages. The packages are fetched into a folder where they are absent."""

    def __init__(self, folder):
        self.folder = Path(folder)
        names = [line.split("==")[0] for line in LIST.read_text().splitlines() if "==" in line]
        if any(self.find(name) is None for name in names):
            self.folder.mkdir(parents=True, exist_ok=True)
            print(f"fetching {len(names)} packages into {self.folder}", file=sys.stderr)
            subprocess.run(
                [
                    sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                    "--disable-pip-version-check", "--require-hashes", "--requirement", LIST,
                    "--no-binary", ",".join(WITH_SOURCES), "--dest", self.folder,
                ],
                check=True, stdout=sys.stderr,
            )
        self.opened = {}

    def find(self, package):
        found = sorted(self.folder.glob(f"{package}-*.whl")) + sorted(
            self.folder.glob(f"{package}-*.tar.gz")
        )
        return found[-1] if found else None

    def files(self, package):
        """{path: bytes} of all files of a package, the folder that names the version taken off."""
        if package not in self.opened:
            path = self.find(package)
            if path is None:
                sys.exit(f"{self.folder} has no {package}")
            read = self.read_sources if path.name.endswith(".tar.gz") else self.read_wheel
            self.opened[package] = dict(sorted(read(path)))
        return self.opened[package]

    @staticmethod
    def read_wheel(path):
        with zipfile.ZipFile(path) as archive:
            return [(name, archive.read(name)) for name in archive.namelist()]

    @staticmethod
    def read_sources(path):
        with tarfile.open(path) as archive:
            members = [member for member in archive if member.isfile()]
            return [
                (member.name.partition("/")[2], archive.extractfile(member).read())
                for member in members
            ]
