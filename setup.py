"""The packages, computed from the folders; everything else about the distribution stands in pyproject.toml.

pyproject.toml alone cannot do this: its `packages.find` knows no folders to be renamed, and a list written by hand
works in an editable install and silently leaves a forgotten sub-package out of the wheel.
"""

from setuptools import find_namespace_packages, setup

ROOTS = ("domain", "flows", "storage", "host", "features")


def packages() -> list[str]:
    """Every folder below the five roots, as `registratura.<root>[.<sub-folder>…]`."""
    found = list(ROOTS) + [
        f"{root}.{sub}" for root in ROOTS for sub in find_namespace_packages(root, exclude=["*__pycache__*"])
    ]
    return sorted(f"registratura.{name}" for name in found)


if __name__ == "__main__":
    setup(packages=packages(), package_dir={f"registratura.{root}": root for root in ROOTS})
