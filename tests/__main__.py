"""`python3 -m tests`: installs what the tests need, then runs them with the given arguments.

Browser tests need Chromium (its shell without windows is twice as fast), PDFs need Pango and the
Noto fonts: on Debian they are installed when this user may. Elsewhere the tests that need them are
skipped and say why.
"""

import os
import shutil
import subprocess
import sys

if sys.version_info < (3, 11):  # noqa: UP036  said before any newer syntax is parsed
    sys.exit("The tests need Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))

from matchmaker.bootstrap import Checkout, hand_over, say

# One worker a core; more than four only wait for each other's servers and browsers. The tests of
# a file stay together, in their order, so that what they share is made once (distributing.py: of
# a whole room sometimes). Files start in the order of their names. Arguments typed later win:
# `-n 0` runs everything in one process.
WORKERS = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
PACKAGES = ("chromium-headless-shell", "libpango-1.0-0", "libpangoft2-1.0-0", "fonts-noto-core")
INSTEAD = {"chromium-headless-shell": "chromium"}  # where apt-get knows no such package


def missing_packages() -> list[str]:
    """Those of PACKAGES that Debian's package database does not list as installed.

    Where apt-get knows no such package, what stands in for it is enough.
    """
    missing = [name for name in PACKAGES if not _is_installed(name)]
    return [name for name in missing if not _stands_in(name) or _is_known(name)]


def _stands_in(name: str) -> bool:
    """Whether something is installed that serves instead."""
    return name in INSTEAD and _is_installed(INSTEAD[name])


def _is_installed(name: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Status}", name], capture_output=True, text=True
    )
    return asked.returncode == 0 and asked.stdout == "install ok installed"


def administrator() -> list[str] | None:
    """How to act as root here: [] as root, sudo without a password, or None."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and not subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode
    ):
        return ["sudo", "-n"]
    return None


def install_packages(names: list[str]) -> str:
    """Install system packages; returns why not, or nothing."""
    if shutil.which("apt-get") is None:
        return "this system has no apt-get"
    prefix = administrator()
    if prefix is None:
        return "only root may install them (try: sudo apt-get install " + " ".join(names) + ")"
    say(f"Installing system packages (a minute or two): {', '.join(names)}")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet=2"]
    apt += ["--option", "DPkg::Lock::Timeout=300"]  # another installation may be under way
    if failed := _step(apt, "update"):
        return failed
    known = [each if _is_known(each) else INSTEAD.get(each, each) for each in names]
    return _step(apt, "install", "--yes", "--no-install-recommends", *known)


def _is_known(name: str) -> bool:
    if shutil.which("apt-cache") is None:
        return False
    asked = ["apt-cache", "show", "--no-all-versions", name]
    return not subprocess.run(asked, capture_output=True).returncode


def _step(apt: list[str], *step: str) -> str:
    """Why this step of apt-get failed, or nothing."""
    done = subprocess.run([*apt, *step], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if not done.returncode:
        return ""
    return f"apt-get {step[0]} failed: {(done.stderr or done.stdout).strip()[-400:]}"


def prepare_system() -> None:
    missing = missing_packages()
    reason = install_packages(missing) if missing else ""
    lacking = [name for name in missing if not _stands_in(name)]
    if reason and lacking:
        say(f"Not installed: {', '.join(lacking)}: {reason}. Tests that need it are skipped.")


def main() -> None:
    checkout = Checkout.here()
    checkout.install("test")
    prepare_system()
    # Where Python is told to keep nothing it has compiled, every worker would compile all tests
    # again, and every process that a test starts all of ours.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # `-m pytest` puts the checkout on the path, where the plugin is found.
    pytest = [str(checkout.python), "-m", "pytest", "-p", "tests.no_skips"]
    hand_over([*pytest, *WORKERS, *sys.argv[1:]])


if __name__ == "__main__":
    main()
