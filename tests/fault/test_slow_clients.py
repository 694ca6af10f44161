"""Clients that are slow, or leave, or keep their connections hold no worker: whoever comes next is served at once."""

import contextlib
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
import unittest

from fastcgi_client import Function, begin, params, stdin
from machine import ROOT, Machine, Stack, wait_for

SLOW, MANY, SOON_S = 12, 1500, 2


class ThroughTheGateway(unittest.TestCase):
    SERVER = "lighttpd"

    @classmethod
    def setUpClass(cls):
        cls.machine = cls.enterClassContext(Machine())
        _, cls.cookie = cls.machine.register()
        cls.stack = cls.enterClassContext(Stack(cls.machine, cls.SERVER))
        for number in range(200):
            status, _ = cls.stack.request("POST", "/api/tasks", cls.cookie, {"title": f"Task {number}", "description": "x" * 900})
            assert status == 201

    def connect(self):
        connection = self.enterContext(socket.create_connection(("127.0.0.1", self.machine.port)))
        connection.settimeout(20)
        return connection

    def head(self, method, path, size):
        return (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.machine.port}\r\nOrigin: {self.machine.url}\r\n"
                f"Cookie: {self.cookie}\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
                f"Content-Length: {size}\r\n\r\n").encode()  # fmt: skip

    def assert_others_go_on(self):
        for number in range(4):
            begun = time.monotonic()
            self.assertEqual(201, self.stack.request("POST", "/api/tasks", self.cookie, {"title": f"Meanwhile {number}"})[0])
            self.assertEqual(200, self.stack.request("GET", "/api/tasks?limit=100", self.cookie)[0])
            self.assertLess(time.monotonic() - begun, SOON_S)

    def test_one_byte_a_second(self):
        body = json.dumps({"title": "Slowly"}).encode()
        slow = [self.connect() for _ in range(SLOW)]
        for connection in slow:
            connection.sendall(self.head("POST", "/api/tasks", len(body)))
        for at in range(3):
            for connection in slow:
                connection.sendall(body[at : at + 1])
            self.assert_others_go_on()
            time.sleep(1)
        for connection in slow:
            connection.sendall(body[3:])
        for connection in slow:
            self.assertIn(b"201 Created", connection.recv(4096))

    def test_who_goes_away(self):
        for sent in (10, 200, None):
            for _ in range(SLOW):
                connection = self.connect()
                connection.sendall((self.head("POST", "/api/tasks", 30) + b'{"title": "Gone')[:sent])
                connection.close()
            self.assert_others_go_on()
        for _ in range(SLOW):
            connection = self.connect()
            connection.sendall(self.head("GET", "/api/tasks?limit=100", 0))
            connection.close()
        self.assert_others_go_on()
        self.assertEqual(0, self.machine.value("SELECT count(*) FROM task WHERE title = 'Gone'"))

    def test_who_reads_slowly(self):
        slow = []
        for _ in range(SLOW):
            connection = socket.socket()
            self.addCleanup(connection.close)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.connect(("127.0.0.1", self.machine.port))
            connection.sendall(self.head("GET", "/api/tasks?limit=100", 0))
            slow.append(connection)
        for _ in range(3):
            for connection in slow:
                connection.recv(1)
            self.assert_others_go_on()
            time.sleep(1)


    def test_silence_is_ended(self):
        head = self.head("POST", "/api/tasks", 30)
        beginnings = {"nothing": b"", "half a head": head[:40], "half a body": head + b'{"title":', "an answer": self.head("GET", "/api/health", 0)}
        silent = {}
        for what, data in beginnings.items():
            silent[what] = self.connect()
            silent[what].sendall(data)
        begun = time.monotonic()
        for what, connection in silent.items():
            with contextlib.suppress(ConnectionResetError):
                while connection.recv(65536):
                    pass
            self.assertLess(time.monotonic() - begun, 15, what)

    def test_heads_that_never_end_keep_nobody_out(self):
        """More than nginx has unless told; each says a byte before it would be ended for its silence."""
        most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most[1], most[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, most)
        slow = []
        for _ in range(MANY):
            slow.append(self.connect())
            slow[-1].sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        for _ in range(3):
            self.assert_others_go_on()
            time.sleep(1)
            for connection in slow:
                with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                    connection.sendall(b"x")


class ThroughNginx(ThroughTheGateway):
    SERVER = "nginx"

    def test_a_head_byte_by_byte_is_ended(self):
        connection = self.connect()
        begun = time.monotonic()
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for at in range(100):
                connection.sendall(self.head("GET", "/api/health", 0)[at : at + 1])
                time.sleep(0.5)
        self.assertLess(time.monotonic() - begun, 15)

    def test_no_address_has_all_connections(self):
        body = self.head("POST", "/api/tasks", 30)
        held = [self.connect() for _ in range(300)]
        for connection in held:
            connection.sendall(body)

        def is_refused():
            with contextlib.suppress(http.client.HTTPException):
                return self.stack.request("GET", "/api/health", self.cookie)[0] == 429

        wait_for(is_refused, 8, "the refusal")
        for connection in held:
            connection.close()
        wait_for(lambda: self.stack.request("GET", "/api/health", self.cookie)[0] == 200, 10, "the end of it")


# In a network of its own: how many of 300 connections from one address are let in, and whether another address is.
BEHIND_THE_FIREWALL = """
import socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
for _ in range(2):
    subprocess.run(["nft", "-f", sys.argv[1]], check=True)
servers, held = [], []
for family, address in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
    servers.append(socket.create_server((address, 80), family=family, backlog=500))
    for _ in range(300):
        try:
            held.append(socket.create_connection((address, 80), 5))
        except ConnectionRefusedError:
            continue
    print(len(held))
socket.create_connection(("127.0.0.1", 80), 5, ("127.0.0.9", 0))
print("another is let in")
"""


class BehindTheFirewall(unittest.TestCase):
    def test_no_address_has_more_than_its_connections(self):
        if subprocess.run(["unshare", "-rn", "nft", "list", "ruleset"], capture_output=True).returncode != 0:
            self.skipTest("no network of its own can be made here, in which to load the rule")
        done = subprocess.run(["unshare", "-rn", sys.executable, "-c", BEHIND_THE_FIREWALL, ROOT / "scripts" / "gateway.d" / "pumasi.nft"],
                              capture_output=True, text=True, timeout=60)  # fmt: skip
        self.assertEqual(["256", "512", "another is let in"], done.stdout.splitlines(), done.stderr)


class KeptConnections(unittest.TestCase):
    """FCGI_KEEP_CONN, which nginx sends with `fastcgi_keep_conn on`."""

    KEEP = 1

    def setUp(self):
        self.machine = self.enterContext(Machine())
        _, self.cookie = self.machine.register()
        self.function = self.enterContext(Function(self.machine, "task-list"))

    def test_one_that_the_gateway_would_keep_is_closed(self):
        variables = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/api/tasks", "HTTP_COOKIE": self.cookie, "REMOTE_ADDR": "127.0.0.1"}
        for _ in range(5):
            with self.function.connect() as kept:
                kept.sendall(begin(flags=self.KEEP) + params(variables) + stdin(b""))
                self.assertEqual(200, self.function.read(kept).status)
        begun = time.monotonic()
        self.assertEqual(200, self.function.ask("GET", "/api/tasks", self.cookie).status)
        self.assertLess(time.monotonic() - begun, SOON_S)

    def test_nginx_that_keeps_starves_nobody(self):
        home = self.machine.directory
        config = home / "keeping.conf"
        config.write_text(
            ("user root;\n" if os.getuid() == 0 else "")
            + f"daemon off; pid {home}/keeping.pid; error_log {home}/keeping.log;\n"
            "events { worker_connections 256; }\n"
            "http {\n"
            "    access_log off;\n"
            + "".join(f"    {kind}_temp_path {home}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"    upstream function {{ server unix:{self.function.path}; keepalive 32; }}\n"
            "    server {\n"
            f"        listen 127.0.0.1:{self.machine.port};\n"
            "        fastcgi_keep_conn on;\n"
            "        fastcgi_param REQUEST_METHOD $request_method;\n"
            "        fastcgi_param REQUEST_URI $request_uri;\n"
            "        fastcgi_param REMOTE_ADDR $remote_addr;\n"
            "        location / { fastcgi_pass function; }\n"
            "    }\n"
            "}\n"
        )
        nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", config, "-p", home], stderr=subprocess.DEVNULL)
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.terminate)

        def ask():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.machine.port), 20) as connection:
                connection.sendall(f"GET /api/tasks HTTP/1.0\r\nCookie: {self.cookie}\r\n\r\n".encode())
                return connection.makefile("rb").readline().decode().strip()
            return None

        wait_for(ask, 10, "nginx")
        answers = []

        def ask_often():
            for _ in range(10):
                answers.append(ask())

        begun = time.monotonic()
        threads = [threading.Thread(target=ask_often) for _ in range(SLOW)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual({"HTTP/1.1 200 OK"}, set(answers))
        self.assertEqual(SLOW * 10, len(answers))
        self.assertLess(time.monotonic() - begun, 15)


if __name__ == "__main__":
    unittest.main()
