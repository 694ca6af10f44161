"""scripts/deploy to a host (sshd on this machine) where people work meanwhile: no request fails, nothing that was answered is lost,
and a release that is broken goes back by itself."""

import contextlib
import getpass
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from machine import PASSWORD, ROOT, wait_for

BEFORE = "before"
REQUESTS_A_SECOND, THREADS = 200, 8
# What the release after has of its own; the rest of it is the release before, which works beside a schema that only adds.
CHANGED = ("functions/task-create", "functions/task-list", "functions/health", "bin/pumasi", "cron/mailer")
MIGRATION = "ALTER TABLE task ADD COLUMN effort INTEGER NOT NULL DEFAULT 0;\n"
# A function that starts, and answers in the rehearsal; as a service it says nothing, and heeds nothing.
MUTE = """#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
int main(void) {
    if (getenv("FUNCTION_TRIAL") || getenv("REQUEST_METHOD"))
        return execl("REAL", "REAL", (char *)0);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    for (;;)
        pause();
}
"""
_shared = {}


def make(directory, *words):
    done = subprocess.run(
        ["flock", "build/.lock", "make", "--no-print-directory", "-s", "-j2", *words], cwd=directory, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise AssertionError(done.stdout[-2000:] + done.stderr[-2000:])


def setUpModule():
    """Three releases: this one; one with a migration more, that adds; and one, of few functions, with one that takes away."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-releases-"))
    unittest.addModuleCleanup(shutil.rmtree, directory)
    make(ROOT, "VARIANT=release", "all")
    before = directory / "before"
    make(ROOT, "VARIANT=release", "install", f"DESTDIR={before}", "PREFIX=")
    tree = directory / "tree"
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in [*names.split("\n")[:-1], "build/generated", "build/gateway", "build/www"]:
        if not (ROOT / name).exists():
            continue
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy2)(ROOT / name, tree / name)
    number = len(list((ROOT / "db/sqlite").glob("[0-9]*.sql"))) + 1
    (tree / f"db/sqlite/{number:04}-effort.sql").write_text(MIGRATION)
    make(tree, "VARIANT=plain", *(f"build/plain/{name}" for name in CHANGED))
    after = directory / "after"
    shutil.copytree(before, after, symlinks=True)
    for name in CHANGED:
        there = after / (name if name.startswith("bin/") else f"lib/pumasi/{name}")
        there.unlink()
        shutil.copy2(tree / "build/plain" / name, there)
    (tree / f"db/sqlite/{number:04}-effort.sql").unlink()
    (tree / f"db/sqlite/{number:04}-contract-effort.sql").write_text(MIGRATION)
    make(tree, "VARIANT=plain", *(f"build/plain/{name}" for name in CHANGED))
    contract = directory / "contract"
    for name in CHANGED:
        there = contract / (name if name.startswith("bin/") else f"lib/pumasi/{name}")
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(tree / "build/plain" / name, there)
    shutil.copytree(before / "share", contract / "share")
    shutil.copy2(before / "bin/pumasi-serve", contract / "bin/pumasi-serve")
    for name in ("switch", "idle"):
        shutil.copy2(before / "lib/pumasi" / name, contract / "lib/pumasi" / name)
    (contract / "share/pumasi/routes").write_text("GET /api/tasks task-list\nGET /api/health health\n")
    _shared.update(before=before, after=after, contract=contract, schema=number)


class Host:
    """Another machine, as far as scripts/deploy can tell: reached by ssh, with a root of its own. Use as a context."""

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-host-"))
        self.root, self.database = self.directory / "root", self.directory / "pumasi.db"
        self.current = self.root / "current"
        self.children = []
        self.ports = random.sample(range(20000, 32000), 2)
        self.port, self.url = self.ports[0], f"http://127.0.0.1:{self.ports[0]}"
        for name in ("root", "run", "log", "mail"):
            (self.directory / name).mkdir()
        self.config = self.directory / "pumasi.conf"
        self.config.write_text(
            f"registration = open\nbase_url = {self.url}\ndatabase = {self.database}\nlog = {self.directory}/log/pumasi.log\n"
            f"mail = maildir:{self.directory}/mail\nmail_delay = 0\nchanges_a_minute = 60000\n"
        )
        (self.root / "deploy.conf").write_text(
            f"server=lighttpd host=127.0.0.1 port={self.port} run={self.directory}/run config={self.config} log={self.directory}/log\n"
        )
        self.listen()
        return self

    def __exit__(self, *_):
        for child in reversed(self.children):
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        shutil.rmtree(self.directory, ignore_errors=True)

    def start(self, *words):
        with open(self.directory / "log" / "children.log", "ab") as log:
            child = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True, env=self.environment())
        self.children.append(child)
        return child

    def environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PUMASI_")}
        return {**clean, "PUMASI_CONFIG": str(self.config)}

    def listen(self):
        for name in ("host", "own"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.directory / name], check=True)
        shutil.copy(self.directory / "own.pub", self.directory / "authorized")
        with contextlib.suppress(PermissionError):
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        (self.directory / "sshd.conf").write_text(
            f"Port {self.ports[1]}\nListenAddress 127.0.0.1\nHostKey {self.directory}/host\nAuthorizedKeysFile {self.directory}/authorized\n"
            f"StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n"
        )
        self.start("/usr/sbin/sshd", "-D", "-e", "-f", str(self.directory / "sshd.conf"))
        self.ssh = f"ssh -i {self.directory}/own -p {self.ports[1]} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
        wait_for(
            lambda: subprocess.run([*self.ssh.split(), f"{getpass.getuser()}@127.0.0.1", "true"], capture_output=True, check=False).returncode == 0,
            20,
            "sshd",
        )

    def deploy(self, tree, name, *options):
        """(exit status, what was said, seconds)"""
        tarball = self.directory / "release.tar.gz"
        subprocess.run(["tar", "-C", tree, "-czf", tarball, "."], check=True)
        begin = time.monotonic()
        done = subprocess.run(
            [ROOT / "scripts/deploy", "--root", self.root, "--release", tarball, "--name", name, *options, f"{getpass.getuser()}@127.0.0.1"],
            env={**self.environment(), "DEPLOY_SSH": self.ssh},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr, time.monotonic() - begin

    def serve(self):
        """What an administrator starts once: the functions' supervisor and the web server."""
        functions = self.current / "lib/pumasi/functions"
        self.start(str(self.current / "bin/pumasi-serve"), str(functions), str(self.directory / "run"))
        for function in functions.iterdir():
            wait_for((self.directory / "run" / f"{function.name}.sock").exists, 20, function.name)
        self.start("lighttpd", "-D", "-f", str(self.root / "lighttpd.conf"))
        wait_for(lambda: self.get("/api/health") == 200, 20, "the web server")

    def get(self, path):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", path)
            with contextlib.closing(connection), connection.getresponse() as response:
                return response.status
        return None

    def pumasi(self, *words, text=""):
        done = subprocess.run([self.current / "bin/pumasi", *words], input=text, env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout

    def sign_in(self, address):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = json.dumps({"email": address, "password": PASSWORD})
        connection.request("POST", "/api/login", body, {"Content-Type": "application/json", "Origin": self.url, "Accept": "application/json"})
        with contextlib.closing(connection), connection.getresponse() as response:
            return re.search(r"session=[^;]+", response.headers["Set-Cookie"])[0]

    def ask(self, statement):
        return subprocess.run(["sqlite3", "-readonly", self.database, statement], check=True, capture_output=True, text=True).stdout.split("\n")[:-1]

    def serving(self):
        return os.readlink(self.current).rpartition("/")[2]


class Load:
    """People who read and write, so many times a second in all, each answer noted. Use as a context."""

    def __init__(self, host, cookie, assignee):
        self.host, self.cookie, self.assignee = host, cookie, assignee
        self.failed, self.kept, self.answered = [], [], 0
        self.numbers, self.lock, self.is_over = itertools.count(), threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(place,), daemon=True) for place in range(THREADS)]

    def work(self, place):
        connection = http.client.HTTPConnection("127.0.0.1", self.host.port, timeout=30)
        headers = {"Cookie": self.cookie, "Origin": self.host.url, "Accept": "application/json", "Content-Type": "application/json"}
        due = time.monotonic() + place / REQUESTS_A_SECOND
        while not self.is_over.is_set():
            time.sleep(max(0, due - time.monotonic()))
            due = max(due + THREADS / REQUESTS_A_SECOND, time.monotonic() - 1)
            number = next(self.numbers)
            is_write = number % 4 == 0
            try:
                if is_write:
                    connection.request("POST", "/api/tasks", json.dumps({"title": f"Task {number}", "assignee_id": self.assignee}), headers)
                else:
                    connection.request("GET", "/api/tasks?limit=5", headers=headers)
                response = connection.getresponse()
                response.read()
                status = response.status
            except (OSError, http.client.HTTPException) as error:
                status = repr(error)
                connection.close()
            with self.lock:
                self.answered += 1
                if status != (201 if is_write else 200):
                    self.failed.append((number, status))
                elif is_write:
                    self.kept.append(f"Task {number}")
        connection.close()

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        wait_for(lambda: self.answered > 100, 20, "work")
        self.begin = time.monotonic()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join(40)
        self.rate = self.answered / (time.monotonic() - self.begin)


class Deploy(unittest.TestCase):
    def setUp(self):
        self.host = self.enterContext(Host())
        status, said, _ = self.host.deploy(_shared["before"], BEFORE)
        self.assertEqual(0, status, said)
        self.host.serve()
        for address in ("admin@example.org", "hana@example.org"):
            self.host.pumasi("user", "add", "--email", address, "--name", address[:4], *(["--admin"] * (address[0] == "a")), text=PASSWORD + "\n")
        self.cookie = self.host.sign_in("admin@example.org")

    def broken(self, name):
        """A release to spoil."""
        tree = self.host.directory / "broken"
        shutil.rmtree(tree, ignore_errors=True)
        shutil.copytree(_shared["before"], tree, copy_function=os.link)
        path = tree / name
        path.unlink(missing_ok=True)
        return tree, path

    def assert_nothing_lost(self, load):
        self.assertEqual([], load.failed[:5])
        self.assertGreater(load.rate, REQUESTS_A_SECOND * 0.6, "requests a second")
        there = self.host.ask("SELECT title FROM task")
        self.assertEqual([], sorted(set(load.kept) - set(there))[:5], "answered, and not there")
        self.assertEqual(len(there), len(set(there)))
        subprocess.run([self.host.current / "lib/pumasi/cron/mailer"], env=self.host.environment(), check=True)
        mails = (path.read_text(errors="replace") for path in (self.host.directory / "mail/new").iterdir())
        told = sum("To: " in mail and "hana@example.org" in mail for mail in mails)
        self.assertEqual(len(there), told, "mails of so many tasks")

    def test_releases_follow_each_other_while_people_work(self):
        host = self.host
        with Load(host, self.cookie, 2) as load:
            for tree, name in ((_shared["after"], "after"), (_shared["before"], "and-back"), (_shared["after"], "again")):
                status, said, _ = host.deploy(tree, name, "--keep", "2")
                self.assertEqual(0, status, said)
                self.assertEqual(name, host.serving())
                subprocess.run([host.current / "lib/pumasi/cron/mailer"], env=host.environment(), check=True)
        print(f"{load.answered} requests, {load.rate:.0f} a second, {len(load.kept)} writes, 3 releases")
        self.assert_nothing_lost(load)
        self.assertEqual(["0"], host.ask("SELECT DISTINCT effort FROM task"))
        self.assertEqual({"and-back", "again"}, {path.name for path in (host.root / "releases").iterdir()})
        self.assertEqual({200}, {host.get("/"), host.get("/api/health")})

    def test_a_release_that_cannot_work_changes_nothing(self):
        host = self.host
        tree, program = self.broken("lib/pumasi/functions/task-list")
        shutil.copy("/bin/false", program)
        with Load(host, self.cookie, 2) as load:
            status, said, _ = host.deploy(tree, "no-list")
            self.assertEqual((1, BEFORE), (status, host.serving()), said)
            self.assertRegex(said, f"task-list answered: nothing(.|\n)*{BEFORE} goes on, as it was")
        self.assert_nothing_lost(load)

    def test_a_release_that_fails_when_it_serves_goes_back_by_itself(self):
        host = self.host
        tree, program = self.broken("lib/pumasi/functions/health")
        real = _shared["before"] / "lib/pumasi/functions/health"
        source = self.host.directory / "mute.c"
        source.write_text(MUTE.replace("REAL", str(real)))
        subprocess.run(["gcc", "-o", program, source], check=True)
        with Load(host, self.cookie, 2) as load:
            status, said, seconds = host.deploy(tree, "mute")
            self.assertEqual((1, BEFORE), (status, host.serving()), said)
            self.assertIn(f"back to {BEFORE}", said)
            self.assertLess(seconds, 30, said)
        self.assertEqual(200, host.get("/api/health"))
        self.assert_nothing_lost(load)

    def test_a_schema_that_the_release_before_cannot_share_comes_in_only_when_told(self):
        host = self.host
        status, said, _ = host.deploy(_shared["contract"], "quietly")
        self.assertEqual((1, BEFORE), (status, host.serving()), said)
        self.assertIn("Say so with --contract", said)
        self.assertEqual([], host.ask("SELECT 1 FROM pragma_table_info('task') WHERE name = 'effort'"))
        # One that does not prove healthy is taken back with its schema, as nothing was changed meanwhile.
        tree = host.directory / "unhealthy"
        shutil.copytree(_shared["contract"], tree)
        (tree / "share/pumasi/routes").write_text("GET /api/session session\n")
        status, said, _ = host.deploy(tree, "unhealthy", "--contract")
        self.assertEqual((1, BEFORE), (status, host.serving()), said)
        self.assertEqual([], host.ask("SELECT 1 FROM pragma_table_info('task') WHERE name = 'effort'"))
        self.assertEqual(["admi"], host.ask('SELECT name FROM "user" WHERE id = 1'))
        status, said, _ = host.deploy(_shared["contract"], "told", "--contract")
        self.assertEqual((0, "told"), (status, host.serving()), said)
        self.assertEqual(200, host.get("/api/health"))


if __name__ == "__main__":
    unittest.main()
