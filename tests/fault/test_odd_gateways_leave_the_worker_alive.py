"""
Gateways that are large, odd, silent or gone: the worker lives on. Lengths, cut-off bodies and aborts stand in
test_fastcgi_protocol.py.
"""

import json
import signal
import struct
import time
import unittest

import fastcgi_client as fcgi
from fastcgi_client import Function, begin, params, record, stdin
from machine import Machine, Turn, wait_for

BODY = json.dumps({"title": "전단지 인쇄"}).encode()


class OddGateways(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(Machine())
        _, cls.cookie = cls.machine.register()
        cls.function = cls.enterClassContext(Function(cls.machine, "task-create"))
        cls.function.fill(2)

    @classmethod
    def tearDownClass(cls):
        cls.function.process.send_signal(signal.SIGTERM)
        status = cls.function.process.wait(20)
        reports = cls.machine.reports()
        if status != 0 or reports:
            raise AssertionError(f"the function ended with {status}\n{reports}")

    def variables(self, **changes):
        given = {
            "REQUEST_METHOD": "POST",
            "REQUEST_URI": "/api/tasks",
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(BODY)),
            "HTTP_ACCEPT": "application/json",
            "HTTP_ORIGIN": self.machine.url,
            "HTTP_COOKIE": self.cookie,
            "REMOTE_ADDR": "127.0.0.1",
        }
        given.update(changes)
        return {name: value for name, value in given.items() if value is not None}

    def whole(self, body=BODY, **changes):
        return begin() + params(self.variables(**changes)) + stdin(body)

    def count(self):
        return self.machine.value("SELECT count(*) FROM task")

    def assert_works(self):
        """Each of two workers is likely to be asked."""
        before = self.count()
        for _ in range(4):
            self.assertEqual(201, self.function.send(self.whole()).status)
        self.assertEqual(before + 4, self.count())

    def test_a_request_for_another_function_is_not_run(self):
        for changes, status in (
            ({"REQUEST_METHOD": "DELETE"}, 405),
            ({"REQUEST_METHOD": "GET"}, 404),
            ({"REQUEST_URI": "/api/login"}, 404),
            ({"REQUEST_URI": "/api/tasks/1/comments"}, 404),
        ):
            with self.subTest(str(changes)):
                before = self.count()
                reply = self.function.send(self.whole(**changes))
                self.assertEqual(status, reply.status, reply)
                self.assertEqual(before, self.count())
        self.assert_works()

    def test_bytes_in_variables(self):
        for name, changes in {
            "a NUL in the path": {"REQUEST_URI": b"/api/tasks\0/x"},
            "bytes that are no UTF-8": {"REQUEST_URI": b"/api/tasks/\xff\xfe"},
            "percent-encoding cut short": {"REQUEST_URI": "/api/tasks%4"},
            "a long query": {"REQUEST_URI": "/api/tasks?" + "a" * 60000},
            "a line break": {"REQUEST_URI": "/api/tasks\r\nX-Injected: 1"},
            "an empty path": {"REQUEST_URI": ""},
        }.items():
            with self.subTest(name):
                before = self.count()
                reply = self.function.send(self.whole(**changes))
                # libfcgi's variables end at a NUL: the path before it is another, good one.
                if name.startswith("a NUL"):
                    self.assertIn(reply.status, (201, 400, 404), reply)
                else:
                    self.assertIn(reply.status, (400, 404), reply)
                    self.assertEqual(before, self.count())
                self.assertNotIn(b"X-Injected", reply.output.partition(b"\r\n\r\n")[0])
                self.assert_works()

    def test_many_and_long_headers(self):
        def ask(values):
            one_each = b"".join(record(fcgi.PARAMS, fcgi.pairs({name: value})) for name, value in values.items())
            return self.function.send(begin() + one_each + params(self.variables()) + stdin(BODY))

        self.assertEqual(201, ask({f"HTTP_X_{i}": "v" * 100 for i in range(90)}).status)
        for too_much in (
            {f"HTTP_X_{i}": "v" for i in range(101)},
            {f"X_{i}": "v" for i in range(510)},
            {"HTTP_X": "v" * 60000, "HTTP_Y": "v" * 6000},
            {f"HTTP_X_{i}": "v" * 60000 for i in range(90)},
        ):
            before = self.count()
            reply = ask(too_much)
            self.assertEqual(431, reply.status, reply)
            self.assertEqual(before, self.count())
            self.assert_works()
        cookies = "; ".join(f"c{i}={'v' * 100}" for i in range(300))
        reply = self.function.send(self.whole(HTTP_COOKIE=f"{cookies}; {self.cookie}"))
        self.assertEqual(201, reply.status, reply)

    def test_lines_that_say_nothing_hold_nobody_up_for_long(self):
        silent = [self.function.connect() for _ in range(2)]
        begun = time.monotonic()
        try:
            self.assertEqual(201, self.function.send(self.whole()).status)
        finally:
            for connection in silent:
                connection.close()
        self.assertLess(time.monotonic() - begun, 12)
        self.assert_works()

    def test_a_reader_that_goes_away(self):
        before = self.count()
        for _ in range(10):
            connection = self.function.connect()
            connection.sendall(self.whole())
            connection.close()
        # They arrived whole, so they are done all the same.
        wait_for(lambda: self.count() == before + 10, 10, "what was asked for")
        self.assert_works()
        self.assertEqual([], self.machine.deaths())


class LengthsNearTwoToThe31(unittest.TestCase):
    """libfcgi gives up on these by ending the process: the pool must not."""

    def test_the_next_request_is_answered(self):
        with Machine() as machine, Function(machine, "health") as function:
            ask = begin() + params({"REQUEST_METHOD": "GET", "REQUEST_URI": "/api/health"}) + stdin(b"")
            self.assertEqual(200, function.send(ask).status)
            for length in (0x7FFFFFFF, 0x7FFFFFFE, 0x40000000):
                name_and_value = struct.pack(">II", length | 1 << 31, length | 1 << 31)
                reply = function.send(begin() + record(fcgi.PARAMS, name_and_value + b"A" * 100), then_end_writing=True)
                self.assertTrue(reply.status is None or 400 <= reply.status < 500, reply)
                self.assertEqual(200, function.send(ask).status, hex(length))
            self.assertIsNone(function.process.poll())


class Sigterm(unittest.TestCase):
    def test_a_running_request_is_finished(self):
        with Machine() as machine:
            _, cookie = machine.register()
            with Function(machine, "task-create") as function:
                function.fill(2)
                ask = params(
                    {
                        "REQUEST_METHOD": "POST",
                        "REQUEST_URI": "/api/tasks",
                        "CONTENT_TYPE": "application/json",
                        "CONTENT_LENGTH": str(len(BODY)),
                        "HTTP_ORIGIN": machine.url,
                        "HTTP_COOKIE": cookie,
                    }
                )
                with function.connect() as connection:
                    with Turn(machine):
                        connection.sendall(begin() + ask + stdin(BODY))
                        time.sleep(0.5)  # it waits for the turn now
                        function.process.send_signal(signal.SIGTERM)
                        time.sleep(0.5)
                        self.assertIsNone(function.process.poll(), "the pool waits for its request")
                    self.assertEqual(201, function.read(connection).status)
                self.assertEqual(0, function.process.wait(10))
            self.assertEqual(1, machine.value("SELECT count(*) FROM task"))
            self.assertEqual("", machine.reports())

if __name__ == "__main__":
    unittest.main()
