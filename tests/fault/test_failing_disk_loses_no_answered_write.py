"""A disk that is full or fails: no 2xx for what is not kept, nothing kept by half, and all well again afterwards."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import unittest

from fastcgi_client import Function
from machine import BUILD, Machine, wait_for, workers

DESCRIPTION = "four hundred bytes " * 21


class Disk(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(Machine())
        _, self.cookie = self.machine.register()
        self.stored = []

    def create(self, function, number):
        """The status; a title that was answered 201 is remembered."""
        title = f"task {number}"
        reply = function.ask("POST", "/api/tasks", self.cookie, {"title": title, "description": DESCRIPTION})
        if reply.status == 201:
            self.stored.append(title)
        return reply.status

    def assert_all_there(self, maybe=()):
        """What was answered is there, whole; of what was not answered at most `maybe`."""
        found = [row["title"] for row in self.machine.query("SELECT title FROM task ORDER BY id")]
        self.assertEqual(self.stored, [title for title in found if title not in maybe])
        self.assertEqual(len(found), self.machine.value("SELECT count(*) FROM event WHERE type = 'task.created'"))
        self.assertEqual(len(found), self.machine.value("SELECT count(*) FROM outbox"))
        self.assertEqual([], self.machine.damage())


class FullDisk(Disk):
    """Full means here: no file of a worker may grow any more."""

    def limit(self, size):
        for worker in self.pool:
            resource.prlimit(worker, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def test_answers_500_until_there_is_room_again(self):
        # A write past the limit fails then as on a full disk, instead of ending the process.
        ignoring = ("env", "--ignore-signal=XFSZ")
        with Function(self.machine, "task-create", ignoring) as function:
            function.fill(2)
            self.pool = [function.process.pid, *workers(self.machine)]  # and whoever comes from the first of them
            for number in range(10):
                self.assertEqual(201, self.create(function, number))
            self.limit(os.stat(f"{self.machine.database}-wal").st_size + 10_000)
            statuses = [self.create(function, number) for number in range(10, 40)]
            self.assertEqual(500, statuses[-1], "the disk is full")
            self.assertLessEqual(set(statuses), {201, 500, 503})
            self.assert_all_there()
            self.limit(resource.RLIM_INFINITY)
            for number in range(40, 50):
                self.assertEqual(201, self.create(function, number), "there is room again")
            self.assertEqual([], self.machine.deaths())
            function.process.send_signal(signal.SIGTERM)
            self.assertEqual(0, function.process.wait(10))
        self.assert_all_there()
        log = (self.machine.directory / "log" / "pumasi.log").read_text()
        self.assertIn('"level":"error"', log, "the administrator is told")
        self.assertEqual("", self.machine.reports())


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class FailingSync(Disk):
    """Each fourth fsync or fdatasync of a worker fails."""

    def test_a_commit_that_was_not_synced_is_not_answered_2xx(self):
        journal = self.machine.directory / "strace.out"
        tracing = ("strace", "-f", "-qq", "-o", journal, "-e", "trace=fsync,fdatasync")
        failing = ("-e", "inject=fsync,fdatasync:error=EIO:when=4+4")
        # Leaks cannot be looked for while strace is looking.
        options = {"ASAN_OPTIONS": f"detect_leaks=0:log_path={self.machine.directory}/sanitizer"}
        with Function(self.machine, "task-create", (*tracing, *failing), **options) as function:
            statuses = [self.create(function, number) for number in range(40)]
            self.assertIn(500, statuses)
            self.assertIn(201, statuses)
            self.assertLessEqual(set(statuses), {201, 500})
            failures = journal.read_text().count("INJECTED")
            self.assertEqual(failures, statuses.count(500), "each failed sync failed one request")
            self.assert_all_there()
            os.killpg(function.process.pid, signal.SIGKILL)
            function.process.wait()
        wait_for(lambda: not workers(self.machine), 5, "the end of the workers")
        # A fresh process reads the same; but where the very last write failed in its sync, SQLite's log holds it whole,
        # and a process that finds the log after a crash takes it up.
        self.assert_all_there(maybe=["task 39"] if statuses[39] == 500 else [])
        self.assertEqual("", self.machine.reports())


class MissingDatabase(Disk):
    def test_is_answered_503_with_retry_after_and_found_again(self):
        aside = pathlib.Path(f"{self.machine.database}.aside")
        self.machine.database.rename(aside)
        with Function(self.machine, "task-create") as function:
            reply = function.ask("POST", "/api/tasks", self.cookie, {"title": "nowhere"})
            self.assertEqual(503, reply.status, reply)
            self.assertIn(b"\r\nRetry-After: ", reply.output)
            self.assertNotIn(str(self.machine.directory).encode(), reply.output, "no path of ours in an answer")
            self.assertFalse(self.machine.database.exists(), "no empty database is made instead")
            aside.rename(self.machine.database)
            wait_for(lambda: self.create(function, 1) == 201, 5, "the database")
        self.assert_all_there()

    def test_a_file_that_is_no_database_is_refused_and_left_alone(self):
        aside = pathlib.Path(f"{self.machine.database}.aside")
        for path in self.machine.directory.glob("pumasi.db*"):
            if path.suffix != ".aside":
                path.rename(f"{path}.aside")
        self.machine.database.write_bytes(b"a letter to my grandmother\n" * 200)
        before = self.machine.database.read_bytes()
        with Function(self.machine, "health") as function:
            self.assertEqual(503, function.ask("GET", "/api/health", self.cookie).status)
        done = subprocess.run(
            [BUILD / "bin" / "pumasi", "migrate"], env=self.machine.environment(), capture_output=True, check=False
        )
        self.assertNotEqual(0, done.returncode)
        self.assertEqual(before, self.machine.database.read_bytes())
        self.assertTrue(aside.exists())


if __name__ == "__main__":
    unittest.main()
