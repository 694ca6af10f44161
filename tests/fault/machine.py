"""A Pumasi in a temporary directory that a fault test may ill-treat: its database, its functions, its processes.

TEST_SERVER is lighttpd (default) or nginx, VARIANT the build, sanitize unless said otherwise.
"""

import contextlib
import fcntl
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
VARIANT = os.environ.get("VARIANT", "sanitize")
SERVER = os.environ.get("TEST_SERVER", "lighttpd")
BUILD = ROOT / "build" / VARIANT
PASSWORD = "correct horse battery staple 9"
_numbers = itertools.count(1)


def wait_for(condition, seconds=10, what="it"):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.01)


class Machine:
    """A directory with configuration and a migrated database; nothing runs yet. Use as a context."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-fault-"))
        self.database = self.directory / "pumasi.db"
        self.config = self.directory / "pumasi.conf"
        self.maildir = self.directory / "mail"
        (self.directory / "log").mkdir()
        # Below the ports that the kernel gives to clients, which would take it meanwhile.
        self.port = random.randrange(20000, 32000)
        self.url = f"http://127.0.0.1:{self.port}"
        self.config.write_text(
            "registration = open\n"
            f"base_url = {self.url}\n"
            f"database = {self.database}\n"
            f"log = {self.directory}/log/pumasi.log\n"
            f"mail = maildir:{self.maildir}\n"
            "mail_delay = 0\n"
        )
        self.sessions = set()  # of the system's kind: each scripts/up has one of its own
        self.run(BUILD / "bin" / "pumasi", "migrate")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory, ignore_errors=True)

    def environment(self, **more):
        """Programs refuse settings that they do not know, so those of the tests' own stay out."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PUMASI_")}
        where = f"log_path={self.directory}/sanitizer"
        return {
            **clean,
            "PUMASI_CONFIG": str(self.config),
            "PUMASI_CHANGES_A_MINUTE": "60000",  # one person writes as fast as she can here
            "ASAN_OPTIONS": f"detect_leaks=1:{where}",
            "UBSAN_OPTIONS": f"print_stacktrace=1:{where}",
            **more,
        }

    def run(self, program, *arguments, text="", most_s=60, **environment):
        done = subprocess.run(
            [program, *arguments],
            input=text.encode(),
            capture_output=True,
            env=self.environment(**environment),
            timeout=most_s,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.returncode}\n{done.stdout.decode()}{done.stderr.decode()}")
        return done.stdout.decode()

    def cgi(self, function, method, path, body=None, **variables):
        """One request to a function as plain CGI: (status, head, body)."""
        data = b"" if body is None else json.dumps(body).encode()
        given = {
            "REQUEST_METHOD": method,
            "REQUEST_URI": path,
            "HTTP_ACCEPT": "application/json",
            "HTTP_ORIGIN": self.url,
            "CONTENT_LENGTH": str(len(data)),
            "REMOTE_ADDR": "127.0.0.1",
            **({"CONTENT_TYPE": "application/json"} if data else {}),
            **variables,
        }
        head, _, rest = self.run(BUILD / "functions" / function, text=data.decode(), **given).partition("\r\n\r\n")
        return int(re.match(r"Status: (\d+)", head).group(1)), head, rest

    def register(self, name="Hana"):
        """A new person: (id, value of a Cookie header)."""
        address = f"person{next(_numbers)}@example.org"
        status, head, body = self.cgi(
            "register", "POST", "/api/register", {"email": address, "name": name, "password": PASSWORD}
        )
        if status != 201:
            raise AssertionError(f"registering answered {status}: {body}")
        return json.loads(body)["user"]["id"], re.search(r"Set-Cookie: (session=[^;]+)", head).group(1)

    def connect(self):
        """The database as a neighbour's program opens it."""
        connection = sqlite3.connect(self.database, isolation_level=None, timeout=30)
        connection.row_factory = sqlite3.Row
        return connection

    def query(self, statement, *values):
        connection = self.connect()
        try:
            return connection.execute(statement, values).fetchall()
        finally:
            connection.close()

    def value(self, statement, *values):
        return self.query(statement, *values)[0][0]

    def damage(self):
        """What SQLite finds wrong with the file, its references and its index of words: []."""
        found = [row[0] for row in self.query("PRAGMA integrity_check") if row[0] != "ok"]
        found += [tuple(row) for row in self.query("PRAGMA foreign_key_check")]
        # Rank 1 compares the index with the texts that it was made of.
        self.query("INSERT INTO task_search (task_search, rank) VALUES ('integrity-check', 1)")
        return found

    def deaths(self):
        """What the log says of workers that did not end by themselves."""
        path = self.directory / "log" / "pumasi.log"
        return re.findall(r"worker \d+ (?:was ended|ended with status)[^\"]*", path.read_text()) if path.exists() else []

    def reports(self):
        """What sanitizers and assertions of any process had to say: ""."""
        found = [path.read_text(errors="replace") for path in self.directory.glob("sanitizer*")]
        for path in (self.directory / "log").iterdir():
            text = path.read_text(errors="replace")
            found += re.findall(r".*(?:Sanitizer|runtime error|Assertion .* failed).*", text)
        return "\n".join(found)


class Turn:
    """Holds the write turn: whoever wants to write waits."""

    def __init__(self, machine):
        self.file = open(f"{machine.database}-turn", "a", encoding="utf-8")

    def __enter__(self):
        fcntl.flock(self.file, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        self.file.close()


def turn_holder(machine):
    """Process id of who holds the write turn at this instant; None: nobody."""
    inode = os.stat(f"{machine.database}-turn").st_ino
    for line in pathlib.Path("/proc/locks").read_text().splitlines():
        # 1: FLOCK  ADVISORY  WRITE 1234 fe:01:5678 0 EOF; those who wait have "->" behind the number.
        words = line.split()
        if words[1] == "FLOCK" and words[5].rsplit(":", 1)[1] == str(inode):
            return int(words[4])
    return None


def own_processes(machine):
    """{process id: (parent, program)} of everything that runs for this machine, in whatever way it was left."""
    mark = f"PUMASI_CONFIG={machine.config}".encode()
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            _, parent, _, session = (entry / "stat").read_text().rsplit(")", 1)[1].split()[:4]
            # nginx writes its title over its environment.
            if int(session) not in machine.sessions and mark not in (entry / "environ").read_bytes().split(b"\0"):
                continue
            program = os.readlink(entry / "exe").removesuffix(" (deleted)")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        found[int(entry.name)] = (int(parent), program)
    return found


def workers(machine, function=None):
    """Process ids of workers: functions whose parent is the same function."""
    everything = own_processes(machine)
    return sorted(
        process
        for process, (parent, program) in everything.items()
        if pathlib.Path(program).parent.name == "functions"
        and function in (None, pathlib.Path(program).name)
        and everything.get(parent, (0, ""))[1] == program
    )


class Stack:
    """The whole of a machine, served by scripts/up. Use as a context inside the machine's."""

    def __init__(self, machine, server=SERVER):
        self.machine = machine
        # There is one mailer at a time: while this lock is held, the outbox holds still.
        self.mailer_lock = open(f"{machine.database}-mailer", "a", encoding="utf-8")
        fcntl.flock(self.mailer_lock, fcntl.LOCK_EX)
        with open(machine.directory / "log" / "up.out", "wb") as output:
            self.process = subprocess.Popen(
                # A shell in the background has its children ignore Ctrl-C.
                ["env", "--default-signal=INT", "scripts/up", "--dir", machine.directory, "--port", str(machine.port), "--server", server],
                cwd=ROOT,
                env=machine.environment(VARIANT=VARIANT),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        machine.sessions.add(self.process.pid)

    def output(self):
        return (self.machine.directory / "log" / "up.out").read_text(errors="replace")

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"scripts/up ended with {self.process.returncode}:\n{self.output()}")
        return "ready " in self.output()

    def __enter__(self):
        try:
            wait_for(self.is_ready, 300, "scripts/up")
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self):
        """SIGTERM, as an administrator's Ctrl-C; SIGKILL for what is left after 20 s is an error."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError("scripts/up did not end within 20 s of SIGTERM") from None
        finally:
            self.mailer_lock.close()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.mailer_lock.close()
        # What a failed promise left behind does not stay behind the test.
        for process in own_processes(self.machine):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def request(self, method, path, cookie, body=None, timeout=30):
        """(status, JSON of the answer or None); OSError or HTTPException where the line broke."""
        connection = http.client.HTTPConnection("127.0.0.1", self.machine.port, timeout=timeout)
        headers = {"Origin": self.machine.url, "Accept": "application/json", "Cookie": cookie}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
            is_json = (response.headers.get("Content-Type") or "").split(";")[0].endswith("json")
            return response.status, json.loads(text) if is_json else None
        finally:
            connection.close()
