"""A FastCGI client that can also do it wrong, and a function started on a socket of its own.

Records by the FastCGI specification, section 3.3: version, type, request id, content length, padding, reserved.
"""

import json
import os
import pathlib
import re
import signal
import socket
import struct
import subprocess
import time

from machine import BUILD, workers

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, GET_VALUES_RESULT, UNKNOWN = range(1, 12)
RESPONDER, AUTHORIZER = 1, 2


def record(kind, content=b"", request=1, version=1):
    return struct.pack(">BBHHBB", version, kind, request, len(content), 0, 0) + content


def begin(role=RESPONDER, flags=0):
    return record(BEGIN, struct.pack(">HB5x", role, flags))


def pairs(values):
    out = b""
    for name, value in values.items():
        name, value = name.encode(), value if isinstance(value, bytes) else value.encode()
        for part in (name, value):
            out += bytes([len(part)]) if len(part) < 128 else struct.pack(">I", len(part) | 1 << 31)
        out += name + value
    return out


def params(values):
    return record(PARAMS, pairs(values)) + record(PARAMS)


def stdin(body):
    return (record(STDIN, body) if body else b"") + record(STDIN)


class Reply:
    """What a function said until it closed: `status` is None where there was no CGI head."""

    def __init__(self, data):
        self.data = data
        self.output = b""
        self.kinds = []
        at = 0
        while at + 8 <= len(data):
            _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", data[at : at + 8])
            self.kinds.append(kind)
            if kind == STDOUT:
                self.output += data[at + 8 : at + 8 + length]
            at += 8 + length + padding
        head, _, self.body = self.output.partition(b"\r\n\r\n")
        status = re.match(rb"Status: (\d{3})", head)
        self.status = int(status.group(1)) if status else None

    def __repr__(self):
        return f"{self.status} {self.output[-300:]!r}" if self.data else "closed without a word"


class Function:
    """One function of a machine as FastCGI, its listening socket on descriptor 0. Use as a context."""

    def __init__(self, machine, name, prefix=(), **environment):
        """`name`: of a function, or the path of its program. `prefix`: a command that starts the function, such as strace."""
        self.machine = machine
        self.path = str(machine.directory / f"{pathlib.Path(name).name}.sock")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(64)
        self.process = subprocess.Popen(
            [*prefix, BUILD / "functions" / name],
            stdin=self.socket,
            stdout=subprocess.DEVNULL,
            env=machine.environment(**environment),
            start_new_session=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.socket.close()

    def ask(self, method, path, cookie, body=None):
        """A good request with a JSON body: its reply."""
        data = b"" if body is None else json.dumps(body).encode()
        variables = {
            "REQUEST_METHOD": method,
            "REQUEST_URI": path,
            "CONTENT_LENGTH": str(len(data)),
            "HTTP_ACCEPT": "application/json",
            "HTTP_ORIGIN": self.machine.url,
            "HTTP_COOKIE": cookie,
            "REMOTE_ADDR": "127.0.0.1",
            **({"CONTENT_TYPE": "application/json"} if data else {}),
        }
        return self.send(begin() + params(variables) + stdin(data))

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        connection.connect(self.path)
        return connection

    def fill(self, count):
        """Until so many workers run: a connection that says nothing holds one for a while."""
        silent = []
        end = time.monotonic() + 10
        while len(workers(self.machine)) < count and time.monotonic() < end:
            silent.append(self.connect())
            time.sleep(0.05)
        for connection in silent:
            connection.close()

    def send(self, data, then_end_writing=False):
        """Sends bytes and reads until the function closes."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
                if then_end_writing:
                    connection.shutdown(socket.SHUT_WR)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it had heard enough
            return self.read(connection)

    @staticmethod
    def read(connection):
        got = b""
        try:
            while piece := connection.recv(65536):
                got += piece
        except ConnectionResetError:
            pass
        return Reply(got)
