"""The overview: one's week, the flow of work from the log, and who has how much; its numbers are those of the tasks."""
import datetime
import re
import unittest

import running
import test_people

pumasi = running.get()
TODAY = datetime.datetime.now(datetime.timezone.utc).date


def day(days):
    return (TODAY() + datetime.timedelta(days)).isoformat()


def get(person, part, **query):
    answer = person.get(f'/api/overview/{part}', **query)
    if answer.status != 200:
        raise AssertionError(answer)
    return answer.json


def now(person):
    """Today's numbers of the flow."""
    flow = get(person, 'flow')
    return {status: flow[status][-1] for status in ('todo', 'doing', 'done')}


def kept():
    """What the table of days has of today, and what the log says of it."""
    return [sorted(pumasi.query(f"SELECT status, change FROM {source} WHERE day = date('now') AND change <> 0"))
            for source in ('task_flow', 'task_flow_of_log')]


class Week(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Min')

    def mine(self, title, **fields):
        return self.person.task(title, assignee_id=self.person.user['id'], **fields)

    def titles(self):
        week = get(self.person, 'week')
        return [task['title'] for task in week['overdue']], {one['day']: [task['title'] for task in one['tasks']] for one in week['days'] if one['tasks']}

    def test_nothing_is_seven_empty_days(self):
        week = get(self.person, 'week')
        self.assertEqual({'overdue': [], 'days': [{'day': day(days), 'tasks': []} for days in range(7)], 'has_more': False}, week)

    def test_ones_own_open_tasks_stand_under_their_days(self):
        self.mine('late', due_on=day(-1))
        self.mine('later', due_on=day(-40))
        self.mine('today', due_on=day(0))
        self.mine('urgent today', due_on=day(0), priority='urgent')
        task = self.mine('at the end', due_on=day(6), status='doing', progress=40)
        self.mine('beyond', due_on=day(7))
        self.mine('without a day')
        self.mine('done', due_on=day(0), status='done')
        self.person.delete(f'/api/tasks/{self.mine("in the bin", due_on=day(0))["id"]}')
        self.person.task('made for nobody', due_on=day(0))
        self.assertEqual((['later', 'late'], {day(0): ['urgent today', 'today'], day(6): ['at the end']}), self.titles())
        self.assertEqual({'id': task['id'], 'title': 'at the end', 'status': 'doing', 'progress': 40, 'priority': 'normal', 'due_on': day(6)},
                         get(self.person, 'week')['days'][6]['tasks'][0])

    def test_what_is_done_goes_and_comes_back_with_its_undoing(self):
        task = self.mine('once', due_on=day(2))
        done = self.person.change(task, status='done').json
        self.assertEqual(([], {}), self.titles())
        self.person.change(done, progress=50)
        self.assertEqual(([], {day(2): ['once']}), self.titles())
        self.person.delete(f'/api/tasks/{task["id"]}')
        self.assertEqual(([], {}), self.titles())
        self.person.post(f'/api/tasks/{task["id"]}/restore', {})
        self.assertEqual(([], {day(2): ['once']}), self.titles())

    def test_today_is_what_the_calendar_shows_where_she_is(self):
        utc = get(self.person, 'week')['days'][0]['day']
        tag = self.person.get('/api/overview/week').headers['ETag']
        for zone in ('Pacific/Kiritimati', 'Pacific/Pago_Pago'):
            # Twenty-five hours apart: not both have the day of UTC.
            self.person.patch('/api/users/me', {'time_zone': zone})
            answer = self.person.get('/api/overview/week', {'If-None-Match': tag})
            if answer.status == 200 and answer.json['days'][0]['day'] != utc:
                return
        self.fail('both have the day of UTC')

    def test_a_flood_of_late_tasks_is_bounded_and_does_not_hide_the_week(self):
        user = self.person.user['id']
        pumasi.by_hand(f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) "
                       f"INSERT INTO task (title, creator_id, assignee_id, due_on) SELECT 'late ' || i, {user}, {user}, date('now', '-2 days') FROM n")
        self.mine('ahead', due_on=day(3))
        week = get(self.person, 'week')
        self.assertEqual((50, True, ['ahead']), (len(week['overdue']), week['has_more'], [task['title'] for task in week['days'][3]['tasks']]))


class Flow(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Min')

    def test_each_change_of_status_is_counted_once(self):
        before = now(self.person)

        def moved(todo, doing, done):
            self.assertEqual({'todo': before['todo'] + todo, 'doing': before['doing'] + doing, 'done': before['done'] + done}, now(self.person))
            self.assertEqual(*kept())
        task = self.person.task()
        moved(1, 0, 0)
        task = self.person.change(task, progress=30).json
        moved(1, 0, 0)
        task = self.person.change(task, status='doing', assignee_id=self.person.user['id']).json
        moved(0, 1, 0)
        task = self.person.change(task, progress=100).json
        moved(0, 0, 1)
        self.person.delete(f'/api/tasks/{task["id"]}')
        moved(0, 0, 0)
        self.person.post(f'/api/tasks/{task["id"]}/restore', {})
        moved(0, 0, 1)
        self.person.task(status='doing')
        moved(0, 1, 1)

    def test_a_change_by_hand_counts_as_well(self):
        before = now(self.person)
        task = self.person.task()
        pumasi.by_hand(f"UPDATE task SET status = 'doing', deleted_at = unixepoch() WHERE id = {task['id']}")
        self.assertEqual(before, now(self.person))
        self.assertEqual(*kept())
        pumasi.by_hand(f"UPDATE task SET status = 'todo', deleted_at = NULL WHERE id = {task['id']}")
        self.assertEqual({**before, 'todo': before['todo'] + 1}, now(self.person))
        self.assertEqual(*kept())

    def test_the_sums_are_the_tasks_there_are(self):
        self.person.task(status='doing')
        there = dict(pumasi.query('SELECT status, count(*) FROM task WHERE deleted_at IS NULL GROUP BY status'))
        self.assertEqual({'todo': 0, 'doing': 0, 'done': 0} | there, now(self.person))

    def test_a_day_has_what_it_ended_with(self):
        pumasi.by_hand("INSERT INTO task_flow (day, status, change) VALUES (date('now', '-400 days'), 'todo', 5), (date('now', '-3 days'), 'todo', -2), "
                       "(date('now', '-3 days'), 'doing', 2)")
        self.addCleanup(pumasi.by_hand, "DELETE FROM task_flow WHERE day < date('now')")
        for days in (7, 30, 90, 365):
            flow = get(self.person, 'flow', days=days)
            self.assertEqual((day(1 - days), days), (flow['first'], len(flow['todo'])))
            self.assertEqual([5] * (days - 4) + [3] * 3, flow['todo'][:-1])
            self.assertEqual([0] * (days - 4) + [2] * 3, flow['doing'][:-1])

    def test_days_are_from_seven_to_a_year(self):
        self.assertEqual(30, len(get(self.person, 'flow')['done']))
        for days in ('6', '366', '0', '-1', 'x', '9' * 30):
            answer = self.person.get('/api/overview/flow', days=days)
            self.assertEqual((422, {'days'}), (answer.status, set(answer.fields())), days)


class People(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register(running.unique('Worker '))

    def load(self, person=None, viewer=None):
        user_id = (person or self.person).user['id']
        found = [load for load in get(viewer or self.person, 'people')['people'] if load['person'] and load['person']['id'] == user_id]
        return found[0] if found else None

    def mine(self, **fields):
        return self.person.task(assignee_id=self.person.user['id'], **fields)

    def test_open_tasks_are_counted(self):
        self.assertIsNone(self.load())
        self.mine(progress=10, due_on=day(-1))
        self.mine(progress=40, status='doing', due_on=day(0))
        gone = self.mine(progress=90, due_on=day(-5))
        self.mine(status='done', due_on=day(-5))
        self.person.delete(f'/api/tasks/{gone["id"]}')
        expected = {'person': {'id': self.person.user['id'], 'name': self.person.user['name']}, 'open': 2, 'doing': 1, 'overdue': 1, 'progress': 25}
        self.assertEqual(expected, self.load())
        self.person.post(f'/api/tasks/{gone["id"]}/restore', {})
        self.assertEqual({**expected, 'open': 3, 'overdue': 2, 'progress': 47}, self.load())

    def test_who_has_most_comes_first(self):
        loads = get(self.person, 'people')['people']
        self.assertEqual(sorted((load['open'] for load in loads), reverse=True), [load['open'] for load in loads])

    def test_what_nobody_is_in_charge_of_is_nobodys(self):
        nobodys = lambda: sum(load['open'] for load in get(self.person, 'people')['people'] if load['person'] is None)  # noqa: E731
        before = nobodys()
        self.person.task()
        self.assertEqual(before + 1, nobodys())

    def test_of_who_was_disabled_or_deleted_the_work_is_still_seen(self):
        admin = test_people.administrator()
        self.mine()
        admin.patch(test_people.path(self.person), {'disabled': True})
        self.assertEqual(self.person.user['name'], self.load(viewer=admin)['person']['name'])
        admin.delete(test_people.path(self.person))
        load = self.load(viewer=admin)
        self.assertEqual(1, load['open'])
        self.assertNotIn('\x7f', load['person']['name'])


class Answers(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Min')

    def test_each_is_304_until_something_changes(self):
        for path in ('/api/overview/week', '/api/overview/flow?days=90', '/api/overview/people'):
            first = self.person.get(path)
            same = self.person.get(path, {'If-None-Match': first.headers['ETag']})
            self.assertEqual((304, b''), (same.status, same.body), path)
            self.person.task(assignee_id=self.person.user['id'], due_on=day(0))
            after = self.person.get(path, {'If-None-Match': first.headers['ETag']})
            self.assertEqual(200, after.status, path)
            self.assertNotEqual(first.body, after.body, path)

    def test_nobody_gets_anothers_week(self):
        other = pumasi.register('Other')
        self.person.task('only hers', assignee_id=self.person.user['id'], due_on=day(0))
        tag = self.person.get('/api/overview/week').headers['ETag']
        answer = other.get('/api/overview/week', {'If-None-Match': tag})
        self.assertEqual(200, answer.status)
        self.assertNotIn('only hers', answer.text)

    def test_reading_it_writes_nothing(self):
        before = pumasi.counts()
        for part in ('week', 'flow', 'people'):
            get(self.person, part)
        self.assertEqual(before, pumasi.counts())


class Pages(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('<i>Min</i> 민서', html=True)
        self.id = pumasi.value('SELECT id FROM "user" WHERE email = ?', self.person.email)

    def page(self, path):
        answer = self.person.get(path)
        self.assertEqual((200, 'text/html'), (answer.status, answer.kind))
        return answer.text

    def test_the_menu_leads_to_tables_of_the_same(self):
        self.assertIn('href="/api/overview/week"', self.page('/api/tasks'))
        self.assertIn('Nothing is due for you', self.page('/api/overview/week'))
        task = self.person.task('<b>전단지</b>', assignee_id=self.id, due_on=day(1))
        week = self.page('/api/overview/week')
        self.assertIn(f'<a href="/api/tasks/{task["id"]}">&lt;b&gt;전단지&lt;/b&gt;</a>', week)
        for part in ('flow', 'people'):
            self.assertIn(f'href="/api/overview/{part}"', week)
        people = self.page('/api/overview/people')
        self.assertIn('&lt;i&gt;Min&lt;/i&gt; 민서', people)
        self.assertNotIn('<i>', people)
        flow = self.page('/api/overview/flow?days=90')
        self.assertEqual(90, len(re.findall('<th scope="row">', flow)))
        for link in re.findall(r'href="(/api/overview/flow\?days=\d+)"', flow):
            self.page(link)

    def test_they_speak_korean(self):
        self.person.patch('/api/users/me', {'language': 'ko'}, {'Accept': 'application/json'})
        self.assertIn('앞으로 7일 안에 끝내야 할 내 일이 없어요.', self.page('/api/overview/week'))
        self.assertIn('사람별', self.page('/api/overview/people'))


class Empty(unittest.TestCase):
    """An installation in which nothing was done yet."""

    def test_each_page_says_one_friendly_sentence(self):
        stack = running.Stack()
        try:
            stack.wait_ready()
            person = stack.register('First')
            self.assertEqual({'todo': [0] * 30, 'doing': [0] * 30, 'done': [0] * 30}, {key: value for key, value in get(person, 'flow').items() if key != 'first'})
            self.assertEqual({'people': [], 'has_more': False}, get(person, 'people'))
            for part, sentence in (('week', 'Nothing is due for you'), ('flow', 'There are no tasks yet.'), ('people', 'Nobody has anything to do')):
                answer = person.get(f'/api/overview/{part}', {'Accept': 'text/html'})
                self.assertEqual(1, answer.text.count('class="nothing"'), part)
                self.assertIn(sentence, answer.text)
        finally:
            complaints = stack.stop()
        self.assertEqual([], complaints)


if __name__ == '__main__':
    unittest.main()
