"""Days on which the machine itself is wrong: a clock that jumps, a database that cannot be written, a page that is damaged. What was
answered stays, what cannot be done is said, nothing is made worse."""

import json
import os
import pathlib
import re
import subprocess
import unittest
from unittest import mock

import machine as machines
from machine import PASSWORD, ROOT, Machine

# Tells a program that it is CLOCK_OFFSET seconds later.
CLOCK = """#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) { const char *text = getenv("CLOCK_OFFSET"); return text ? atol(text) : 0; }
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now->tv_sec += offset();
    return result;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec fine;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &fine);
    now->tv_sec = fine.tv_sec;
    now->tv_usec = fine.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *there) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (there)
        *there = now.tv_sec;
    return now.tv_sec;
}
"""
DAY_S = 86400


class BadDay(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(Machine())
        self.person, self.cookie = self.machine.register()

    def ask(self, function, method, path, body=None, **more):
        """(status, JSON of the answer)"""
        status, _, text = self.machine.cgi(function, method, path, body, HTTP_COOKIE=self.cookie, **more)
        return status, json.loads(text) if text else None

    def create(self, title, **more):
        return self.ask("task-create", "POST", "/api/tasks", {"title": title, **({"assignee_id": more.pop("to")} if "to" in more else {})}, **more)[0]

    def titles(self, **more):
        status, body = self.ask("task-list", "GET", "/api/tasks?sort=created&order=asc", **more)
        self.assertEqual(200, status)
        return [task["title"] for task in body["tasks"]]

    def pumasi(self, *words):
        done = subprocess.run([machines.BUILD / "bin/pumasi", *map(str, words)], capture_output=True, text=True, env=self.machine.environment(), timeout=60, check=False)
        return done.returncode, done.stdout + done.stderr


class Clock(BadDay):
    """It jumps a day ahead, is put right, falls a day behind, and is put right again."""

    def setUp(self):
        # The sanitizers' clock is their own; it is the release that lives by another here.
        self.enterContext(mock.patch.object(machines, "BUILD", ROOT / "build/release"))
        super().setUp()
        source, self.clock = self.machine.directory / "clock.c", self.machine.directory / "clock.so"
        source.write_text(CLOCK)
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", self.clock, source], check=True)

    def at(self, days):
        return {"LD_PRELOAD": str(self.clock), "CLOCK_OFFSET": str(days * DAY_S)}

    def test_nothing_is_lost_and_every_mail_comes(self):
        machine = self.machine
        machine.run(machines.BUILD / "bin/pumasi", "user", "add", "--email", "told@example.org", "--name", "Told", text=PASSWORD + "\n")
        told = machine.value("SELECT id FROM \"user\" WHERE email = 'told@example.org'")
        titles = []
        for days in (0, 1, 0, -1, 0):
            titles.append(f"Task of day {days}, number {len(titles)}")
            self.assertEqual(201, self.create(titles[-1], to=told, **self.at(days)))
            machine.run(machines.BUILD / "cron/mailer", **self.at(days))
            self.assertEqual(titles, [row["title"] for row in machine.query("SELECT title FROM task ORDER BY id")])
            self.assertEqual(sorted(titles), sorted(self.titles(**self.at(days))), "people stay signed in and see all of it")
        days = {row[0] for row in machine.query("SELECT DISTINCT at / 86400 FROM event WHERE type = 'task.created'")}
        self.assertGreaterEqual(len(days), 3, "the clock did jump")
        machine.run(machines.BUILD / "cron/mailer")
        mails = [path.read_text(errors="replace") for path in (machine.maildir / "new").iterdir()]
        mails = [re.search(r"number (\d)", mail)[1] for mail in mails if "number " in mail]
        self.assertEqual(sorted(str(number) for number in range(5)), sorted(mails))
        self.assertEqual([], machine.damage())

    def test_the_doctor_says_so(self):
        self.assertEqual(201, self.create("of tomorrow", **self.at(1)))
        status, said = self.pumasi("doctor")
        self.assertEqual(1, status)
        self.assertIn("behind the log by", said)


class ReadOnly(BadDay):
    """The files may not be written any more: whoever runs the functions has lost the right, or the disk is mounted so."""

    def setUp(self):
        super().setUp()
        self.assertEqual(201, self.create("kept"))

    def as_nobody(self, function, method, path, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        variables = self.machine.environment(
            REQUEST_METHOD=method, REQUEST_URI=path, HTTP_ACCEPT="application/json", HTTP_ORIGIN=self.machine.url, HTTP_COOKIE=self.cookie,
            CONTENT_LENGTH=str(len(data)), CONTENT_TYPE="application/json", REMOTE_ADDR="127.0.0.1", PUMASI_LOG="", ASAN_OPTIONS="detect_leaks=0",
        )  # fmt: skip
        done = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", machines.BUILD / "functions" / function],
            input=data, capture_output=True, env=variables, timeout=60, check=False,
        )  # fmt: skip
        head, _, rest = done.stdout.decode().partition("\r\n\r\n")
        return int(re.match(r"Status: (\d+)", head)[1]), json.loads(rest), done.stderr.decode()

    @unittest.skipUnless(os.getuid() == 0, "only root can run a function as somebody else")
    def test_writing_is_refused_in_words_and_nothing_is_lost(self):
        # All of it can be read by anybody, and written by nobody but us.
        for path in (self.machine.directory, *self.machine.directory.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        status, body, said = self.as_nobody("task-create", "POST", "/api/tasks", {"title": "not to be kept"})
        self.assertEqual(503, status)
        self.assertIn("title", body)
        self.assertRegex(said, "(?i)(permission denied|readonly|read-only|unable to open)")
        self.assertEqual(["kept"], [row["title"] for row in self.machine.query("SELECT title FROM task")])
        self.assertEqual([], self.machine.damage())
        self.assertEqual(201, self.create("after"))


class DamagedPage(BadDay):
    """Some pages of the file are overwritten."""

    def setUp(self):
        super().setUp()
        for number in range(3):
            self.assertEqual(201, self.create(f"Task {number}"))
        connection = self.machine.connect()
        connection.executemany(
            "INSERT INTO comment (task_id, author_id, body) VALUES (1, ?, ?)", [(self.person, "long " * 100 + str(number)) for number in range(1000)]
        )
        connection.close()
        self.good = self.machine.directory / "good.db"
        self.assertEqual(0, self.pumasi("backup", self.good)[0])
        connection = self.machine.connect()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'comment'").fetchone()
        connection.close()
        with open(self.machine.database, "r+b") as file:
            file.seek((root - 1) * 4096)
            file.write(b"\xa5" * 4096)

    def test_what_is_whole_is_served_the_rest_is_an_error_and_a_backup_brings_it_back(self):
        self.assertEqual({"Task 0", "Task 1", "Task 2"}, set(self.titles()))
        status, body = self.ask("comment-create", "POST", "/api/tasks/1/comments", {"body": "onto a damaged page"})
        self.assertIn(status, (500, 503))
        self.assertNotIn("malformed", json.dumps(body), "what the engine says is for the log")
        log = "".join(path.read_text() for path in (self.machine.directory / "log").iterdir())
        self.assertIn("malformed", log)
        before = pathlib.Path(self.good).read_bytes()
        status, said = self.pumasi("backup", self.machine.directory / "bad.db")
        self.assertEqual(1, status, said)
        self.assertIn("damaged", said)
        self.assertFalse((self.machine.directory / "bad.db").exists())
        self.assertEqual(before, pathlib.Path(self.good).read_bytes())
        status, said = self.pumasi("doctor", "--thorough")
        self.assertEqual(1, status)
        self.assertIn("pumasi restore", said)
        status, said = self.pumasi("restore", self.good, "--replace")
        self.assertEqual(0, status, said)
        self.assertEqual(1000, self.machine.value("SELECT count(*) FROM comment"))
        self.assertEqual([], self.machine.damage())


if __name__ == "__main__":
    unittest.main()
