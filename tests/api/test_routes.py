"""Every route of handlers/routes, asked by a program (JSON) and by a plain browser (a form, answered with 303)."""
import os
import re
import unittest

import running

pumasi = running.get()
ADMINISTRATORS = ('user-update', 'user-delete', 'invitation-list', 'invitation-create', 'invitation-delete')  # what each person may is asked by tests/security
TIME = r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$'


def routes():
    with open(os.path.join(running.ROOT, 'handlers', 'routes'), encoding='utf-8') as file:
        return [line.split() for line in file if line.strip() and not line.startswith('#')]


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min 민서')
        cls.jiwoo = pumasi.register('Ji-woo 지우')

    def test_every_route_is_answered_by_its_function(self):
        task = self.min.task()
        for method, path, function in routes():
            with self.subTest(f'{method} {path}'):
                # Of the sessions not one's own: what follows needs it.
                path = path.replace('{id}', '987654321' if path.startswith('/api/sessions') else str(task['id']))
                answer = self.min.send(method, path, {}) if method != 'GET' else self.min.get(path)
                if function in ('register', 'login'):
                    self.assertEqual(422, answer.status, answer)
                elif function in ADMINISTRATORS or function == 'unsubscribe':
                    self.assertEqual(403, answer.status, answer)
                else:
                    self.assertNotIn(answer.status, (400, 401, 403, 405, 415, 500, 502, 503), answer)
                if function == 'logout':
                    type(self).min = pumasi.register('Min 민서')
                    task = self.min.task()
                elif function == 'task-delete':
                    self.min.post(f'/api/tasks/{task["id"]}/restore', {})

    def test_health(self):
        answer = pumasi.client().get('/api/health')
        self.assertEqual((200, 'ok'), (answer.status, answer.json['status']))

    def test_people_are_listed_by_name_without_addresses(self):
        answer = self.min.get('/api/users')
        self.assertIn({'id': self.jiwoo.user['id'], 'name': 'Ji-woo 지우'}, answer.json['users'])
        self.assertNotIn('@', answer.text)

    def test_changing_ones_own_name_and_language(self):
        person = pumasi.register('Old')
        for send in (person.patch, person.post):
            name = running.unique('New 새 ')
            answer = send('/api/users/me', {'name': name, 'language': 'ko'})
            self.assertEqual((200, name, 'ko'), (answer.status, answer.json['user']['name'], answer.json['user']['language']))
            self.assertEqual(answer.json['user'], person.get('/api/session').json['user'])
        self.assertEqual('en', person.patch('/api/users/me', {'language': 'en'}).json['user']['language'])

    def test_a_new_task_is_answered_whole_with_its_place(self):
        answer = self.min.post('/api/tasks', {
            'title': '  봄 축제 전단지 ', 'description': 'A5\n\tboth sides', 'status': 'doing', 'progress': 40, 'priority': 'high',
            'assignee_id': self.jiwoo.user['id'], 'due_on': '2028-02-29', 'labels': ['print', '축제', 'print', ' ']})
        task = answer.json
        self.assertEqual(201, answer.status, answer)
        self.assertEqual(f'/api/tasks/{task["id"]}', answer.headers['Location'])
        for name in ('created_at', 'updated_at'):
            self.assertRegex(task.pop(name), TIME)
        self.assertEqual({
            'id': task['id'], 'title': '봄 축제 전단지', 'description': 'A5\n\tboth sides', 'status': 'doing', 'progress': 40,
            'priority': 'high', 'assignee': {'id': self.jiwoo.user['id'], 'name': 'Ji-woo 지우'},
            'creator': {'id': self.min.user['id'], 'name': 'Min 민서'}, 'due_on': '2028-02-29', 'labels': ['print', '축제'],
            'version': 1, 'description_html': '<p>A5<br>\nboth sides</p>\n'}, task)

    def test_a_title_alone_makes_a_task(self):
        task = self.min.task('just this')
        self.assertEqual(('', 'todo', 0, 'normal', None, None, []), tuple(task[name] for name in (
            'description', 'status', 'progress', 'priority', 'assignee', 'due_on', 'labels')))

    def test_what_was_made_is_shown_and_listed_the_same(self):
        task = self.min.task(running.unique('shown'), labels=['a', 'ß'], due_on='2030-01-31')
        self.assertEqual(task, self.min.show(task))
        del task['description_html'] # which a list of many has not
        self.assertEqual([task], self.min.list(q=task['title']))

    def test_nothing_and_nobody_can_be_set_again(self):
        task = self.min.task(assignee_id=self.jiwoo.user['id'], due_on='2030-01-31', labels=['a'], description='x')
        answer = self.min.change(task, assignee_id=None, due_on=None, labels=[], description='')
        self.assertEqual((None, None, [], ''), tuple(answer.json[name] for name in ('assignee', 'due_on', 'labels', 'description')))

    def test_post_and_patch_change_a_task_alike(self):
        task = self.min.task()
        task = self.min.post(f'/api/tasks/{task["id"]}', {'version': 1, 'title': 'by POST'}).json
        task = self.min.patch(f'/api/tasks/{task["id"]}', {'version': 2, 'priority': 'low'}).json
        self.assertEqual(('by POST', 'low', 3), (task['title'], task['priority'], task['version']))

    def test_a_comment(self):
        task = self.min.task()
        answer = self.jiwoo.post(f'/api/tasks/{task["id"]}/comments', {'body': '네!\n지금 할게요.'})
        self.assertEqual(201, answer.status, answer)
        comment = answer.json['comment']
        self.assertEqual(('네!\n지금 할게요.', self.jiwoo.user['id']), (comment['body'], comment['author']['id']))
        self.assertRegex(comment['created_at'], TIME)

    def test_watching_is_told_with_the_task(self):
        path = f'/api/tasks/{self.min.task()["id"]}'
        watching = {'watch': 'watch', 'watchers': [{'id': self.min.user['id'], 'name': 'Min 민서'}]}
        self.assertEqual(watching, self.min.send('PUT', path + '/watch', {}).json)
        self.assertEqual(watching, {name: self.min.get(path).json[name] for name in watching})
        self.assertEqual({'watch': None, 'watchers': []}, self.min.delete(path + '/watch').json)

    def test_delete_by_both_routes(self):
        for delete in (lambda path: self.min.delete(path), lambda path: self.min.post(path + '/delete', {})):
            task = self.min.task()
            path = f'/api/tasks/{task["id"]}'
            answer = delete(path)
            self.assertEqual((204, b''), (answer.status, answer.body))
            self.assertEqual(404, self.min.get(path).status)

    def test_head_is_get_without_a_body(self):
        for path in ('/api/tasks', '/api/health', '/api/session'):
            whole, head = self.min.get(path), self.min.request('HEAD', path)
            self.assertEqual((200, b''), (head.status, head.body))
            self.assertEqual(whole.kind, head.kind)


class PlainBrowsers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min', html=True)
        cls.jiwoo = pumasi.register('Ji-woo', html=True)

    def see_other(self, answer, location):
        self.assertEqual((303, b''), (answer.status, answer.body), answer)
        self.assertRegex(answer.headers['Location'], '^(' + re.escape(pumasi.url) + ')?' + location + '$')

    def make(self, **fields):
        answer = self.min.form('/api/tasks', {'title': 'Made by form', **fields})
        self.see_other(answer, r'/api/tasks/\d+')
        path = answer.headers['Location']
        return path, self.min.get(path, {'Accept': 'application/json'}).json

    def test_register_login_logout(self):
        client = pumasi.client(html=True)
        email = running.unique('form') + '@example.org'
        self.see_other(client.form('/api/register', {'email': email, 'name': '폼 & Form', 'password': running.PASSWORD}), '/api/tasks')
        self.assertEqual('폼 & Form', client.get('/api/session').json['user']['name'])
        self.see_other(client.form('/api/logout', ''), '/')
        self.assertEqual({}, client.cookies)
        self.see_other(client.form('/api/login', {'email': email, 'password': running.PASSWORD}), '/api/tasks')
        self.assertEqual(200, client.get('/api/tasks').status)

    def test_a_task_with_every_field(self):
        _, task = self.make(description='one\r\ntwo', status='doing', progress='7', priority='urgent', due_on='2031-12-01',
                            assignee_id=str(self.jiwoo.user['id']), labels=' b, a ,,b')
        self.assertEqual(('one\ntwo', 'doing', 7, 'urgent', '2031-12-01', self.jiwoo.user['id'], ['a', 'b']), (
            task['description'], task['status'], task['progress'], task['priority'], task['due_on'], task['assignee']['id'],
            task['labels']))

    def test_empty_fields_are_nobody_and_no_date(self):
        _, task = self.make(description='', assignee_id='', due_on='', labels='')
        self.assertEqual(('', None, None, []), (task['description'], task['assignee'], task['due_on'], task['labels']))

    def test_plus_and_percent_are_decoded(self):
        answer = self.min.form('/api/tasks', 'title=a+b%2Bc%26d%3De%20%EA%B0%80')
        task = self.min.get(answer.headers['Location'], {'Accept': 'application/json'}).json
        self.assertEqual('a b+c&d=e 가', task['title'])

    def test_change_comment_delete_restore(self):
        path, task = self.make()
        self.see_other(self.min.form(path, {'version': 1, 'title': '다른 제목'}), path)
        self.see_other(self.min.form(path + '/comments', {'body': 'a\r\nb'}), path + r'#comment-\d+')
        self.assertEqual('a\nb', pumasi.value('SELECT body FROM comment WHERE task_id = ?', task['id']))
        self.see_other(self.min.form(path + '/delete', ''), '/api/tasks')
        self.assertEqual(1, pumasi.value('SELECT is_deleted FROM task WHERE id = ?', task['id']))
        self.see_other(self.min.form(path + '/restore', ''), path)
        self.assertEqual('다른 제목', self.min.get(path, {'Accept': 'application/json'}).json['title'])

    def test_profile(self):
        self.see_other(self.jiwoo.form('/api/users/me', {'name': '지우', 'language': 'ko'}), re.escape('/api/users/me?saved=1'))
        self.assertEqual(('지우', 'ko'), tuple(self.jiwoo.get('/api/session').json['user'][name] for name in ('name', 'language')))

    def test_the_list_and_the_task_are_pages(self):
        path, _ = self.make(title='Seen on the page')
        for page in (self.min.get('/api/tasks'), self.min.get(path)):
            self.assertEqual((200, 'text/html'), (page.status, page.kind))
            self.assertIn('charset=utf-8', page.headers['Content-Type'])
            self.assertIn('Seen on the page', page.text)
            self.assertIn('</html>', page.text)

    def test_somebody_not_signed_in_is_sent_to_the_entrance(self):
        for path in ('/api/tasks', '/api/tasks/1', '/api/users'):
            self.see_other(pumasi.client(html=True).get(path), '/')

    def test_faults_are_a_page_with_the_message_and_a_way_back(self):
        for language, word in (('en', 'Please fill this in.'), ('ko', '꼭 적어 주세요.')):
            answer = pumasi.client(html=True, language=language).form('/api/register', {'name': '', 'email': 'no'})
            self.assertEqual((422, 'text/html'), (answer.status, answer.kind))
            self.assertIn(word, answer.text)
            self.assertIn(f'<html lang="{language}">', answer.text)
            self.assertIn('<a href="', answer.text)


class Negotiation(unittest.TestCase):
    def test_json_unless_a_page_is_preferred(self):
        person = pumasi.register()
        for accept, kind in ((None, 'application/json'), ('*/*', 'application/json'), ('', 'application/json'),
                             ('application/json', 'application/json'), ('application/json, text/html', 'application/json'),
                             ('image/png', 'application/json'), ('text/html', 'text/html'),
                             ('text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html')):
            with self.subTest(accept):
                answer = person.get('/api/tasks', {'Accept': accept})
                self.assertEqual((200, kind), (answer.status, answer.kind))

    def test_json_is_spoken_also_to_a_form(self):
        answer = pumasi.register().form('/api/tasks', {'title': 'form, json'})
        self.assertEqual((201, 'form, json'), (answer.status, answer.json['title']))

    def test_a_content_type_with_parameters_and_any_case(self):
        person = pumasi.register()
        for kind in ('application/json; charset=utf-8', 'Application/JSON', 'application/json;charset=UTF-8'):
            self.assertEqual(201, person.post('/api/tasks', {'title': kind}, {'Content-Type': kind}).status, kind)
        self.assertEqual(201, person.form('/api/tasks', 'title=x', {
            'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8'}).status)


if __name__ == '__main__':
    unittest.main()
