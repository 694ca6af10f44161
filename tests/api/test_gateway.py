"""What the web server in front keeps: its pages' folder and nothing else, protecting headers on whatever it answers, no word of
what runs behind it, bounds on what comes in, and nobody's address but by a proxy that the administrator trusts."""
import itertools
import os
import re
import subprocess
import tempfile
import unittest

import running

pumasi = running.get()
HSTS = 'max-age=31536000; includeSubDomains'
PROTECTION = {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
}
# Of what a page loads; the others are heeded in documents only.
PROTECTION_OF_PARTS = {'X-Content-Type-Options', 'Referrer-Policy', 'Cross-Origin-Resource-Policy'}
# Versions, paths, SQL, stacks, and what programs are named by.
TELLING = re.compile(rb'(lighttpd|nginx|sqlite|libfcgi|fastcgi|debian)[/ ]\d|/(usr|var|tmp|home|lib|root|workspace|build)/|\.c:\d|'
                     rb'\b(SELECT|INSERT|UPDATE) .* (FROM|INTO|SET) |stack trace|<center>nginx', re.I)


def answers(stack):
    """(what, answer) of every kind: functions, redirects, files, faults of functions and of the web server."""
    person, browser = stack.register(), stack.register(html=True)
    task = person.task()
    yield 'JSON', person.get('/api/tasks')
    yield 'nothing new', person.get('/api/tasks', {'If-None-Match': '*'})
    yield 'made', person.post('/api/tasks', {'title': 'x'})
    yield 'wrong fields', person.post('/api/tasks', {})
    yield 'no body', person.delete(f'/api/tasks/{task["id"]}')
    yield 'page', browser.get('/api/tasks')
    yield 'redirect', browser.form('/api/tasks', {'title': 'x'})
    yield 'signed out', stack.client().get('/api/tasks')
    yield 'no such function', stack.client().get('/api/nothing')
    yield 'no such method', stack.client().request('DELETE', '/api/health')
    yield 'no such file', stack.client(html=True).get('/nothing.html')
    yield 'folder', stack.client(html=True).get('/style')
    yield 'entrance', stack.client(html=True).get('/')
    for path in ('/tasks.html', '/style/base.css', '/script/api.js', '/favicon.svg', '/error.en.html'):
        yield path, stack.client().get(path)


def raw_faults(stack):
    """(what, bytes of the answer) of requests that no function sees."""
    end = b' HTTP/1.1\r\nHost: a\r\nConnection: close\r\n'
    for what, data in {
        'no header': b'GET /' + end + b'Bad Header\r\n\r\n',
        'no HTTP': b'\x16\x03\x01\x02\r\n\r\n',
        'another version': b'GET / HTTP/9.9\r\n\r\n',
        'long header': b'GET /' + end + b'X: ' + b'a' * 40000 + b'\r\n\r\n',
        'long address': b'GET /' + b'a' * 40000 + end + b'\r\n',
        'large body': b'POST /api/login' + end + b'Content-Length: 99999999\r\n\r\n',
        'odd length': b'POST /api/login' + end + b'Content-Length: -1\r\n\r\n',
        'odd encoding': b'POST /api/login' + end + b'Transfer-Encoding: gzip\r\n\r\n',
        'odd host': b'GET / HTTP/1.1\r\nHost: a/b c\r\n\r\n',
        'no host': b'GET / HTTP/1.1\r\n\r\n',
        'a NUL': b'GET /%00' + end + b'\r\n',
        'TRACE': b'TRACE /' + end + b'X-Secret: squeamish\r\n\r\n',
        'CONNECT': b'CONNECT a:80' + end + b'\r\n',
        'range': b'GET /style/base.css' + end + b'Range: bytes=99999999-\r\n\r\n',
    }.items():
        yield what, stack.client().raw(data)[1]


class Answers(unittest.TestCase):
    def test_each_protects(self):
        for what, answer in answers(pumasi):
            with self.subTest(what):
                is_part = re.match('text/(javascript|css)', answer.headers.get('Content-Type') or '') is not None
                for name, value in PROTECTION.items():
                    if not is_part or name in PROTECTION_OF_PARTS:
                        self.assertEqual([value], answer.headers.get_all(name), name)
                if is_part:
                    continue
                policy, = answer.headers.get_all('Content-Security-Policy')
                for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
                    self.assertIn(part, policy)
                self.assertNotIn('unsafe', policy)
                if answer.body:
                    self.assertRegex(answer.headers['Content-Type'], r'^(text/\w+|image/svg\+xml); charset=utf-8$|^application/(problem\+)?json$')
                self.assertIsNone(answer.headers.get('Strict-Transport-Security'), 'only where people come by https')

    def test_none_tells_what_runs_here(self):
        for what, answer in answers(pumasi):
            with self.subTest(what):
                whole = str(answer.headers).encode() + (answer.body if answer.status >= 400 else b'')
                self.assertNotRegex(whole, TELLING)
                self.assertIsNone(answer.headers.get('X-Powered-By'))
        for what, whole in raw_faults(pumasi):
            with self.subTest(what):
                self.assertRegex(whole, rb'^HTTP/1\.[01] ([45]\d\d|200) ' if what == 'range' else rb'^HTTP/1\.[01] [45]\d\d ')
                self.assertNotRegex(whole, TELLING)
                self.assertNotIn(b'squeamish', whole)

    def test_the_web_servers_own_faults_are_a_page_of_ours_or_say_nothing(self):
        for what, whole in raw_faults(pumasi):
            if what in ('range', 'TRACE'):
                continue  # answered by a file, by a function
            with self.subTest(what):
                head, _, body = whole.partition(b'\r\n\r\n')
                if running.SERVER == 'lighttpd':
                    # It knows no page nor header of ours for what it cannot read: the status twice, and no more.
                    status = re.match(rb'HTTP/1\.\d (.*)', head).group(1).strip()
                    text = re.sub(rb'<[^>]*>', b'\n', body).split(b'\n')
                    self.assertEqual([status, status], [line.strip() for line in text if line.strip()])
                    continue
                self.assertIn(b'This did not work', body)
                for name, value in PROTECTION.items():
                    self.assertEqual(1, head.count(f'{name}: {value}'.encode()), name)

    def test_no_redirect_leads_away(self):
        browser = pumasi.register(html=True)
        for host, path in itertools.product(('evil.example', '127.0.0.1'), (
                '/style', '//style', '//evil.example/style', '//evil.example/..', '//evil.example/%2e%2e/style', '/%2f%2fevil.example/',
                '/\\evil.example', '/style/..//evil.example', '/api/tasks?next=//evil.example', '/?next=https://evil.example', '/api//evil.example')):
            with self.subTest(path, host=host):
                answer = pumasi.client(html=True).request('GET', path, headers={'Host': host, 'X-Forwarded-Host': 'evil.example'})
                for name in ('Location', 'Refresh', 'Link'):
                    self.assertNotRegex(answer.headers.get(name) or '', r'evil|^//|^\\')
        answer = browser.form('/api/tasks', {'title': 'x'}, {'X-Forwarded-Host': 'evil.example', 'Referer': 'https://evil.example/'})
        self.assertRegex(answer.headers['Location'], r'^/api/tasks/\d+$')


class Folder(unittest.TestCase):
    def test_nothing_beside_the_pages_is_served(self):
        for path in ('/../Makefile', '/%2e%2e/generated/routes.c', '/..%2fgenerated/routes.c', '/..%5cgenerated', '/style/../../generated/routes.c',
                     '/style/%2e%2e/%2e%2e/generated/routes.c', '/....//generated/routes.c', '/etc/passwd', '//etc/passwd', '/pumasi.conf',
                     '/pumasi.db', '/var/pumasi.db', '/.git/config', '/.htaccess', '/lighttpd.conf', '/nginx.conf', '/server-status', '/function/health/',
                     '/style/base.css/x', '/style/base.css%00.html', '/style/base.css~', '/%252e%252e/Makefile', '/index.html/..%00'):
            with self.subTest(path):
                status, whole = pumasi.client().raw(f'GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'.encode())
                self.assertIn(status, (400, 403, 404), whole[:200])

    def test_no_link_leads_out_of_it(self):
        www = os.path.join(running.ROOT, 'build', 'www')
        name = running.unique('link') + '.css'
        with tempfile.NamedTemporaryFile('w') as secret:
            secret.write('squeamish')
            secret.flush()
            os.chmod(secret.name, 0o644)
            os.symlink(secret.name, os.path.join(www, name))
            try:
                answer = pumasi.client().get('/' + name)
            finally:
                os.unlink(os.path.join(www, name))
        self.assertIn(answer.status, (403, 404))
        self.assertNotIn('squeamish', answer.text)

    def test_no_folder_is_listed(self):
        for path in ('/style/', '/script/', '/style', '/api/', '/function/'):
            answer = pumasi.client(html=True).get(path)
            self.assertNotIn('base.css', answer.text.partition('</head>')[2])
            self.assertIn(answer.status, (301, 403, 404))


class Bounds(unittest.TestCase):
    def test_headers(self):
        person = pumasi.register()
        usual = {f'X-Header-{number}': 'x' for number in range(80)}
        self.assertEqual(200, person.get('/api/tasks', usual).status)
        answer = person.get('/api/tasks', {f'X-Header-{number}': 'x' for number in range(101)})
        self.assertEqual((431, 'application/problem+json'), (answer.status, answer.kind))
        self.assertEqual(200, person.get('/api/tasks').status)

    def test_fields_of_forms_and_queries(self):
        person = pumasi.register()
        before = pumasi.counts()
        for answer in (person.form('/api/tasks', 'title=x' + '&a=1' * 256), person.form('/api/tasks', 'title=x' + '&' * 256),
                       person.get('/api/tasks?' + '&'.join(['limit=1'] * 257))):
            self.assertEqual(400, answer.status, answer)
            self.assertIn('256', answer.json['detail'])
        self.assertEqual(422, person.form('/api/tasks', 'title=x' + '&a=1' * 255).status)
        self.assertEqual(before, pumasi.counts())

    def test_parts_of_a_mail_programs_form(self):
        part = '--x\r\nContent-Disposition: form-data; name="a{}"\r\n\r\n1\r\n'
        for count, detail in ((257, True), (3, False)):
            body = ''.join(part.format(number) for number in range(count)) + '--x--\r\n'
            answer = pumasi.client().send('POST', '/api/unsubscribe', body, {'Content-Type': 'multipart/form-data; boundary=x'})
            self.assertEqual((400 if detail else 422), answer.status, answer)

    def test_address(self):
        # By the web server where its own bound is the lower one.
        self.assertIn(pumasi.register().get('/api/tasks?q=' + 'a' * 8180).status, (400, 414, 431))


class Untrusted(unittest.TestCase):
    """What a client says of itself changes nothing."""

    def failures(self, stack, *headers):
        """How many keys of the throttle so many failed sign-ins make, each for another account."""
        rows = 'SELECT count(*) FROM login_throttle'
        before = stack.value(rows)
        for more in headers:
            answer = stack.client().post('/api/login', {'email': f'{running.unique("nobody")}@example.org', 'password': 'not the password'}, more)
            self.assertEqual(401, answer.status, answer)
        return stack.value(rows) - before

    def test_an_address_in_a_header_is_not_believed(self):
        self.failures(pumasi, {})
        forged = ({name: f'203.0.113.{number}'} for number, name in enumerate(
            ('X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Client-IP', 'X-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'X_Forwarded_For')))
        self.assertEqual(8, self.failures(pumasi, *forged), 'an account each, and one address')

    def test_nobody_is_somebody_by_a_header(self):
        person = pumasi.register()
        for name in ('Remote-User', 'X-Remote-User', 'X-Forwarded-User', 'Auth-User', 'Authorization', 'Proxy', 'X-Original-URL', 'X-HTTP-Method-Override'):
            answer = pumasi.client().get('/api/session', {name: person.email})
            self.assertEqual((200, None), (answer.status, answer.json['user']))

    def test_a_remote_user_or_proxy_of_the_gateway_is_not_read(self):
        """Also not where a gateway, or a client through it, sets such variables."""
        person = pumasi.register()
        environment = dict(running.clean_environment(), PUMASI_CONFIG=pumasi.config, REQUEST_METHOD='GET', REQUEST_URI='/api/session',
                           HTTP_ACCEPT='application/json', REMOTE_USER=person.email, AUTH_TYPE='Basic', REMOTE_IDENT=person.email,
                           HTTP_PROXY='http://evil.example', SSL_CLIENT_S_DN_CN=person.email, ASAN_OPTIONS=pumasi.environment['ASAN_OPTIONS'])
        done = subprocess.run([f'{running.FUNCTIONS}/session'], env=environment, capture_output=True, timeout=20 * running.PATIENCE, check=True)
        self.assertIn(b'"user":null', done.stdout)
        self.assertNotIn(b'evil', done.stdout)


class ByHttpsBehindAProxy(unittest.TestCase):
    """An instance that people reach by https, through a proxy on this machine."""

    @classmethod
    def setUpClass(cls):
        cls.stack = running.Stack(PUMASI_BASE_URL='https://tasks.example.org', PUMASI_TRUSTED_PROXY='127.0.0.1, 192.0.2.1')
        cls.addClassCleanup(cls.end)
        cls.stack.wait_ready()

    @classmethod
    def end(cls):
        complaints = cls.stack.stop()
        if complaints:
            raise AssertionError(complaints)

    def test_https_is_kept(self):
        self.stack.url = 'https://tasks.example.org'
        for what, answer in answers(self.stack):
            with self.subTest(what):
                self.assertEqual([HSTS], answer.headers.get_all('Strict-Transport-Security'))

    def test_the_proxys_word_is_believed_and_no_other(self):
        self.stack.url = 'https://tasks.example.org'
        failures = Untrusted.failures
        failures(self, self.stack, {})
        self.assertEqual(2 + 2, failures(self, self.stack, {'X-Forwarded-For': '203.0.113.1'}, {'X-Forwarded-For': '203.0.113.2'}))
        self.assertEqual(1, failures(self, self.stack, {'X-Forwarded-For': '198.51.100.9, 203.0.113.1, 192.0.2.1'}))
        self.assertEqual(1, failures(self, self.stack, {'X-Forwarded-For': 'nonsense'}))
        self.assertEqual(3, failures(self, self.stack, *[{'X_Forwarded_For': f'203.0.113.{number}'} for number in range(90, 93)]))

    def test_the_proxys_word_does_not_make_it_http(self):
        self.stack.url = 'https://tasks.example.org'
        person = self.stack.register()
        self.assertIn('__Host-session', person.cookies)
        for origin in ('http://tasks.example.org', f'http://127.0.0.1:{self.stack.port}'):
            answer = person.post('/api/tasks', {'title': 'x'}, {'Origin': origin, 'X-Forwarded-Proto': 'http'})
            self.assertEqual(403, answer.status)


if __name__ == '__main__':
    unittest.main()
