"""One running Pumasi for all tests of a python process, and clients for it.

TEST_SERVER is lighttpd (default) or nginx; VARIANT, the build, is sanitize unless said otherwise. When the process
ends the stack is stopped, and any report of a sanitizer makes the process fail, whatever the tests said.
"""
import atexit
import contextlib
import email
import email.policy
import fcntl
import glob
import http.client
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

import described

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '..', '..'))
BUILD = os.environ.get('VARIANT') or 'sanitize'
SERVER = os.environ.get('TEST_SERVER', 'lighttpd')
FUNCTIONS = os.path.join(ROOT, 'build', BUILD, 'functions')
# So many times longer may everything take that a test waits for: valgrind runs a program that much slower.
PATIENCE = 10 if BUILD == 'valgrind' else 1
PASSWORD = 'correct horse 품앗이'
_numbers = itertools.count(1)


def not_under_valgrind(why):
    """For a test that no patience helps; the fewer the better."""
    return unittest.skipIf(BUILD == 'valgrind', f'under valgrind {why}')


def unique(prefix='x'):
    return f'{prefix}{os.getpid()}n{next(_numbers)}'


def built(name):
    """The address of a file that pages load, whose name tells its content: built('style/tasks.css')."""
    folder, name = os.path.split(name)
    base, ending = os.path.splitext(name)
    file, = glob.glob(os.path.join(ROOT, 'build', 'www', folder, f'{base}-????????{ending}'))
    return f'/{folder}/{os.path.basename(file)}'


def free_port():
    """Below the ports that the kernel gives to clients, which would take it meanwhile."""
    while True:
        with socket.socket() as probe:
            port = random.randrange(20000, 32000)
            if probe.connect_ex(('127.0.0.1', port)) != 0:
                return port


def wait_until(condition, seconds=10, what='it'):
    """Waits until condition() is true and returns what it gave."""
    end = time.monotonic() + seconds * PATIENCE
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f'{what} did not come within {seconds} s')
        time.sleep(0.02)


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith('PUMASI_')}


class Stack:
    def __init__(self, server=SERVER, **environment):
        """`environment`: more of it, for scripts/up and all that it starts."""
        self.server = server
        self.dir = tempfile.mkdtemp(prefix='pumasi-api.')
        self.port = free_port()
        self.url = f'http://127.0.0.1:{self.port}'
        self.database = os.path.join(self.dir, 'pumasi.db')
        self.config = os.path.join(self.dir, 'pumasi.conf')
        os.mkdir(os.path.join(self.dir, 'log'))
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write(f'registration = open\nbase_url = {self.url}\ndatabase = {self.database}\n'
                       f'log = {self.dir}/log/pumasi.log\nmail = maildir:{self.dir}/mail\n'
                       # One person writes as fast as she can in some tests; test_changes_are_bounded.py says otherwise.
                       'changes_a_minute = 60000\n')
        # There is one mailer at a time: while we hold its lock, the outbox holds still for the tests.
        self.mailer = open(self.database + '-mailer', 'w', encoding='utf-8')
        fcntl.flock(self.mailer, fcntl.LOCK_EX)
        self.environment = dict(clean_environment(), VARIANT=BUILD, PUMASI_CONFIG=self.config,
                                ASAN_OPTIONS=f'detect_leaks=1:log_path={self.dir}/sanitizer',
                                UBSAN_OPTIONS=f'print_stacktrace=1:log_path={self.dir}/sanitizer', **environment)
        self.output = open(os.path.join(self.dir, 'log', 'up.out'), 'w+', encoding='utf-8')
        self.process = subprocess.Popen(
            [os.path.join(ROOT, 'scripts', 'up'), '--dir', self.dir, '--port', str(self.port), '--server', server],
            cwd=ROOT, env=self.environment, stdout=self.output, stderr=subprocess.STDOUT, start_new_session=True)

    def environment_of_functions(self):
        return {name: value for name, value in self.environment.items() if name != 'VARIANT'}

    def wait_ready(self):
        def is_ready():
            with open(self.output.name, encoding='utf-8') as file:
                text = file.read()
            if self.process.poll() is not None:
                raise RuntimeError(f'scripts/up ended with {self.process.returncode}:\n{text}')
            return 'ready ' in text
        wait_until(is_ready, 300, 'scripts/up')

    def stop(self):
        """Ends everything and returns what went wrong behind the answers."""
        complaints = []
        self.process.terminate()
        try:
            self.process.wait(30 * PATIENCE)
        except subprocess.TimeoutExpired:
            complaints = ['scripts/up did not end within 30 s of SIGTERM']
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.output.close()
        self.mailer.close()
        return complaints + self.reports()

    def reports(self):
        found = []
        for path in glob.glob(self.dir + '/sanitizer*') + glob.glob(self.dir + '/log/*'):
            with open(path, encoding='utf-8', errors='replace') as file:
                text = file.read()
            is_report = os.path.basename(path).startswith('sanitizer')
            if is_report or re.search(r'Sanitizer|runtime error|Assertion .* failed', text):
                found.append(f'---- {path}\n{text[-6000:]}')
        return found

    # ---- looking behind the curtain ----

    def query(self, sql, *values):
        connection = sqlite3.connect(f'file:{self.database}?mode=ro', uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def value(self, sql, *values):
        return self.query(sql, *values)[0][0]

    def by_hand(self, sql):
        """What an administrator types into sqlite3."""
        done = subprocess.run(['sqlite3', '-cmd', '.timeout 10000', '-bail', self.database, sql], text=True,
                              capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def forgive(self):
        """Failed sign-ins count no more: those of all tests come from one address."""
        self.by_hand('DELETE FROM login_throttle')

    def prolong(self):
        """Whoever must wait after failed tries waits a minute more, so that slow machines see it, too."""
        self.by_hand('UPDATE login_throttle SET blocked_until = blocked_until + 60 WHERE blocked_until > 0')

    @contextlib.contextmanager
    def mailing(self):
        """Meanwhile the mailer runs, as it does each second."""
        fcntl.flock(self.mailer, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self.mailer, fcntl.LOCK_EX)

    def mails_to(self, client):
        """What somebody got so far, the oldest first."""
        mails = []
        for path in glob.glob(self.dir + '/mail/new/*'):
            with open(path, 'rb') as file:
                mail = email.message_from_binary_file(file, policy=email.policy.default)
            if client.email in mail['To']:
                mails.append((os.stat(path).st_mtime_ns, path, mail))
        return [mail for _, _, mail in sorted(mails, key=lambda found: found[:2])]

    def counts(self):
        """How many rows each table has that a request could write; what is due the clock writes, not a request."""
        tables = dict.fromkeys(('user', 'session', 'task', 'task_label', 'comment', 'login_throttle'), 'true')
        tables['event'] = "type <> 'task.due'"
        tables['outbox'] = "event_id IN (SELECT id FROM event WHERE type <> 'task.due')"
        return dict(self.query(' UNION ALL '.join(f"SELECT '{table}', count(*) FROM \"{table}\" WHERE {which}" for table, which in tables.items())))

    def deaths(self):
        """What the log says of workers that did not end by themselves."""
        with open(os.path.join(self.dir, 'log', 'pumasi.log'), encoding='utf-8') as file:
            return re.findall(r'worker \d+ (?:was ended|ended with status)[^"]*', file.read())

    def workers(self, function):
        """Process ids of this stack's workers of a function; the parent of a pool is not one."""
        program = os.path.join(FUNCTIONS, function)
        checked = os.path.join(ROOT, 'build', BUILD, 'checked', 'functions', function).encode()  # an argument of valgrind
        parents = {}
        for entry in os.listdir('/proc'):
            if not entry.isdigit():
                continue
            try:
                # A program that was built anew while it ran is "... (deleted)".
                is_function = os.readlink(f'/proc/{entry}/exe').split(' ')[0] == program
                with open(f'/proc/{entry}/cmdline', 'rb') as file:
                    is_function |= BUILD == 'valgrind' and checked in file.read().split(b'\0')
                with open(f'/proc/{entry}/environ', 'rb') as file:
                    is_ours = f'PUMASI_CONFIG={self.config}'.encode() in file.read().split(b'\0')
                if is_function and is_ours:
                    with open(f'/proc/{entry}/stat', encoding='utf-8') as file:
                        parents[int(entry)] = int(file.read().rsplit(')', 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        # One that ended while others were looked for was not there together with them; what looks for leaks when one ends is
        # its child.
        return sorted(worker for worker, parent in parents.items()
                      if parent in parents and parents[parent] not in parents and os.path.exists(f'/proc/{worker}/exe'))

    # ---- people ----

    def client(self, **options):
        return Client(self, **options)

    def register(self, name='Ji-woo 지우', is_verified=True, **options):
        client = Client(self, **options)
        client.email = f'{unique("person")}@example.org'
        answer = client.post('/api/register', {'email': client.email, 'name': name, 'password': PASSWORD},
                             {'Accept': 'application/json'})
        if answer.status != 201:
            raise AssertionError(f'registering: {answer}')
        client.user = answer.json['user']
        if is_verified:
            # As if the mail that asks had come and been answered: test_account.py does that.
            self.by_hand(f'UPDATE "user" SET email_is_verified = 1 WHERE id = {client.user["id"]}; '
                         f'DELETE FROM account_outbox WHERE user_id = {client.user["id"]}')
            client.user['email_is_verified'] = True
        return client


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def kind(self):
        return (self.headers.get('Content-Type') or '').split(';')[0]

    @property
    def told(self):
        """All that it tells, but for the time and which request it answers."""
        headers = {name: value for name, value in self.headers.items() if name not in ('Date', 'X-Request-Id')}
        number = self.headers.get('X-Request-Id') or ''
        return self.status, headers, self.body.replace(number.encode(), b'') if number else self.body

    def fields(self):
        """{field: code} of a 422."""
        return {error['field']: error['code'] for error in self.json['errors']}

    def __repr__(self):
        return f'{self.status} {self.kind} {self.body[:600]!r}'


class Client:
    """A browser or a program: keeps cookies, says where it comes from."""

    def __init__(self, stack, language=None, html=False):
        self.stack = stack
        self.cookies = {}
        self.language = language
        self.html = html
        self.email = None
        self.user = None

    def headers(self, given=None):
        headers = {'Origin': self.stack.url,
                   'Accept': 'text/html,application/xhtml+xml,*/*;q=0.8' if self.html else 'application/json'}
        if self.language:
            headers['Accept-Language'] = self.language
        if self.cookies:
            headers['Cookie'] = '; '.join(f'{name}={value}' for name, value in self.cookies.items())
        headers.update(given or {})
        return {name: value for name, value in headers.items() if value is not None}

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection('127.0.0.1', self.stack.port, timeout=30 * PATIENCE)
        try:
            connection.request(method, path, body, self.headers(headers))
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        wrong = described.complaints(method, path, answer.status, answer.kind, answer.body)
        if wrong:
            raise AssertionError('not as www/openapi.json says:\n' + '\n'.join(wrong[:20]))
        for cookie in answer.headers.get_all('Set-Cookie') or []:
            name, value = cookie.split(';')[0].split('=', 1)
            if 'Max-Age=0;' in cookie + ';':
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def get(self, path, headers=None, **query):
        if query:
            path += '?' + urllib.parse.urlencode(query)
        return self.request('GET', path, headers=headers)

    def send(self, method, path, value, headers=None):
        """A JSON body; bytes and text go out as they are."""
        body = value if isinstance(value, bytes) else \
            (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).encode()
        return self.request(method, path, body, {'Content-Type': 'application/json', **(headers or {})})

    def post(self, path, value, headers=None):
        return self.send('POST', path, value, headers)

    def patch(self, path, value, headers=None):
        return self.send('PATCH', path, value, headers)

    def form(self, path, fields, headers=None, method='POST'):
        """What a browser sends: a dict, a list of pairs, or the encoded text itself."""
        text = fields if isinstance(fields, (str, bytes)) else urllib.parse.urlencode(fields)
        return self.request(method, path, text.encode() if isinstance(text, str) else text,
                            {'Content-Type': 'application/x-www-form-urlencoded', **(headers or {})})

    def delete(self, path, headers=None):
        return self.request('DELETE', path, headers=headers)

    def task(self, title='Print the flyers', **fields):
        answer = self.post('/api/tasks', {'title': title, **fields}, {'Accept': 'application/json'})
        if answer.status != 201:
            raise AssertionError(f'making a task: {answer}')
        return answer.json

    def show(self, task):
        answer = self.get(f'/api/tasks/{task["id"]}')
        if answer.status != 200:
            raise AssertionError(f'showing a task: {answer}')
        # As every other answer has it: without who watches it.
        return {name: value for name, value in answer.json.items() if name not in ('watch', 'watchers')}

    def change(self, task, **fields):
        return self.patch(f'/api/tasks/{task["id"]}', {'version': task['version'], **fields})

    def list(self, **query):
        answer = self.get('/api/tasks', **query)
        if answer.status != 200:
            raise AssertionError(f'listing {query}: {answer}')
        return answer.json['tasks']

    def raw(self, data, half_close=False):
        """Sends bytes as they are on a connection of its own; the status and all bytes of the answer."""
        with socket.create_connection(('127.0.0.1', self.stack.port), timeout=15 * PATIENCE) as connection:
            got = b''
            try:
                connection.sendall(data)
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
                while True:
                    piece = connection.recv(65536)
                    if not piece:
                        break
                    got += piece
            except (TimeoutError, ConnectionResetError, BrokenPipeError):
                pass
        match = re.match(rb'HTTP/1\.[01] (\d{3})', got)
        return (int(match.group(1)) if match else None), got

    def raw_head(self, method, path, headers=None):
        """The head of a request as bytes, with this client's cookie and origin; the connection ends after it."""
        lines = [f'{method} {path} HTTP/1.1', f'Host: 127.0.0.1:{self.stack.port}', 'Connection: close']
        lines += [f'{name}: {value}' for name, value in self.headers(headers).items()]
        return '\r\n'.join(lines).encode() + b'\r\n\r\n'


_stack = None
_lock = threading.Lock()


def get():
    """The stack of this process, started when first asked for."""
    global _stack
    with _lock:
        if _stack is None:
            _stack = Stack()
            atexit.register(_end, _stack)
            _stack.wait_ready()
    return _stack


def _end(stack):
    complaints = stack.stop()
    if complaints:
        print('\n'.join(complaints), file=sys.stderr)
        print(f'FAILED: the server complained, see {stack.dir}', file=sys.stderr, flush=True)
        os._exit(1)
    shutil.rmtree(stack.dir, ignore_errors=True)
