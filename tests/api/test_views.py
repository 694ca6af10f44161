"""Saved views: filters and layout of the list that a person keeps under a name, for herself alone."""
import unittest
import urllib.parse

import running
import test_people

pumasi = running.get()
MINE = 'assignee=me&due=week&sort=due&layout=board&group=status'


def views(person):
    answer = person.get('/api/views')
    assert answer.status == 200, answer
    return answer.json['views']


class Views(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Min')

    def save(self, name, query):
        return self.person.post('/api/views', {'name': name, 'query': query})

    def test_one_is_kept_listed_by_name_and_forgotten(self):
        self.assertEqual([], views(self.person))
        made = self.save('내 한 주', MINE)
        self.assertEqual((201, '내 한 주', MINE), (made.status, made.json['name'], made.json['query']))
        other = self.save('All', '')
        self.assertEqual([other.json, made.json], views(self.person))
        self.assertEqual(204, self.person.delete(f'/api/views/{made.json["id"]}').status)
        self.assertEqual(404, self.person.delete(f'/api/views/{made.json["id"]}').status)
        self.assertEqual(204, self.person.post(f'/api/views/{other.json["id"]}/delete', {}).status)
        self.assertEqual([], views(self.person))

    def test_the_same_name_takes_its_place(self):
        first = self.save('Late', 'due=overdue')
        second = self.save('Late', 'due=overdue&assignee=me')
        self.assertEqual((201, 200), (first.status, second.status))
        self.assertEqual([{'id': first.json['id'], 'name': 'Late', 'query': 'assignee=me&due=overdue'}], views(self.person))

    def test_the_query_is_kept_in_one_form(self):
        for given, kept in (('group=status&layout=board&sort=due&due=week&assignee=me', MINE),
                            ('q=%ED%9A%8C%EC%9D%98+a%2Fb', 'q=%ED%9A%8C%EC%9D%98%20a%2Fb'),
                            ('q=회의', 'q=%ED%9A%8C%EC%9D%98'),
                            ('q=&status=&label=print&', 'label=print'),
                            ('assignee=7&creator=me', 'assignee=7&creator=me'),
                            ('assignee=none', 'assignee=none'),
                            ('columns=title%2Cdue_on&layout=table', 'layout=table&columns=title%2Cdue_on'),
                            ('columns=title,due', 'columns=title%2Cdue'),
                            ('sort=title&order=desc', 'sort=title&order=desc')):
            answer = self.save('View', given)
            self.assertIn(answer.status, (200, 201), (given, answer))
            self.assertEqual(kept, answer.json['query'])
            # What is kept is its own one form.
            self.assertEqual(kept, self.save('View', kept).json['query'])

    def test_what_the_list_does_not_know_is_refused(self):
        for query in ('task=7', 'bin=1', 'after=x', 'limit=5', 'status', '=x', 'status=later', 'due=never', 'assignee=0', 'assignee=-1', 'assignee=you',
                      'assignee=1234567890123456789', 'sort=id', 'order=up', 'layout=list', 'group=label', 'columns=<b>', 'columns=A', 'q=%', 'q=%zz',
                      'q=%00', 'q=%0A', 'q=%ff', 'status=todo&status=done', 'status=&status=', 'STATUS=todo', 'label=' + 'x' * 51, 'q=' + 'x' * 201,
                      '?status=todo', 'https://evil.example', 'javascript:alert(1)'):
            answer = self.save('View', query)
            self.assertEqual((422, {'query': 'view'}), (answer.status, answer.fields()), query)
        for query in ('q=' + 'x' * 499, 'q=' + '회' * 56):
            answer = self.save('View', query)
            self.assertEqual((422, {'query': 'too_long'}), (answer.status, answer.fields()), query)
        for name, code in (('', 'required'), ('x' * 51, 'too_long'), ('a\nb', 'control'), (7, 'type')):
            self.assertEqual({'name': code}, self.save(name, '').fields())
        self.assertEqual([], views(self.person))

    def test_the_longest_is_kept(self):
        query = 'q=' + '%ED%9A%8C' * 55
        answer = self.save('회' * 50, query)
        self.assertEqual((201, query), (answer.status, answer.json['query']))

    def test_a_person_has_thirty_at_most(self):
        for number in range(30):
            self.assertEqual(201, self.save(f'n{number}', '').status)
        self.assertEqual(409, self.save('one more', '').status)
        # What is there can still be changed.
        self.assertEqual(200, self.save('n7', 'status=done').status)
        self.assertEqual(30, len(views(self.person)))

    def test_they_are_nobody_elses(self):
        made = self.save('Mine', MINE).json
        other = pumasi.register('Other')
        self.assertEqual([], views(other))
        self.assertEqual(404, other.delete(f'/api/views/{made["id"]}').status)
        self.assertEqual(201, other.post('/api/views', {'name': 'Mine', 'query': ''}).status)
        self.assertEqual([made], views(self.person))

    def test_the_log_does_not_tell_of_them(self):
        before = pumasi.counts()
        self.person.delete(f'/api/views/{self.save("Mine", MINE).json["id"]}')
        self.assertEqual(before, pumasi.counts())

    def test_they_are_exported_and_go_with_the_person(self):
        made = self.save('Forget Me', MINE).json
        self.assertEqual([made], self.person.get('/api/users/me/export').json['views'])
        test_people.administrator().delete(test_people.path(self.person))
        self.assertEqual(0, pumasi.value('SELECT count(*) FROM saved_view WHERE user_id = ?', self.person.user['id']))


class Page(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Min', html=True)

    def test_a_view_is_saved_opened_and_deleted_without_a_script(self):
        answer = self.person.form('/api/views', {'name': '<b>급한 일</b>', 'query': 'status=doing&layout=board'})
        self.assertEqual((303, f'{pumasi.url}/api/tasks?status=doing'), (answer.status, urllib.parse.urljoin(pumasi.url, answer.headers['Location'])))
        page = self.person.get('/api/tasks').text
        self.assertIn('<a href="/api/tasks?status=doing">&lt;b&gt;급한 일&lt;/b&gt;</a>', page)
        self.assertNotIn('<b>급한', page)
        self.assertEqual(200, self.person.get('/api/tasks?status=doing').status)
        view = pumasi.value('SELECT id FROM saved_view WHERE user_id = ?', pumasi.value('SELECT id FROM "user" WHERE email = ?', self.person.email))
        self.assertIn(f'action="/api/views/{view}/delete"', page)
        self.assertEqual(303, self.person.form(f'/api/views/{view}/delete', '').status)
        self.assertNotIn('급한 일', self.person.get('/api/tasks').text)

    def test_the_form_holds_what_the_page_shows(self):
        page = self.person.get('/api/tasks?assignee=me&q=%22%26').text
        self.assertIn('name="query" value="q=%22%26&amp;assignee=me"', page)
        self.assertNotIn('action="/api/views"', self.person.get('/api/tasks?bin=1').text)

    def test_the_page_changes_with_them_and_is_else_304(self):
        before = self.person.get('/api/tasks')
        same = self.person.get('/api/tasks', {'If-None-Match': before.headers['ETag']})
        self.assertEqual((304, b''), (same.status, same.body))
        self.person.form('/api/views', {'name': 'New', 'query': ''})
        after = self.person.get('/api/tasks', {'If-None-Match': before.headers['ETag']})
        self.assertEqual(200, after.status)
        self.assertIn('>New</a>', after.text)

    def test_a_browser_that_asks_for_the_list_of_them_is_sent_to_the_tasks(self):
        answer = self.person.get('/api/views')
        self.assertEqual((303, '/api/tasks'), (answer.status, answer.headers['Location'].replace(pumasi.url, '')))


if __name__ == '__main__':
    unittest.main()
