"""The second factor: got, asked for, used once, lost and taken away; and required where the administrator says so."""
import base64
import hmac
import html
import json
import os
import re
import struct
import subprocess
import time
import unittest

import running
from test_settings import ask

pumasi = running.get()
STEP_S = 30
OTHER = '다른 비밀번호 2026'


def code_of(secret, steps=0):
    """What an app shows, so many steps from now."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack('>Q', int(time.time()) // STEP_S + steps), 'sha1')
    return f'{(struct.unpack(">I", digest[digest[-1] & 15:][:4])[0] & 0x7fffffff) % 10 ** 6:06d}'


def await_step():
    """No step ends between an app's code and its use soon after."""
    left_s = STEP_S - time.time() % STEP_S
    if left_s < min(4 * running.PATIENCE, STEP_S - 6):
        time.sleep(left_s + 0.5)


class Base(unittest.TestCase):
    def setUp(self):
        await_step()
        self.person = pumasi.register('Fac Tor')
        self.addCleanup(pumasi.forgive)

    def begin(self, person=None):
        answer = (person or self.person).post('/api/totp', {'password': running.PASSWORD})
        self.assertEqual((201, 'begun'), (answer.status, answer.json['state']), answer)
        return answer.json['secret']

    def enrol(self, person=None):
        """Turns it on, and leaves the present code to be used once more, as if half a minute had passed."""
        secret = self.begin(person)
        answer = (person or self.person).post('/api/totp/confirm', {'code': code_of(secret)})
        self.assertEqual(200, answer.status, answer)
        self.forget_step(person)
        return secret, answer.json['recovery_codes']

    def forget_step(self, person=None):
        pumasi.by_hand(f'UPDATE factor SET last_step = last_step - 1 WHERE user_id = {(person or self.person).user["id"]}')

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
        secret, codes = self.enrol()
        self.assertEqual(('user.updated', me, me, {'factor': {'from': None, 'to': 'totp'}}), self.last_event())
        self.assertEqual(200, self.sign_in(code=codes[0]).status)
        self.assertEqual(('user.updated', me, me, {'recovery_codes': {'from': 10, 'to': 9}}), self.last_event())
        answer = self.person.send('DELETE', '/api/totp', {'password': running.PASSWORD, 'code': code_of(secret)})
        self.assertEqual(204, answer.status, answer)
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
        self.assertEqual(401, with_factor.status)
        self.assertEqual(nobody.told, with_factor.told)

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
        for steps in (-1, 1):
            self.assertEqual(401, self.sign_in(code=code_of(self.secret, steps)).status, 'nor one beside it')
        self.forget_step()
        self.assertEqual(200, self.sign_in(code=code).status)

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


class AskedAgain(Base):
    """What guards an account takes both, password and code, of who has both."""

    def setUp(self):
        super().setUp()
        self.secret, self.codes = self.enrol()

    def change_password(self, **fields):
        return self.person.post('/api/password', {'current_password': running.PASSWORD, 'new_password': OTHER, **fields})

    def change_address(self, **fields):
        return self.person.patch('/api/users/me', {'email': f'{running.unique("new")}@example.org', 'current_password': running.PASSWORD, **fields})

    def test_a_new_password_takes_the_code_too(self):
        wrong = '000000' if code_of(self.secret) != '000000' else '111111'
        for fields, faults in (({}, {'code': 'required'}), ({'code': wrong}, {'code': 'wrong'}), ({'code': self.codes[0], 'current_password': 'wrong password'}, {'current_password': 'wrong'}),
                               ({'code': self.codes[0], 'new_password': 'password1'}, {'new_password': 'breached'})):
            answer = self.change_password(**fields)
            self.assertEqual((422, faults), (answer.status, answer.fields()))
        self.assertEqual(10, self.person.get('/api/totp').json['recovery_codes_left'], 'no code is used up by what is refused')
        self.assertEqual(204, self.change_password(code=code_of(self.secret)).status)
        self.assertEqual(200, self.sign_in(password=OTHER, code=self.codes[1]).status)

    def test_another_address_takes_the_code_too(self):
        for fields, faults in (({}, {'code': 'required'}), ({'code': '1'}, {'code': 'wrong'})):
            answer = self.change_address(**fields)
            self.assertEqual((422, faults), (answer.status, answer.fields()))
        self.assertEqual(200, self.change_address(code=self.codes[0]).status)
        self.assertEqual(422, self.change_address(code=self.codes[0]).status, 'once')

    def test_a_code_alone_is_not_enough(self):
        self.assertEqual({'current_password': 'required'}, self.change_address(code=code_of(self.secret), current_password=None).fields())

    def test_wrong_codes_are_counted(self):
        for _ in range(5):
            self.assertEqual(422, self.change_password(code='1').status)
        pumasi.prolong()
        self.assertEqual(429, self.change_password(code=code_of(self.secret)).status)

    def test_the_forms_ask_for_it_of_who_has_one(self):
        for person, count in ((self.person, 2), (pumasi.register(), 0)):
            self.assertEqual(count, person.get('/api/users/me', {'Accept': 'text/html'}).text.count('name="code"'))
        self.person.html = True
        answer = self.person.form('/api/password', {'current_password': running.PASSWORD, 'new_password': OTHER, 'code': '1'})
        self.assertEqual((422, 1), (answer.status, answer.text.count('name="code"')))
        self.assertIn('fault-api-password-code', answer.text)

    def test_who_lost_the_servers_key_but_has_no_factor_is_not_asked(self):
        person = pumasi.register()
        status, _, _ = ask('password-change', 'POST', '/api/password', {'current_password': running.PASSWORD, 'new_password': OTHER},
                           PUMASI_LINK_KEYS='/nonexistent/keys', HTTP_COOKIE=f'session={person.cookies["session"]}')
        self.assertEqual(204, status)


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

    def test_with_password_and_code(self):
        for code in (lambda: code_of(self.secret), lambda: self.codes[0]):
            if self.state() == 'off':
                self.secret, self.codes = self.enrol()
            other = pumasi.client()
            self.assertEqual(200, self.sign_in(other, code=self.codes[1]).status)
            self.assertEqual(204, self.remove(password=running.PASSWORD, code=code()).status)
            self.assertEqual(('off', 401), (self.state(), other.get('/api/tasks').status))
            self.assertEqual(0, pumasi.value('SELECT count(*) FROM recovery_code WHERE user_id = ?', self.person.user['id']))
            self.assertEqual(200, self.sign_in().status)

    def test_not_without(self):
        good = {'password': running.PASSWORD, 'code': code_of(self.secret)}
        for fields, code in (({}, {'password': 'required'}), ({**good, 'password': ''}, {'password': 'required'}), ({**good, 'password': 'wrong password'}, {'password': 'wrong'}),
                             ({**good, 'code': '12'}, {'code': 'wrong'}), ({**good, 'code': ''}, {'code': 'required'}), ({'password': running.PASSWORD}, {'code': 'required'})):
            answer = self.remove(**fields)
            self.assertEqual((422, code), (answer.status, answer.fields()))
        self.assertEqual('on', self.state())
        self.assertEqual(204, self.remove(**good).status, 'and none of them has used the code up')

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
        secret, _ = self.enrol()
        status, head, _ = self.ask('totp-remove', 'DELETE', '/api/totp', {'password': running.PASSWORD, 'code': code_of(secret)})
        self.assertEqual(204, status)
        self.person.cookies['session'] = re.search(r'Set-Cookie: session=([^;]+)', head).group(1)
        self.assertEqual(403, self.ask('task-list', 'GET', '/api/tasks')[0])

    def test_every_way_in_asks_for_it(self):
        """Of who has none: a new account, an invited one, a sign-in, a new password by mail, an access token of before."""
        made = self.person.post('/api/tokens', {'name': 'of before', 'scope': 'write'}).json['secret']
        new = {'email': f'{running.unique("new")}@example.org', 'name': 'N', 'password': running.PASSWORD}
        ways = {'register': ask('register', 'POST', '/api/register', new, PUMASI_SECOND_FACTOR='all'),
                'login': ask('login', 'POST', '/api/login', {'email': self.person.email, 'password': running.PASSWORD}, PUMASI_SECOND_FACTOR='all')}
        for way, (status, head, _) in ways.items():
            self.assertIn(status, (200, 201), way)
            cookie = re.search(r'Set-Cookie: (session=[^;]+)', head).group(1)
            status, _, problem = ask('task-list', 'GET', '/api/tasks', PUMASI_SECOND_FACTOR='all', HTTP_COOKIE=cookie)
            self.assertEqual((403, 'factor_required'), (status, problem['code']), way)
        for who in ('all', 'optional'):
            status, _, answer = ask('task-list', 'GET', '/api/tasks', PUMASI_SECOND_FACTOR=who, HTTP_AUTHORIZATION=f'Bearer {made}')
            self.assertEqual((403, 'factor_required') if who == 'all' else (200, None), (status, answer.get('code')), who)
        self.enrol()
        self.assertEqual(200, ask('task-list', 'GET', '/api/tasks', PUMASI_SECOND_FACTOR='all', HTTP_AUTHORIZATION=f'Bearer {made}')[0])

    def test_nothing_else_signs_anybody_in(self):
        """Whatever answers with a cookie of a session is one of these (and who changes password or factor has one already)."""
        setting = set()
        for name in os.listdir(f'{running.ROOT}/handlers/http'):
            with open(f'{running.ROOT}/handlers/http/{name}', encoding='utf-8') as file:
                if re.search(r'respond_(session|signed_in)\(', file.read()):
                    setting.add(name.removesuffix('.c'))
        self.assertEqual({'login', 'register', 'password-change', 'totp-confirm', 'totp-remove'}, setting)

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
        self.assertEqual('no-store', answer.headers['Cache-Control'])
        self.forget_step()
        page = self.person.get('/api/totp').text
        self.assertIn('Recovery codes left: 10', page)
        answer = self.person.form('/api/totp/remove', {'password': running.PASSWORD, 'code': '12'})
        self.assertEqual((422, True), (answer.status, 'id="fault-code"' in answer.text))
        answer = self.person.form('/api/totp/remove', {'password': running.PASSWORD, 'code': code_of(secret)})
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
