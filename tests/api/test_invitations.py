"""Invitations: who has one makes one account, also where nobody else can."""
import re
import subprocess
import unittest

import running
import test_people
import test_settings

pumasi = running.get()


def invite(admin, **fields):
    answer = admin.post('/api/invitations', fields)
    if answer.status != 201:
        raise AssertionError(answer)
    return answer.json


def token_of(invitation):
    return invitation['link'].split('#invite=')[1]


def register(registration='invite', email=None, language='en', **fields):
    """(status, JSON) of a registration under this setting."""
    status, _, answer = test_settings.ask('register', 'POST', '/api/register', {
        'email': email or f'{running.unique("invited")}@example.org', 'name': 'N', 'password': running.PASSWORD, **fields},
        PUMASI_REGISTRATION=registration, HTTP_ACCEPT_LANGUAGE=language)
    return status, answer


class Invitations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.admin = test_people.administrator()

    def test_a_link_makes_one_account_and_no_second(self):
        invitation = invite(self.admin)
        self.assertRegex(invitation['link'], '^' + re.escape(pumasi.url) + r'/#invite=[A-Za-z0-9_-]{43}$')
        status, answer = register(invite=token_of(invitation))
        self.assertEqual((201, 'member'), (status, answer['user']['role']))
        before = pumasi.counts()
        status, answer = register(invite=token_of(invitation))
        self.assertEqual((403, 403), (status, answer['status']))
        self.assertIn('ask for a new one', answer['detail'])
        self.assertEqual(before, pumasi.counts())

    def test_the_whole_link_may_be_pasted(self):
        self.assertEqual(201, register(invite=invite(self.admin)['link'])[0])

    def test_without_one_nobody_comes_in_and_is_told_how(self):
        before = pumasi.counts()
        for language, word in (('en', 'invitation'), ('ko', '초대')):
            for fields in ({}, {'invite': ''}):
                status, answer = register(language=language, **fields)
                self.assertEqual(403, status)
                self.assertIn(word, answer['detail'])
        self.assertEqual(403, register(invite='A' * 43)[0])
        self.assertEqual(before, pumasi.counts())

    def test_closed_is_closed_for_the_invited_too(self):
        invitation = invite(self.admin)
        self.assertEqual(403, register('closed', invite=token_of(invitation))[0])
        self.assertEqual(201, register(invite=token_of(invitation))[0])

    def test_where_all_may_come_an_invitation_still_gives_its_role_and_a_bad_one_is_told(self):
        status, answer = register('open', invite=token_of(invite(self.admin, role='admin')))
        self.assertEqual((201, 'admin'), (status, answer['user']['role']))
        test_people.command('user', 'delete', str(answer['user']['id']))
        self.assertEqual(403, register('open', invite='A' * 43)[0])

    def test_for_one_address_only(self):
        email = f'{running.unique("only")}@example.org'
        token = token_of(invite(self.admin, email=email))
        self.assertEqual(403, register(invite=token)[0])
        self.assertEqual(201, register(invite=token, email=email.upper())[0])

    def test_a_taken_address_does_not_use_it_up(self):
        token = token_of(invite(self.admin))
        self.assertEqual(409, register(invite=token, email=self.admin.email)[0])
        self.assertEqual(201, register(invite=token)[0])

    def test_after_seven_days_it_is_gone(self):
        invitation = invite(self.admin)
        start, end = (pumasi.value(f'SELECT {column} FROM invitation WHERE id = ?', invitation['invitation']['id'])
                      for column in ('created_at', 'expires_at'))
        self.assertEqual(7 * 24 * 3600, end - start)
        pumasi.by_hand(f"UPDATE invitation SET expires_at = unixepoch() WHERE id = {invitation['invitation']['id']}")
        self.assertEqual(403, register(invite=token_of(invitation))[0])
        self.assertNotIn(invitation['invitation'], self.admin.get('/api/invitations').json['invitations'])
        subprocess.run([f'{running.ROOT}/build/{running.BUILD}/cron/janitor'], env=pumasi.environment_of_functions(), check=True)
        self.assertEqual([], pumasi.query('SELECT 1 FROM invitation WHERE id = ?', invitation['invitation']['id']))

    def test_listed_and_taken_back(self):
        for take_back in (lambda path: self.admin.delete(path), lambda path: self.admin.post(path + '/delete', {})):
            invitation = invite(self.admin, email='x@example.org')
            listed = self.admin.get('/api/invitations')
            self.assertIn(invitation['invitation'], listed.json['invitations'])
            self.assertNotIn(token_of(invitation), listed.text)
            path = f"/api/invitations/{invitation['invitation']['id']}"
            self.assertEqual(204, take_back(path).status)
            self.assertEqual(404, take_back(path).status)
            self.assertEqual(403, register(invite=token_of(invitation), email='x@example.org')[0])

    def test_only_a_hash_is_kept(self):
        token = token_of(invite(self.admin))
        self.assertNotIn(token, test_people.Deleted.everything(None))
        with open(f'{pumasi.dir}/log/pumasi.log', encoding='utf-8') as file:
            self.assertNotIn(token, file.read())

    def test_those_of_an_administrator_who_is_shut_out_end(self):
        admin = test_people.administrator()
        token = token_of(invite(admin))
        self.admin.patch(test_people.path(admin), {'disabled': True})
        self.assertEqual(403, register(invite=token)[0])

    def test_the_pages_work_without_a_script(self):
        admin = pumasi.client(html=True)
        admin.cookies = self.admin.cookies
        answer = admin.form('/api/invitations', {'email': '', 'role': 'member'})
        self.assertEqual((201, 'text/html'), (answer.status, answer.kind))
        link = re.search(r'http[^<"]*#invite=[A-Za-z0-9_-]{43}', answer.text).group(0)
        page = admin.get('/api/invitations')
        self.assertNotIn(link, page.text)
        revoke = re.search(r'action="(/api/invitations/\d+/delete)"', page.text).group(1)
        entrance = pumasi.client(html=True).get('/')
        self.assertIn('name="invite"', entrance.text)
        self.assertEqual(303, pumasi.client(html=True).form('/api/register', {
            'email': f'{running.unique("form")}@example.org', 'name': 'F', 'password': running.PASSWORD, 'invite': link}).status)
        if pumasi.query('SELECT 1 FROM invitation WHERE id = ?', int(revoke.split('/')[3])):
            self.assertEqual(303, admin.form(revoke, '').status)

    def test_by_command(self):
        link = test_people.command('user', 'invite', '--admin').strip()
        status, answer = register(invite=link)
        self.assertEqual((201, 'admin'), (status, answer['user']['role']))
        test_people.command('user', 'delete', str(answer['user']['id']))
        self.assertIn('address', test_people.command('user', 'invite', '--email', 'x', status=1))


class Packaged(unittest.TestCase):
    def test_nothing_said_means_by_invitation(self):
        done = subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'config'], text=True, capture_output=True, check=True,
                              env={**running.clean_environment(), 'PUMASI_CONFIG': '/dev/null', 'ASAN_OPTIONS': pumasi.environment['ASAN_OPTIONS']})
        self.assertIn('registration = invite\n', done.stdout)


if __name__ == '__main__':
    unittest.main()
