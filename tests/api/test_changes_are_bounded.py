"""How much one person may change in a short time: a bucket of changes that all functions and workers share (ASVS 2.4.1)."""
import os
import stat
import struct
import subprocess
import time
import unittest

import running
from test_settings import ask

pumasi = running.get()
BUCKET_MINUTES = 10


class Rate(unittest.TestCase):
    """Each request is a process of its own; a change a minute may last, after ten at once."""

    def setUp(self):
        self.person = pumasi.register('Ra Te')

    def ask(self, function, method, path, value=None, person=None, a_minute=1, **variables):
        variables.setdefault('HTTP_COOKIE', f'session={(person or self.person).cookies["session"]}')
        return ask(function, method, path, value, PUMASI_CHANGES_A_MINUTE=str(a_minute), **variables)

    def create(self, **more):
        return self.ask('task-create', 'POST', '/api/tasks', {'title': 'x'}, **more)

    def drain(self):
        for _ in range(BUCKET_MINUTES):
            self.assertEqual(201, self.create()[0])

    def bucket(self, value=None):
        """When it is full again, in microseconds; sets it where a value is given."""
        with open(pumasi.database + '-rates', 'r+b') as file:
            file.seek(8 * self.person.user['id'])
            if value is not None:
                file.write(struct.pack('=q', value))
                return value
            return struct.unpack('=q', file.read(8))[0]

    def test_a_bucket_is_taken_at_once_and_then_one_a_minute(self):
        self.drain()
        before = pumasi.counts()
        status, head, problem = self.create()
        self.assertEqual((429, 'application/problem+json' in head), (status, True))
        wait = int(head.split('Retry-After: ')[1].split('\r')[0])
        self.assertTrue(50 <= wait <= 60, wait)
        self.assertIn(str(wait), problem['detail'])
        self.assertEqual(before, pumasi.counts(), 'nothing was written')
        # As if that time had passed.
        self.bucket(self.bucket() - wait * 1000000)
        self.assertEqual((201, 429), (self.create()[0], self.create()[0]))

    def test_all_that_changes_something_takes_from_one_bucket(self):
        task = self.person.task()
        self.bucket(0)
        self.drain()
        for function, method, path, value in (('task-update', 'PATCH', f'/api/tasks/{task["id"]}', {'version': 1, 'title': 'y'}),
                                              ('comment-create', 'POST', f'/api/tasks/{task["id"]}/comments', {'body': 'x'}),
                                              ('task-delete', 'DELETE', f'/api/tasks/{task["id"]}', None),
                                              ('task-watch', 'PUT', f'/api/tasks/{task["id"]}/watch', {'state': 'watch'}),
                                              ('profile-update', 'PATCH', '/api/users/me', {'name': 'x'})):
            self.assertEqual(429, self.ask(function, method, path, value)[0], function)

    def test_reading_signing_out_and_what_guards_the_account_go_on(self):
        self.drain()
        for function, method, path, value, status in (('task-list', 'GET', '/api/tasks', None, 200), ('task-create', 'POST', '/api/tasks', {'title': 'x'}, 429),
                                                      ('password-change', 'POST', '/api/password', {'current_password': 'x', 'new_password': 'y' * 30}, 422),
                                                      ('totp-enrol', 'POST', '/api/totp', {'password': running.PASSWORD}, 201),
                                                      ('logout', 'POST', '/api/logout', {}, 204)):
            self.assertEqual(status, self.ask(function, method, path, value)[0], function)
        pumasi.forgive()

    def test_it_is_ones_own(self):
        self.drain()
        other = pumasi.register()
        self.assertEqual(201, self.create(person=other)[0])

    def test_an_access_token_takes_from_its_persons_bucket(self):
        secret = self.person.post('/api/tokens', {'name': 'x', 'scope': 'write'}).json['secret']
        self.drain()
        self.assertEqual(429, self.create(HTTP_COOKIE='', HTTP_AUTHORIZATION=f'Bearer {secret}')[0])

    def test_a_clock_that_was_set_back_locks_nobody_out(self):
        self.drain()
        self.bucket(int(time.time() + 10 ** 8) * 1000000)
        self.assertEqual(201, self.create()[0])

    def test_it_is_private(self):
        self.create()
        self.assertEqual(0o600, stat.S_IMODE(os.stat(pumasi.database + '-rates').st_mode))

    def test_the_setting_is_a_number_of_one_at_least(self):
        for wrong in ('0', '-1', 'many', '60001'):
            done = subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'config'], text=True, capture_output=True, timeout=20, check=False,
                                  env={**pumasi.environment_of_functions(), 'PUMASI_CHANGES_A_MINUTE': wrong})
            self.assertIn(f'changes_a_minute cannot be "{wrong}"', done.stderr)

    def test_the_numbers_here_are_those_of_the_source(self):
        with open(f'{running.ROOT}/lib/data/rate_file.h', encoding='utf-8') as file:
            self.assertIn(f'RATE_BUCKET_MINUTES = {BUCKET_MINUTES} ', file.read())


if __name__ == '__main__':
    unittest.main()
