"""The second factor: got, asked for, used once, lost and taken away; and required where the administrator says so."""
import base64
import hmac
import html
import json
import re
import struct
import subprocess
import time
import unittest

import running
from test_settings import ask

pumasi = running.get()
STEP_S = 30


def code_of(secret, steps=0):
    """What an app shows, so many steps from now."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack('>Q', int(time.time()) // STEP_S + steps), 'sha1')
    return f'{(struct.unpack(">I", digest[digest[-1] & 15:][:4])[0] & 0x7fffffff) % 10 ** 6:06d}'


class Base(unittest.TestCase):
    def setUp(self):
        # No step ends between an app's code and its use.
        left_s = STEP_S - time.time() % STEP_S
        if left_s < min(4 * running.PATIENCE, STEP_S - 6):
            time.sleep(left_s + 0.5)
        self.person = pumasi.register('Fac Tor')
        self.addCleanup(pumasi.forgive)

    def begin(self, person=None):
        answer = (person or self.person).post('/api/totp', {'password': running.PASSWORD})
        self.assertEqual((201, 'begun'), (answer.status, answer.json['state']), answer)
        return answer.json['secret']

    def enrol(self, person=None):
        """Turns it on with the code of the step before, so that the present one is left to sign in with."""
        secret = self.begin(person)
        answer = (person or self.person).post('/api/totp/confirm', {'code': code_of(secret, -1)})
        self.assertEqual(200, answer.status, answer)
        return secret, answer.json['recovery_codes']

    def sign_in(self, client=None, password=running.PASSWORD, **fields):
        return (client or pumasi.client()).post('/api/login', {'email': self.person.email, 'password': password, **fields})

    def last_event(self):
        [(kind, actor, user, detail)] = pumasi.query("SELECT type, actor_id, user_id, detail FROM event WHERE type NOT LIKE 'session.%' ORDER BY id DESC LIMIT 1")
        return kind, actor, user, json.loads(detail).get('changes')

    def state(self):
        return self.person.get('/api/totp').json['state']


class Enrolment(Base):
    def test_a_secret_and_then_a_code_turn_it_on(self):
        self.assertEqual({'state': 'off', 'is_required': False}, self.person.get('/api/totp').json)
        secret = self.begin()
        self.assertRegex(secret, '^[A-Z2-7]{32}$')
        self.assertEqual(f'otpauth://totp/Pumasi:{self.person.email.replace("@", "%40")}?secret={secret}&issuer=Pumasi', self.person.get('/api/totp').json['uri'])
        self.assertEqual(200, self.sign_in().status, 'not yet asked for')
        codes = self.person.post('/api/totp/confirm', {'code': code_of(secret)}).json['recovery_codes']
        self.assertEqual(10, len(set(codes)))
        for code in codes:
            self.assertRegex(code, '^([a-z2-7]{4}-){6}[a-z2-7]{4}$')
        now = self.person.get('/api/totp').json
        self.assertEqual(('on', 10), (now['state'], now['recovery_codes_left']))
        self.assertNotIn(secret, self.person.get('/api/totp').text)

    def test_it_takes_the_password(self):
        for password, code in (('wrong password', 'wrong'), ('', 'required')):
            answer = self.person.post('/api/totp', {'password': password})
            self.assertEqual((422, {'password': code}), (answer.status, answer.fields()))
        self.assertEqual('off', self.state())

    def test_wrong_passwords_are_counted(self):
        for _ in range(5):
            self.assertEqual(422, self.person.post('/api/totp', {'password': 'wrong password'}).status)
        answer = self.person.post('/api/totp', {'password': running.PASSWORD})
        self.assertEqual(429, answer.status, answer)
        self.assertGreaterEqual(int(answer.headers['Retry-After']), 1)
        self.assertEqual(200, self.sign_in().status, 'apart from those of signing in')

    def test_a_wrong_code_turns_nothing_on(self):
        secret = self.begin()
        for code in ('000000' if code_of(secret) != '000000' else '111111', '1', code_of(secret, 5), 'aaaa-' * 5 + 'aaaa'):
            answer = self.person.post('/api/totp/confirm', {'code': code})
            self.assertEqual((422, {'code': 'wrong'}), (answer.status, answer.fields()), code)
        self.assertEqual('begun', self.state())
        self.assertEqual(409, pumasi.register().post('/api/totp/confirm', {'code': code_of(secret)}).status)

    def test_to_begin_again_makes_another_secret_until_it_is_on(self):
        first, second = self.begin(), self.begin()
        self.assertNotEqual(first, second)
        self.assertEqual(422, self.person.post('/api/totp/confirm', {'code': code_of(first)}).status)
        self.assertEqual(200, self.person.post('/api/totp/confirm', {'code': code_of(second)}).status)
        self.assertEqual(409, self.person.post('/api/totp', {'password': running.PASSWORD}).status)
        self.assertEqual(409, self.person.post('/api/totp/confirm', {'code': code_of(second)}).status)

    def test_all_other_sessions_end_and_this_one_is_new(self):
        other, stranger = pumasi.client(), pumasi.register()
        self.sign_in(other)
        before = dict(self.person.cookies)
        self.enrol()
        self.assertEqual((200, 401, 200), (self.person.get('/api/tasks').status, other.get('/api/tasks').status, stranger.get('/api/tasks').status))
        self.person.cookies = before
        self.assertEqual(401, self.person.get('/api/tasks').status)

    def test_neither_secret_nor_recovery_codes_stand_in_the_files(self):
        secret, codes = self.enrol()
        self.sign_in(code=code_of(secret))
        for path in (pumasi.database, pumasi.database + '-wal', pumasi.dir + '/log/pumasi.log'):
            with open(path, 'rb') as file:
                kept = file.read()
            for text in (secret.encode(), base64.b32decode(secret), codes[0].encode(), codes[0].replace('-', '').encode()):
                self.assertNotIn(text, kept, path)

    def test_each_change_is_an_event(self):
        me = self.person.user['id']
        _, codes = self.enrol()
        self.assertEqual(('user.updated', me, me, {'factor': {'from': None, 'to': 'totp'}}), self.last_event())
        self.assertEqual(200, self.sign_in(code=codes[0]).status)
        self.assertEqual(('user.updated', me, me, {'recovery_codes': {'from': 10, 'to': 9}}), self.last_event())
        self.assertEqual(204, self.person.send('DELETE', '/api/totp', {'password': running.PASSWORD}).status)
        self.assertEqual(('user.updated', me, me, {'factor': {'from': 'totp', 'to': None}}), self.last_event())


class SigningIn(Base):
    def setUp(self):
        super().setUp()
        self.secret, self.codes = self.enrol()

    def test_without_a_code_it_is_asked_for_and_nothing_is_written(self):
        before = pumasi.counts()
        for fields in ({}, {'code': ''}, {'code': None}):
            answer = self.sign_in(**fields)
            self.assertEqual((401, 'code_required'), (answer.status, answer.json['code']), answer)
            self.assertEqual('application/problem+json', answer.kind)
            self.assertIsNone(answer.headers['Set-Cookie'])
        self.assertEqual(before, pumasi.counts())

    def test_a_wrong_password_tells_nothing_of_a_factor(self):
        with_factor = self.sign_in(password='wrong password', code=code_of(self.secret))
        nobody = pumasi.client().post('/api/login', {'email': f'{running.unique("nobody")}@example.org', 'password': 'wrong password', 'code': '123456'})
        self.assertEqual((401, nobody.body), (with_factor.status, with_factor.body))

    def test_with_a_code_as_the_app_groups_it(self):
        code = code_of(self.secret)
        client = pumasi.client()
        self.assertEqual(200, self.sign_in(client, code=f' {code[:3]} {code[3:]} ').status)
        self.assertEqual(200, client.get('/api/tasks').status)
        self.assertTrue(client.get('/api/sessions').json['sessions'][0]['has_factor'])

    def test_a_code_is_taken_once(self):
        code = code_of(self.secret)
        self.assertEqual(200, self.sign_in(code=code).status)
        answer = self.sign_in(code=code)
        self.assertEqual((401, 'code_wrong'), (answer.status, answer.json['code']))
        self.assertEqual(401, self.sign_in(code=code_of(self.secret, -1)).status, 'nor one before it')
        self.assertEqual(200, self.sign_in(code=code_of(self.secret, 1)).status)

    def test_two_at_once_with_one_code_is_one(self):
        import threading
        code, statuses = code_of(self.secret), []
        threads = [threading.Thread(target=lambda: statuses.append(self.sign_in(code=code).status)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([200, 401, 401, 401], sorted(statuses))

    def test_a_recovery_code_is_taken_once(self):
        self.assertEqual(200, self.sign_in(code=self.codes[3].upper().replace('-', ' ')).status)
        self.assertEqual(401, self.sign_in(code=self.codes[3]).status)
        self.assertEqual(9, self.person.get('/api/totp').json['recovery_codes_left'])
        self.assertEqual(200, self.sign_in(code=self.codes[4]).status)

    def test_anothers_recovery_code_is_none(self):
        other = pumasi.register()
        _, codes = self.enrol(other)
        self.assertEqual(401, self.sign_in(code=codes[0]).status)
        self.assertEqual(10, other.get('/api/totp').json['recovery_codes_left'])

    def test_wrong_codes_are_counted_and_the_right_password_does_not_forget_them(self):
        before = pumasi.counts()
        for _ in range(5):
            self.assertEqual(401, self.sign_in(code='000000' if code_of(self.secret) != '000000' else '111111').status)
            self.assertIn(self.sign_in().status, (401, 429))
        self.assertEqual(429, self.sign_in(code=code_of(self.secret)).status)
        after = pumasi.counts()
        self.assertEqual((before['session'], before['event'] + 5), (after['session'], after['event']))
        running.wait_until(lambda: self.sign_in(code=code_of(self.secret)).status == 200, 10, 'signing in after the wait')

    def test_without_scripts_a_page_asks_for_it(self):
        client = pumasi.client(html=True)
        fields = {'email': self.person.email, 'password': running.PASSWORD, 'code': ''}
        for code, words in (('', 'Now the code'), ('12', 'not right')):
            answer = client.form('/api/login', {**fields, 'code': code})
            self.assertEqual((401, 'text/html'), (answer.status, answer.kind))
            for piece in (words, 'name="code"', 'action="/api/login"', f'value="{self.person.email}"'):
                self.assertIn(piece, answer.text)
            self.assertNotIn(running.PASSWORD, answer.text)
        self.assertEqual(303, client.form('/api/login', {**fields, 'code': code_of(self.secret)}).status)
        self.assertEqual(200, client.get('/api/tasks').status)


class LostKey(Base):
    """The file of keys, from which secrets are derived, is gone."""

    def login(self):
        return ask('login', 'POST', '/api/login', {'email': self.person.email, 'password': running.PASSWORD}, PUMASI_LINK_KEYS='/nonexistent/keys')

    def test_who_has_no_factor_signs_in_all_the_same(self):
        self.assertEqual(200, self.login()[0])

    def test_who_has_one_does_not_get_in_without(self):
        self.enrol()
        before = pumasi.counts()['session']
        status, head, _ = self.login()
        self.assertEqual((500, False, before), (status, 'Set-Cookie' in head, pumasi.counts()['session']))

    def test_a_new_key_for_links_leaves_factors_as_they_are(self):
        secret, _ = self.enrol()
        subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'key', 'rotate'], capture_output=True, timeout=20 * running.PATIENCE, check=True,
                       env=pumasi.environment_of_functions())
        self.assertEqual(200, self.sign_in(code=code_of(secret)).status)

    def test_a_copy_of_the_database_does_not_tell_the_secret(self):
        secret = self.begin()
        with open(pumasi.database + '-keys', encoding='utf-8') as file:
            key = file.read().split()[1]
        nonce = pumasi.value('SELECT nonce FROM factor WHERE user_id = ?', self.person.user['id'])
        derived = hmac.digest(hmac.digest(bytes.fromhex(key), b'factor', 'sha256'), b'', 'sha256')
        digest = hmac.digest(derived, f'totp {self.person.user["id"]} {nonce}'.encode(), 'sha256')
        self.assertEqual(secret, base64.b32encode(digest[:20]).decode(), 'with the key it does')
        tables = [name for name, in pumasi.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'task_search%'")]
        self.assertNotIn(key, ' '.join(str(row) for table in tables for row in pumasi.query(f'SELECT * FROM "{table}"')))


class Removal(Base):
    def setUp(self):
        super().setUp()
        self.secret, self.codes = self.enrol()

    def remove(self, **fields):
        return self.person.send('DELETE', '/api/totp', fields)

    def test_with_password_or_code(self):
        for proof in (lambda: {'password': running.PASSWORD}, lambda: {'code': code_of(self.secret)}, lambda: {'code': self.codes[0]}):
            if self.state() == 'off':
                self.secret, self.codes = self.enrol()
            other = pumasi.client()
            self.assertEqual(200, self.sign_in(other, code=self.codes[1]).status)
            self.assertEqual(204, self.remove(**proof()).status)
            self.assertEqual(('off', 401), (self.state(), other.get('/api/tasks').status))
            self.assertEqual(0, pumasi.value('SELECT count(*) FROM recovery_code WHERE user_id = ?', self.person.user['id']))
            self.assertEqual(200, self.sign_in().status)

    def test_not_without(self):
        for fields, code in (({}, {'password': 'required'}), ({'password': ''}, {'password': 'required'}), ({'password': 'wrong password'}, {'password': 'wrong'}),
                             ({'code': '12'}, {'code': 'wrong'})):
            answer = self.remove(**fields)
            self.assertEqual((422, code), (answer.status, answer.fields()))
        self.assertEqual('on', self.state())

    def test_what_is_off_is_not_there(self):
        self.assertEqual(404, pumasi.register().send('DELETE', '/api/totp', {'password': running.PASSWORD}).status)

    def test_the_administrator_resets_it_for_who_lost_both(self):
        def reset(address):
            return subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'user', 'reset-factor', address], text=True, capture_output=True,
                                  timeout=20 * running.PATIENCE, check=False, env=pumasi.environment_of_functions())
        done = reset(self.person.email.upper())
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(401, self.person.get('/api/tasks').status)
        self.assertEqual(('user.updated', None, self.person.user['id'], {'factor': {'from': 'totp', 'to': None}}), self.last_event())
        self.assertEqual(200, self.sign_in().status)
        self.assertIn('no second factor', reset(self.person.email).stderr)
        self.assertIn('no account', reset('nobody@example.org').stderr)


class Required(Base):
    """By the setting, which each function reads for itself."""

    def ask(self, function, method, path, value=None, who='all', **variables):
        return ask(function, method, path, value, PUMASI_SECOND_FACTOR=who, HTTP_COOKIE=f'session={self.person.cookies["session"]}', **variables)

    def test_who_has_none_can_do_nothing_but_get_one(self):
        task = self.person.task()
        for function, method, path in (('task-list', 'GET', '/api/tasks'), ('task-show', 'GET', f'/api/tasks/{task["id"]}'), ('task-create', 'POST', '/api/tasks'),
                                       ('profile-show', 'GET', '/api/users/me'), ('user-list', 'GET', '/api/users'), ('session-list', 'GET', '/api/sessions'),
                                       ('session-end', 'DELETE', '/api/sessions'), ('profile-update', 'PATCH', '/api/users/me')):
            status, _, problem = self.ask(function, method, path, {} if method != 'GET' else None)
            self.assertEqual((403, 'factor_required'), (status, problem['code']), function)
        status, _, value = self.ask('totp-show', 'GET', '/api/totp')
        self.assertEqual((200, {'state': 'off', 'is_required': True}), (status, value))
        self.assertEqual(200, self.ask('session', 'GET', '/api/session')[0])

    def test_a_browser_is_taken_to_its_page_which_says_why(self):
        status, head, _ = self.ask('task-list', 'GET', '/api/tasks', HTTP_ACCEPT='text/html')
        self.assertEqual((303, True), (status, 'Location: /api/totp\r\n' in head))

    def test_it_gets_one_and_is_let_in(self):
        secret = self.ask('totp-enrol', 'POST', '/api/totp', {'password': running.PASSWORD})[2]['secret']
        status, head, _ = self.ask('totp-confirm', 'POST', '/api/totp/confirm', {'code': code_of(secret)})
        self.assertEqual(200, status)
        self.person.cookies['session'] = re.search(r'Set-Cookie: session=([^;]+)', head).group(1)
        self.assertEqual(200, self.ask('task-list', 'GET', '/api/tasks')[0])

    def test_who_signed_in_with_one_is_not_asked(self):
        self.enrol()
        self.assertEqual(200, self.ask('task-list', 'GET', '/api/tasks')[0])

    def test_who_takes_it_away_must_get_another(self):
        self.enrol()
        status, head, _ = self.ask('totp-remove', 'DELETE', '/api/totp', {'password': running.PASSWORD})
        self.assertEqual(204, status)
        self.person.cookies['session'] = re.search(r'Set-Cookie: session=([^;]+)', head).group(1)
        self.assertEqual(403, self.ask('task-list', 'GET', '/api/tasks')[0])

    def test_signing_out_works(self):
        self.assertEqual(204, self.ask('logout', 'POST', '/api/logout', {})[0])

    def test_of_administrators_only(self):
        self.assertEqual(200, self.ask('task-list', 'GET', '/api/tasks', who='admins')[0])
        pumasi.by_hand(f"UPDATE \"user\" SET role = 'admin' WHERE id = {self.person.user['id']}")
        self.assertEqual(200, self.sign_in(self.person).status)
        self.assertEqual(403, self.ask('task-list', 'GET', '/api/tasks', who='admins')[0])
        self.assertEqual(200, self.ask('task-list', 'GET', '/api/tasks', who='optional')[0])

    def test_the_setting_has_three_words(self):
        done = subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'config'], text=True, capture_output=True, timeout=20 * running.PATIENCE, check=False,
                              env={**pumasi.environment_of_functions(), 'PUMASI_SECOND_FACTOR': 'maybe'})
        self.assertIn('second_factor cannot be "maybe"', done.stderr)


class Pages(Base):
    def test_from_setting_up_to_taking_away_without_scripts(self):
        self.person.html = True
        page = self.person.get('/api/totp').text
        self.assertIn('action="/api/totp"', page)
        answer = self.person.form('/api/totp', {'password': 'wrong password'})
        self.assertEqual((422, True), (answer.status, 'id="fault-password"' in answer.text))
        answer = self.person.form('/api/totp', {'password': running.PASSWORD})
        self.assertEqual((303, '/api/totp'), (answer.status, answer.headers['Location']))
        page = self.person.get('/api/totp').text
        secret = html.unescape(re.search(r'<code class="secret">([^<]+)</code>', page).group(1)).replace(' ', '')
        self.assertIn(f'secret={secret}&amp;issuer=Pumasi', page)
        answer = self.person.form('/api/totp/confirm', {'code': '1'})
        self.assertEqual((422, True), (answer.status, 'id="fault-code"' in answer.text))
        answer = self.person.form('/api/totp/confirm', {'code': code_of(secret)})
        self.assertEqual((200, 10), (answer.status, len(re.findall('<code class="secret">', answer.text))))
        self.assertIn('no-cache', answer.headers['Cache-Control'])
        page = self.person.get('/api/totp').text
        self.assertIn('Recovery codes left: 10', page)
        answer = self.person.form('/api/totp/remove', {'password': running.PASSWORD})
        self.assertEqual((303, '/api/totp'), (answer.status, answer.headers['Location']))
        self.assertIn('action="/api/totp"', self.person.get('/api/totp').text)

    def test_the_settings_lead_there(self):
        self.assertIn('href="/api/totp"', self.person.get('/api/users/me', {'Accept': 'text/html'}).text)

    def test_not_from_a_foreign_page_and_not_without_a_session(self):
        for path in ('/api/totp', '/api/totp/confirm', '/api/totp/remove'):
            self.assertEqual(403, self.person.form(path, {'password': running.PASSWORD}, {'Origin': 'https://evil.example'}).status)
            self.assertEqual(401, pumasi.client().form(path, {'password': running.PASSWORD}).status)
        self.assertEqual(401, pumasi.client().get('/api/totp').status)


if __name__ == '__main__':
    unittest.main()
