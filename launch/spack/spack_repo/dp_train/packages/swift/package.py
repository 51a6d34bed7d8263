import re

from spack_repo.builtin.build_systems.generic import Package

from spack.package import *


class Swift(Package):
    """Swift's compiler and package manager. Spack does not build it: install it from
    https://www.swift.org/install/ and run `spack external find --not-buildable swift`."""

    homepage = "https://www.swift.org"
    has_code = False

    license("Apache-2.0")

    for release in ["6.0", "6.1", "6.2", "6.3"]:
        version(release)

    executables = ["^swift$"]

    @classmethod
    def determine_version(cls, exe):
        output = Executable(exe)("--version", output=str, error=str, fail_on_error=False)
        match = re.search(r"Swift version (\d+\.\d+(?:\.\d+)?)", output)
        return match.group(1) if match else None

    def install(self, spec, prefix):
        raise InstallError(
            "Spack does not build Swift: install it from https://www.swift.org/install/ and run "
            "`spack external find --not-buildable swift`"
        )
