"""Every error: its status, its words in both languages, and problem+json (RFC 9457)."""
import fcntl
import json
import os
import time
import unittest

import running
import test_people

pumasi = running.get()
HANGUL = r'[가-힣]'


class Problem(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')
        cls.people = {language: pumasi.register('Other', language=language) for language in ('en', 'ko')}
        cls.other = cls.people['en']

    def problem(self, status, ask, counts_as_a_try=False):
        """Asks in both languages; returns the answer in English after checking what all problems share. A try that counts, as a failed
        sign-in does, leaves an event and the throttle, nothing else."""
        answers = {}
        for language in ('ko', 'en'):
            before = pumasi.counts()
            answer = answers[language] = ask({'Accept-Language': language})
            self.assertEqual(status, answer.status, answer)
            self.assertEqual('application/problem+json', answer.kind)
            problem = answer.json
            self.assertEqual((status, 'about:blank'), (problem['status'], problem['type']))
            self.assertNotIn(problem['title'], ('', 'Error'))
            self.assertTrue(problem['detail'])
            for fault in problem.get('errors', []):
                self.assertEqual({'field', 'code', 'message'}, set(fault))
            after = pumasi.counts()
            if counts_as_a_try:
                self.assertEqual(before['event'] + 1, after['event'])
                for table in ('event', 'login_throttle'):
                    after[table] = before[table]
            self.assertEqual(before, after)
        texts = {language: ' '.join([answer.json['detail']] + [fault['message'] for fault in answer.json.get('errors', [])])
                 for language, answer in answers.items()}
        self.assertRegex(texts['ko'], HANGUL)
        self.assertNotRegex(texts['en'], HANGUL)
        return answers['en']


class Statuses(Problem):
    def speak(self, headers):
        """Somebody whose language it is."""
        return self.people[headers['Accept-Language']]

    def test_400_json_that_is_none(self):
        answer = self.problem(400, lambda headers: self.speak(headers).post('/api/tasks', '{"title": "x"', headers))
        self.assertIn('13', answer.json['detail'])

    def test_400_a_form_that_is_none(self):
        self.problem(400, lambda headers: self.speak(headers).form('/api/tasks', 'title=%zz', headers))

    def test_400_a_query_that_is_none(self):
        self.problem(400, lambda headers: self.speak(headers).get('/api/tasks?q=%E3%81', headers))

    def test_401_not_signed_in(self):
        for method, path in (('GET', '/api/tasks'), ('GET', '/api/users'), ('GET', '/api/tasks/1'), ('POST', '/api/tasks'),
                             ('PATCH', '/api/tasks/1'), ('DELETE', '/api/tasks/1'), ('POST', '/api/logout'),
                             ('POST', '/api/tasks/1/comments'), ('GET', '/api/tasks/1/log'), ('PATCH', '/api/users/me')):
            with self.subTest(f'{method} {path}'):
                self.problem(401, lambda headers: pumasi.client().request(
                    method, path, b'{}' if method != 'GET' else None, {'Content-Type': 'application/json', **headers}))

    def test_403_from_another_page(self):
        for site in ({'Origin': None}, {'Origin': 'http://evil.example'}, {'Origin': 'null'}, {'Origin': pumasi.url + '.evil.example'},
                     {'Origin': ''}, {'Sec-Fetch-Site': 'cross-site'}, {'Sec-Fetch-Site': 'same-site'},
                     {'Sec-Fetch-Site': 'cross-site', 'Origin': pumasi.url}):
            with self.subTest(site):
                self.problem(403, lambda headers: self.min.post('/api/tasks', {'title': 'stolen'}, {**headers, **site}))
                self.problem(403, lambda headers: pumasi.client().post('/api/login', {
                    'email': self.min.email, 'password': running.PASSWORD}, {**headers, **site}))

    def test_no_origin_is_needed_where_the_browser_says_same_origin_or_for_reading(self):
        self.assertEqual(201, self.min.post('/api/tasks', {'title': 'x'}, {'Origin': None, 'Sec-Fetch-Site': 'same-origin'}).status)
        self.assertEqual(200, self.min.get('/api/tasks', {'Origin': 'http://evil.example', 'Sec-Fetch-Site': 'cross-site'}).status)

    def test_403_only_the_creator_or_an_administrator_deletes_and_restores(self):
        task = self.min.task(assignee_id=self.other.user['id'])
        path = f'/api/tasks/{task["id"]}'
        self.problem(403, lambda headers: self.speak(headers).delete(path, headers))
        self.min.delete(path)
        self.problem(403, lambda headers: self.speak(headers).post(path + '/restore', {}, headers))
        admin = test_people.administrator()
        self.assertEqual(200, admin.post(path + '/restore', {}).status)
        self.assertEqual(204, admin.delete(path).status)

    def test_404_no_such_task(self):
        for method, path in (('GET', ''), ('PATCH', ''), ('DELETE', ''), ('POST', '/restore'), ('GET', '/log'), ('POST', '/comments')):
            with self.subTest(f'{method} {path}'):
                self.problem(404, lambda headers: self.speak(headers).request(
                    method, f'/api/tasks/987654321{path}', b'{"version": 1}' if method == 'PATCH' else
                    b'{"body": "x"}' if path == '/comments' else None, {'Content-Type': 'application/json', **headers}))

    def test_404_no_such_address(self):
        for path in ('/api', '/api/', '/api/nothing', '/api/tasks/', '/api/tasks/0', '/api/tasks/-1', '/api/tasks/01', '/api/tasks/1x',
                     '/api/tasks/1/', '/api/tasks/1/nothing', '/api/tasks/9999999999999999999999', '/api//tasks', '/API/tasks',
                     '/function/health/', '/nothing.html', '/index.html/x', '/style/'):
            with self.subTest(path):
                self.problem(404, lambda headers: pumasi.client().get(path, headers))

    def test_404_below_a_file(self):
        for path in ('/tasks.ko.html/', '/tasks.ko.html/x', running.built('style/tasks.css') + '/', running.built('style/tasks.css') + '/x.css'):
            with self.subTest(path):
                self.problem(404, lambda headers: pumasi.client().get(path, headers))

    def test_no_way_out_of_the_pages(self):
        for path in ('/../etc/passwd', '/style/../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/style/..%2f..%2f..%2fetc/passwd', '/..\\..\\etc/passwd'):
            answer = pumasi.client().get(path)
            self.assertIn(answer.status, (400, 404), path)
            self.assertNotIn(b'root:', answer.body)

    def test_405_names_the_methods(self):
        for path, wrong, allowed in (('/api/tasks', 'DELETE', {'GET', 'HEAD', 'POST'}), ('/api/login', 'GET', {'POST'}),
                                     ('/api/tasks/1', 'PUT', {'GET', 'HEAD', 'PATCH', 'POST', 'DELETE'}),
                                     ('/api/health', 'POST', {'GET', 'HEAD'}), ('/api/tasks/1/delete', 'GET', {'POST'}),
                                     ('/api/users/me', 'DELETE', {'GET', 'HEAD', 'PATCH', 'POST'})):
            with self.subTest(path):
                answer = self.problem(405, lambda headers: pumasi.client().request(wrong, path, None, headers))
                self.assertEqual(allowed, set(answer.headers['Allow'].replace(' ', '').split(',')))

    def test_409_an_address_that_is_taken(self):
        self.problem(409, lambda headers: pumasi.client().post('/api/register', {
            'email': self.min.email, 'name': 'x', 'password': running.PASSWORD}, headers), counts_as_a_try=True)

    def test_412_somebody_else_changed_the_same(self):
        task = self.min.task()
        self.other.change(task, title='theirs')
        self.problem(412, lambda headers: self.speak(headers).patch(
            f'/api/tasks/{task["id"]}', {'version': 1, 'title': 'mine'}, headers))

    def test_413_a_body_above_256_kib(self):
        for size in (256 * 1024 + 1, 300 * 1024):
            self.problem(413, lambda headers: self.speak(headers).post('/api/tasks', b'{"title":"' + b'x' * size + b'"}', headers))

    def test_415_neither_json_nor_form(self):
        for kind in ('text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/jsonx', 'application/json-patch+json', 'x'):
            with self.subTest(kind):
                self.problem(415, lambda headers: self.speak(headers).request(
                    'POST', '/api/tasks', b'{"title":"x"}', {'Content-Type': kind, **headers}))
        self.problem(415, lambda headers: self.speak(headers).request('POST', '/api/tasks', b'{"title":"x"}', headers))

    def test_422_all_faults_at_once(self):
        wrong = {'title': '', 'description': 'a\u0001', 'status': 'later', 'progress': 101, 'priority': 3, 'assignee_id': 'x',
                 'due_on': '2027-02-29', 'labels': 'a', 'colour': 'red'}
        answer = self.problem(422, lambda headers: self.speak(headers).post('/api/tasks', wrong, headers))
        self.assertEqual({'title': 'required', 'description': 'control', 'status': 'choice', 'progress': 'range', 'priority': 'type',
                          'assignee_id': 'type', 'due_on': 'date', 'labels': 'type', 'colour': 'unknown'}, answer.fields())

    def test_422_all_faults_of_a_form_at_once(self):
        wrong = [('title', '  '), ('title', 'again'), ('status', ''), ('progress', '1.5'), ('assignee_id', '0'), ('due_on', 'x'),
                 ('labels', ','.join(str(i) for i in range(21))), ('colour', 'red')]
        answer = self.problem(422, lambda headers: self.speak(headers).form('/api/tasks', wrong, headers))
        self.assertEqual({'title', 'status', 'progress', 'assignee_id', 'due_on', 'labels', 'colour'}, set(answer.fields()))
        self.assertEqual(['required', 'repeated'], [fault['code'] for fault in answer.json['errors'] if fault['field'] == 'title'])

    def test_422_nobody_of_that_number(self):
        answer = self.problem(422, lambda headers: self.speak(headers).post('/api/tasks', {'title': 'x', 'assignee_id': 99999999}, headers))
        self.assertEqual({'assignee_id': 'person'}, answer.fields())

    def test_pages_say_it_in_words_only(self):
        """What a plain browser shows has no names for programs, in either language."""
        words = {'ko': ('할 일, 진행 중, 완료', '휴지통'), 'en': ('To do, Doing, Done', 'Bin')}
        for language, (choices, bin_word) in words.items():
            with self.subTest(language):
                person = pumasi.register('Nari', html=True)
                person.form('/api/users/me', [('language', language)])
                gone = person.get('/api/tasks/99999999')
                self.assertEqual(404, gone.status)
                self.assertNotIn('Not Found', gone.text)
                self.assertIn(f'<a href="/api/tasks?bin=1">{bin_word}</a>', gone.text)
                wrong = person.get('/api/tasks?limit=0')
                self.assertEqual(422, wrong.status)
                self.assertNotIn('Unprocessable', wrong.text)
                self.assertNotIn('limit', wrong.text)
                self.assertIn('<span class="fault">', wrong.text)
                self.assertIn(choices, person.form('/api/tasks', [('title', 'x'), ('status', 'later')]).text)

    def test_429_too_many_failed_sign_ins(self):
        person = pumasi.register()
        for _ in range(6):
            pumasi.client().post('/api/login', {'email': person.email, 'password': 'wrong password'})
        pumasi.by_hand('UPDATE login_throttle SET blocked_until = blocked_until + 60 WHERE failures BETWEEN 5 AND 9')
        answer = self.problem(429, lambda headers: pumasi.client().post(
            '/api/login', {'email': person.email, 'password': running.PASSWORD}, headers))
        self.assertGreater(int(answer.headers['Retry-After']), 1)
        self.assertIn(answer.headers['Retry-After'], answer.json['detail'])


@running.not_under_valgrind('a run may take 30 times as long')
class Limits(Problem):
    def test_504_when_a_run_takes_too_long(self):
        """Holds the write turn longer than a function may run: it is stopped, says so, and nothing is kept."""
        before = pumasi.counts()
        with open(pumasi.database + '-turn', 'r+b') as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            begin = time.monotonic()
            answer = self.min.post('/api/tasks', {'title': 'too late'})
            took = time.monotonic() - begin
            self.assertEqual(200, self.min.get('/api/tasks').status, 'reading goes on')
        self.assertEqual((504, 'application/problem+json', 504), (answer.status, answer.kind, answer.json['status']))
        self.assertTrue(4.5 < took < 8, took)
        self.assertEqual('nosniff', answer.headers['X-Content-Type-Options'])
        self.assertEqual(before, pumasi.counts())
        self.assertEqual(201, self.min.post('/api/tasks', {'title': 'next'}).status)

    def test_504_is_said_in_the_persons_language(self):
        person = pumasi.register(language='ko')
        with open(pumasi.database + '-turn', 'r+b') as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            answer = person.post('/api/tasks', {'title': 'too late'}, {'Accept-Language': 'ko'})
        self.assertEqual(504, answer.status, answer)
        self.assertRegex(answer.json['detail'], HANGUL)

    def test_504_is_a_page_for_a_plain_browser(self):
        person = pumasi.register(html=True)
        with open(pumasi.database + '-turn', 'r+b') as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            answer = person.form('/api/tasks', {'title': 'too late'})
        self.assertEqual((504, 'text/html'), (answer.status, answer.kind))


class Closed(unittest.TestCase):
    def test_words_of_both_languages_name_the_same_problems(self):
        texts = {}
        for language in ('en', 'ko'):
            with open(os.path.join(running.ROOT, 'www', 'text', language + '.json'), encoding='utf-8') as file:
                texts[language] = json.load(file)
        self.assertEqual(set(texts['en']), set(texts['ko']))


if __name__ == '__main__':
    unittest.main()
