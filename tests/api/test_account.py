"""A person's account: password, address, and the mails about both."""
import base64
import hashlib
import re
import statistics
import time
import unittest

import running
import test_second_factor
from running import PASSWORD

pumasi = running.get()
OTHER = '다른 비밀번호 2026'
TOKEN = r'/(verify|reset)\.html#token=([\w-]+)'
JSON = {'Accept': 'application/json'}


def body_of(mail, kind='plain'):
    return mail.get_body(preferencelist=(kind,)).get_content()


def mails_to(client, count=1, seconds=10):
    """What came so far, once there are so many."""
    with pumasi.mailing():
        running.wait_until(lambda: len(pumasi.mails_to(client)) >= count, seconds, f'mail {count} to {client.email}')
        settle()
    return pumasi.mails_to(client)


def settle():
    """Until the mailer has nothing left to do."""
    running.wait_until(lambda: pumasi.value('SELECT (SELECT count(*) FROM account_outbox) + (SELECT count(*) FROM delivery '
                                            "WHERE state IN ('pending', 'leased') AND next_at <= unixepoch() + 600)") == 0, 10, 'rest')


def no_mail(client, count=0):
    with pumasi.mailing():
        settle()
    return len(pumasi.mails_to(client)) == count


def token_of(mail):
    return re.search(TOKEN, body_of(mail)).group(2)


def box(address):
    client = pumasi.client()
    client.email = address
    return client


def age_tokens(seconds):
    pumasi.by_hand(f'UPDATE account_token SET created_at = created_at - {seconds}, expires_at = max(expires_at - {seconds}, 0)')


def sign_in(person, password, email=None):
    client = pumasi.client()
    answer = client.post('/api/login', {'email': email or person.email, 'password': password})
    client.status = answer.status
    return client


def forget_asking():
    pumasi.by_hand("DELETE FROM login_throttle")


class Case(unittest.TestCase):
    def setUp(self):
        forget_asking()
        self.addCleanup(forget_asking)
        self.person = pumasi.register(language='en')
        self.id = self.person.user['id']

    def forgot(self, email=None, client=None):
        return (client or pumasi.client()).post('/api/password/forgot', {'email': email or self.person.email})

    def reset(self, token, password=OTHER):
        return pumasi.client().post('/api/password/reset', {'token': token, 'new_password': password})

    def ask_reset(self):
        before = len(pumasi.mails_to(self.person))
        self.assertEqual(202, self.forgot().status)
        return token_of(mails_to(self.person, before + 1)[-1])

    def events(self, kind):
        return pumasi.value('SELECT count(*) FROM event WHERE type = ? AND user_id = ?', kind, self.id)


class Factor(Case):
    def test_the_person_hears_of_an_app_that_was_turned_on_and_off(self):
        secret = self.person.post('/api/totp', {'password': PASSWORD}).json['secret']
        test_second_factor.await_step()
        self.assertEqual(200, self.person.post('/api/totp/confirm', {'code': test_second_factor.code_of(secret)}).status)
        on, = mails_to(self.person)
        self.assertEqual('[Pumasi] An authenticator app was turned on', on['Subject'])
        self.assertIn('takes a code of an authenticator app', body_of(on))
        pumasi.by_hand(f'UPDATE factor SET last_step = 0 WHERE user_id = {self.id}')
        test_second_factor.await_step()
        answer = self.person.send('DELETE', '/api/totp', {'password': PASSWORD, 'code': test_second_factor.code_of(secret)})
        self.assertEqual(204, answer.status, answer)
        self.assertEqual('[Pumasi] The authenticator app was turned off', mails_to(self.person, 2)[-1]['Subject'])


class Change(Case):
    def change(self, current=PASSWORD, new=OTHER, client=None, headers=None):
        return (client or self.person).post('/api/password', {'current_password': current, 'new_password': new}, headers)

    def test_only_the_new_password_counts_and_all_other_browsers_are_signed_out(self):
        other = sign_in(self.person, PASSWORD)
        before = dict(self.person.cookies)
        answer = self.change()
        self.assertEqual((204, b''), (answer.status, answer.body), answer)
        self.assertNotEqual(before, self.person.cookies)
        self.assertEqual(200, self.person.get('/api/tasks').status)
        self.assertEqual(401, other.get('/api/tasks').status)
        self.person.cookies = before
        self.assertEqual(401, self.person.get('/api/tasks').status)
        self.assertEqual((401, 200), (sign_in(self.person, PASSWORD).status, sign_in(self.person, OTHER).status))
        self.assertEqual(1, self.events('password.changed'))

    def test_the_person_hears_of_it_by_mail_whatever_she_wishes_of_mails(self):
        self.person.patch('/api/users/me', {'mail_how': 'off'})
        self.change()
        mail, = mails_to(self.person)
        self.assertEqual('[Pumasi] Your password was changed', mail['Subject'])
        self.assertIsNone(mail['List-Unsubscribe'])
        for text in (body_of(mail), body_of(mail, 'html')):
            self.assertIn('new password', text)
            self.assertNotIn('unsubscribe', text)
            self.assertNotIn(OTHER, text)
        self.assertEqual([], [defect for part in mail.walk() for defect in part.defects])

    def test_a_wrong_present_password_changes_nothing_and_counts_as_a_failed_sign_in(self):
        for tries in range(1, 6):
            answer = self.change(current='not my password')
            self.assertEqual((422, {'current_password': 'wrong'}), (answer.status, answer.fields()))
        self.assertEqual(5, self.events('session.failed'))
        answer = self.change()
        self.assertEqual(429, answer.status, answer)
        self.assertGreaterEqual(int(answer.headers['Retry-After']), 1)
        self.assertEqual(0, self.events('password.changed'))
        # Counted apart: whoever sits at an open browser is in nobody's way who signs in elsewhere.
        self.assertEqual(200, sign_in(self.person, PASSWORD).status)

    def test_the_new_one_must_be_a_good_one(self):
        for new, code in (('password1', 'breached'), (self.person.email, 'own'), ('1a2b3c4', 'too_short'), ('가' * 129, 'too_long')):
            answer = self.change(new=new)
            self.assertEqual((422, {'new_password': code}), (answer.status, answer.fields()), new)
        self.assertEqual(200, sign_in(self.person, PASSWORD).status)

    def test_needs_a_session_and_a_page_of_ours(self):
        self.assertEqual(401, self.change(client=pumasi.client()).status)
        self.assertEqual(403, self.change(headers={'Origin': 'https://evil.example'}).status)

    def test_without_scripts_the_settings_have_the_form(self):
        browser = pumasi.register(html=True, language='ko')
        page = browser.get('/api/users/me').text
        for part in ('action="/api/password"', 'name="current_password"', 'autocomplete="new-password"', '비밀번호 바꾸기'):
            self.assertIn(part, page)
        answer = browser.form('/api/password', {'current_password': 'wrong one', 'new_password': OTHER})
        self.assertEqual(422, answer.status)
        self.assertIn('비밀번호가 맞지 않아요.', answer.text)
        self.assertNotIn(OTHER, answer.text)
        self.assertNotIn('wrong one', answer.text)
        answer = browser.form('/api/password', {'current_password': PASSWORD, 'new_password': 'password1'})
        self.assertIn('aria-invalid="true"', answer.text)
        answer = browser.form('/api/password', {'current_password': PASSWORD, 'new_password': OTHER})
        self.assertEqual((303, '/api/users/me?saved=1'), (answer.status, answer.headers['Location']))
        self.assertEqual(200, browser.get('/api/users/me?saved=1').status)


class Reset(Case):
    def test_who_has_a_second_factor_is_asked_for_it_afterwards_as_before(self):
        secret = self.person.post('/api/totp', {'password': PASSWORD}).json['secret']
        self.assertEqual(200, self.person.post('/api/totp/confirm', {'code': test_second_factor.code_of(secret)}).status)
        mails_to(self.person)
        answer = self.reset(self.ask_reset())
        self.assertEqual((204, None), (answer.status, answer.headers['Set-Cookie']))
        self.assertEqual(('totp', 10), (pumasi.value("SELECT CASE WHEN confirmed_at IS NOT NULL THEN 'totp' END FROM factor WHERE user_id = ?", self.id),
                                        pumasi.value('SELECT count(*) FROM recovery_code WHERE user_id = ?', self.id)))
        answer = pumasi.client().post('/api/login', {'email': self.person.email, 'password': OTHER})
        self.assertEqual((401, 'code_required'), (answer.status, answer.json['code']))
        pumasi.by_hand(f'UPDATE factor SET last_step = 0 WHERE user_id = {self.id}')
        answer = pumasi.client().post('/api/login', {'email': self.person.email, 'password': OTHER, 'code': test_second_factor.code_of(secret)})
        self.assertEqual(200, answer.status)

    def test_wrong_codes_are_counted(self):
        token = self.ask_reset()
        for number in range(50):
            self.assertEqual(422, self.reset(f'{number:043d}').status)
        pumasi.prolong()
        answer = self.reset(token)
        self.assertEqual(429, answer.status, 'of the client')
        self.assertGreaterEqual(int(answer.headers['Retry-After']), 1)
        self.assertEqual(429, pumasi.client().post('/api/email/verify', {'token': 'x' * 43}).status, 'of whatever kind')
        forget_asking()
        for _ in range(5):
            self.assertEqual(422, self.reset('y' * 43).status)
        pumasi.prolong()
        self.assertEqual(429, self.reset('y' * 43).status, 'of one code')
        self.assertEqual(204, self.reset(token).status)

    def test_the_mails_code_sets_a_new_password_once_and_signs_nobody_in(self):
        other = sign_in(self.person, PASSWORD)
        token = self.ask_reset()
        self.assertEqual(32, len(base64.urlsafe_b64decode(token + '=')))
        answer = self.reset(token)
        self.assertEqual((204, None), (answer.status, answer.headers.get('Set-Cookie')), answer)
        for client in (self.person, other):
            self.assertEqual(401, client.get('/api/tasks').status)
        self.assertEqual((401, 200), (sign_in(self.person, PASSWORD).status, sign_in(self.person, OTHER).status))
        again = self.reset(token, 'yet another 품앗이')
        self.assertEqual((422, {'token': 'token'}), (again.status, again.fields()))
        self.assertEqual(200, sign_in(self.person, OTHER).status)
        self.assertEqual(1, self.events('password.changed'))
        self.assertIn('password was changed', mails_to(self.person, 2)[-1]['Subject'])

    def test_only_the_hash_of_a_code_is_kept_and_no_log_has_it(self):
        token = self.ask_reset()
        kept = pumasi.value('SELECT token_hash FROM account_token WHERE user_id = ?', self.id)
        self.assertEqual(hashlib.sha256(token.encode()).digest(), kept)
        self.reset(token)
        for path in ('/pumasi.db', '/pumasi.db-wal', '/log/pumasi.log', '/log/functions.log', '/log/lighttpd.log'):
            try:
                with open(pumasi.dir + path, 'rb') as file:
                    self.assertNotIn(token.encode(), file.read(), path)
            except FileNotFoundError:
                self.assertIn('lighttpd', path)

    def test_while_the_mail_waits_there_is_no_code_at_all(self):
        self.forgot()
        self.assertEqual([(None,)], pumasi.query('SELECT token_hash FROM account_token WHERE user_id = ? UNION ALL '
                                                 "SELECT NULL FROM account_outbox WHERE email_key = ?", self.id, self.person.email))
        self.assertEqual(1, len(mails_to(self.person)))

    def test_a_code_is_good_for_ten_minutes(self):
        token = self.ask_reset()
        left = pumasi.value('SELECT expires_at - unixepoch() FROM account_token WHERE user_id = ?', self.id)
        self.assertTrue(580 < left <= 600, left)
        age_tokens(601)
        self.assertEqual({'token': 'token'}, self.reset(token).fields())
        self.assertEqual(200, sign_in(self.person, PASSWORD).status)

    def test_a_newer_code_takes_the_place_of_an_older_one(self):
        first = self.ask_reset()
        pumasi.by_hand(f'UPDATE account_token SET created_at = created_at - 601 WHERE user_id = {self.id}')
        second = self.ask_reset()
        self.assertNotEqual(first, second)
        self.assertEqual(422, self.reset(first).status)
        self.assertEqual(204, self.reset(second).status)

    def test_a_new_password_takes_away_the_codes_of_before(self):
        token = self.ask_reset()
        self.assertEqual(204, self.person.post('/api/password', {'current_password': PASSWORD, 'new_password': OTHER}).status)
        self.assertEqual(422, self.reset(token, 'yet another 품앗이').status)

    def test_a_code_of_one_kind_is_none_of_the_other(self):
        token = self.ask_reset()
        self.assertEqual(422, pumasi.client().post('/api/email/verify', {'token': token}).status)
        person = pumasi.register(is_verified=False)
        verify = token_of(mails_to(person)[-1])
        self.assertEqual(422, self.reset(verify).status)

    def test_a_refused_password_leaves_the_code_good(self):
        token = self.ask_reset()
        for password, code in (('password1', 'breached'), (self.person.email, 'own'), ('short', 'too_short')):
            self.assertEqual({'new_password': code}, self.reset(token, password).fields())
        self.assertEqual(204, self.reset(token).status)

    def test_nothing_else_is_a_code(self):
        self.ask_reset()
        for token in ('', 'x', 'x' * 43, 'x' * 201, None, 7, self.person.email):
            self.assertEqual(422, self.reset(token).status, token)

    def test_whoever_may_not_sign_in_at_all_resets_nothing(self):
        token = self.ask_reset()
        pumasi.by_hand(f'UPDATE "user" SET password_hash = NULL WHERE id = {self.id}')
        self.assertEqual(422, self.reset(token).status)
        self.assertIsNone(pumasi.value('SELECT password_hash FROM "user" WHERE id = ?', self.id))

    def test_somebody_who_was_throttled_can_sign_in_with_the_new_password_at_once(self):
        for _ in range(6):
            status = sign_in(self.person, 'wrong wrong').status
        self.assertEqual(429, status)
        self.assertEqual(204, self.reset(self.ask_reset()).status)
        self.assertEqual(200, sign_in(self.person, OTHER).status)


class Forgot(Case):
    def test_known_and_unknown_addresses_are_answered_alike(self):
        known, unknown = self.forgot(), self.forgot('nobody.at.all@example.org')
        self.assertEqual((202, b''), (known.status, known.body))
        self.assertEqual(known.told, unknown.told)
        self.assertEqual(1, len(mails_to(self.person)))
        self.assertEqual([], pumasi.mails_to(box('nobody.at.all@example.org')))

    @running.not_under_valgrind('times are its own')
    def test_and_take_the_same_time(self):
        times = {True: [], False: []}
        client = pumasi.client()
        for number in range(300):
            if number % 10 == 0:
                pumasi.by_hand('DELETE FROM login_throttle; DELETE FROM account_outbox')
            for is_known in ((True, False) if number % 2 else (False, True)):
                email = self.person.email if is_known else f'n{self.person.email[1:]}'
                begin = time.perf_counter()
                status = self.forgot(email, client).status
                times[is_known].append(time.perf_counter() - begin)
                self.assertEqual(202, status)
        pumasi.by_hand('DELETE FROM account_outbox')
        known, unknown = (statistics.median(times[is_known]) for is_known in (True, False))
        self.assertLess(abs(known - unknown) / unknown, 0.25, (known, unknown))

    def test_a_mailbox_cannot_be_flooded(self):
        for _ in range(3):
            self.assertEqual(202, self.forgot().status)
        self.assertEqual(1, len(mails_to(self.person)))
        for spelling in (self.person.email, self.person.email.upper()):
            self.forgot(spelling)
        self.assertTrue(no_mail(self.person, 1))
        age_tokens(601)
        self.forgot()
        self.assertEqual(2, len(mails_to(self.person, 2)))

    def test_one_client_asks_twenty_times_an_hour_at_most(self):
        statuses = [self.forgot(f'{running.unique("a")}@example.org').status for _ in range(21)]
        self.assertEqual([202] * 20 + [429], statuses)
        answer = self.forgot()
        self.assertTrue(3500 < int(answer.headers['Retry-After']) <= 3601, answer.headers['Retry-After'])
        self.assertEqual(0, pumasi.value("SELECT count(*) FROM account_outbox WHERE email_key = ?", self.person.email))
        pumasi.by_hand('UPDATE login_throttle SET updated_at = updated_at - 3601')
        self.assertEqual(202, self.forgot().status)

    def test_what_waits_is_bounded(self):
        pumasi.by_hand("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
                       "INSERT INTO account_outbox (purpose, email_key) SELECT 'reset', 'n' || i || '@example.net' FROM n")
        answer = self.forgot()
        self.assertEqual(503, answer.status, answer)
        with pumasi.mailing():
            settle()
        self.assertEqual(202, self.forgot().status)
        self.assertEqual(1, len(mails_to(self.person)))

    def test_without_scripts(self):
        browser = pumasi.client(html=True, language='ko')
        self.assertIn('action="/api/password/forgot"', browser.get('/forgot.html').text)
        self.assertIn('/forgot.html', browser.get('/').text)
        answer = browser.form('/api/password/forgot', {'email': self.person.email})
        self.assertEqual((202, 'text/html'), (answer.status, answer.kind))
        self.assertIn('메일함을 확인해 주세요', answer.text)
        answer = browser.form('/api/password/forgot', {'email': 'x'})
        self.assertEqual(422, answer.status)
        self.assertIn('value="x"', answer.text)
        token = token_of(mails_to(self.person)[-1])
        page = browser.get('/reset.html').text
        self.assertIn('action="/api/password/reset"', page)
        self.assertIn('name="token"', page)
        answer = browser.form('/api/password/reset', {'token': 'x', 'new_password': OTHER})
        self.assertEqual(422, answer.status)
        self.assertIn('10분', answer.text)
        answer = browser.form('/api/password/reset', {'token': f'  {token} ', 'new_password': OTHER})
        self.assertEqual((200, 'text/html'), (answer.status, answer.kind), answer)
        self.assertIn('새 비밀번호로 바뀌었어요', answer.text)
        self.assertEqual(200, sign_in(self.person, OTHER).status)


class Verify(Case):
    def setUp(self):
        super().setUp()
        self.new = pumasi.register(is_verified=False, language='ko')

    def verify(self, token, client=None):
        return (client or pumasi.client()).post('/api/email/verify', {'token': token})

    def test_whoever_registers_is_asked_at_once_and_may_work_meanwhile(self):
        self.assertFalse(self.new.user['email_is_verified'])
        self.assertEqual(200, self.new.get('/api/tasks').status)
        mail, = mails_to(self.new)
        self.assertEqual('[품앗이] 이 주소가 맞나요?', mail['Subject'])
        text = body_of(mail)
        self.assertIn(self.new.email, text)
        token = token_of(mail)
        self.assertIn(f'{pumasi.url}/verify.html#token={token}', text)
        self.assertIn(token, text.splitlines())
        self.assertIn(f'#token={token}"', body_of(mail, 'html'))
        self.assertEqual(204, self.verify(token).status)
        self.assertTrue(self.new.get('/api/session').json['user']['email_is_verified'])
        self.assertEqual(422, self.verify(token).status)
        self.assertTrue(no_mail(self.new, 1))

    def test_an_address_that_was_not_verified_gets_no_other_mail(self):
        pumasi.by_hand(f"UPDATE \"user\" SET mail_how = 'instant' WHERE id = {self.new.user['id']}")
        task = self.person.task('First', assignee_id=self.new.user['id'])
        self.new.post('/api/password', {'current_password': PASSWORD, 'new_password': OTHER})
        self.forgot(self.new.email)
        mails = mails_to(self.new)
        self.assertEqual(['verify'], [re.search(TOKEN, body_of(mail)).group(1) for mail in mails])
        log = self.person.get(f'/api/tasks/{task["id"]}/log').json['events'][-1]
        self.assertEqual([('skipped', 'unverified')], [(mail['state'], mail['skipped']) for mail in log['mails'] if mail['person']['id'] == self.new.user['id']])
        self.assertEqual(204, self.verify(token_of(mails[0])).status)
        self.person.task('Second', assignee_id=self.new.user['id'])
        self.assertIn('Second', mails_to(self.new, 2)[-1]['Subject'])

    def test_the_mail_comes_again_when_asked_for_but_not_too_often(self):
        first = token_of(mails_to(self.new)[-1])
        answer = self.new.post('/api/email/resend', {})
        self.assertEqual(429, answer.status, answer)
        self.assertTrue(500 < int(answer.headers['Retry-After']) <= 600)
        age_tokens(601)
        self.assertEqual(202, self.new.post('/api/email/resend', {}).status)
        second = token_of(mails_to(self.new, 2)[-1])
        self.assertEqual((422, 204), (self.verify(first).status, self.verify(second).status))
        self.assertEqual(202, self.new.post('/api/email/resend', {}).status)
        self.assertTrue(no_mail(self.new, 2))
        self.assertEqual(401, pumasi.client().post('/api/email/resend', {}).status)

    def test_the_pages_say_so_with_a_button(self):
        browser = pumasi.register(is_verified=False, html=True)
        for path in ('/api/tasks', '/api/users/me'):
            self.assertIn('action="/api/email/resend"', browser.get(path).text)
        answer = browser.form('/api/email/resend', {})
        self.assertEqual((202, 'text/html'), (answer.status, answer.kind))
        token = token_of(mails_to(browser)[-1])
        self.assertIn('action="/api/email/verify"', browser.get('/verify.html').text)
        answer = browser.form('/api/email/verify', {'token': token})
        self.assertEqual((200, 'text/html'), (answer.status, answer.kind))
        self.assertIn('Your address is confirmed', answer.text)
        for path in ('/api/tasks', '/api/users/me'):
            self.assertNotIn('/api/email/resend', browser.get(path).text)

    def test_a_code_is_good_for_ten_minutes(self):
        token = token_of(mails_to(self.new)[-1])
        age_tokens(601)
        self.assertEqual({'token': 'token'}, self.verify(token).fields())
        self.assertFalse(self.new.get('/api/session').json['user']['email_is_verified'])

    def test_who_was_made_by_the_administrator_is_verified(self):
        pumasi.by_hand('INSERT INTO "user" (email, email_key, name) VALUES (\'byhand@example.org\', \'byhand@example.org\', \'By hand\')')
        self.assertEqual(1, pumasi.value("SELECT email_is_verified FROM \"user\" WHERE email = 'byhand@example.org'"))
        self.assertTrue(no_mail(box('byhand@example.org')))


class Address(Case):
    def setUp(self):
        super().setUp()
        self.wanted = box(f'{running.unique("wanted")}@example.org')

    def ask(self, email=None, **fields):
        return self.person.patch('/api/users/me', {'email': email or self.wanted.email, 'current_password': PASSWORD, **fields})

    def verify(self, token):
        return pumasi.client().post('/api/email/verify', {'token': token})

    def address(self):
        user = self.person.get('/api/session').json['user']
        return user['email'], user['email_pending']

    def test_it_changes_once_the_new_address_is_verified_and_the_old_one_hears_of_both(self):
        old = self.person.email
        answer = self.ask()
        self.assertEqual((200, old, self.wanted.email),
                         (answer.status, answer.json['user']['email'], answer.json['user']['email_pending']))
        asked, = mails_to(self.person)
        self.assertIn('Another address was asked for', asked['Subject'])
        self.assertNotIn('#token', body_of(asked))
        mail, = mails_to(self.wanted)
        self.assertEqual(401, sign_in(self.person, PASSWORD, self.wanted.email).status)
        self.assertEqual(204, self.verify(token_of(mail)).status)
        self.assertEqual((self.wanted.email, None), self.address())
        self.assertEqual((401, 200), (sign_in(self.person, PASSWORD, old).status, sign_in(self.person, PASSWORD, self.wanted.email).status))
        self.assertIn('Your address was changed', mails_to(self.person, 2)[-1]['Subject'])
        self.assertEqual(1, len(pumasi.mails_to(self.wanted)))

    def test_it_needs_the_password(self):
        self.assertEqual({'current_password': 'required'}, self.person.patch('/api/users/me', {'email': self.wanted.email}).fields())
        self.assertEqual({'current_password': 'wrong'}, self.ask(current_password='not my password').fields())
        self.assertEqual((self.person.email, None), self.address())
        self.assertEqual(1, self.events('session.failed'))
        self.assertTrue(no_mail(self.wanted))

    def test_a_new_password_stops_a_change_that_somebody_else_asked_for(self):
        self.ask()
        token = token_of(mails_to(self.wanted)[-1])
        self.person.post('/api/password', {'current_password': PASSWORD, 'new_password': OTHER})
        self.assertEqual((self.person.email, None), self.address())
        self.assertEqual(422, self.verify(token).status)
        self.assertEqual((self.person.email, None), self.address())

    def test_an_address_that_somebody_has_is_not_told_and_not_taken(self):
        other = pumasi.register()
        answer = self.ask(other.email)
        self.assertEqual((200, other.email), (answer.status, answer.json['user']['email_pending']))
        self.assertEqual(409, self.verify(token_of(mails_to(other)[-1])).status)
        self.assertEqual(self.person.email, self.address()[0])
        self.assertEqual(200, sign_in(other, PASSWORD).status)

    def test_a_mistyped_address_can_be_corrected_and_only_the_last_one_counts(self):
        self.ask(self.wanted.email.replace('wanted', 'wnated'))
        first = token_of(mails_to(box(self.wanted.email.replace('wanted', 'wnated')))[-1])
        pumasi.by_hand('UPDATE account_token SET created_at = created_at - 61')
        self.ask()
        self.assertEqual(422, self.verify(first).status)
        self.assertEqual(204, self.verify(token_of(mails_to(self.wanted)[-1])).status)
        self.assertEqual((self.wanted.email, None), self.address())

    def test_nobody_can_be_flooded_through_it(self):
        for number in range(3):
            person = pumasi.register()
            person.patch('/api/users/me', {'email': self.wanted.email, 'current_password': PASSWORD})
        self.assertEqual(1, len(mails_to(self.wanted)))
        statuses = []
        for number in range(3):
            statuses.append(self.ask(f'{number}.{self.wanted.email}').status)
            with pumasi.mailing():
                settle()
        self.assertEqual([200, 429, 429], statuses)
        self.assertEqual([1, 0, 0], [len(pumasi.mails_to(box(f'{number}.{self.wanted.email}'))) for number in range(3)])

    def test_the_mail_to_the_new_address_comes_again_when_asked_for(self):
        self.ask()
        first = token_of(mails_to(self.wanted)[-1])
        self.assertEqual(429, self.person.post('/api/email/resend', {}).status)
        age_tokens(601)
        self.assertEqual(202, self.person.post('/api/email/resend', {}).status)
        second = token_of(mails_to(self.wanted, 2)[-1])
        self.assertEqual((422, 204), (self.verify(first).status, self.verify(second).status))

    def test_ones_own_address_takes_the_wish_back(self):
        self.ask()
        token = token_of(mails_to(self.wanted)[-1])
        self.ask(self.person.email.upper())
        self.assertEqual((self.person.email, None), self.address())
        self.assertEqual(422, self.verify(token).status)

    def test_a_reset_code_of_the_old_address_dies_with_it(self):
        reset = self.ask_reset()
        self.ask()
        self.assertEqual(204, self.verify(token_of(mails_to(self.wanted)[-1])).status)
        self.assertEqual(422, self.reset(reset).status)

    def test_without_scripts(self):
        browser = pumasi.register(html=True)
        self.assertIn('name="email"', browser.get('/api/users/me').text)
        answer = browser.form('/api/users/me', {'email': self.wanted.email, 'current_password': 'wrong one'})
        self.assertEqual(422, answer.status)
        self.assertIn(f'value="{self.wanted.email}"', answer.text)
        self.assertNotIn('wrong one', answer.text)
        answer = browser.form('/api/users/me', {'email': self.wanted.email, 'current_password': PASSWORD})
        self.assertEqual(303, answer.status)
        self.assertIn(self.wanted.email, browser.get('/api/users/me').text)


if __name__ == '__main__':
    unittest.main()
