"""ETags: the log position; what pages load is kept for good; and reading leaves no trace in the database."""
import gzip
import hashlib
import os
import re
import unittest

import running

pumasi = running.get()


class ETags(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')
        cls.jiwoo = pumasi.register('Ji-woo')
        cls.task = cls.min.task()

    def paths(self):
        return ('/api/tasks', '/api/tasks?status=todo&limit=3', '/api/users', f'/api/tasks/{self.task["id"]}', f'/api/tasks/{self.task["id"]}/log')

    def tags(self):
        tags = {path: self.min.get(path).headers['ETag'] for path in self.paths()}
        for tag in tags.values():
            self.assertRegex(tag, r'^(W/)?"[^"]+"$')
        return tags

    def test_unchanged_is_304_without_a_body(self):
        for path, tag in self.tags().items():
            for known in (tag, f'"x", {tag}', f'"x",{tag} , "y"', 'W/' + tag, '*'):
                answer = self.min.get(path, {'If-None-Match': known})
                self.assertEqual((304, b'', tag), (answer.status, answer.body, answer.headers['ETag']), (path, known))
                self.assertIn('Cookie', answer.headers['Vary'])
                self.assertEqual('private, no-cache', answer.headers['Cache-Control'])

    def test_another_tag_is_200(self):
        for path, tag in self.tags().items():
            for known in ('"x"', tag[:-2] + '"', tag.strip('"'), ''):
                self.assertEqual(200, self.min.get(path, {'If-None-Match': known}).status, (path, known))

    def test_every_visible_change_of_somebody_else_changes_it(self):
        other, kept = self.jiwoo, {}
        task = other.task('x')

        def change(**fields):
            kept.update(other.change(kept or task, **fields).json)
        for name, act in (('create', lambda: other.task('y')), ('update', lambda: change(title='z')), ('status', lambda: change(status='done')),
                          ('comment', lambda: other.post(f'/api/tasks/{task["id"]}/comments', {'body': 'c'})),
                          ('delete', lambda: other.delete(f'/api/tasks/{task["id"]}')),
                          ('restore', lambda: other.post(f'/api/tasks/{task["id"]}/restore', {})),
                          ('name', lambda: other.patch('/api/users/me', {'name': running.unique('n')})),
                          ('person', pumasi.register),
                          ('by hand', lambda: pumasi.by_hand(f"UPDATE task SET title = 'by hand' WHERE id = {task['id']}"))):
            with self.subTest(name):
                before = self.tags()
                act()
                for path, tag in before.items():
                    answer = self.min.get(path, {'If-None-Match': tag})
                    self.assertEqual(200, answer.status, path)
                    self.assertNotEqual(tag, answer.headers['ETag'])

    def test_signing_in_and_out_and_failing_does_not(self):
        before = self.tags()
        client = pumasi.client()
        self.assertEqual(200, client.post('/api/login', {'email': self.jiwoo.email, 'password': running.PASSWORD}).status)
        self.assertEqual(204, client.post('/api/logout', {}).status)
        self.assertEqual(401, client.post('/api/login', {'email': self.jiwoo.email, 'password': 'wrong password'}).status)
        self.assertEqual(before, self.tags())

    def test_a_change_that_changes_nothing_does_not(self):
        before = self.tags()
        self.assertEqual(200, self.min.change(self.task, title=self.task['title']).status)
        self.assertEqual(before, self.tags())

    def test_it_differs_between_people_and_forms_and_languages(self):
        page = self.min.get('/api/tasks', {'Accept': 'text/html'})
        tags = {self.min.get('/api/tasks').headers['ETag'], self.jiwoo.get('/api/tasks').headers['ETag'], page.headers['ETag'],
                pumasi.register(language='ko').get('/api/tasks').headers['ETag']}
        self.assertEqual(4, len(tags), tags)

    def test_unchanged_has_the_policy_of_what_the_browser_keeps(self):
        """Its headers replace those of the page that was kept (RFC 9111, 4.3.4), which would lose its styles."""
        person = pumasi.register()
        for accept in ('text/html', 'application/json'):
            whole = person.get('/api/tasks', {'Accept': accept})
            same = person.get('/api/tasks', {'Accept': accept, 'If-None-Match': whole.headers['ETag']})
            self.assertEqual((304, whole.headers['Content-Security-Policy']), (same.status, same.headers['Content-Security-Policy']))

    def test_nobody_is_told_unchanged_without_a_session(self):
        for path, tag in self.tags().items():
            self.assertEqual(401, pumasi.client().get(path, {'If-None-Match': tag}).status)

    def test_a_missing_task_is_404_whatever_is_known(self):
        for known in ('*', self.tags()['/api/tasks']):
            self.assertEqual(404, self.min.get('/api/tasks/987654321', {'If-None-Match': known}).status)


class Files(unittest.TestCase):
    """What a page loads is kept for good under a name that tells its content; the page that names it is asked for each time."""

    def get(self, path, encoding='identity'):
        return pumasi.client().get(path, {'Accept': '*/*', 'Accept-Encoding': encoding})

    def test_a_page_is_looked_at_each_time_and_its_parts_once(self):
        for page in ('/', '/tasks.html', '/forgot.html'):
            answer = self.get(page)
            self.assertEqual('no-cache', answer.headers['Cache-Control'])
            self.assertEqual(304, pumasi.client().get(page, {'Accept': '*/*', 'If-None-Match': answer.headers['ETag']}).status)
            parts = re.findall(r'(?:href|src)="(/(?:script|style)/[^"]*)"', answer.text)
            self.assertGreaterEqual(len(parts), 2)
            self.assertEqual(len(parts), len(set(parts)), 'each once')
            self.assertEqual(1, sum(part.endswith('.css') for part in parts), 'one style')
            for part in parts:
                answer = self.get(part)
                self.assertEqual((200, 'max-age=31536000'), (answer.status, answer.headers['Cache-Control']), part)

    def test_so_are_the_parts_of_pages_that_functions_write(self):
        page = pumasi.register(html=True).get('/api/users/me').text
        parts = re.findall(r'(?:href|src)="(/(?:script|style)/[^"]*)"', page)
        self.assertEqual([running.built('script/scheme.js'), running.built('style/server.css'), running.built('script/profile.js')], parts)

    def test_all_that_a_module_imports_is_there(self):
        waiting, seen = [running.built(f'script/{name}.js') for name in ('tasks', 'overview', 'scheme', 'sign-in', 'account', 'profile', 'factor', 'copy')], set()
        while waiting:
            path = waiting.pop()
            if path not in seen:
                seen.add(path)
                answer = self.get(path)
                self.assertEqual(200, answer.status, path)
                waiting += ['/script/' + name for name in re.findall(r'"\./([\w-]+\.js)"', answer.text)]
        self.assertEqual(seen, {'/script/' + name for name in os.listdir(os.path.join(running.ROOT, 'build/www/script'))})

    def test_that_a_file_is_not_there_is_not_kept(self):
        for path in ('/script/tasks-AAAAAAAA.js', '/style/tasks-AAAAAAAA.css'):
            answer = self.get(path)
            self.assertEqual(404, answer.status)
            self.assertEqual('no-store', answer.headers['Cache-Control'])

    def test_text_is_sent_compressed(self):
        for path in ('/tasks.html', '/favicon.svg', running.built('style/tasks.css'), running.built('script/task.js')):
            plain, packed = self.get(path), self.get(path, 'gzip')
            if len(plain.body) > 400:
                self.assertEqual('gzip', packed.headers['Content-Encoding'], path)
                self.assertIn('Accept-Encoding', packed.headers['Vary'])
                self.assertEqual(plain.body, gzip.decompress(packed.body))
                self.assertLess(len(packed.body), len(plain.body) * 0.45, path)


class Reading(unittest.TestCase):
    def files(self):
        found = {}
        for name in ('pumasi.db', 'pumasi.db-wal'):
            with open(os.path.join(pumasi.dir, name), 'rb') as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
            found[name + ' time'] = os.stat(os.path.join(pumasi.dir, name)).st_mtime_ns
        return found

    def test_no_read_writes_a_byte(self):
        person = pumasi.register()
        task = person.task('to be read', labels=['a'])
        page = pumasi.client(html=True)
        page.cookies = dict(person.cookies)
        reads = ['/api/tasks', '/api/tasks?q=read&sort=title', '/api/tasks?bin=1', f'/api/tasks/{task["id"]}', f'/api/tasks/{task["id"]}/log',
                 '/api/users', '/api/session', '/api/health', '/api/nothing', '/api/tasks/987654321']
        for path in reads:
            person.get(path)
        counts, before = pumasi.counts(), self.files()
        for client in (person, page, pumasi.client()):
            for path in reads * 3:
                self.assertLess(client.get(path).status, 500)
                client.request('HEAD', path)
        self.assertEqual(before, self.files())
        self.assertEqual(counts, pumasi.counts())

    def test_reading_functions_have_the_file_open_for_reading_only(self):
        pumasi.register().get('/api/tasks')
        descriptors = 0
        for worker in pumasi.workers('task-list') + pumasi.workers('health'):
            for name in os.listdir(f'/proc/{worker}/fd'):
                if os.readlink(f'/proc/{worker}/fd/{name}') == pumasi.database:
                    with open(f'/proc/{worker}/fdinfo/{name}', encoding='utf-8') as file:
                        flags = int(next(line for line in file if line.startswith('flags')).split()[1], 8)
                    self.assertEqual(os.O_RDONLY, flags & os.O_ACCMODE)
                    descriptors += 1
        self.assertGreater(descriptors, 0)


if __name__ == '__main__':
    unittest.main()
