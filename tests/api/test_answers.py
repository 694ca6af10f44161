"""What every answer keeps: nothing of one person reaches another, text stays text in pages, headers protect."""
import html.parser
import subprocess
import threading
import unittest

import running

pumasi = running.get()
TRAP = '"><script>alert(1)</script><img src=x onerror=alert(1)>\'&amp;{{x}}'


class Page(html.parser.HTMLParser):
    """Collects the tags of a page, and complains of anything that runs."""
    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.faults = [], '', []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        names = [name for name, _ in attributes]
        is_ours = tag == 'script' and attributes == [('src', running.built('script/scheme.js'))]
        if (tag in ('script', 'iframe', 'object') and not is_ours) or any(name.startswith('on') or name == 'style' for name in names):
            self.faults.append((tag, attributes))
        if len(set(names)) != len(names) or any(set(name) & set('"\'<>') for name in names):
            self.faults.append((tag, attributes))
        for name, value in attributes:
            if name in ('href', 'src', 'action') and not (value or '').startswith(('/', '#', '?')):
                self.faults.append((tag, attributes))
            if name == 'value':
                self.text += value or ''

    def handle_data(self, data):
        self.text += data


class Escaping(unittest.TestCase):
    def check(self, answer, contains=TRAP):
        self.assertEqual('text/html', answer.kind)
        page = Page(answer.text)
        self.assertEqual([], page.faults)
        self.assertGreater(len(page.tags), 5)
        if contains:
            self.assertIn(contains, page.text)

    def test_titles_names_labels_descriptions_comments_and_the_log(self):
        person = pumasi.register(TRAP[:100])
        task = person.task(TRAP, description='</textarea>' + TRAP, labels=[TRAP[:50].replace(',', '')], assignee_id=person.user['id'])
        person.post(f'/api/tasks/{task["id"]}/comments', {'body': '</p>' + TRAP})
        person.change(task, title=TRAP + '2', description='</pre>' + TRAP)
        html_kind = {'Accept': 'text/html'}
        for path in ('/api/tasks', f'/api/tasks/{task["id"]}', '/api/tasks?limit=1'):
            self.check(person.get(path, html_kind))

    def test_what_was_asked_for_is_only_text_as_well(self):
        person = pumasi.register()
        for name in ('q', 'label'):
            value = TRAP[:50]
            self.check(person.get('/api/tasks', {'Accept': 'text/html'}, **{name: value}), None)
        self.check(person.get('/api/tasks', {'Accept': 'text/html'}, q=TRAP))

    def test_problem_pages(self):
        person = pumasi.register(html=True)
        # A field of no form is refused without its name.
        self.check(person.form('/api/tasks', {TRAP: 'x', 'title': ''}), 'There is no such field.')
        self.check(person.get('/api/tasks', **{TRAP: 'x'}), 'There is no such field.')
        self.check(person.form('/api/tasks', {'title': 'x', 'status': TRAP}), 'To do, Doing, Done')
        self.check(person.get('/api/' + '%3Cscript%3Ealert(1)%3C/script%3E'), None)
        self.check(person.form('/api/tasks', '%zz'), None)

    def test_a_title_shown_in_several_rows_stays_one_line(self):
        person = pumasi.register()
        task = person.task('Water the trees', labels=['a'])
        answer = person.form(f'/api/tasks/{task["id"]}', {'version': task['version'], 'title': 'Water\r\nthe\ntrees\n', 'labels': 'a,\r\nlong\nlabel'})
        self.assertEqual(200, answer.status, answer)
        task = person.show(task)
        self.assertEqual(('Water the trees', ['a', 'long label']), (task['title'], task['labels']))
        answer = person.form(f'/api/tasks/{task["id"]}', {'version': task['version'], 'title': 'Water\rthe trees'})
        self.assertEqual(422, answer.status)

    def test_json_stays_json(self):
        person = pumasi.register()
        text = '"\\/\b'.replace('\b', '') + '</script>\u2028\u2029\U0001f389'
        self.assertEqual(text, person.show(person.task(text))['title'])


class Headers(unittest.TestCase):
    def answers(self):
        person, browser = pumasi.register(), pumasi.register(html=True)
        task = person.task()
        yield person.get('/api/tasks')
        yield person.get('/api/tasks', {'If-None-Match': '*'})
        yield person.get(f'/api/tasks/{task["id"]}')
        yield person.get('/api/nothing')
        yield person.post('/api/tasks', {})
        yield person.delete(f'/api/tasks/{task["id"]}')
        yield browser.get('/api/tasks')
        yield browser.form('/api/tasks', {'title': 'x'})
        yield browser.form('/api/tasks', {'title': ''})
        yield pumasi.client().get('/api/tasks')
        yield pumasi.client().get('/api/session')

    def test_every_answer(self):
        for answer in self.answers():
            with self.subTest(repr(answer)[:60]):
                self.assertEqual('nosniff', answer.headers['X-Content-Type-Options'])
                self.assertEqual('private, no-cache' if answer.headers['ETag'] else 'no-store', answer.headers['Cache-Control'])
                self.assertEqual('same-origin', answer.headers['Cross-Origin-Resource-Policy'])
                self.assertEqual({'accept', 'accept-language', 'authorization', 'cookie'}, set(answer.headers['Vary'].lower().replace(' ', '').split(',')))
                self.assertIsNone(answer.headers.get('Access-Control-Allow-Origin'))
                self.assertIsNone(answer.headers.get('X-Powered-By'))
                self.assertNotRegex(answer.headers.get('Server', ''), r'\d')
                for name in ('X-Content-Type-Options', 'Cache-Control', 'Content-Type', 'Content-Length'):
                    self.assertLess(len(answer.headers.get_all(name) or []), 2, name)
                if answer.kind == 'text/html':
                    policy = answer.headers['Content-Security-Policy']
                    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
                        self.assertIn(part, policy)
                    self.assertNotIn('unsafe', policy)
                    self.assertEqual('same-origin', answer.headers['Cross-Origin-Opener-Policy'])
                    self.assertEqual('same-origin', answer.headers['Referrer-Policy'])

    def test_the_entrance_and_its_files(self):
        for path in ('/', '/tasks.html', running.built('style/tasks.css')):
            answer = pumasi.client(html=True).get(path)
            self.assertEqual(200, answer.status, path)
            self.assertEqual('nosniff', answer.headers['X-Content-Type-Options'])
            if answer.kind == 'text/html':
                self.assertIn("default-src 'none'", answer.headers['Content-Security-Policy'])

    def test_the_entrance_speaks_the_browsers_language(self):
        for accepted, language in (('ko-KR,ko;q=0.9', 'ko'), ('en-US', 'en'), ('de', 'en')):
            self.assertIn(f'lang="{language}"', pumasi.client(html=True, language=accepted).get('/').text)


class Apart(unittest.TestCase):
    def test_two_people_in_turn_on_the_same_workers(self):
        people = [pumasi.register(f'Person {number}', language=language) for number, language in enumerate(('en', 'ko', 'en'))]
        deaths = pumasi.deaths()
        for _ in range(30):
            for person in people:
                self.assertEqual(person.user, person.get('/api/session').json['user'])
            self.assertIsNone(pumasi.client().get('/api/session').json['user'])
        self.assertEqual(deaths, pumasi.deaths())

    def test_a_refused_request_leaves_nothing_for_the_next(self):
        one, other = pumasi.register(), pumasi.register()
        for _ in range(10):
            one.post('/api/tasks', {'title': 'secret', 'description': 'secret', 'labels': ['secret'], 'progress': 'x'})
            answer = other.post('/api/tasks', {})
            self.assertEqual({'title': 'required'}, answer.fields())
            self.assertNotIn('secret', answer.text)
            task = other.task('own')
            self.assertEqual(('', [], 0), (task['description'], task['labels'], task['progress']))
            one.form('/api/tasks', 'title=x&description=secret&due_on=bad')
            self.assertEqual(('', None), tuple(other.task('own')[name] for name in ('description', 'due_on')))

    def test_many_at_once(self):
        people = [pumasi.register(f'Person {number}') for number in range(6)]
        faults = []

        def work(person):
            for number in range(20):
                task = person.task(f'{person.email} {number}')
                if task['creator']['id'] != person.user['id'] or person.show(task) != task:
                    faults.append(task)
                if person.get('/api/session').json['user'] != person.user:
                    faults.append(person.email)
        threads = [threading.Thread(target=work, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], faults)
        for person in people:
            self.assertEqual(20, len(person.list(creator='me')))


class PlainCgi(unittest.TestCase):
    """The same programs, run from a shell with CGI's variables."""

    def run_function(self, name, method='GET', path='/', body=b'', **variables):
        environment = {**running.clean_environment(), 'PUMASI_CONFIG': pumasi.config, 'ASAN_OPTIONS': pumasi.environment['ASAN_OPTIONS'],
                       'REQUEST_METHOD': method, 'REQUEST_URI': path, 'REMOTE_ADDR': '127.0.0.1', 'GATEWAY_INTERFACE': 'CGI/1.1',
                       'CONTENT_LENGTH': str(len(body)) if body else '', **variables}
        done = subprocess.run([f'{running.FUNCTIONS}/{name}'], input=body, env=environment, capture_output=True, timeout=20 * running.PATIENCE, check=False)
        self.assertEqual((0, b''), (done.returncode, done.stderr))
        head, _, content = done.stdout.partition(b'\r\n\r\n')
        headers = dict(line.split(': ', 1) for line in head.decode().split('\r\n'))
        return running.Answer(int(headers.pop('Status').split()[0]), headers, content)

    def test_health(self):
        answer = self.run_function('health', path='/api/health')
        self.assertEqual((200, 'ok'), (answer.status, answer.json['status']))
        self.assertEqual(len(answer.body), int(answer.headers['Content-Length']))

    def test_the_list(self):
        person = pumasi.register()
        task = person.task(running.unique('cgi'))
        answer = self.run_function('task-list', path=f'/api/tasks?q={task["title"]}', HTTP_COOKIE=person.headers()['Cookie'])
        self.assertEqual((200, [task['id']]), (answer.status, [listed['id'] for listed in answer.json['tasks']]))
        self.assertEqual(401, self.run_function('task-list', path='/api/tasks').status)

    def test_a_new_task(self):
        person = pumasi.register()
        answer = self.run_function('task-create', 'POST', '/api/tasks', '{"title":"CGI로"}'.encode(), CONTENT_TYPE='application/json',
                                   HTTP_COOKIE=person.headers()['Cookie'], HTTP_ORIGIN=pumasi.url)
        self.assertEqual(201, answer.status, answer)
        self.assertEqual(answer.json, person.show(answer.json))

    def test_a_body_shorter_or_longer_than_said(self):
        person, before = pumasi.register(), None
        before = pumasi.counts()
        for length, status in (('1000', 400), ('5', 400), ('-1', 400), ('12abc', 400), ('', 415)):
            answer = self.run_function('task-create', 'POST', '/api/tasks', b'{"title":"x"}', CONTENT_LENGTH=length, HTTP_ORIGIN=pumasi.url,
                                       CONTENT_TYPE='application/json' if length else 'text/plain', HTTP_COOKIE=person.headers()['Cookie'])
            self.assertEqual(status, answer.status, (length, answer))
        self.assertEqual(before, pumasi.counts())

    def test_a_route_of_another_function(self):
        self.assertEqual(404, self.run_function('health', path='/api/tasks').status)
        self.assertEqual(405, self.run_function('health', 'POST', '/api/health').status)
        self.assertEqual(400, self.run_function('health', path='').status)

    def test_without_anything_it_says_what_it_is(self):
        done = subprocess.run([f'{running.FUNCTIONS}/health'], env={'PUMASI_CONFIG': pumasi.config}, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=20 * running.PATIENCE, check=False)
        self.assertEqual(1, done.returncode)
        self.assertIn('is a function of Pumasi', done.stderr)


if __name__ == '__main__':
    unittest.main()
