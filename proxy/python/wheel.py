"""Puts the program into the wheel, and names the platforms on which it runs."""

import os
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Program(BuildHookInterface):
    def initialize(self, version, build_data):
        root = Path(self.root)
        programs = [program for program in (root / "nws", root / "nws.exe") if program.is_file()]
        if len(programs) != 1:
            raise SystemExit(f"{root} needs one program, nws or nws.exe: run `cargo xtask dist`")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ['NWS_PLATFORMS']}"
        build_data["shared_scripts"] = {str(program): program.name for program in programs}
        build_data["sbom_files"] = [str(file) for file in sorted(root.glob("*.cdx.json"))]
