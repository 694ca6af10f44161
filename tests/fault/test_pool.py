"""Workers of a function: they come when requests wait, grow with the queue, leave when idle, and are followed without a refused
request."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

from fastcgi_client import Function
from machine import BUILD, Machine, Turn, wait_for, workers

IDLE_S = 10


class Pool(unittest.TestCase):
    def setUp(self):
        self.machine = self.enterContext(Machine())
        _, self.cookie = self.machine.register()

    def create(self, function, title="Flyers"):
        return function.ask("POST", "/api/tasks", self.cookie, {"title": title}).status

    def several(self, count, ask):
        """So many at once, each in a thread of its own; (threads, their answers once they are joined)."""
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(ask())) for _ in range(count)]
        for thread in threads:
            thread.start()
        return threads, answers

    def log(self):
        return (self.machine.directory / "log" / "pumasi.log").read_text()


class OnDemand(Pool):
    def test_none_then_one_then_as_many_as_wait_then_none(self):
        with Function(self.machine, "task-create") as function:
            time.sleep(0.5)
            self.assertEqual([], workers(self.machine), "nobody asked yet")
            self.assertEqual(201, self.create(function))
            for _ in range(20):
                self.assertEqual(201, self.create(function))
            self.assertLessEqual(1, len(workers(self.machine)))
            with Turn(self.machine):  # now each holds its worker
                threads, answers = self.several(6, lambda: self.create(function))
                wait_for(lambda: len(workers(self.machine)) == 2, 5, "the second worker")
                time.sleep(0.3)
                self.assertEqual(2, len(workers(self.machine)), "the function's limit")
            for thread in threads:
                thread.join(20)
            self.assertEqual([201] * 6, answers)
            wait_for(lambda: not workers(self.machine), IDLE_S + 10, "rest")
            self.assertIsNone(function.process.poll())
            self.assertEqual(201, self.create(function), "and again")
        self.assertEqual("", self.machine.reports())

    def test_leaving_on_request_finishes_what_runs(self):
        with Function(self.machine, "task-create") as function:
            self.assertEqual(201, self.create(function))
            with Turn(self.machine):
                threads, answers = self.several(1, lambda: self.create(function))
                wait_for(lambda: self.is_waiting_for_turn(), 5, "the write")
                function.process.send_signal(signal.SIGTERM)
                time.sleep(0.3)
                self.assertIsNone(function.process.poll(), "a request runs")
            self.assertEqual(0, function.process.wait(10))
            threads[0].join(5)
            self.assertEqual([201], answers)

    def is_waiting_for_turn(self):
        return any("->" in line and "FLOCK" in line for line in pathlib.Path("/proc/locks").read_text().splitlines())

    def test_the_socket_of_systemd(self):
        """sd_listen_fds(3): the third descriptor, and variables that say so."""
        path = str(self.machine.directory / "activated.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(8)
            # The process id is known to the process only: a shell names its own and becomes the function.
            start = f'exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec "{BUILD}/functions/health"'
            process = subprocess.Popen(["sh", "-c", start], stdin=listener, env=self.machine.environment(), start_new_session=True)
            try:
                function = Function.__new__(Function)
                function.machine, function.path = self.machine, path
                self.assertEqual(200, function.ask("GET", "/api/health", "").status)
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def test_what_the_starter_left_open_is_closed(self):
        with open("/dev/null", "rb") as stray:
            os.set_inheritable(stray.fileno(), True)
            function = Function.__new__(Function)
            function.machine, function.path = self.machine, str(self.machine.directory / "task-create.sock")
            function.socket = socket.socket(socket.AF_UNIX)
            function.socket.bind(function.path)
            function.socket.listen(8)
            function.process = subprocess.Popen([BUILD / "functions" / "task-create"], stdin=function.socket, close_fds=False,
                                                env=self.machine.environment(), start_new_session=True)  # fmt: skip
            with function:
                self.assertEqual(201, self.create(function))
                for process in (function.process.pid, *workers(self.machine)):
                    links = [os.readlink(link) for link in pathlib.Path(f"/proc/{process}/fd").iterdir() if int(link.name) > 2]
                    self.assertNotIn("/dev/null", links)


class Idle(Pool):
    """A function that nobody asks for is a small program that waits for it, in the same process."""

    def is_idle(self, function):
        return os.readlink(f"/proc/{function.process.pid}/exe") == str(BUILD / "idle")

    def wait_until_idle(self, function):
        wait_for(lambda: self.is_idle(function), IDLE_S + 10, "the idle program")

    def test_it_comes_back_with_the_next_request_and_goes_again(self):
        with Function(self.machine, "task-create") as function:
            for _ in range(2):
                self.wait_until_idle(function)
                self.assertEqual([], workers(self.machine))
                lines = pathlib.Path(f"/proc/{function.process.pid}/smaps_rollup").read_text().splitlines()
                memory = next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
                self.assertLess(memory, 100, "KiB of its own")
                threads, answers = self.several(8, lambda: self.create(function))
                for thread in threads:
                    thread.join(20)
                self.assertEqual([201] * 8, answers)
                self.assertFalse(self.is_idle(function))
        self.assertEqual("", self.machine.reports())

    def test_it_ends_when_asked_and_lets_a_new_release_be_announced(self):
        with Function(self.machine, "task-create") as function:
            self.wait_until_idle(function)
            function.process.send_signal(signal.SIGHUP)
            self.assertEqual(201, self.create(function))
            self.wait_until_idle(function)
            function.process.send_signal(signal.SIGTERM)
            self.assertEqual(-signal.SIGTERM, function.process.wait(5))

    def test_settings_that_cannot_be_read_make_it_wait_not_end(self):
        with Function(self.machine, "task-create") as function:
            self.wait_until_idle(function)
            settings = self.machine.config.read_text()
            self.machine.config.write_text(settings + "nonsense = 1\n")
            threads, answers = self.several(1, lambda: self.create(function))
            time.sleep(1.5)
            self.assertEqual([], answers)
            self.machine.config.write_text(settings)
            threads[0].join(10)
            self.assertEqual([201], answers)

    def test_without_the_small_program_it_stays_what_it_is(self):
        alone = self.machine.directory / "functions" / "task-create"
        alone.parent.mkdir()
        shutil.copy(BUILD / "functions" / "task-create", alone)
        with Function(self.machine, alone) as function:
            time.sleep(4)
            self.assertIsNone(function.process.poll())
            self.assertEqual(str(alone), os.readlink(f"/proc/{function.process.pid}/exe"))
            self.assertEqual(201, self.create(function))


class Renewal(Pool):
    """SIGHUP: the program as it lies there now, under the same process and on the same socket."""

    def setUp(self):
        super().setUp()
        self.program = self.machine.directory / "functions" / "task-create"
        self.program.parent.mkdir()
        self.put(BUILD / "functions" / "task-create")
        self.function = Function.__new__(Function)
        self.function.machine, self.function.path = self.machine, str(self.machine.directory / "task-create.sock")
        self.function.socket = socket.socket(socket.AF_UNIX)
        self.function.socket.bind(self.function.path)
        self.function.socket.listen(64)
        self.function.process = subprocess.Popen([self.program], stdin=self.function.socket, env=self.machine.environment(),
                                                 start_new_session=True)  # fmt: skip
        self.enterContext(self.function)

    def put(self, source):
        """As a package does: a new file takes the name."""
        new = self.program.with_name("new")
        shutil.copy(source, new)
        new.rename(self.program)

    def inodes(self):
        found = set()
        for process in (self.function.process.pid, *workers(self.machine)):
            with contextlib.suppress(FileNotFoundError):  # it has ended meanwhile
                found.add(os.stat(f"/proc/{process}/exe").st_ino)
        return found

    def test_no_request_is_refused_while_releases_follow_each_other(self):
        is_over = threading.Event()
        statuses = []

        def ask():
            while not is_over.is_set():
                statuses.append(self.create(self.function))

        threads, _ = self.several(3, ask)
        wait_for(lambda: statuses, 10, "the first answer")
        for _ in range(4):
            before = self.inodes()
            self.put(BUILD / "functions" / "task-create")
            self.function.process.send_signal(signal.SIGHUP)
            wait_for(lambda: self.inodes().isdisjoint(before), 10, "the new program")
        is_over.set()
        for thread in threads:
            thread.join(20)
        self.assertEqual({201}, set(statuses))
        self.assertGreater(len(statuses), 20)
        self.assertEqual(len(statuses), self.machine.value("SELECT count(*) FROM task"))
        self.assertIsNone(self.function.process.poll())

    def test_a_program_or_settings_that_cannot_start_leave_the_old_one(self):
        self.assertEqual(201, self.create(self.function))
        settings = self.machine.config.read_text()
        for spoil in (lambda: self.machine.config.write_text(settings + "nonsense = 1\n"), lambda: self.put("/bin/false")):
            spoil()
            before = self.log().count("the old one stays")
            self.function.process.send_signal(signal.SIGHUP)
            wait_for(lambda: self.log().count("the old one stays") > before, 10, "a line in the log")
            self.machine.config.write_text(settings)
            self.assertEqual(201, self.create(self.function))

    def test_new_settings_come_in(self):
        self.assertEqual(201, self.create(self.function))
        self.machine.config.write_text(self.machine.config.read_text().replace("pumasi.log", "other.log"))
        self.function.process.send_signal(signal.SIGHUP)
        wait_for(lambda: (self.machine.directory / "log" / "other.log").exists(), 10, "the new log")
        self.assertEqual(201, self.create(self.function))


class CannotStart(Pool):
    def test_a_missing_database_is_503_with_a_reason_and_no_storm(self):
        aside = self.machine.directory / "aside.db"
        self.machine.database.rename(aside)
        with Function(self.machine, "task-create") as function:
            seen = set()
            end = time.monotonic() + 3
            while time.monotonic() < end:
                self.assertEqual(503, self.create(function))
                seen.update(workers(self.machine))
            self.assertLess(len(seen), 10, "processes")
            lines = [json.loads(line)["message"] for line in self.log().splitlines()]
            said = [line for line in lines if "run `pumasi migrate` to make it" in line]
            self.assertTrue(said)
            self.assertLess(len(said), 10)
            aside.rename(self.machine.database)
            wait_for(lambda: self.create(function) == 201, 5, "the database")

    def test_workers_that_die_before_they_serve_are_started_ever_more_seldom(self):
        with Function(self.machine, "task-create") as function:
            is_over = threading.Event()
            killed = set()

            def kill():
                while not is_over.is_set():
                    for worker in workers(self.machine):
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(worker, signal.SIGSTOP)  # before it can serve
                            os.kill(worker, signal.SIGKILL)
                        killed.add(worker)

            killer = threading.Thread(target=kill)
            killer.start()
            [asker], answers = self.several(1, lambda: self.create(function))
            time.sleep(4)
            is_over.set()
            killer.join()
            asker.join(20)
            # 0.1 + 0.2 + 0.4 + 0.8 + 1.6 s: at the sixth the time is over. One may serve before it is caught.
            self.assertLess(len(killed), 12)
            self.assertEqual(1, len(answers), "nobody waits for ever")
            wait_for(lambda: self.create(function) == 201, 10, "a worker")


if __name__ == "__main__":
    unittest.main()
