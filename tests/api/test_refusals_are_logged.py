"""Who is refused what stands in the log, whoever it is and whatever was tried (ASVS 16.3.2, 16.3.3); what people mistype does not; and
nobody fills the disk with it."""
import json
import os
import re
import signal
import unittest

import running
from test_settings import ask

pumasi = running.get()
A_MINUTE = 10


def lines():
    with open(f'{pumasi.dir}/log/pumasi.log', encoding='utf-8') as file:
        return [json.loads(line) for line in file]


class Refusals(unittest.TestCase):
    """Each request is a process of its own, so that none is left out."""

    @classmethod
    def setUpClass(cls):
        cls.person, cls.other = pumasi.register('Re Fused'), pumasi.register('Ot Her')
        cls.task = cls.other.task()
        cls.token = cls.person.post('/api/tokens', {'name': 'reads', 'scope': 'read'}).json['secret']
        cls.addClassCleanup(pumasi.forgive)

    def said(self, function, method, path, value=None, **variables):
        """(status, what the log says of this request)."""
        before = len(lines())
        variables.setdefault('HTTP_COOKIE', f'session={self.person.cookies["session"]}')
        status, _, _ = ask(function, method, path, value, **variables)
        told = [line for line in lines()[before:] if line['program'] == function and line['message'].startswith('refused: ')]
        for line in told:
            self.assertRegex(line['request'], '.')
        return status, [line['message'].removeprefix('refused: ') for line in told]

    def test_what_one_may_not(self):
        me = self.person.user['id']
        for function, method, path, value, status, why in (
                ('task-delete', 'DELETE', f'/api/tasks/{self.task["id"]}', None, 403, 'not hers to do'),
                ('user-update', 'PATCH', f'/api/users/{me}', {'role': 'admin'}, 403, 'not hers to do'),
                ('invitation-list', 'GET', '/api/invitations', None, 403, 'not hers to do'),
                ('session-end', 'DELETE', '/api/sessions/987654321', {'password': running.PASSWORD}, 404, 'no session of hers'),
                ('token-delete', 'DELETE', '/api/tokens/987654321', None, 404, 'no access token of hers')):
            with self.subTest(function):
                self.assertEqual((status, [f'{function} to person {me}: {why}']), self.said(function, method, path, value))

    def test_what_an_access_token_may_not(self):
        def by(token):
            return {'HTTP_AUTHORIZATION': f'Bearer {token}', 'HTTP_COOKIE': ''}
        self.assertEqual((403, [f'task-create to person {self.person.user["id"]}: beyond the scope of an access token']),
                         self.said('task-create', 'POST', '/api/tasks', {'title': 'x'}, **by(self.token)))
        self.assertEqual((401, ['task-list: an access token that is not good']), self.said('task-list', 'GET', '/api/tasks', **by('pumasi_no')))

    def test_who_has_no_second_factor_where_one_is_needed(self):
        status, said = self.said('task-list', 'GET', '/api/tasks', PUMASI_SECOND_FACTOR='all')
        self.assertEqual((403, [f'task-list to person {self.person.user["id"]}: no second factor']), (status, said))

    def test_what_comes_from_another_site(self):
        for variables in ({'HTTP_ORIGIN': 'https://evil.example'}, {'HTTP_SEC_FETCH_SITE': 'cross-site'}):
            status, said = self.said('task-create', 'POST', '/api/tasks', {'title': 'x'}, **variables)
            self.assertEqual((403, ['task-create: it comes from another site']), (status, said))
            self.assertNotIn('evil', str(said))

    def test_what_no_form_of_ours_sends(self):
        me = f'task-create to person {self.person.user["id"]}: '
        for value in ({'title': 'x', 'creator_id': 1}, {'title': 7}, {'title': 'a\x01b'}, {'title': 'x', 'status': 'gone'}):
            with self.subTest(value):
                self.assertEqual((422, [me + 'fields that no form of ours sends']), self.said('task-create', 'POST', '/api/tasks', value))
        self.assertEqual((400, [me + 'it cannot be read']), self.said('task-create', 'POST', '/api/tasks', [1]))
        self.assertEqual((415, [me + 'a body of another type']), self.said('task-create', 'POST', '/api/tasks', {'title': 'x'}, CONTENT_TYPE='text/plain'))
        self.assertEqual((413, [me + 'a body that is too large']), self.said('task-create', 'POST', '/api/tasks', {'title': 'x' * 300000}))
        self.assertEqual((403, ['unsubscribe: a link that is not ours']), self.said('unsubscribe', 'GET', '/api/unsubscribe?token=1.1.x', HTTP_ACCEPT='application/json'))

    def test_whoever_comes_too_often(self):
        for _ in range(5):
            self.said('login', 'POST', '/api/login', {'email': self.person.email, 'password': 'wrong password'})
        pumasi.prolong()
        self.assertEqual((429, ['login: too often']), self.said('login', 'POST', '/api/login', {'email': self.person.email, 'password': running.PASSWORD}))

    def test_whoever_registers_where_that_is_not_open(self):
        value = {'email': f'{running.unique("new")}@example.org', 'name': 'N', 'password': running.PASSWORD}
        for setting, more, why in (('closed', {}, 'registration is closed'), ('invite', {}, 'no invitation'), ('invite', {'invite': 'x' * 43}, 'an invitation that is not good')):
            self.assertEqual((403, [f'register: {why}']), self.said('register', 'POST', '/api/register', {**value, **more}, PUMASI_REGISTRATION=setting))

    def test_what_people_mistype_is_not_told(self):
        for function, path, value, status in (('task-create', '/api/tasks', {'title': ''}, 422), ('task-create', '/api/tasks', {'title': 'x' * 300}, 422),
                                              ('task-create', '/api/tasks', {'title': 'x', 'due_on': 'soon'}, 422)):
            self.assertEqual((status, []), self.said(function, 'POST', path, value))
        self.assertEqual((200, []), self.said('task-list', 'GET', '/api/tasks'))
        self.assertEqual((404, []), self.said('task-show', 'GET', '/api/tasks/987654321'))


class Bounds(unittest.TestCase):
    def test_a_worker_writes_ten_a_minute_and_counts_the_others(self):
        person = pumasi.register()
        before = len(lines())
        for _ in range(60):
            self.assertEqual(403, person.post('/api/tokens', {'name': 'x'}, {'Origin': 'https://evil.example'}).status)
        told = [line['message'] for line in lines()[before:] if line['program'] == 'token-create']
        refused = [message for message in told if message == 'refused: token-create: it comes from another site']
        # The minute may have turned on the way.
        self.assertIn(len(refused), (A_MINUTE, 2 * A_MINUTE))
        for worker in pumasi.workers('token-create'):
            os.kill(worker, signal.SIGTERM)

        def left_out():
            return sum(int(number) for line in lines()[before:] if line['program'] == 'token-create'
                       for number in re.findall(r'^(\d+) more lines like these were left out within a minute$', line['message']))
        running.wait_until(lambda: left_out() == 60 - len(refused), 10, 'the number of those left out')

    def test_the_number_here_is_that_of_the_source(self):
        with open(f'{running.ROOT}/lib/base/log.h', encoding='utf-8') as file:
            self.assertIn(f'LOG_BOUND_A_MINUTE = {A_MINUTE} ', file.read())


if __name__ == '__main__':
    unittest.main()
