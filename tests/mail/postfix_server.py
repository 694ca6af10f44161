"""A Postfix of the test's own: nothing of /etc/postfix or of a service of the system is touched."""

import os
import pathlib
import pwd
import random
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time

from bench import wait_for

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

MAIN = """\
compatibility_level = 3.6
config_directory = {top}/etc
queue_directory = {top}/queue
data_directory = {top}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
maillog_file = {top}/log
maillog_file_prefixes = {top}
alternate_config_directories =
multi_instance_enable = no
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
default_transport = error:nothing leaves this machine
relay_domains =
virtual_mailbox_domains = example.org
virtual_mailbox_base = {top}/boxes
virtual_mailbox_maps = texthash:{top}/etc/boxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = localhost
smtpd_sasl_security_options = noanonymous
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_helo_required = yes
smtpd_forbid_bare_newline = yes
smtpd_forbid_unauth_pipelining = yes
disable_vrfy_command = yes
strict_rfc821_envelopes = yes
"""


def free_port():
    while True:
        port = random.randint(20001, 32000)
        try:
            socket.create_server(("127.0.0.1", port)).close()
            return port
        except OSError:
            continue


class Postfix:
    """`password` is that of "user"; mails to example.org stand in a maildir, `mails()`. `extra`: more lines of main.cf."""

    def __init__(self, certificate, key, password, extra=""):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-postfix-"))
        self.top.chmod(0o755)
        self.port = free_port()
        self.master = None
        try:
            self._configure(certificate, key, password, extra)
            self._start()
        except BaseException:
            self.close()
            raise

    def _configure(self, certificate, key, password, extra):
        owner = pwd.getpwnam("postfix")
        for name in ("etc", "queue", "data", "boxes", "etc/sasl"):
            (self.top / name).mkdir()
        for name in ("data", "boxes"):
            os.chown(self.top / name, owner.pw_uid, owner.pw_gid)
        for path, name in ((certificate, "server.pem"), (key, "server.key")):
            shutil.copy(path, self.top / "etc" / name)
        etc = self.top / "etc"
        (etc / "boxes").write_text("@example.org box/\n")
        (etc / "master.cf").write_text(MASTER.format(port=self.port))
        (etc / "main.cf").write_text(
            MAIN.format(
                top=self.top, uid=owner.pw_uid, gid=owner.pw_gid, certificate=etc / "server.pem", key=etc / "server.key"
            )
            + extra
        )
        base = etc / "sasl" / "users"
        (etc / "sasl" / "smtpd.conf").write_text(
            f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {base}\nmech_list: PLAIN LOGIN\n"
        )
        subprocess.run(
            ["saslpasswd2", "-f", base, "-c", "-p", "-u", "localhost", "user"],
            input=password, text=True, check=True, capture_output=True, timeout=20,
        )  # fmt: skip
        os.chown(base, owner.pw_uid, owner.pw_gid)

    def _start(self):
        done = subprocess.run(
            ["/usr/sbin/postfix", "-c", self.top / "etc", "start"], capture_output=True, text=True, timeout=30
        )
        if done.returncode != 0 or not wait_for(self._answers):
            raise AssertionError(f"Postfix does not start:\n{done.stdout}{done.stderr}{self.log()}")

    def _answers(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except (OSError, smtplib.SMTPException):
            return False

    def close(self):
        # The process that holds the lock of our own queue, and nobody else's.
        try:
            master = int((self.top / "queue" / "pid" / "master.pid").read_text())
            os.kill(master, signal.SIGTERM)
            wait_for(lambda: not pathlib.Path(f"/proc/{master}").exists())
        except (OSError, ValueError):
            pass
        shutil.rmtree(self.top, ignore_errors=True)

    def log(self):
        path = self.top / "log"
        return path.read_text() if path.exists() else ""

    def mails(self, at_least=0, seconds=10):
        """The mailbox, once it has so many mails and the queue is empty."""
        box = self.top / "boxes" / "box" / "new"
        wait_for(lambda: box.exists() and len(list(box.iterdir())) >= at_least and not self.queued(), seconds)
        return [path.read_bytes() for path in sorted(box.iterdir())] if box.exists() else []

    def queued(self):
        queue = self.top / "queue"
        return [path for name in ("incoming", "active", "deferred") for path in (queue / name).rglob("*") if path.is_file()]

    def empty(self):
        time.sleep(0.05)
        for path in (self.top / "boxes").rglob("*"):
            if path.is_file():
                path.unlink()
