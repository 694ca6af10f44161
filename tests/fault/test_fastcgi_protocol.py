"""A function behind a gateway that speaks FastCGI badly: a clear 4xx or a closed connection, and the worker lives on."""
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'api'))
import running  # noqa: E402

pumasi = running.get()
BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES = 1, 2, 3, 4, 5, 6, 7, 8, 9
BODY = '{"title":"over FastCGI 한글"}'.encode()


def record(kind, content=b'', number=1, version=1, padding=0):
    return struct.pack('>BBHHBx', version, kind, number, len(content), padding) + content + b'\0' * padding


def begin(role=1, flags=0, number=1):
    return record(BEGIN, struct.pack('>HB5x', role, flags), number)


def pairs(variables):
    out = b''
    for name, value in variables.items():
        name, value = name.encode(), value if isinstance(value, bytes) else value.encode()
        for text in (name, value):
            out += struct.pack('>B', len(text)) if len(text) < 128 else struct.pack('>I', len(text) | 1 << 31)
        out += name + value
    return out


class Connection:
    """One connection to the function's socket; reads records until the end of the request or of the connection."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *records):
        try:
            self.socket.sendall(b''.join(records))
        except (BrokenPipeError, ConnectionResetError):
            pass

    def send_bytewise(self, data):
        for i in range(len(data)):
            self.socket.sendall(data[i:i + 1])

    def end_input(self):
        self.socket.shutdown(socket.SHUT_WR)

    def read(self):
        """(status, body, whole): status None if no answer came, whole if the request was ended in order."""
        got, out, whole = b'', b'', False
        while not whole:
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                piece = b''
            if not piece:
                break
            got += piece
            while len(got) >= 8:
                _, kind, _, size, padding = struct.unpack('>BBHHBx', got[:8])
                if len(got) < 8 + size + padding:
                    break
                if kind == STDOUT:
                    out += got[8:8 + size]
                whole = whole or kind == END
                got = got[8 + size + padding:]
        head, _, body = out.partition(b'\r\n\r\n')
        status = int(head.split(b'Status: ')[1][:3]) if b'Status: ' in head else None
        return status, body, whole


class Function:
    """One function under spawn-fcgi, on a socket of its own, beside the stack's database."""

    def __init__(self, name):
        self.dir = tempfile.mkdtemp(prefix='pumasi-fcgi.')
        self.path = os.path.join(self.dir, 's')
        self.process = subprocess.Popen(['spawn-fcgi', '-n', '-s', self.path, '--', f'{running.FUNCTIONS}/{name}'], env=pumasi.environment_of_functions(),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        running.wait_until(lambda: os.path.exists(self.path), 10, 'the function')

    def workers(self):
        try:
            with open(f'/proc/{self.process.pid}/task/{self.process.pid}/children', encoding='ascii') as file:
                return sorted(map(int, file.read().split()))
        except FileNotFoundError:
            return []

    def connect(self):
        return Connection(self.path)

    def fill(self, count):
        """Until so many workers run: a connection that says nothing holds one for a while."""
        silent = []
        end = time.monotonic() + 10
        while len(self.workers()) < count and time.monotonic() < end:
            silent.append(self.connect())
            time.sleep(0.05)
        for connection in silent:
            connection.socket.close()

    def stop(self):
        """The status and what was said on standard error."""
        if self.process.poll() is None:
            self.process.terminate()
        _, errors = self.process.communicate(timeout=15)
        for name in os.listdir(self.dir):
            os.unlink(os.path.join(self.dir, name))
        os.rmdir(self.dir)
        return self.process.returncode, errors


class Protocol(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = pumasi.register()
        cls.function = Function('task-create')

    @classmethod
    def tearDownClass(cls):
        status, errors = cls.function.stop()
        assert (status, errors) == (0, b''), (status, errors)

    def variables(self, **changes):
        variables = {'REQUEST_METHOD': 'POST', 'REQUEST_URI': '/api/tasks', 'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': str(len(BODY)),
                     'REMOTE_ADDR': '127.0.0.1', 'HTTP_ORIGIN': pumasi.url, 'HTTP_COOKIE': self.person.headers()['Cookie'], **changes}
        return {name: value for name, value in variables.items() if value is not None}

    def request(self, body=BODY, **changes):
        return b''.join([begin(), record(PARAMS, pairs(self.variables(**changes))), record(PARAMS), record(STDIN, body) if body else b'', record(STDIN)])

    def ask(self, *data, half_close=False):
        with self.function.connect() as connection:
            connection.send(*data)
            if half_close:
                connection.end_input()
            return connection.read()

    def setUp(self):
        self.function.fill(2)
        self.before, self.deaths = pumasi.counts(), pumasi.deaths()

    def tearDown(self):
        """After every ill turn: no worker died of it, nothing is written, and an honest request is answered."""
        self.assertEqual(self.before, pumasi.counts())
        for _ in range(4):
            status, _, whole = self.ask(self.request())
            self.assertEqual((201, True), (status, whole))
        self.assertEqual(self.deaths, pumasi.deaths())

    def refused(self, answer):
        status, body, _ = answer
        self.assertTrue(status is None or 400 <= status < 500, (status, body))

    def test_a_content_length_that_is_no_number(self):
        for length in ('-1', '12abc', ' 12', '+12', '0x1f', '1e3', '99999999999999999999', '-0', '18446744073709551647'):
            with self.subTest(length):
                status, body, _ = self.ask(self.request(CONTENT_LENGTH=length))
                self.assertIn(status, (400, 413), (length, body))

    def test_a_content_length_above_the_body(self):
        for length in (len(BODY) + 1, 1000, 256 * 1024):
            self.assertEqual(400, self.ask(self.request(CONTENT_LENGTH=str(length)))[0])

    def test_a_content_length_above_the_limit_is_refused_before_reading(self):
        for length in (256 * 1024 + 1, 2 ** 31, 2 ** 32 + len(BODY), 10 ** 17):
            self.assertEqual(413, self.ask(self.request(CONTENT_LENGTH=str(length)))[0])

    def test_a_content_length_below_the_body(self):
        self.assertEqual(400, self.ask(self.request(CONTENT_LENGTH='12'))[0])

    def test_no_content_length(self):
        for length in (None, '', '0'):
            status, body, _ = self.ask(self.request(CONTENT_LENGTH=length))
            self.assertTrue(400 <= status < 500, (status, body))

    def test_the_body_is_cut_off(self):
        whole = self.request()
        for size in (len(whole) - 9, len(whole) - 10, len(whole) - 8 - len(BODY), len(whole) - 20):
            with self.subTest(size):
                self.refused(self.ask(whole[:size], half_close=True))

    def test_cut_off_anywhere(self):
        whole = self.request()
        for size in range(0, len(whole) - 8, 13):
            with self.function.connect() as connection:
                connection.send(whole[:size])
            with self.function.connect() as connection:
                connection.send(whole[:size])
                connection.end_input()
                self.refused(connection.read())

    def test_the_gateway_gives_up(self):
        head = begin() + record(PARAMS, pairs(self.variables())) + record(PARAMS)
        for data in (head + record(ABORT), head + record(STDIN, BODY[:10]) + record(ABORT), begin() + record(PARAMS, b'\x04') + record(ABORT)):
            self.refused(self.ask(data))
            self.refused(self.ask(data, half_close=True))

    def test_the_gateway_gives_up_before_the_variables(self):
        self.refused(self.ask(begin() + record(ABORT)))
        self.refused(self.ask(begin() + record(ABORT), half_close=True))

    def test_garbage(self):
        for data in (b'\0' * 64, b'\xff' * 64, b'GET / HTTP/1.1\r\n\r\n', os.urandom(512), record(99, b'x' * 10), record(STDIN, b'x'), record(PARAMS),
                     begin(role=2), begin(role=3), begin(role=77), record(BEGIN, b'\0'), record(BEGIN, b''), begin() + record(PARAMS, b'\xff\xff\xff\xff'),
                     begin() + record(PARAMS, b'\x80\x00') + record(PARAMS), begin() + record(PARAMS, b'\x05\x05ab') + record(PARAMS) + record(STDIN),
                     begin() + record(PARAMS) + record(STDIN), begin() + begin() + record(PARAMS) + record(STDIN),
                     record(BEGIN, struct.pack('>HB5x', 1, 0), version=9), begin() + record(PARAMS, pairs({'': ''})) + record(PARAMS) + record(STDIN)):
            with self.subTest(data[:24]):
                self.refused(self.ask(data, half_close=True))

    def test_odd_variables(self):
        for changes in ({'REQUEST_URI': None}, {'REQUEST_URI': ''}, {'REQUEST_URI': 'api/tasks'}, {'REQUEST_METHOD': ''}, {'REQUEST_METHOD': 'x' * 5000},
                        {'CONTENT_TYPE': 'a' * 20000}, {'HTTP_COOKIE': 'session=' + 'x' * 30000}, {'HTTP_ORIGIN': '://'}, {'HTTP_ORIGIN': 'http://'},
                        {'REQUEST_URI': '/api/tasks%'}, {'REQUEST_URI': b'/api/\xff'}, {'HTTP_COOKIE': None}, {'REQUEST_URI': '/api/tasks?' + 'a' * 9000}):
            with self.subTest(str(changes)[:50]):
                status, body, whole = self.ask(self.request(**changes))
                self.assertTrue(whole and 400 <= status < 500, (status, body))

    def test_another_request_on_the_same_connection(self):
        """More after the request is none of ours: one answer, and nothing stored twice."""
        with self.function.connect() as connection:
            connection.send(self.request(body=b'{}', CONTENT_LENGTH='2') + self.request(CONTENT_LENGTH='-1'))
            self.assertEqual(422, connection.read()[0])

    def test_get_values_is_answered_or_the_connection_closed(self):
        with self.function.connect() as connection:
            connection.send(record(GET_VALUES, pairs({'FCGI_MPXS_CONNS': ''}), number=0))
            connection.end_input()
            self.assertIsNone(connection.read()[0])


class Slow(Protocol):
    """Honest, but in the smallest pieces."""

    def tearDown(self):
        self.before = pumasi.counts()
        super().tearDown()

    def small_records(self):
        parameters = pairs(self.variables())
        return b''.join([begin(), *(record(PARAMS, parameters[i:i + 1]) for i in range(len(parameters))), record(PARAMS),
                         *(record(STDIN, BODY[i:i + 1]) for i in range(len(BODY))), record(STDIN)])

    def test_records_of_one_byte(self):
        self.assertEqual(201, self.ask(self.small_records())[0])

    def test_one_byte_a_write(self):
        with self.function.connect() as connection:
            connection.send_bytewise(self.request())
            self.assertEqual(201, connection.read()[0])

    def test_padding(self):
        parameters = pairs(self.variables())
        data = begin() + record(PARAMS, parameters, padding=255) + record(PARAMS) + record(STDIN, BODY, padding=1) + record(STDIN, padding=8)
        self.assertEqual(201, self.ask(data)[0])

    def test_somebody_who_never_finishes_is_let_go_by_the_limit(self):
        """Holds all workers with half requests: after the limit of 5 s others are served again."""
        before = pumasi.value('SELECT count(*) FROM task')
        connections = [self.function.connect() for _ in range(2)]
        for connection in connections:
            connection.send(self.request()[:-8 - len(BODY)])
        begin_s = time.monotonic()
        with self.function.connect() as honest:
            honest.send(self.request())
            honest.socket.settimeout(15)
            self.assertEqual(201, honest.read()[0])
        self.assertLess(time.monotonic() - begin_s, 9)
        for connection in connections:
            self.assertIn(connection.read()[0], (504, None))
            connection.socket.close()
        self.assertEqual(before + 1, pumasi.value('SELECT count(*) FROM task'))
        self.deaths = pumasi.deaths()


for _name in [name for name in dir(Protocol) if name.startswith('test_')]:
    setattr(Slow, _name, None)  # told once, above


class Ending(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register()
        self.function = Function('task-create')
        self.tasks = pumasi.value('SELECT count(*) FROM task')

    def tearDown(self):
        self.function.stop()

    def request(self):
        variables = {'REQUEST_METHOD': 'POST', 'REQUEST_URI': '/api/tasks', 'CONTENT_TYPE': 'application/json', 'CONTENT_LENGTH': str(len(BODY)),
                     'HTTP_ORIGIN': pumasi.url, 'HTTP_COOKIE': self.person.headers()['Cookie']}
        return begin() + record(PARAMS, pairs(variables)) + record(PARAMS) + record(STDIN, BODY) + record(STDIN)

    def half_way(self, stop):
        """stop() is called while a request is half sent; then the rest comes."""
        data = self.request()
        with self.function.connect() as connection:
            connection.send(data[:-8 - len(BODY) + 5])
            time.sleep(0.5)
            stop()
            time.sleep(0.5)
            connection.send(data[-8 - len(BODY) + 5:])
            return connection.read()

    def test_sigterm_lets_the_running_request_finish(self):
        status, _, whole = self.half_way(self.function.process.terminate)
        self.assertEqual((201, True), (status, whole))
        self.assertEqual(0, self.function.process.wait(5))
        self.assertEqual(self.tasks + 1, pumasi.value('SELECT count(*) FROM task'))

    def test_sigterm_to_a_worker_too(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGHUP):
            def stop(number=number):
                for worker in self.function.workers():
                    os.kill(worker, number)
            status, _, whole = self.half_way(stop)
            self.assertEqual((201, True), (status, whole), number)

    def test_an_idle_function_ends_at_once(self):
        self.function.fill(2)
        begin_s = time.monotonic()
        workers = self.function.workers()
        self.function.process.terminate()
        self.assertEqual(0, self.function.process.wait(5))
        self.assertLess(time.monotonic() - begin_s, 3)
        self.assertFalse(any(os.path.exists(f'/proc/{worker}') for worker in workers))

    def test_workers_do_not_outlive_a_killed_parent(self):
        self.function.fill(2)
        workers = self.function.workers()
        self.function.process.kill()
        self.function.process.wait(5)
        running.wait_until(lambda: not any(os.path.exists(f'/proc/{worker}/exe') for worker in workers), 5, 'the end of the workers')


if __name__ == '__main__':
    unittest.main()
