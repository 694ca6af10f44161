"""One Pumasi of its own in a temporary directory: people, tasks, runs of the mailer, and what came of them."""

import atexit
import contextlib
import email
import email.policy
import functools
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
VARIANT = os.environ.get("VARIANT", "sanitize")
BUILD = ROOT / "build" / VARIANT
# So many times longer may everything take that a test waits for: valgrind runs a program that much slower.
PATIENCE = 10 if VARIANT == "valgrind" else 1

PROGRAMS = ("bin/pumasi", "cron/mailer", "cron/reminder", "cron/bounce", "cron/janitor")


def _snapshot():
    """Copies of the programs, so that a build beside the tests does not take them away meanwhile."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-mail-programs-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return [pathlib.Path(shutil.copy(BUILD / name, directory)) for name in PROGRAMS]


PUMASI, MAILER, REMINDER, BOUNCE, JANITOR = _snapshot()


@functools.cache
def _empty_database():
    """One that `pumasi migrate` made, to be copied."""
    path = PUMASI.parent / "empty.db"
    environment = {"PUMASI_CONFIG": str(PUMASI.parent / "empty.conf"), "PUMASI_DATABASE": str(path)}
    pathlib.Path(environment["PUMASI_CONFIG"]).write_text("")
    subprocess.run([PUMASI, "migrate"], env={**os.environ, **environment}, check=True, capture_output=True)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nobody else has it open
    return path


HOST = "pumasi.example.org"
SENDER = "tasks@pumasi.example.org"


def parse(data):
    return email.message_from_bytes(data, policy=email.policy.default)


class Instance:
    """Use as a context, or with TestCase.enterContext / addCleanup(instance.close)."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-mail-"))
        self.path = self.directory / "pumasi.db"
        self.config = self.directory / "pumasi.conf"
        self.maildir = self.directory / "mail"
        self.settings = {}  # PUMASI_... of the mailer
        self.config.write_text(
            "registration = closed\n"
            f"base_url = https://{HOST}\n"
            f"database = {self.path}\n"
            f"mail = maildir:{self.maildir}\n"
            f"mail_from = {SENDER}\n"
            "mail_delay = 0\n"
        )
        shutil.copy(_empty_database(), self.path)
        shutil.copy(f"{_empty_database()}-keys", f"{self.path}-keys")
        self.db = sqlite3.connect(self.path, isolation_level=None, timeout=30)
        self.db.row_factory = sqlite3.Row

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.db.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    # ---- programs ----

    def environment(self, mail=None, delay=0):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PUMASI_")}
        environment["PUMASI_CONFIG"] = str(self.config)
        environment["PUMASI_MAIL_DELAY"] = str(delay)
        environment.update(self.settings)
        if mail:
            environment["PUMASI_MAIL"] = mail
        return environment

    def run(self, command, text=""):
        done = subprocess.run(command, input=text, env=self.environment(), capture_output=True, text=True, timeout=60 * PATIENCE)
        if done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def pumasi(self, *words, expected=0, says=None):
        """The administrator's command. What it printed; of one that is expected to fail, what it said is wrong."""
        done = subprocess.run([PUMASI, *map(str, words)], env=self.environment(), capture_output=True, text=True, timeout=120 * PATIENCE)
        if done.returncode != expected or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
            raise AssertionError(f"pumasi {words}: {done.returncode}\n{done.stdout}{done.stderr}")
        text = done.stderr if expected else done.stdout
        if says and says not in text:
            raise AssertionError(f"pumasi {words}: {says!r} is not in {text!r}")
        return text

    def listed(self, *words):
        """What a listing command prints as JSON."""
        return json.loads(self.pumasi(*words, "--json"))

    def count(self, table):
        return self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]

    def peak(self, *words):
        """KiB of memory that the command takes at most."""
        command = ["/usr/bin/env", "python3", "-c", "import resource, subprocess, sys\n"
                   "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
                   "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)", PUMASI, *map(str, words)]  # fmt: skip
        environment = {**self.environment(), "ASAN_OPTIONS": "quarantine_size_mb=1"}
        return int(subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=120 * PATIENCE).stdout)

    def start_mailer(self, mail=None, delay=0):
        return subprocess.Popen(
            [MAILER], env=self.environment(mail, delay), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def mailer(self, mail=None, delay=0, timeout=60):
        """Runs the mailer to its end; a sanitizer's finding is an error of the test. Returns its log."""
        process = self.start_mailer(mail, delay)
        try:
            _, log = process.communicate(timeout=timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            _, log = process.communicate()
            raise AssertionError(f"the mailer did not end within {timeout * PATIENCE} s:\n{log!r}") from None
        log = log.decode()  # whatever a server said, the log stays UTF-8
        if process.returncode != 0 or "Sanitizer" in log or "runtime error" in log:
            raise AssertionError(f"the mailer ended with {process.returncode}:\n{log}")
        return log

    def bounce(self, report=b"", expected=0):
        """A report as a mail server's pipe gives it; its log, if it ends as expected."""
        done = subprocess.run([BOUNCE], input=report, env=self.environment(), capture_output=True, timeout=60 * PATIENCE)
        log = done.stderr.decode()
        if done.returncode != expected or "Sanitizer" in log or "runtime error" in log:
            raise AssertionError(f"bounce ended with {done.returncode}:\n{log}")
        return log

    def reminder(self):
        self.run([REMINDER])

    def janitor(self):
        self.run([JANITOR])

    # ---- people and tasks ----

    def person(self, address, name, language="en"):
        self.run([PUMASI, "user", "add", "--email", address, "--name", name, "--language", language], "long password\n")
        return self.db.execute('SELECT id FROM "user" WHERE email = ?', (address,)).fetchone()[0]

    def people(self, count):
        """Many at once, without the cost of a password each: they only get mail."""
        self.db.execute("BEGIN")
        ids = []
        for i in range(count):
            address = f"reader{i}@example.org"
            row = self.db.execute(
                'INSERT INTO "user" (email, email_key, name) VALUES (?, ?, ?)', (address, address, f"Reader {i}")
            )
            ids.append(row.lastrowid)
        self.db.execute("COMMIT")
        return ids

    def act(self, who, *statements):
        """Statements (with their values) in one transaction, as the server does them for this person."""
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute("UPDATE actor SET user_id = ?", (who,))
        last = None
        for statement, *values in statements:
            last = self.db.execute(statement, values).lastrowid
        self.db.execute("UPDATE actor SET user_id = NULL")
        self.db.execute("COMMIT")
        return last

    def task(self, creator, title, assignee=None, **fields):
        fields = {"title": title, "creator_id": creator, "assignee_id": assignee, **fields}
        marks = ", ".join("?" * len(fields))
        return self.act(creator, (f"INSERT INTO task ({', '.join(fields)}) VALUES ({marks})", *fields.values()))

    def change(self, who, task, **fields):
        sets = ", ".join(f"{field} = ?" for field in fields)
        self.act(who, (f"UPDATE task SET {sets} WHERE id = ?", *fields.values(), task))

    def comment(self, who, task, body):
        self.act(who, ("INSERT INTO comment (task_id, author_id, body) VALUES (?, ?, ?)", task, who, body))

    def by_hand(self, *statements):
        """Changes to the log that its triggers forbid."""
        triggers = self.db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'").fetchall()
        self.db.execute("BEGIN IMMEDIATE")
        for name, _ in triggers:
            self.db.execute(f"DROP TRIGGER {name}")
        for statement, *values in statements:
            self.db.execute(statement, values)
        for _, sql in triggers:
            self.db.execute(sql)
        self.db.execute("COMMIT")

    def age(self, days):
        """As if all that is in the log had happened, and was planned, so many days earlier."""
        self.by_hand(
            ("UPDATE event SET at = at - ? * 86400", days),
            ("UPDATE delivery SET opened_at = opened_at - ? * 86400", days),
        )

    def repeat_last_event(self, times):
        """The last event of the log, so many times more; none of them waits in the outbox."""
        self.by_hand((
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
            "INSERT INTO event (at, type, actor_id, task_id, is_visible, detail) "
            "SELECT at, type, actor_id, task_id, is_visible, detail FROM n, event "
            "WHERE id = (SELECT max(id) FROM event)", times))  # fmt: skip

    def forget(self):
        """What happened so far is not mailed."""
        self.db.execute("DELETE FROM outbox")

    # ---- what came of it ----

    def rows(self):
        return [
            dict(row)
            for row in self.db.execute(
                'SELECT delivery.*, email FROM delivery JOIN "user" ON "user".id = user_id ORDER BY delivery.id'
            )
        ]

    def row(self):
        rows = self.rows()
        if len(rows) != 1:
            raise AssertionError(f"one delivery was expected: {rows}")
        return rows[0]

    def states(self):
        return {row["email"]: row["state"] for row in self.rows()}

    def make_due(self):
        """Instead of waiting for a lease or a retry to come due."""
        self.db.execute("UPDATE delivery SET next_at = unixepoch() - 1 WHERE state IN ('pending', 'leased', 'retry')")

    def mails(self, directory=None):
        new = pathlib.Path(directory or self.maildir) / "new"
        return [path.read_bytes() for path in sorted(new.iterdir())] if new.exists() else []


def part(message, kind):
    """The text of one form, with plain newlines."""
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def wait_for(condition, seconds=10):
    """The first true value of condition(); None when the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    return None
