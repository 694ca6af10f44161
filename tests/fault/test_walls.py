"""A function changed on purpose to do what none may is stopped: by the database's guard, by the kernel, by its limits."""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from fastcgi_client import Function, begin, params, stdin
from machine import ROOT, Machine

BUILD = ROOT / "build" / "release"  # the sanitizers need calls that functions have no use for
LIBRARIES = "-lfcgi -lsqlite3 -ljson-c -largon2 -lseccomp -Wl,-Bstatic -lcrypto -lutf8proc -Wl,-Bdynamic".split()


class Walls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = pathlib.Path(tempfile.mkdtemp(prefix="pumasi-probe-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.program = cls.directory / "functions" / "health"
        cls.program.parent.mkdir()
        subprocess.run(["flock", "build/.lock", "make", "-s", "VARIANT=release", "build/release/libpumasi.a"], cwd=ROOT, check=True)
        subprocess.run(
            ["gcc", "-std=c17", "-D_GNU_SOURCE", "-O2", "-flto=auto", f"-I{ROOT}/lib", f"-I{ROOT}/build/generated",
             ROOT / "tests" / "fault" / "probe.c", BUILD / "libpumasi.a", *LIBRARIES, "-o", cls.program],
            check=True,
        )  # fmt: skip

    def setUp(self):
        self.machine = self.enterContext(Machine())
        self.function = Function.__new__(Function)
        self.function.machine, self.function.path = self.machine, str(self.machine.directory / "probe.sock")
        self.function.socket = socket.socket(socket.AF_UNIX)
        self.function.socket.bind(self.function.path)
        self.function.socket.listen(8)
        self.function.process = subprocess.Popen([self.program], stdin=self.function.socket, env=self.machine.environment(),
                                                 start_new_session=True)  # fmt: skip
        self.enterContext(self.function)

    def act(self, what):
        return self.function.ask("GET", f"/api/health?act={what}", "")

    def log(self):
        path = self.machine.directory / "log" / "pumasi.log"
        return [json.loads(line)["message"] for line in path.read_text().splitlines()] if path.exists() else []

    def assert_logged(self, part):
        end = time.monotonic() + 5
        while not any(part in line for line in self.log()):
            self.assertLess(time.monotonic(), end, (part, self.log()))
            time.sleep(0.02)

    def assert_ended(self, what, call):
        reply = self.act(what)
        self.assertIsNone(reply.status, (what, reply))
        self.assert_logged(f"it asked for the system call {call} (")
        self.assertEqual(200, self.act("none").status, "the next worker serves")

    def test_what_is_allowed(self):
        self.assertEqual(200, self.act("none").status)
        self.assertEqual(200, self.act("zone").status, "what clocks show elsewhere")
        self.assertEqual([], self.log())

    def test_no_file_can_be_opened(self):
        self.assert_ended("open", "openat")
        self.assert_ended("create", "openat")
        self.assertFalse(pathlib.Path("/tmp/pumasi-probe").exists())

    def test_no_program_and_no_process_can_be_started(self):
        self.assert_ended("exec", "execve")
        self.assert_ended("fork", "clone")

    def test_nobody_can_be_called(self):
        self.assert_ended("connect", "socket")

    def test_no_memory_can_be_executed(self):
        self.assert_ended("mmap", "mmap")

    def test_no_table_column_or_verb_that_was_not_granted(self):
        for what, denied in (("table", "no grant: read session"), ("column", "no grant: read user"), ("write", "no grant: delete event")):
            self.assertEqual(500, self.act(what).status, what)
            self.assert_logged(denied)
        self.assert_logged("answered with a fault")
        lines = (self.machine.directory / "log" / "pumasi.log").read_text().splitlines()
        told = [json.loads(line) for line in lines if "answered with a fault" in line]
        self.assertEqual([500] * 3, [line["status"] for line in told])
        self.assertTrue(all(line["request"] and line["ms"] >= 0 for line in told), told)
        self.assertGreaterEqual(self.machine.value("SELECT count(*) FROM event"), 0)

    def test_memory_has_an_end(self):
        reply = self.act("memory")
        self.assertEqual(504, reply.status, reply)
        self.assert_logged("it needed more than 64 MiB of memory")
        self.assertEqual(200, self.act("none").status)

    def test_time_has_an_end(self):
        begin_ = time.monotonic()
        reply = self.act("spin")
        self.assertEqual(504, reply.status, reply)
        self.assertLess(time.monotonic() - begin_, 4)
        self.assert_logged("its request took more than 2 s")
        lines = (self.machine.directory / "log" / "pumasi.log").read_text().splitlines()
        told = [json.loads(line) for line in lines if "took more than" in line]
        self.assertEqual([json.loads(reply.body)["request"]], [line["request"] for line in told], "the log says which request")
        self.assertEqual(200, self.act("none").status)

    def test_times_are_told_in_any_zone(self):
        """The rules of all zones are part of the program: no file is opened for them."""
        programs = ["profile-show", "profile-update", "register"]
        subprocess.run(["flock", "build/.lock", "make", "-s", "VARIANT=release", *(f"build/release/functions/{name}" for name in programs)],
                       cwd=ROOT, check=True)  # fmt: skip
        _, cookie = self.machine.register()
        for zone in ("Asia/Seoul", "Asia/Calcutta", "UTC"):
            for program, method, body in (("profile-update", "PATCH", {"time_zone": zone}), ("profile-show", "GET", None)):
                given = {"REQUEST_METHOD": method, "REQUEST_URI": "/api/users/me", "HTTP_COOKIE": cookie, "HTTP_ORIGIN": self.machine.url,
                         "HTTP_ACCEPT": "application/json" if body else "text/html", "CONTENT_TYPE": "application/json",
                         "CONTENT_LENGTH": str(len(json.dumps(body))) if body else "0"}  # fmt: skip
                said = self.machine.run(BUILD / "functions" / program, text=json.dumps(body) if body else "", **given)
                self.assertIn("Status: 200", said, (zone, program))

    def test_plain_cgi_has_the_same_walls(self):
        def run(what):
            variables = {"REQUEST_METHOD": "GET", "REQUEST_URI": f"/api/health?act={what}", "GATEWAY_INTERFACE": "CGI/1.1"}
            return subprocess.run([self.program], env=self.machine.environment(**variables), capture_output=True, stdin=subprocess.DEVNULL)

        self.assertTrue(run("none").stdout.startswith(b"Status: 200"))
        for what in ("open", "exec", "fork", "connect", "mmap"):
            done = run(what)
            self.assertEqual((4, b""), (done.returncode, done.stdout), what)

    def test_a_client_that_says_nothing_or_little_holds_no_worker_beyond_its_limit(self):
        """One byte a second: the web server would gather it; whoever reaches the socket itself is no further either."""
        variables = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/api/health", "CONTENT_LENGTH": "0"}
        whole = begin() + params(variables) + stdin(b"")
        with self.function.connect() as silent, self.function.connect() as slow:
            slow.sendall(whole[:1])
            begin_ = time.monotonic()
            self.assertEqual(200, self.act("none").status)
            self.assertLess(time.monotonic() - begin_, 6, "2 s each, and a new worker")
            silent.close()


if __name__ == "__main__":
    unittest.main()
