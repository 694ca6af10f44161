"""The life of an installation, on a machine of its own: installed by its packages, started by systemd, signed in to, mailing,
brought up to a later release while people work, restored from a backup, purged."""
import glob
import http.client
import json
import os
import re
import shutil
import subprocess
import threading
import time
import unittest

from machine import KEPT, ROOT, Machine, run

PASSWORD = 'pumasi shares work'
JSON = {'Accept': 'application/json', 'Content-Type': 'application/json', 'Origin': 'http://tasks.example.org', 'Host': 'tasks.example.org'}


def packages(tree, version):
    """Those that `make deb` makes of what is built there."""
    for old in glob.glob(f'{tree}/build/*_{version}_*.deb'):
        os.remove(old)
    run(f'{tree}/scripts/deb', version)
    found = sorted(glob.glob(f'{tree}/build/*_{version}_*.deb'))
    return {re.match(r'[a-z-]+', os.path.basename(path))[0]: path for path in found}


def later_release():
    """The same with a schema that is one migration further. (Compiled in a hurry: without optimization across files.)"""
    tree = os.path.join(KEPT, 'later')
    os.makedirs(tree, exist_ok=True)
    run('bash', '-c', f'git ls-files -co --exclude-standard -z | xargs -0 ls -d 2>/dev/null | tar -c -T - | tar -x -C {tree}', cwd=ROOT)
    number = max(int(os.path.basename(path)[:4]) for path in glob.glob(f'{ROOT}/db/sqlite/[0-9]*.sql')) + 1
    for old in glob.glob(f'{tree}/db/sqlite/*-later.sql'):
        os.remove(old)
    with open(f'{tree}/db/sqlite/{number:04}-later.sql', 'w', encoding='utf-8') as file:
        file.write('CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;\n')
    run('make', '-s', f'-j{os.cpu_count()}', 'VARIANT=release', 'CFLAGS_release=-O1 -Wno-error',
        'LDFLAGS_release=-pie -Wl,-z,relro,-z,now,--as-needed', 'all', cwd=tree)
    return tree, number


def token_of(link):
    return re.search(r'[A-Za-z0-9_-]{20,}$', link)[0]


class Person:
    def __init__(self, port=80):
        self.port, self.cookie = port, {}

    def ask(self, method, path, value=None, **headers):
        """(status, headers, body) of one request on a connection of its own."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=40)
        try:
            connection.request(method, path, None if value is None else json.dumps(value), {**JSON, **self.cookie, **headers})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if cookie := answer.headers.get('Set-Cookie'):
            self.cookie = {'Cookie': cookie.split(';')[0]}
        return answer.status, answer.headers, body

    def json(self, method, path, value=None):
        status, _, body = self.ask(method, path, value)
        if status not in (200, 201):
            raise AssertionError(f'{method} {path}: {status} {body[:500]}')
        return json.loads(body)


class Work(threading.Thread):
    """Somebody who goes on working: each answer is kept, and which tasks were made."""

    def __init__(self, cookie):
        super().__init__(daemon=True)
        self.person, self.answers, self.made, self.is_over = Person(), [], [], threading.Event()
        self.person.cookie = cookie

    def run(self):
        while not self.is_over.is_set():
            for method, path, value in (('GET', '/api/tasks', None), ('POST', '/api/tasks', {'title': 'While a release comes'}),
                                        ('GET', '/api/users', None), ('GET', '/api/overview/week', None)):
                try:
                    status, _, body = self.person.ask(method, path, value)
                except OSError as error:
                    status, body = repr(error), b''
                self.answers.append((method, path, status))
                if status == 201:
                    self.made.append(json.loads(body)['id'])
            time.sleep(0.05)

    def end(self):
        self.is_over.set()
        self.join(60)


class TestPackage(unittest.TestCase):
    def setUp(self):
        if not shutil.which('dpkg-buildpackage') or not shutil.which('dh'):
            raise unittest.SkipTest('debhelper is not here: scripts/packages pack')
        run('make', '-s', f'-j{os.cpu_count()}', 'VARIANT=release', 'all', cwd=ROOT)
        self.first = packages(ROOT, '0.0.2')
        tree, self.schema = later_release()
        self.later = packages(tree, '0.0.3')
        self.machine = Machine(list(self.first.values()))
        self.addCleanup(self.machine.stop)
        self.machine.boot()

    def mails(self):
        """What was mailed so far."""
        texts = []
        for path in glob.glob(self.machine.root + '/var/lib/pumasi/mail/new/*'):
            with open(path, encoding='utf-8') as file:
                texts.append(file.read())
        return texts

    def check_page(self, server):
        # A web server that was told of a new configuration answers by the old one a moment longer.
        end = time.monotonic() + 10
        status, headers, body = Person().ask('GET', '/', Accept='text/html')
        while b'Pumasi' not in body and time.monotonic() < end:
            time.sleep(0.1)
            status, headers, body = Person().ask('GET', '/', Accept='text/html')
        self.assertEqual((status, headers['Content-Type']), (200, 'text/html; charset=utf-8'))
        self.assertIn(b'Pumasi', body)
        self.assertIn("default-src 'none'", headers['Content-Security-Policy'])
        # Of http alone the header would be no use, and an empty one is none.
        self.assertFalse(headers['Strict-Transport-Security'])
        self.assertEqual(Person().ask('GET', '/api/health')[0], 200, server)
        self.assertEqual(Person().ask('GET', '/api/nothing')[0], 404)

    def check_units(self):
        do = self.machine.do
        self.assertNotIn('pumasi', do('systemctl', '--failed', '--no-legend', '--plain'), do('journalctl', '--no-pager', '-n', '30', '-u', 'pumasi*'))
        sockets = do('systemctl', 'list-units', '--no-legend', '--plain', '--state=listening,running', 'pumasi@*.socket').split('\n')
        self.assertGreater(len(sockets), 40)
        # It became `idle`, which shows that it knows its own program.
        end = time.monotonic() + 30
        while not re.search(r'^/usr/lib/pumasi/idle', do('sh', '-c', 'readlink /proc/[0-9]*/exe', check=False), re.M) and time.monotonic() < end:
            time.sleep(0.5)
        self.assertRegex(do('sh', '-c', 'readlink /proc/[0-9]*/exe', check=False), r'(?m)^/usr/lib/pumasi/idle')
        self.assertEqual(do('sh', '-c', 'stat -c %U /proc/$(systemctl show -P MainPID pumasi@health.service)').strip(), 'pumasi')
        self.assertEqual(do('find', '/var/lib/pumasi', '!', '-user', 'pumasi'), '')
        self.assertEqual(do('stat', '-c', '%a %U:%G', '/etc/pumasi.conf', '/var/lib/pumasi', '/run/pumasi', '/run/pumasi/login.sock').split('\n')[:4],
                         ['640 root:pumasi', '750 pumasi:pumasi', '750 pumasi:www-data', '660 pumasi:www-data'])

    def check_cron(self):
        """What cron runs on a machine that systemd does not: here where its folder is out of sight."""
        do, mark = self.machine.do, '/var/lib/pumasi/pumasi.db-mailer'
        do('systemctl', 'stop', 'pumasi-mailer.timer', 'pumasi-mailer.service')
        do('touch', '-d', '2026-01-01', mark)
        with open(self.machine.root + '/etc/cron.d/pumasi', encoding='utf-8') as file:
            lines = [line.split(None, 6) for line in file if not line.startswith('#')]
        self.assertEqual([line[5] for line in lines], ['pumasi'] * 4)
        before = do('stat', '-c', '%Y', mark)
        for hidden in ('true', 'mount -t tmpfs tmpfs /run/systemd'):
            self.assertEqual(do('stat', '-c', '%Y', mark), before, 'the timers do it where systemd runs')
            for line in lines:
                do('unshare', '--mount', 'sh', '-c', f'{hidden} && exec setpriv --reuid pumasi --regid pumasi --clear-groups sh -c "$1"', 'cron', line[6], check=False)
        self.assertNotEqual(do('stat', '-c', '%Y', mark), before)
        # By the timer's service, too: one more of the same folder.
        time.sleep(1.1)  # its name tells the second
        do('systemctl', 'start', 'pumasi-backup.service', check=False)
        self.assertEqual(len(do('ls', '/var/lib/pumasi/backups').split()), 2, do('journalctl', '--no-pager', '-n', '5', '-u', 'pumasi-backup'))
        do('systemctl', 'start', 'pumasi.target')
        self.assertEqual(do('systemctl', 'is-active', 'pumasi-mailer.timer').strip(), 'active')

    def test_life_of_an_installation(self):
        machine, do = self.machine, self.machine.do
        before = machine.files('pumasi')

        # Installed, and the one command that makes the first administrator.
        said = machine.install(self.first['pumasi'], self.first['pumasi-nginx'])
        self.assertIn('pumasi user invite --admin', said)
        self.check_page('nginx')
        link = do('pumasi', 'user', 'invite', '--admin').strip()
        self.assertRegex(link, r'^http://tasks\.example\.org/')
        admin = Person()
        status, _, body = admin.ask('POST', '/api/register', {'email': 'min@example.org', 'name': 'Min', 'password': PASSWORD, 'invite': token_of(link)})
        self.assertEqual(status, 201, body)
        self.assertEqual(json.loads(body)['user']['role'], 'admin')
        self.assertEqual(Person().ask('POST', '/api/register', {'email': 'x@example.org', 'name': 'X', 'password': PASSWORD})[0], 403)
        do('pumasi', 'user', 'add', '--email', 'jiwoo@example.org', '--name', 'Ji-woo', input=PASSWORD + '\n')
        self.check_units()

        # A mail leaves, started by the timer.
        jiwoo = Person()
        jiwoo.json('POST', '/api/login', {'email': 'jiwoo@example.org', 'password': PASSWORD})
        her_id = jiwoo.json('GET', '/api/session')['user']['id']
        flyers = admin.json('POST', '/api/tasks', {'title': 'Print the flyers', 'assignee_id': her_id})
        self.assertIn('pumasi-mailer.timer', do('systemctl', 'list-timers', '--no-legend', 'pumasi*'))

        # Copied, then changed.
        do('pumasi', 'backup', '--with-keys', '/var/lib/pumasi/backup.db')
        admin.json('PATCH', f'/api/tasks/{flyers["id"]}', {'version': flyers['version'], 'progress': 40})

        # A later release, while two people work and nobody is refused.
        schema = do('pumasi', 'migrate')
        self.assertIn(f'schema {self.schema - 1}, 0 migrations', schema)
        work = [Work(admin.cookie), Work(jiwoo.cookie)]
        for worker in work:
            worker.start()
        time.sleep(1)
        machine.install(self.later['pumasi'], self.later['pumasi-nginx'])
        time.sleep(1)
        for worker in work:
            worker.end()
        self.assertIn(f'schema {self.schema}, 0 migrations', do('pumasi', 'migrate'))
        answers = [answer for worker in work for answer in worker.answers]
        self.assertEqual([answer for answer in answers if answer[2] not in (200, 201)], [])
        self.assertGreater(len(answers), 40)
        for made in work[0].made + work[1].made:
            self.assertEqual(admin.ask('GET', f'/api/tasks/{made}')[0], 200)
        self.check_page('nginx')
        self.check_units()
        self.assertIn('0.0.3', do('dpkg-query', '-W', 'pumasi'))

        # Her mail has come within a minute and a little.
        end = time.monotonic() + 75
        while not any('To: ' in mail and 'jiwoo@example.org' in mail and 'Print the flyers' in mail for mail in self.mails()):
            self.assertLess(time.monotonic(), end, 'the mail did not come: ' + do('pumasi', 'mail', 'list', check=False) +
                            do('journalctl', '--no-pager', '-n', '30', check=False))
            time.sleep(0.5)

        # Nothing is left to say, but that the clock of a machine like this is nobody's to set.
        self.assertEqual([line for line in do('pumasi', 'doctor', check=False).splitlines() if line.startswith('!!') and 'clock' not in line], [])

        # The backup of before, while the functions run: everybody signs in again.
        do('pumasi', 'restore', '/var/lib/pumasi/backup.db', '--replace')
        self.assertEqual(jiwoo.ask('GET', '/api/tasks')[0], 401)
        admin.json('POST', '/api/login', {'email': 'min@example.org', 'password': PASSWORD})
        self.assertEqual(admin.json('GET', f'/api/tasks/{flyers["id"]}')['progress'], 0)
        self.check_units()

        # New settings, and one who registers by them.
        do('sed', '-i', 's/^#registration = .*/registration = open/', '/etc/pumasi.conf')
        do('systemctl', 'reload', 'pumasi@*.service')
        hana = Person()
        hana.json('POST', '/api/register', {'email': 'hana@example.org', 'name': 'Hana', 'password': PASSWORD})
        self.assertEqual(do('systemctl', 'is-enabled', 'pumasi.target').strip(), 'enabled')
        self.check_cron()

        # The other web server.
        do('apt-get', 'purge', '-y', 'pumasi-nginx')
        do('systemctl', 'stop', 'nginx')
        machine.install(self.later['pumasi-lighttpd'])
        self.check_page('lighttpd')
        admin.json('GET', '/api/tasks')

        # Nothing stays.
        do('apt-get', 'purge', '-y', 'pumasi', 'pumasi-lighttpd')
        self.assertEqual(machine.files('pumasi'), before)
        self.assertEqual(do('getent', 'passwd', 'pumasi', check=False), '')
        self.assertEqual(do('systemctl', 'list-units', '--all', '--no-legend', '--plain', 'pumasi*'), '')
        self.assertNotIn('/usr/lib/pumasi', do('sh', '-c', 'readlink /proc/[0-9]*/exe', check=False))
        self.assertEqual(do('systemctl', 'is-active', 'lighttpd').strip(), 'active')


if __name__ == '__main__':
    unittest.main()
