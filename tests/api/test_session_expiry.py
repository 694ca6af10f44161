"""A session ends by its age and by rest, though reading writes nothing: the time of last use travels in the cookie."""
import base64
import hmac
import re
import subprocess
import time
import unittest

import running
import test_people
from test_settings import ask

pumasi = running.get()
IDLE_HOURS = 7 * 24
DAY = 24 * 3600


def stamped(token, hour):
    """The cookie that the server gave for a use in that hour."""
    key = pumasi.value('SELECT stamp_key FROM session ORDER BY id DESC LIMIT 1')
    mac = hmac.digest(key.encode(), str(hour).encode(), 'sha256')[:16]
    return f'{token}.{hour}.{base64.urlsafe_b64encode(mac).decode().rstrip("=")}'


def this_hour():
    """With some seconds of it left, so that no test sees two."""
    if time.time() % 3600 > 3590:
        time.sleep(11)
    return int(time.time()) // 3600


def age(answer):
    return int(re.search(r'; Max-Age=(\d+);', answer.headers['Set-Cookie']).group(1))


class Rest(unittest.TestCase):
    def setUp(self):
        self.hour = this_hour()
        self.person = pumasi.register()
        self.token = self.person.cookies['session'].split('.')[0]

    def rest(self, hours):
        self.person.cookies['session'] = stamped(self.token, self.hour - hours)

    def test_the_cookie_is_token_hour_and_signature(self):
        self.assertEqual(stamped(self.token, self.hour), self.person.cookies['session'])

    def test_used_in_this_hour_it_stays_as_it_is(self):
        for path in ('/api/session', '/api/tasks', '/api/users/me'):
            self.assertIsNone(self.person.get(path).headers['Set-Cookie'], path)

    def test_any_answer_of_a_later_hour_renews_it(self):
        requests = (lambda: self.person.get('/api/tasks'), lambda: self.person.get('/api/session'), lambda: self.person.get('/api/tasks/999999999'),
                    lambda: self.person.post('/api/tasks', {'title': 'x'}), lambda: self.person.post('/api/tasks', {'title': ''}),
                    lambda: self.person.get('/api/tasks', {'If-None-Match': '*'}))
        for number, request in enumerate(requests):
            for hours in (1, IDLE_HOURS):
                with self.subTest(number, hours=hours):
                    self.rest(hours)
                    answer = request()
                    self.assertIn(answer.status, (200, 201, 304, 404, 422))
                    self.assertEqual(stamped(self.token, self.hour), self.person.cookies['session'])
                    self.assertRegex(answer.headers['Set-Cookie'], r'^session=[^;]+; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax$')

    def test_after_a_week_of_rest_it_has_ended(self):
        self.rest(IDLE_HOURS + 1)
        before = dict(self.person.cookies)
        self.assertEqual(401, self.person.get('/api/tasks').status)
        self.assertEqual({'user': None}, self.person.get('/api/session').json)
        self.assertEqual(401, self.person.post('/api/tasks', {'title': 'x'}).status)
        self.assertEqual(before, self.person.cookies)

    def test_nobody_can_say_a_later_hour(self):
        old = stamped(self.token, self.hour - 1)
        token, stamp, mac = old.split('.')
        for value in (token, f'{token}.', f'{token}.{self.hour}', f'{token}.{self.hour}.', f'{token}.{self.hour}.{mac}', f'{token}..{mac}', f'{token}.{stamp}',
                      f'{token}.{stamp}.{mac[:-1]}', f'{token}.{stamp}.{mac}A', f'{token}.0{stamp}.{mac}', f'{token}.+{stamp}.{mac}',
                      f'{token}.{"9" * 40}.{mac}', f'{token}.-1.{mac}', f'{token}.{stamp}.{mac}.{mac}', f'{stamp}.{token}.{mac}'):
            with self.subTest(value[len(token):]):
                self.person.cookies['session'] = value
                self.assertEqual(401, self.person.get('/api/tasks').status)
        self.person.cookies['session'] = old
        self.assertEqual(200, self.person.get('/api/tasks').status)

    def test_a_stamp_is_of_one_session(self):
        other = pumasi.register()
        _, stamp, mac = other.cookies['session'].split('.')
        self.person.cookies['session'] = f'{self.token}.{stamp}.{mac}'
        self.assertEqual(401, self.person.get('/api/tasks').status)

    def test_renewing_writes_nothing(self):
        before, version = pumasi.counts(), pumasi.query('SELECT * FROM session ORDER BY id')
        for hours in range(1, 6):
            self.rest(hours)
            self.assertIsNotNone(self.person.get('/api/tasks').headers['Set-Cookie'])
        self.assertEqual((before, version), (pumasi.counts(), pumasi.query('SELECT * FROM session ORDER BY id')))

    def test_an_answer_that_is_given_again_brings_nobody_elses_cookie(self):
        self.person.task()
        second = pumasi.client()
        kept = dict(self.person.cookies)
        self.assertEqual(200, second.post('/api/login', {'email': self.person.email, 'password': running.PASSWORD}).status)
        pumasi.by_hand(f"UPDATE session SET stamp_key = '{'k' * 43}' WHERE user_id = {self.person.user['id']}")
        key_of_both = stamped(self.token, self.hour - 1)
        for _ in range(4):  # each of the workers keeps it
            self.person.cookies = {'session': key_of_both}
            self.assertEqual(stamped(self.token, self.hour), self.person.get('/api/tasks').headers['Set-Cookie'].split(';')[0].split('=', 1)[1])
            second.cookies = {'session': stamped(second.cookies['session'].split('.')[0], self.hour)}
            self.assertIsNone(second.get('/api/tasks').headers['Set-Cookie'])
        self.assertNotEqual(kept, self.person.cookies)

    def test_signing_out_in_a_later_hour_leaves_no_cookie(self):
        self.rest(3)
        answer = self.person.post('/api/logout', {})
        self.assertEqual((204, 1), (answer.status, len(answer.headers.get_all('Set-Cookie'))))
        self.assertEqual({}, self.person.cookies)

    def test_the_administrator_says_how_long(self):
        def status(hours, **settings):
            return ask('task-list', 'GET', '/api/tasks', HTTP_COOKIE=f'session={stamped(self.token, self.hour - hours)}', **settings)[0]
        self.assertEqual((200, 401), (status(1, PUMASI_SESSION_IDLE_HOURS='1'), status(2, PUMASI_SESSION_IDLE_HOURS='1')))
        self.assertEqual((200, 401), (status(9600, PUMASI_SESSION_IDLE_HOURS='9600'), status(9601, PUMASI_SESSION_IDLE_HOURS='9600')))


class Age(unittest.TestCase):
    def setUp(self):
        this_hour()
        self.person = pumasi.register()

    def kept_for(self):
        return pumasi.value('SELECT expires_at - created_at FROM session WHERE user_id = ? ORDER BY id DESC LIMIT 1', self.person.user['id'])

    def test_a_session_lasts_thirty_days_at_most(self):
        self.assertEqual(30 * DAY, self.kept_for())

    def test_use_does_not_lengthen_it(self):
        pumasi.by_hand(f'UPDATE session SET expires_at = unixepoch() + 3600 WHERE user_id = {self.person.user["id"]}')
        self.person.cookies['session'] = stamped(self.person.cookies['session'].split('.')[0], this_hour() - 1)
        answer = self.person.get('/api/tasks')
        self.assertLessEqual(age(answer), 3600)
        self.assertGreater(age(answer), 3500)

    def test_the_browser_forgets_it_when_it_has_rested(self):
        answer = pumasi.client().post('/api/login', {'email': self.person.email, 'password': running.PASSWORD})
        self.assertEqual((IDLE_HOURS + 1) * 3600, age(answer))

    def test_the_administrator_says_how_long(self):
        credentials = {'email': self.person.email, 'password': running.PASSWORD}
        status, head, _ = ask('login', 'POST', '/api/login', credentials, PUMASI_SESSION_DAYS='1')
        self.assertEqual((200, DAY), (status, self.kept_for()))
        self.assertIn(f'Max-Age={DAY};', head)


class Bounds(unittest.TestCase):
    def config(self, key, value):
        return subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'config'], text=True, capture_output=True, timeout=20 * running.PATIENCE, check=False,
                              env={**pumasi.environment_of_functions(), f'PUMASI_{key.upper()}': value})

    def test_neither_can_be_switched_off(self):
        for key, least, most in (('session_days', 1, 400), ('session_idle_hours', 1, 9600)):
            for value in ('0', '-1', '', 'never', str(most + 1)):
                with self.subTest(key, value=value):
                    done = self.config(key, value)
                    self.assertEqual(1, done.returncode)
                    self.assertIn(f'{key} cannot be "{value}"', done.stderr)
            for value in (least, most):
                self.assertIn(f'{key} = {value}\n', self.config(key, str(value)).stdout)


class Rotation(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register()

    def sign_in(self, client):
        answer = client.post('/api/login', {'email': self.person.email, 'password': running.PASSWORD})
        self.assertEqual(200, answer.status, answer)
        return client

    def test_signing_in_ends_the_session_that_the_browser_had(self):
        before = dict(self.person.cookies)
        self.sign_in(self.person)
        self.assertNotEqual(before['session'].split('.')[0], self.person.cookies['session'].split('.')[0])
        self.assertEqual(200, self.person.get('/api/tasks').status)
        self.person.cookies = before
        self.assertEqual(401, self.person.get('/api/tasks').status)

    def test_as_somebody_else_too(self):
        other = pumasi.register()
        former = dict(other.cookies)
        self.sign_in(other)
        other.cookies = former
        self.assertEqual(401, other.get('/api/tasks').status)

    def test_a_failure_to_sign_in_ends_nothing(self):
        self.assertEqual(401, self.person.post('/api/login', {'email': self.person.email, 'password': 'wrong password'}).status)
        self.assertEqual(200, self.person.get('/api/tasks').status)

    def test_a_change_of_role_ends_all_sessions_whoever_makes_it(self):
        second, stranger = self.sign_in(pumasi.client()), pumasi.register()
        test_people.administrator()  # or the last one would have to stay one
        for role in ('admin', 'member'):
            pumasi.by_hand(f"UPDATE \"user\" SET role = '{role}' WHERE id = {self.person.user['id']}")
            self.assertEqual((401, 401), (self.person.get('/api/tasks').status, second.get('/api/tasks').status))
            self.assertEqual(role, self.sign_in(self.person).get('/api/session').json['user']['role'])
            self.sign_in(second)
        self.assertEqual(200, stranger.get('/api/tasks').status)
        pumasi.by_hand(f"UPDATE \"user\" SET role = role, name = 'New' WHERE id = {self.person.user['id']}")
        self.assertEqual(200, self.person.get('/api/tasks').status)

    def test_of_one_person_the_latest_fifty_stay(self):
        pumasi.by_hand('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO session '
                       '(user_id, token_hash, stamp_key, expires_at) '
                       f"SELECT {self.person.user['id']}, randomblob(32), '{'k' * 43}', unixepoch() + 1000 FROM n")
        other = self.sign_in(pumasi.client())
        self.assertEqual(50, pumasi.value('SELECT count(*) FROM session WHERE user_id = ?', self.person.user['id']))
        self.assertEqual((200, 401), (other.get('/api/tasks').status, self.person.get('/api/tasks').status))


if __name__ == '__main__':
    unittest.main()
