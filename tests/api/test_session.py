"""Signing in, the cookie, and signing out."""
import re
import unittest

import running
from running import PASSWORD

pumasi = running.get()


class Registering(unittest.TestCase):
    def test_a_new_person_is_signed_in_at_once(self):
        person = pumasi.register('Min 민서')
        self.assertEqual('Min 민서', person.user['name'])
        self.assertEqual('member', person.user['role'])
        self.assertEqual(person.user, person.get('/api/session').json['user'])

    def test_the_language_of_the_browser_becomes_the_persons(self):
        self.assertEqual('ko', pumasi.register(language='ko-KR,ko;q=0.9,en;q=0.5').user['language'])
        self.assertEqual('en', pumasi.register(language='en-GB').user['language'])

    def test_an_address_makes_one_account_however_it_is_spelt(self):
        person = pumasi.register()
        before = pumasi.counts()
        answer = pumasi.client().post('/api/register', {'email': person.email.upper(), 'name': 'Other', 'password': PASSWORD})
        self.assertEqual(409, answer.status, answer)
        # But for the throttle: who asks for many addresses is slowed down.
        after = pumasi.counts()
        self.assertEqual([before[table] for table in ('user', 'session', 'outbox')], [after[table] for table in ('user', 'session', 'outbox')])

    def test_the_password_is_kept_as_argon2id_only(self):
        person = pumasi.register()
        kept = pumasi.value('SELECT password_hash FROM "user" WHERE id = ?', person.user['id'])
        self.assertTrue(kept.startswith('$argon2id$'), kept)
        for path in (pumasi.database, pumasi.database + '-wal', pumasi.dir + '/log/pumasi.log'):
            with open(path, 'rb') as file:
                self.assertNotIn(PASSWORD.encode(), file.read(), path)

    def test_addresses_that_cannot_be_mailed_to_are_refused(self):
        for email in ('', 'a', '@b.org', 'a@', 'a b@c.org', 'a@b.org\nBcc: x@y.org', 'a@b.org, c@d.org', 'x' * 250 + '@b.org'):
            with self.subTest(email):
                answer = pumasi.client().post('/api/register', {'email': email, 'name': 'N', 'password': PASSWORD})
                self.assertEqual(422, answer.status, answer)
                self.assertIn('email', answer.fields())

    def test_the_bounds_of_a_password(self):
        for password, status in (('1a2짧b3', 422), ('1a2길b3c8', 201), ('가' * 128, 201), ('가' * 129, 422), ('a\nbcdefgh', 422)):
            with self.subTest(len(password)):
                answer = pumasi.client().post('/api/register', {
                    'email': f'{running.unique("p")}@example.org', 'name': 'N', 'password': password})
                self.assertEqual(status, answer.status, answer)


class SigningIn(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register()

    def sign_in(self, client=None, **changes):
        return (client or pumasi.client()).post('/api/login', {'email': self.person.email, 'password': PASSWORD, **changes})

    def test_with_address_and_password(self):
        client = pumasi.client()
        answer = self.sign_in(client)
        self.assertEqual((200, self.person.user), (answer.status, answer.json['user']))
        self.assertEqual(200, client.get('/api/tasks').status)

    def test_case_and_spaces_around_the_address_do_not_matter(self):
        self.assertEqual(200, self.sign_in(email=f'  {self.person.email.upper()} ').status)

    def test_spaces_and_case_of_the_password_do(self):
        self.assertEqual(401, self.sign_in(password=PASSWORD + ' ').status)
        self.assertEqual(401, self.sign_in(password=PASSWORD.upper()).status)

    def test_a_wrong_password_and_an_unknown_address_read_alike(self):
        wrong = self.sign_in(password='wrong password')
        unknown = self.sign_in(email=f'{running.unique("nobody")}@example.org')
        self.assertEqual((401, 401), (wrong.status, unknown.status))
        self.assertEqual(wrong.said, unknown.said)
        self.assertIsNone(wrong.headers.get('Set-Cookie'))

    def test_a_failure_leaves_a_log_line_and_no_session(self):
        before = pumasi.counts()
        self.assertEqual(401, self.sign_in(password='wrong password').status)
        after = pumasi.counts()
        self.assertEqual(before['session'], after['session'])
        self.assertEqual(before['event'] + 1, after['event'])
        self.assertEqual('session.failed', pumasi.value('SELECT type FROM event ORDER BY id DESC LIMIT 1'))

    def test_the_cookie_cannot_be_read_by_scripts_and_is_kept_hashed(self):
        client = pumasi.client()
        cookie = self.sign_in(client).headers['Set-Cookie']
        self.assertRegex(cookie, r'^session=[A-Za-z0-9_-]{43}\.\d+\.[A-Za-z0-9_-]{22}; Path=/; Max-Age=\d+; HttpOnly; SameSite=Lax$')
        token = client.cookies['session'].split('.')[0]
        for path in (pumasi.database, pumasi.database + '-wal', pumasi.dir + '/log/pumasi.log'):
            with open(path, 'rb') as file:
                self.assertNotIn(token.encode(), file.read(), path)

    def test_each_sign_in_has_a_token_of_its_own(self):
        one, other = pumasi.client(), pumasi.client()
        self.sign_in(one)
        self.sign_in(other)
        self.assertNotEqual(one.cookies, other.cookies)
        self.assertEqual(204, one.post('/api/logout', {}).status)
        self.assertEqual(200, other.get('/api/tasks').status)

    def test_a_token_that_was_sent_before_signing_in_is_not_taken_over(self):
        client = pumasi.client()
        client.cookies['session'] = 'A' * 43
        self.sign_in(client)
        self.assertNotEqual('A' * 43, client.cookies['session'])

    def test_too_many_failures_of_one_account_must_wait(self):
        for _ in range(5):
            self.assertEqual(401, self.sign_in(password='wrong password').status)
        answer = self.sign_in()
        self.assertEqual(429, answer.status, answer)
        self.assertGreaterEqual(int(answer.headers['Retry-After']), 1)
        self.assertEqual('application/problem+json', answer.kind)
        running.wait_until(lambda: self.sign_in().status == 200, 10, 'signing in after the wait')


class Sessions(unittest.TestCase):
    def test_nobody_is_signed_in_without_a_cookie(self):
        self.assertEqual({'user': None}, pumasi.client().get('/api/session').json)

    def test_wrong_cookies_are_nobodys(self):
        person = pumasi.register()
        token = person.cookies['session']
        last = 'A' if token[20] != 'A' else 'B'
        for value in ('', 'x', token[:-1], token[:20] + last + token[21:], token + 'A', '"' + token + '"', '%00', '한' * 20):
            with self.subTest(value):
                answer = pumasi.client().get('/api/tasks', {'Cookie': f'session={value}'.encode()})
                self.assertEqual(401, answer.status, answer)

    def test_the_cookie_is_found_among_others(self):
        token = pumasi.register().cookies['session']
        for cookies in (f'a=b; session={token}; c=d', f'a=b;session={token}', f'xsession=1; session={token}'):
            with self.subTest(cookies[:12]):
                self.assertEqual(200, pumasi.client().get('/api/tasks', {'Cookie': cookies}).status)
        self.assertEqual(401, pumasi.client().get('/api/tasks', {'Cookie': f'xsession={token}'}).status)

    def test_signing_out_ends_the_session_on_the_server(self):
        person = pumasi.register()
        kept = dict(person.cookies)
        answer = person.post('/api/logout', {})
        self.assertEqual((204, b''), (answer.status, answer.body))
        self.assertTrue(re.search(r'^session=; .*Max-Age=0', answer.headers['Set-Cookie']))
        self.assertEqual({}, person.cookies)
        person.cookies = kept
        self.assertEqual(401, person.get('/api/tasks').status)
        self.assertEqual(401, person.post('/api/logout', {}).status)

    def test_a_session_ends_by_its_time(self):
        person = pumasi.register()
        pumasi.by_hand(f'UPDATE session SET expires_at = unixepoch() - 1 WHERE user_id = {person.user["id"]}')
        self.assertEqual(401, person.get('/api/tasks').status)
        self.assertEqual({'user': None}, person.get('/api/session').json)


if __name__ == '__main__':
    unittest.main()
