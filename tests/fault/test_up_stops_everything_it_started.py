"""scripts/up: one signal ends all of it, nothing is left behind, and the same directory serves again."""

import os
import pathlib
import re
import signal
import socket
import unittest

from machine import Machine, Stack, own_processes, wait_for


class Up(unittest.TestCase):
    def run_directories(self, machine):
        """Where the stack keeps its sockets, from the command line of its web server."""
        found = set()
        for process in own_processes(machine):
            try:
                command = pathlib.Path(f"/proc/{process}/cmdline").read_bytes().decode()
            except (FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
                continue
            found |= set(re.findall(r"(/\S+)/(?:lighttpd|nginx)\.conf", command.replace("\0", " ")))
        return found

    def assert_stopped(self, machine, directories):
        wait_for(lambda: not own_processes(machine), 5, "the end of everything")
        self.assertEqual([], [path for path in directories if pathlib.Path(path).exists()])
        with socket.socket() as probe:
            self.assertNotEqual(0, probe.connect_ex(("127.0.0.1", machine.port)))
        self.assertEqual("", machine.reports())
        self.assertEqual([], machine.damage())

    def test_by_sigterm_and_by_ctrl_c_and_again(self):
        with Machine() as machine:
            _, cookie = machine.register()
            for number, end in enumerate((signal.SIGTERM, signal.SIGINT)):
                with self.subTest(end.name), Stack(machine) as stack:
                    self.assertEqual(201, stack.request("POST", "/api/tasks", cookie, {"title": "kept"})[0])
                    self.assertEqual(number + 1, len(stack.request("GET", "/api/tasks", cookie)[1]["tasks"]))
                    directories = self.run_directories(machine)
                    self.assertEqual(1, len(directories))
                    stack.process.send_signal(end)
                    self.assertEqual(0, stack.process.wait(30))
                    self.assert_stopped(machine, directories)

    def assert_gives_up(self, machine):
        stack = Stack(machine)
        try:
            self.assertNotEqual(0, stack.process.wait(20))
            self.assertNotIn("ready ", stack.output())
            self.assertRegex(stack.output(), "(?i)in use")
            wait_for(lambda: not own_processes(machine), 5, "the end of everything")
        finally:
            stack.__exit__()

    def test_a_port_where_somebody_answers_is_not_ready(self):
        with Machine() as machine, Machine() as other:
            other.port = machine.port
            with Stack(other):
                self.assert_gives_up(machine)

    def test_a_port_where_nobody_answers_is_not_waited_for(self):
        with Machine() as machine, socket.socket() as holder:
            holder.bind(("127.0.0.1", machine.port))
            holder.listen()
            self.assert_gives_up(machine)

    def test_a_web_server_that_dies_ends_it_with_an_error(self):
        with Machine() as machine, Stack(machine) as stack:
            directories = self.run_directories(machine)
            servers = [
                process
                for process, (parent, program) in own_processes(machine).items()
                if parent == stack.process.pid and pathlib.Path(program).name in ("lighttpd", "nginx")
            ]
            self.assertEqual(1, len(servers))
            os.kill(servers[0], signal.SIGKILL)
            self.assertEqual(1, stack.process.wait(30))
            self.assertIn("something ended", stack.output())
            wait_for(lambda: not self.functions(machine), 5, "the end of the functions")
            self.assertEqual([], [path for path in directories if pathlib.Path(path).exists()])

    @staticmethod
    def functions(machine):
        return [program for _, program in own_processes(machine).values() if "/functions/" in program or program.endswith("/idle")]


if __name__ == "__main__":
    unittest.main()
