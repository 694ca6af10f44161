"""A task from one line: what its signs say is made, and told where it means nothing."""
import datetime
import unittest
import zoneinfo

import running

pumasi = running.get()


def today(zone):
    return datetime.datetime.now(zoneinfo.ZoneInfo(zone)).date()


class QuickAdd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.name = running.unique('Zelda')
        cls.min = pumasi.register(running.unique('Min'))
        cls.zelda = pumasi.register(f'{cls.name} Ko')

    def add(self, line, **fields):
        return self.min.post('/api/tasks', {'line': line, **fields})

    def made(self, line, **fields):
        answer = self.add(line, **fields)
        self.assertEqual(201, answer.status, answer)
        return answer.json

    def fault(self, line, client=None, **fields):
        """The code of the line's only fault, and what is said of it."""
        answer = (client or self.min).post('/api/tasks', {'line': line, **fields})
        self.assertEqual(422, answer.status, answer)
        (error,) = answer.json['errors']
        self.assertEqual('line', error['field'])
        return error['code'], error['message']

    def test_the_task_is_answered_as_any_new_one(self):
        answer = self.add(f'Print flyers @{self.name.lower()} !high ^2030-12-01 #print #아침')
        self.assertEqual(201, answer.status, answer)
        task = answer.json
        self.assertEqual(f'/api/tasks/{task["id"]}', answer.headers['Location'])
        self.assertEqual(('Print flyers', self.zelda.user['id'], 'high', '2030-12-01', ['print', '아침'], 'todo'),
                         (task['title'], task['assignee']['id'], task['priority'], task['due_on'], task['labels'], task['status']))
        self.assertEqual(task, self.min.show(task))

    def test_a_line_without_signs_is_a_title(self):
        task = self.made('  Learn C#,  write to a@b.org  about #12 ')
        self.assertEqual(('Learn C#, write to a@b.org about #12', None, 'normal', None, []),
                         (task['title'], task['assignee'], task['priority'], task['due_on'], task['labels']))

    def test_signs_count_for_more_than_fields_and_labels_come_together(self):
        task = self.made('x @me !low ^+2w #b', assignee_id=self.zelda.user['id'], priority='urgent', due_on='2030-01-01',
                         labels=['a', 'b'], description='d', progress=30)
        self.assertEqual((self.min.user['id'], 'low', ['a', 'b'], 'd', 30),
                         (task['assignee']['id'], task['priority'], task['labels'], task['description'], task['progress']))
        kept = self.made('x', assignee_id=self.zelda.user['id'], priority='urgent', due_on='2030-01-01', labels=['a'])
        self.assertEqual((self.zelda.user['id'], 'urgent', '2030-01-01', ['a']),
                         (kept['assignee']['id'], kept['priority'], kept['due_on'], kept['labels']))
        self.assertEqual('too_many', self.fault('x #v', labels=[f'l{i}' for i in range(20)])[0])

    def test_a_day_is_that_where_the_person_lives(self):
        for zone in ('Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Seoul', 'UTC'):
            self.assertEqual(200, self.min.patch('/api/users/me', {'time_zone': zone}).status)
            before = today(zone)
            days = [self.made(f'x ^{word}')['due_on'] for word in ('today', '내일', '+1w')]
            after = today(zone)
            self.assertIn(days, [[str(day + datetime.timedelta(days=ahead)) for ahead in (0, 1, 7)] for day in (before, after)])

    def test_what_means_nothing_is_a_fault_that_says_what_to_do(self):
        one, other = running.unique('Twin'), running.unique('Twin')
        pumasi.register(one)
        pumasi.register(other)
        code, message = self.fault('x @twin')
        self.assertEqual('ambiguous', code)
        self.assertIn('“@twin”', message)
        korean = pumasi.register(running.unique('ko'), language='ko')
        for line, expected, words in (('x @nobody-at-all', 'person', '\\@nobody-at-all'), ('x !soon', 'priority', '!urgent'),
                                      ('x ^someday', 'date', '^friday'), ('x !low !high', 'repeated', '!high'),
                                      ('@me !high', 'required', 'signs'), ('x #a,b', 'label', '#a,b'), ('가' * 201, 'too_long', '200')):
            before = pumasi.counts()
            code, message = self.fault(line)
            self.assertEqual(expected, code)
            self.assertIn(words, message)
            code, message = self.fault(line, korean)
            self.assertEqual(expected, code)
            self.assertRegex(message, '요[.?]$')
            self.assertEqual(before['task'], pumasi.counts()['task'])
        self.assertEqual('x @twin', self.made('x \\@twin')['title'])

    def test_line_or_title_and_all_faults_at_once(self):
        self.assertEqual({'line': 'both'}, self.min.post('/api/tasks', {'line': 'x', 'title': 'y'}).fields())
        self.assertEqual({'title': 'required', 'status': 'choice'}, self.min.post('/api/tasks', {'status': 'x'}).fields())
        self.assertEqual({'line': 'required', 'status': 'choice'}, self.min.post('/api/tasks', {'line': ' ', 'status': 'x'}).fields())
        self.assertEqual({'line': 'too_long'}, self.add('x' * 401).fields())
        self.assertEqual({'line': 'control'}, self.add('x\ny').fields())
        self.assertEqual(422, self.min.patch(f'/api/tasks/{self.made("x")["id"]}', {'version': 1, 'line': 'y'}).status)

    def test_the_form_of_a_plain_browser(self):
        page = self.min.get('/api/tasks', {'Accept': 'text/html'}).text
        self.assertIn('name="line" maxlength="400" required', page)
        answer = self.min.form('/api/tasks', {'line': 'By form !urgent #formal', 'assignee_id': '', 'priority': 'normal', 'due_on': '', 'labels': 'a, b',
                                              'description': ''}, {'Accept': 'text/html'})
        self.assertEqual(303, answer.status, answer)
        task = self.min.get(answer.headers['Location']).json
        self.assertEqual(('By form', 'urgent', ['a', 'b', 'formal'], None), (task['title'], task['priority'], task['labels'], task['assignee']))
        answer = self.min.form('/api/tasks', {'line': 'x ^someday <b>'}, {'Accept': 'text/html'})
        self.assertEqual(422, answer.status)
        self.assertIn('“^someday”', answer.text)
        korean = pumasi.register(running.unique('ko'), language='ko')
        self.assertIn('@이름 담당자', korean.get('/api/tasks', {'Accept': 'text/html'}).text)


if __name__ == '__main__':
    unittest.main()
