"""Access tokens: a program shows one instead of a session, and goes as far as its scope and its person."""
import datetime
import os
import re
import stat
import subprocess
import unittest

import running
import test_people

pumasi = running.get()
DAY_S = 24 * 3600


def make(person, name='Nightly export', **fields):
    answer = person.post('/api/tokens', {'name': name, **fields})
    if answer.status != 201:
        raise AssertionError(answer)
    return answer.json


class Program(running.Client):
    """Neither cookie nor Origin: a token."""

    def __init__(self, secret, scheme='Bearer'):
        super().__init__(pumasi)
        self.authorization = f'{scheme} {secret}'

    def headers(self, given=None):
        return super().headers({'Origin': None, 'Authorization': self.authorization, **(given or {})})


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.admin = test_people.administrator()
        cls.person = pumasi.register('Min')

    def test_it_is_told_once_with_its_prefix_and_kept_as_a_hash(self):
        made = make(self.person)
        self.assertRegex(made['secret'], r'^pumasi_[A-Za-z0-9_-]{43}$')
        listed = self.person.get('/api/tokens')
        self.assertIn(made['token'], listed.json['tokens'])
        self.assertNotIn(made['secret'], listed.text)
        self.assertNotIn(made['secret'][7:], test_people.Deleted.everything(None))
        Program(made['secret']).get('/api/tasks')
        for name in os.listdir(f'{pumasi.dir}/log'):
            with open(f'{pumasi.dir}/log/{name}', encoding='utf-8', errors='replace') as file:
                self.assertNotIn(made['secret'][7:], file.read(), name)

    def test_the_scope_bounds_it(self):
        reads, writes = (Program(make(self.person, scope=scope)['secret']) for scope in ('read', 'write'))
        task = writes.task('By a program')
        self.assertEqual(self.person.user['id'], task['creator']['id'])
        self.assertEqual('By a program', reads.show(task)['title'])
        before = pumasi.counts()
        answer = reads.post('/api/tasks', {'title': 'x'})
        self.assertEqual(403, answer.status)
        self.assertIn('error="insufficient_scope"', answer.headers['WWW-Authenticate'])
        self.assertEqual(before, pumasi.counts())

    def test_read_is_what_nothing_said_means(self):
        self.assertEqual('read', make(self.person)['token']['scope'])

    def test_no_token_makes_ends_or_lists_tokens(self):
        made = make(self.admin, scope='admin')
        program = Program(made['secret'])
        for answer in (program.get('/api/tokens'), program.post('/api/tokens', {'name': 'x'}),
                       program.delete(f'/api/tokens/{made["token"]["id"]}')):
            self.assertEqual(403, answer.status)
        self.assertEqual(200, program.get('/api/tasks').status)

    def test_the_scope_admin_is_for_administrators_as_long_as_they_are(self):
        self.assertEqual(403, self.person.post('/api/tokens', {'name': 'x', 'scope': 'admin'}).status)
        admin = test_people.administrator()
        program = Program(make(admin, scope='admin')['secret'])
        self.assertEqual(200, program.get('/api/invitations').status)
        self.admin.patch(test_people.path(admin), {'role': 'member'})
        self.assertEqual(403, program.get('/api/invitations').status)

    def test_an_administrators_token_of_less_sees_what_members_see(self):
        for scope, sees in (('read', False), ('write', False), ('admin', True)):
            program = Program(make(self.admin, scope=scope)['secret'])
            answer = program.get('/api/users')
            self.assertEqual(sees, '@' in answer.text, scope)
            # Whoever answered somebody with more before does not answer it again to one with less.
            self.admin.get('/api/users')
            self.assertEqual(answer.body, program.get('/api/users').body)

    def test_a_bad_one_is_401_also_beside_a_good_cookie(self):
        for token in ('pumasi_' + 'A' * 43, 'x', '', self.person.cookies['session']):
            for answer in (self.person.get('/api/tasks', {'Authorization': f'Bearer {token}'}), Program(token).get('/api/session'),
                           Program(token).post('/api/tasks', {'title': 'x'})):
                self.assertEqual(401, answer.status, token)
                self.assertIn('error="invalid_token"', answer.headers['WWW-Authenticate'])

    def test_the_scheme_is_read_in_any_case_and_another_scheme_is_no_token(self):
        secret = make(self.person)['secret']
        self.assertEqual(200, Program(secret, 'bearer').get('/api/tasks').status)
        self.assertEqual(401, Program(secret, 'Basic').get('/api/tasks').status)
        # And it opens no way around the check of the origin.
        self.assertEqual(403, self.person.post('/api/tasks', {'title': 'x'}, {'Origin': 'https://evil.example', 'Authorization': 'Basic eA=='}).status)
        self.assertEqual(403, pumasi.client().post('/api/login', {'email': self.person.email, 'password': running.PASSWORD}, {
            'Origin': 'https://evil.example', 'Authorization': 'Bearer x'}).status)

    def test_it_runs_out(self):
        for days, expected in ((None, 90), (1, 1), (365, 365)):
            token = make(self.person, **({'days': days} if days else {}))['token']
            start, end = (datetime.datetime.fromisoformat(token[name].replace('Z', '+00:00')) for name in ('created_at', 'expires_at'))
            self.assertEqual(expected, (end - start).days)
        for days in (0, 366, -1, 'x'):
            self.assertEqual(422, self.person.post('/api/tokens', {'name': 'x', 'days': days}).status, days)
        made = make(self.person)
        pumasi.by_hand(f'UPDATE api_token SET expires_at = unixepoch() WHERE id = {made["token"]["id"]}')
        self.assertEqual(401, Program(made['secret']).get('/api/tasks').status)
        self.assertNotIn(made['token']['id'], [token['id'] for token in self.person.get('/api/tokens').json['tokens']])
        subprocess.run([f'{running.ROOT}/build/{running.BUILD}/cron/janitor'], env=pumasi.environment_of_functions(), check=True)
        self.assertEqual([], pumasi.query('SELECT 1 FROM api_token WHERE id = ?', made['token']['id']))

    def test_ended_by_its_person_alone(self):
        for end in (lambda person, path: person.delete(path), lambda person, path: person.post(path + '/delete', {})):
            made = make(self.person)
            path = f'/api/tokens/{made["token"]["id"]}'
            for other in (pumasi.register(), self.admin):
                self.assertEqual(404, end(other, path).status)
            self.assertEqual(200, Program(made['secret']).get('/api/tasks').status)
            self.assertEqual(204, end(self.person, path).status)
            self.assertEqual(401, Program(made['secret']).get('/api/tasks').status)

    def test_ended_with_the_account(self):
        for end in (lambda path: self.admin.patch(path, {'disabled': True}), lambda path: self.admin.delete(path)):
            person = pumasi.register()
            program = Program(make(person)['secret'])
            self.assertEqual(200, program.get('/api/tasks').status)
            end(test_people.path(person))
            self.assertEqual(401, program.get('/api/tasks').status)

    def test_a_person_has_fifty_at_most(self):
        person = pumasi.register()
        for number in range(50):
            make(person, f'n{number}')
        self.assertEqual(409, person.post('/api/tokens', {'name': 'one more'}).status)
        self.assertEqual(50, len(person.get('/api/tokens').json['tokens']))

    def test_the_day_of_the_last_use_is_known_and_reading_wrote_nothing(self):
        made = make(self.person)
        used = lambda: {token['id']: token['last_used_on'] for token in self.person.get('/api/tokens').json['tokens']}  # noqa: E731
        self.assertIsNone(used()[made['token']['id']])
        before = pumasi.query('SELECT count(*), max(id) FROM event'), os.stat(pumasi.database + '-wal').st_mtime_ns
        for _ in range(3):
            self.assertEqual(200, Program(made['secret']).get('/api/tasks').status)
        self.assertEqual(before, (pumasi.query('SELECT count(*), max(id) FROM event'), os.stat(pumasi.database + '-wal').st_mtime_ns))
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        self.assertEqual(today, used()[made['token']['id']])
        mode = os.stat(pumasi.database + '-days').st_mode
        self.assertEqual(0o600, stat.S_IMODE(mode))
        # One that was used long ago.
        with open(pumasi.database + '-days', 'r+b') as file:
            file.seek(4 * made['token']['id'])
            file.write((20000).to_bytes(4, 'little'))
        self.assertEqual('2024-10-04', used()[made['token']['id']])

    def test_making_and_ending_stand_in_the_log_without_the_token(self):
        made = make(self.person, scope='write')
        self.person.delete(f'/api/tokens/{made["token"]["id"]}')
        rows = pumasi.query("SELECT type, actor_id, detail FROM event WHERE user_id = ? AND type LIKE 'token.%' ORDER BY id DESC LIMIT 2",
                            self.person.user['id'])
        self.assertEqual([('token.ended', self.person.user['id']), ('token.created', self.person.user['id'])], [row[:2] for row in rows])
        self.assertNotIn('pumasi_', str(rows))

    def test_the_pages_work_without_a_script(self):
        person = pumasi.register(html=True)
        self.assertIn('href="/api/tokens"', person.get('/api/users/me').text)
        answer = person.form('/api/tokens', {'name': '<b>밤 일</b>', 'scope': 'read', 'days': '7'})
        self.assertEqual((201, 'text/html'), (answer.status, answer.kind))
        secret = re.search(r'pumasi_[A-Za-z0-9_-]{43}', answer.text).group(0)
        self.assertEqual(200, Program(secret).get('/api/tasks').status)
        page = person.get('/api/tokens').text
        self.assertNotIn(secret, page)
        self.assertIn('&lt;b&gt;밤 일', page)
        self.assertNotIn('value="admin"', page)
        answer = person.form(re.search(r'action="(/api/tokens/\d+/delete)"', page).group(1), '')
        self.assertEqual((303, '/api/tokens'), (answer.status, answer.headers['Location'].replace(pumasi.url, '')))
        self.assertEqual(401, Program(secret).get('/api/tasks').status)
        answer = person.form(f'/api/users/{person.user["id"] if person.user else 0}/delete', {'password': 'wrong one'})
        self.assertEqual(422, answer.status)


if __name__ == '__main__':
    unittest.main()
