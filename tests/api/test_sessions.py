"""Where one is signed in: listed, and ended one by one or all but this one; nobody else's."""
import re
import subprocess
import unittest

import running
from test_settings import ask

pumasi = running.get()
FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
SAFARI = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
EDGE = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0'


class Base(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Sess Ion')

    def sign_in(self, agent=None):
        client = pumasi.client()
        answer = client.post('/api/login', {'email': self.person.email, 'password': running.PASSWORD}, {'User-Agent': agent})
        self.assertEqual(200, answer.status, answer)
        return client

    def sessions(self, client=None):
        return (client or self.person).get('/api/sessions').json['sessions']

    def current(self, client):
        [session] = [session for session in self.sessions(client) if session['is_current']]
        return session['id']

    def is_in(self, client):
        return client.get('/api/tasks').status == 200


class Listing(Base):
    def test_each_with_its_browser_and_the_latest_first(self):
        phone = self.sign_in(SAFARI)
        listed = self.sessions(phone)
        self.assertEqual([True, False], [session['is_current'] for session in listed])
        self.assertEqual([SAFARI, ''], [session['browser'] for session in listed])
        self.assertEqual({'id', 'browser', 'has_factor', 'is_current', 'created_at', 'expires_at'}, set(listed[0]))
        self.assertEqual([False, True], [session['is_current'] for session in self.sessions()])

    def test_what_a_browser_calls_itself_is_cut_and_checked(self):
        for agent, kept in (('x' * 300, 'x' * 200), ('가'.encode() * 300, '가' * 200), (b'\xff\xfe', ''), ('a\tb', ''), ('', ''),
                            ('<script>alert(1)</script>', '<script>alert(1)</script>')):
            with self.subTest(agent[:5]):
                self.assertEqual(kept, self.sessions(self.sign_in(agent))[0]['browser'])

    def test_control_characters_that_a_gateway_lets_through_are_not_kept(self):
        for agent in ('a\x01', 'a\nb', 'a\x7f', 'a\u0085'):
            self.assertEqual(200, ask('login', 'POST', '/api/login', {'email': self.person.email, 'password': running.PASSWORD}, HTTP_USER_AGENT=agent)[0])
            self.assertEqual('', self.sessions()[0]['browser'])

    def test_no_token_and_no_key_is_told(self):
        text = self.person.get('/api/sessions').text + self.person.get('/api/users/me', {'Accept': 'text/html'}).text
        token, _, mac = self.person.cookies['session'].split('.')
        key = pumasi.value('SELECT stamp_key FROM session ORDER BY id DESC LIMIT 1')
        for secret in (token, mac, key):
            self.assertNotIn(secret, text)

    def test_ended_ones_are_gone(self):
        self.sign_in()
        pumasi.by_hand(f'UPDATE session SET expires_at = unixepoch() - 1 WHERE id = {self.sessions()[0]["id"]}')
        self.assertEqual(1, len(self.sessions()))

    def test_nobody_sees_anothers(self):
        self.assertEqual(1, len(self.sessions(pumasi.register())))
        self.assertEqual(401, pumasi.client().get('/api/sessions').status)


class Ending(Base):
    def test_one(self):
        for end in (lambda id: self.person.delete(f'/api/sessions/{id}'), lambda id: self.person.post(f'/api/sessions/{id}/end', {})):
            other, third = self.sign_in(), self.sign_in()
            self.assertEqual(204, end(self.current(other)).status)
            self.assertEqual((False, True, True), (self.is_in(other), self.is_in(third), self.is_in(self.person)))

    def test_all_others(self):
        for end in (lambda: self.person.delete('/api/sessions'), lambda: self.person.post('/api/sessions/end', {})):
            other, third, stranger = self.sign_in(), self.sign_in(), pumasi.register()
            self.assertEqual(204, end().status)
            self.assertEqual((False, False, True, True), tuple(map(self.is_in, (other, third, self.person, stranger))))

    def test_ones_own_takes_the_cookie_too(self):
        answer = self.person.delete(f'/api/sessions/{self.current(self.person)}')
        self.assertEqual((204, {}), (answer.status, self.person.cookies))

    def test_anothers_is_not_there(self):
        stranger = pumasi.register()
        before = pumasi.counts()
        for id in (self.current(stranger), 987654321):
            self.assertEqual(404, self.person.delete(f'/api/sessions/{id}').status)
            self.assertEqual(404, self.person.post(f'/api/sessions/{id}/end', {}).status)
        self.assertTrue(self.is_in(stranger))
        self.assertEqual(before, pumasi.counts())

    def test_not_from_a_foreign_page_and_not_without_a_session(self):
        other = self.sign_in()
        for path in (f'/api/sessions/{self.current(other)}/end', '/api/sessions/end'):
            self.assertEqual(403, self.person.form(path, {}, {'Origin': 'https://evil.example'}).status)
            self.assertEqual(401, pumasi.client().post(path, {}).status)
        self.assertTrue(self.is_in(other))

    def test_the_log_says_so(self):
        other = self.sign_in()
        self.person.delete(f'/api/sessions/{self.current(other)}')
        self.assertEqual([('session.ended', self.person.user['id'], self.person.user['id'])],
                         pumasi.query('SELECT type, actor_id, user_id FROM event ORDER BY id DESC LIMIT 1'))


class Administrator(Base):
    def sign_out(self, *words):
        return subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'user', 'sign-out', *words], text=True, capture_output=True,
                              timeout=20 * running.PATIENCE, check=False, env=pumasi.environment_of_functions())

    def test_one_person_is_signed_out_everywhere(self):
        other, stranger = self.sign_in(), pumasi.register()
        self.assertEqual(0, self.sign_out(self.person.email.upper()).returncode)
        self.assertEqual((False, False, True), tuple(map(self.is_in, (self.person, other, stranger))))

    def test_everybody_is(self):
        stranger = pumasi.register()
        count = pumasi.value('SELECT count(*) FROM session')
        self.assertEqual(f'{count} sessions are ended\n', self.sign_out('--all').stdout)
        self.assertEqual((False, False), tuple(map(self.is_in, (self.person, stranger))))

    def test_who_is_not_there_is_told(self):
        done = self.sign_out('nobody@example.org')
        self.assertEqual((1, True), (done.returncode, 'no account' in done.stderr))
        self.assertEqual(2, self.sign_out().returncode)


class Page(Base):
    def page(self):
        return self.person.get('/api/users/me', {'Accept': 'text/html'}).text

    def test_it_says_where_and_has_a_button_each(self):
        for agent in (FIREFOX, SAFARI, EDGE, '<b>Browser</b>'):
            self.sign_in(agent)
        page = self.page()
        for words in ('Firefox, Linux', 'Safari, iPhone', 'Edge, Windows', '&lt;b&gt;Browser', 'Unknown browser'):
            self.assertIn(words, page)
        self.assertEqual(5, len(re.findall(r'action="/api/sessions/\d+/end"', page)))
        self.assertEqual(1, page.count('this browser'))

    def test_the_buttons_work_without_scripts(self):
        other = self.sign_in(FIREFOX)
        self.person.html = True
        action = re.findall(r'action="(/api/sessions/\d+/end)"', self.page())[0]
        answer = self.person.form(action, {})
        self.assertEqual((303, '/api/users/me#sessions'), (answer.status, answer.headers['Location']))
        self.assertFalse(self.is_in(other))
        self.sign_in(FIREFOX)
        self.assertEqual(303, self.person.form('/api/sessions/end', {}).status)
        page = self.page()
        self.assertNotIn('/api/sessions/end', page)
        [action] = re.findall(r'action="(/api/sessions/\d+/end)"', page)
        answer = self.person.form(action, {})
        self.assertEqual((303, '/', {}), (answer.status, answer.headers['Location'], self.person.cookies))


if __name__ == '__main__':
    unittest.main()
