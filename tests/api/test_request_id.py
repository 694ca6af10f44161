"""One id leads from an answer to the lines of the logs, to what the request changed, and to the mails that tell of it."""
import json
import re
import subprocess
import time
import unittest

import running
from test_settings import ask

pumasi = running.get()


def lines(name):
    """What is written whole so far; web servers write some lines at a time."""
    with open(f'{pumasi.dir}/log/{name}', encoding='utf-8') as file:
        return [json.loads(line) for line in file.read().split('\n')[:-1]]


def id_of(answer):
    return answer.headers['X-Request-Id']


def ask_page(function, path, **variables):
    environment = {**running.clean_environment(), 'PUMASI_CONFIG': pumasi.config, 'ASAN_OPTIONS': pumasi.environment['ASAN_OPTIONS'],
                   'REQUEST_METHOD': 'GET', 'REQUEST_URI': path, 'REMOTE_ADDR': '127.0.0.1', 'HTTP_ACCEPT': 'text/html', **variables}
    return subprocess.run([f'{running.FUNCTIONS}/{function}'], env=environment, capture_output=True, timeout=20 * running.PATIENCE, check=True).stdout.decode()


class Requests(unittest.TestCase):
    def setUp(self):
        self.min, self.jiwoo = pumasi.register('Min'), pumasi.register('Ji-woo')

    def test_each_answer_has_one_of_its_own(self):
        answers = [self.min.get('/api/tasks') for _ in range(3)]  # the same answer, given again
        answers += [self.min.get('/api/tasks', {'If-None-Match': answers[0].headers['ETag']}), self.min.get('/api/nowhere'), self.min.post('/api/tasks', {})]
        self.assertEqual([200, 200, 200, 304, 404, 422], [answer.status for answer in answers])
        for answer in answers:
            self.assertRegex(id_of(answer), r'^[\w-]{8,64}$')
        self.assertEqual(len(answers), len({id_of(answer) for answer in answers}))

    def test_a_problem_names_it(self):
        for answer in (self.min.get('/api/tasks/987654321'), self.min.post('/api/tasks', {}), self.min.get('/api/nowhere'), pumasi.client().get('/api/tasks')):
            self.assertEqual(id_of(answer), answer.json['request'])

    def test_a_page_names_it_where_the_fault_is_ours(self):
        _, head, _ = ask('task-list', 'GET', '/api/tasks', PUMASI_DATABASE='/nowhere/pumasi.db')
        self.assertIn('Status: 503', head)
        page = ask_page('task-list', '/api/tasks', PUMASI_DATABASE='/nowhere/pumasi.db')
        self.assertIn(f'<code>{re.search("X-Request-Id: ([A-Za-z0-9_-]+)", page).group(1)}</code>', page)
        self.assertNotIn('<code>', ask_page('no-route', '/api/nowhere'))

    def test_the_logs_name_it(self):
        # Of refusals a worker writes ten a minute, and those of other tests count.
        end, told = time.monotonic() + 70, []
        while not told and time.monotonic() < end:
            refused = self.min.post('/api/tasks', {'title': 'x'}, {'Origin': 'https://evil.example'})
            self.assertEqual(403, refused.status)
            told = [line for line in lines('pumasi.log') if line.get('request') == id_of(refused)]
            if not told:
                time.sleep(5)
        self.assertEqual(['refused: task-create: it comes from another site'], [line['message'] for line in told])
        task = self.min.task('For the log')
        for path in (f'/api/tasks/{task["id"]}', '/api/tasks'):
            shown = self.min.get(path) if 'tasks/' in path else self.min.get(path, q='private')

            def found(request=id_of(shown)):
                return [line for line in lines('access.log') if line['request'] == request]
            line, = running.wait_until(found, 20, 'the line of the access log')
            self.assertEqual(('GET', 200, '127.0.0.1'), (line['method'], line['status'], line['address']))
            self.assertTrue(line['path'].endswith(path), line)
            self.assertNotIn('private', json.dumps(line))

    def test_events_name_it_and_the_command_shows_them(self):
        made = self.min.post('/api/tasks', {'title': 'Print', 'assignee_id': self.jiwoo.user['id']})
        path = f'/api/tasks/{made.json["id"]}'
        changed = self.min.patch(path, {'version': 1, 'progress': 10})
        said = self.jiwoo.post(path + '/comments', {'body': 'Mine'})
        rows = pumasi.query('SELECT type, request FROM event WHERE task_id = ? ORDER BY id', made.json['id'])
        self.assertEqual([('task.created', id_of(made)), ('task.updated', id_of(changed)), ('task.commented', id_of(said))], rows)
        failed = pumasi.client().post('/api/login', {'email': self.min.email, 'password': 'not the password'})
        self.assertEqual(id_of(failed), pumasi.value("SELECT request FROM event WHERE type = 'session.failed' ORDER BY id DESC LIMIT 1"))
        pumasi.forgive()
        self.assertEqual([(None, None)], pumasi.query('SELECT user_id, request FROM actor'), 'what is done by hand is done by no request')
        pumasi.by_hand(f'UPDATE task SET progress = 20 WHERE id = {made.json["id"]}')
        self.assertIsNone(pumasi.value('SELECT request FROM event ORDER BY id DESC LIMIT 1'))

    def test_the_log_stays_append_only(self):
        self.min.task()
        for change in ("request = 'another'", 'request = NULL', "detail = '{}'"):
            with self.assertRaisesRegex(RuntimeError, 'append-only'):
                pumasi.by_hand(f"UPDATE event SET {change} WHERE id = (SELECT max(id) FROM event WHERE type = 'task.created')")

    def test_mails_name_it(self):
        made = self.min.post('/api/tasks', {'title': 'Print', 'assignee_id': self.jiwoo.user['id']})
        changed = self.min.patch(f'/api/tasks/{made.json["id"]}', {'version': 1, 'progress': 10})
        forgot = pumasi.client().post('/api/password/forgot', {'email': self.jiwoo.email})
        self.assertEqual(202, forgot.status, forgot)
        with pumasi.mailing():
            mails = running.wait_until(lambda: len(pumasi.mails_to(self.jiwoo)) > 1 and pumasi.mails_to(self.jiwoo), 60, 'both mails')
        named = sorted(mail.get_all('X-Pumasi-Request') for mail in mails)
        self.assertEqual(sorted([[id_of(made), id_of(changed)], [id_of(forgot)]]), named)


class Given(unittest.TestCase):
    """By whom an id may be given."""

    def told(self, **variables):
        _, head, _ = ask('health', 'GET', '/api/health', **variables)
        return re.search('X-Request-Id: (.*)\r\n', head).group(1)

    def test_by_the_web_server(self):
        self.assertEqual('5ada142ff2e410ca491780d3ca56bdd5', self.told(REQUEST_ID='5ada142ff2e410ca491780d3ca56bdd5'))

    def test_by_no_client(self):
        for variables in ({}, {'PUMASI_TRUSTED_PROXY': '192.0.2.1'}):
            self.assertNotEqual('of-a-client', self.told(HTTP_X_REQUEST_ID='of-a-client', **variables))
        self.assertNotEqual('of-a-client', id_of(pumasi.client().get('/api/health', {'X-Request-Id': 'of-a-client', 'X_Request_Id': 'of-a-client'})))

    def test_by_a_proxy_that_is_trusted(self):
        trusted = {'PUMASI_TRUSTED_PROXY': '192.0.2.1, 127.0.0.1', 'REQUEST_ID': 'of-the-web-server'}
        self.assertEqual('of-the-proxy', self.told(HTTP_X_REQUEST_ID='of-the-proxy', **trusted))
        self.assertEqual('of-the-web-server', self.told(HTTP_X_REQUEST_ID='of-the-proxy', **{**trusted, 'REMOTE_ADDR': '192.0.2.7'}))
        for odd in ('short', 'x' * 65, 'with a space', 'a"quote-in-it', 'zeile\u2028zeile', '', 'line\r\nSet-Cookie: a=b'):
            self.assertEqual('of-the-web-server', self.told(HTTP_X_REQUEST_ID=odd, **trusted), odd)

    def test_odd_ones_of_the_web_server_are_replaced(self):
        self.assertRegex(self.told(REQUEST_ID='-'), r'^[\w-]{12}$')


if __name__ == '__main__':
    unittest.main()
