"""
An OpenSMTPD of the test's own. Debian's package conflicts with Postfix, so it is not installed: it is fetched once into
build/packages and unpacked beside the test, and what it has at fixed places (its users, its spool, its helpers) it finds
in a mount namespace that nobody else sees.

It comes from Debian's backports: the one of Debian 12 itself, 6.8.0p2, cannot do TLS with OpenSSL 3
(github.com/OpenSMTPD/OpenSMTPD/issues/1171).
"""

import os
import pathlib
import re
import shutil
import smtplib
import subprocess
import tempfile

from bench import ROOT, wait_for
from postfix_server import free_port

CACHE = ROOT / "build" / "packages"
USERS = {"opensmtpd": 64001, "opensmtpq": 64002, "opensmtpbox": 64003}

CONFIGURATION = """\
pki localhost cert "{top}/etc/server.pem"
pki localhost key "{top}/etc/server.key"
table passwords file:{top}/etc/passwords
table boxes {{ "@example.org" = "opensmtpbox" }}
listen on 127.0.0.1 port {port} tls-require pki localhost auth <passwords>
action "box" maildir "{top}/box" virtual <boxes>
match auth from any for domain "example.org" action "box"
"""

# In its own namespace: the places where it looks.
START = """\
set -e
mount --bind {top}/etc/passwd /etc/passwd
mount --bind {top}/etc/group /etc/group
for place in /run /var/spool /var/lib /usr/libexec; do mount -t tmpfs -o mode=755 tmpfs $place; done
mkdir -p /var/lib/opensmtpd/empty
mkdir -m 711 /var/spool/smtpd
cp -a {top}/root/usr/libexec/opensmtpd /usr/libexec/
exec {top}/root/usr/sbin/smtpd -d -v -f {top}/etc/smtpd.conf
"""


class Missing(Exception):
    """It cannot run here; the text says why."""


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, **options)


def source():
    """The line of Debian's backports, from where this machine has its other packages."""
    found = run("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian",
                "Codename: bookworm").stdout.split()  # fmt: skip
    if not found:
        raise Missing("opensmtpd cannot be downloaded: apt knows no source of Debian 12; run apt-get update")
    return f"deb {found[0]} bookworm-backports main\n"


def fetch():
    """The path of the package, downloaded once; apt checks its signature."""
    CACHE.mkdir(parents=True, exist_ok=True)
    found = sorted(CACHE.glob("opensmtpd_*.deb"))
    if found:
        return found[-1]
    with tempfile.TemporaryDirectory(prefix="pumasi-apt-") as top:
        for name in ("lists/partial", "cache/archives/partial"):
            (pathlib.Path(top) / name).mkdir(parents=True)
        options = (
            f"Dir::Etc::sourcelist={top}/sources.list", "Dir::Etc::sourceparts=-", f"Dir::State::lists={top}/lists",
            f"Dir::Cache={top}/cache", "APT::Sandbox::User=root",
        )  # fmt: skip
        apt = ["apt-get", *(piece for option in options for piece in ("-o", option))]
        try:
            (pathlib.Path(top) / "sources.list").write_text(source())
            run(*apt, "update")
            run(*apt, "download", "opensmtpd", cwd=CACHE)
        except (OSError, subprocess.SubprocessError) as error:
            raise Missing(f"opensmtpd cannot be downloaded: {getattr(error, 'stderr', error)}") from None
    found = sorted(CACHE.glob("opensmtpd_*.deb"))
    if not found:
        raise Missing("apt-get downloaded no opensmtpd")
    return found[-1]


class OpenSmtpd:
    """`password` is that of "user"; mails to example.org stand in a maildir, `mails()`. Raises Missing."""

    def __init__(self, certificate, key, password):
        if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
            raise Missing("OpenSMTPD needs root and mount namespaces")
        package = fetch()
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-opensmtpd-"))
        self.port = free_port()
        self.process = None
        try:
            self._configure(package, certificate, key, password)
            self._start()
        except BaseException:
            self.close()
            raise

    def _configure(self, package, certificate, key, password):
        top = self.top
        top.chmod(0o755)
        for name in ("etc", "box", "root"):
            (top / name).mkdir()
        os.chown(top / "box", USERS["opensmtpbox"], USERS["opensmtpbox"])
        run("dpkg-deb", "-x", package, top / "root")
        missing = re.findall(r"\S+ => not found", run("ldd", top / "root/usr/sbin/smtpd").stdout)
        if missing:
            raise Missing(f"OpenSMTPD lacks {', '.join(missing)}")
        users = "".join(f"{name}:x:{uid}:{uid}::{top}:/bin/false\n" for name, uid in USERS.items())
        groups = "".join(f"{name}:x:{uid}:\n" for name, uid in USERS.items())
        (top / "etc" / "passwd").write_text(pathlib.Path("/etc/passwd").read_text() + users)
        (top / "etc" / "group").write_text(pathlib.Path("/etc/group").read_text() + groups)
        digest = run("openssl", "passwd", "-6", "-stdin", input=password).stdout.strip()
        (top / "etc" / "passwords").write_text(f"user\t{digest}\n")
        (top / "etc" / "smtpd.conf").write_text(CONFIGURATION.format(top=top, port=self.port))
        for path, name in ((certificate, "server.pem"), (key, "server.key")):
            shutil.copy(path, top / "etc" / name)
            (top / "etc" / name).chmod(0o600)

    def _start(self):
        # --kill-child: nothing of it outlives the process that is ended in close().
        with (self.top / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
                 "sh", "-c", START.format(top=self.top)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        if not wait_for(self._answers):
            raise AssertionError(f"OpenSMTPD does not start:\n{self.log()}")

    def _answers(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except (OSError, smtplib.SMTPException):
            return False

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.top, ignore_errors=True)

    def log(self):
        path = self.top / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def mails(self, at_least=0, seconds=10):
        """The mailbox, once it has so many mails."""
        box = self.top / "box" / "new"
        wait_for(lambda: box.exists() and len(list(box.iterdir())) >= at_least, seconds)
        return [path.read_bytes() for path in sorted(box.iterdir())] if box.exists() else []

    def empty(self):
        for path in (self.top / "box").rglob("*"):
            if path.is_file():
                path.unlink()
