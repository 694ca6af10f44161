"""Two people change one task: what does not overlap is merged, what does is shown to both; nothing is lost."""
import threading
import unittest

import running

pumasi = running.get()


class Merging(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')
        cls.jiwoo = pumasi.register('Ji-woo')

    def setUp(self):
        self.task = self.min.task('flyers', description='A5', labels=['print'], progress=10, status='doing', due_on='2030-01-01')
        self.path = f'/api/tasks/{self.task["id"]}'

    def test_a_version_is_required(self):
        for body in ({'title': 'x'}, {}, {'version': None, 'title': 'x'}):
            answer = self.min.patch(self.path, body)
            self.assertEqual((422, {'version': 'required'}), (answer.status, answer.fields()))
        self.assertEqual(self.task, self.min.show(self.task))

    def test_versions_that_cannot_be(self):
        for version in (0, -1, 2, 10 ** 18, '1', 1.0, True):
            answer = self.min.patch(self.path, {'version': version, 'title': 'x'})
            self.assertEqual((422, ['version']), (answer.status, list(answer.fields())), version)

    def test_if_match_names_the_version_too(self):
        answer = self.min.patch(self.path, {'title': 'by header'}, {'If-Match': '"1"'})
        self.assertEqual((200, 'by header', 2), (answer.status, answer.json['title'], answer.json['version']))
        self.assertEqual(412, self.jiwoo.patch(self.path, {'title': 'late'}, {'If-Match': '"1"'}).status)
        for tag in ('1', '"x"', '"1', '""', '*', 'W/"2"', '"-1"', '"2" '):
            answer = self.jiwoo.patch(self.path, {'title': 'odd'}, {'If-Match': tag})
            if tag != '"2" ':
                self.assertEqual(422, answer.status, (tag, answer))
        self.assertEqual('odd', self.min.show(self.task)['title'])  # spaces around a header are no part of it

    def test_different_fields_are_merged(self):
        self.assertEqual(200, self.min.change(self.task, title='posters', priority='high').status)
        answer = self.jiwoo.change(self.task, description='A4', progress=30)
        self.assertEqual(200, answer.status, answer)
        self.assertEqual(('posters', 'A4', 30, 'high', 3), tuple(answer.json[name] for name in (
            'title', 'description', 'progress', 'priority', 'version')))

    def test_every_pair_of_fields(self):
        person = self.jiwoo.user['id']
        values = {'title': 'other', 'description': 'other', 'progress': 20, 'priority': 'urgent', 'assignee_id': person,
                  'due_on': '2031-01-01', 'labels': ['other']}
        others = {'title': 'third', 'description': 'third', 'progress': 30, 'priority': 'low', 'assignee_id': self.min.user['id'],
                  'due_on': None, 'labels': []}
        for theirs in values:
            for mine in values:
                task = self.min.task(status='doing', progress=10)
                self.assertEqual(200, self.min.change(task, **{theirs: values[theirs]}).status)
                answer = self.jiwoo.change(task, **{mine: others[mine] if mine == theirs else values[mine]})
                overlaps = mine == theirs and others[mine] not in (None, [])
                with self.subTest(f'{theirs} {mine}'):
                    # What Ji-woo sends back unchanged (no date, no labels) is not her change.
                    self.assertEqual(412 if overlaps else 200, answer.status, answer)

    def test_an_overlap_shows_both(self):
        self.min.change(self.task, title='posters', description='A3')
        now = self.min.show(self.task)
        answer = self.jiwoo.change(self.task, title='banners', description='A2', priority='low')
        self.assertEqual(412, answer.status, answer)
        self.assertEqual(now, answer.json['current'])
        self.assertEqual({'title': 'banners', 'description': 'A2', 'priority': 'low'}, answer.json['yours'])
        self.assertEqual(['description', 'title'], sorted(answer.json['fields']))
        self.assertEqual(now, self.min.show(self.task))

    def test_the_conflict_is_solved_with_the_version_shown(self):
        self.min.change(self.task, title='posters')
        current = self.jiwoo.change(self.task, title='banners').json['current']
        answer = self.jiwoo.change(current, title='banners')
        self.assertEqual((200, 'banners', 3), (answer.status, answer.json['title'], answer.json['version']))

    def test_the_same_change_twice_is_one(self):
        self.assertEqual(2, self.min.change(self.task, title='posters').json['version'])
        answer = self.jiwoo.change(self.task, title='posters')
        self.assertEqual((200, 2), (answer.status, answer.json['version']))

    def test_nothing_changed_writes_nothing(self):
        before = pumasi.counts()
        answer = self.min.change(self.task, title='flyers', labels=['print'], progress=10, status='doing')
        self.assertEqual((200, self.task), (answer.status, answer.json))
        self.assertEqual(before, pumasi.counts())

    def test_case_and_accents_are_changes(self):
        self.assertEqual('Flyers', self.min.change(self.task, title='Flyers').json['title'])
        self.assertEqual(412, self.jiwoo.change(self.task, title='FLYERS').status)

    def test_there_and_back_again_is_no_conflict_for_what_was_seen(self):
        task = self.min.change(self.task, title='posters').json
        self.min.change(task, title='flyers')
        answer = self.jiwoo.change(self.task, title='banners')
        self.assertIn(answer.status, (200, 412))
        kept = self.min.show(self.task)['title']
        self.assertEqual('banners' if answer.status == 200 else 'flyers', kept)

    def test_a_plain_form_sends_all_fields_and_merges(self):
        browser = pumasi.register('Tom', html=True)
        self.min.change(self.task, title='posters', labels=['print', 'big'])
        seen = {'version': '1', 'title': 'flyers', 'description': 'A5', 'status': 'doing', 'progress': '10', 'priority': 'normal',
                'assignee_id': '', 'due_on': '2030-01-01', 'labels': 'print'}
        self.assertEqual(303, browser.form(self.path, {**seen, 'priority': 'urgent', 'assignee_id': str(browser.user['id'])}).status)
        task = self.min.show(self.task)
        self.assertEqual(('posters', ['big', 'print'], 'urgent', browser.user['id']), (
            task['title'], task['labels'], task['priority'], task['assignee']['id']))
        answer = browser.form(self.path, {**seen, 'title': 'banners'})
        self.assertEqual((412, 'text/html'), (answer.status, answer.kind))
        self.assertEqual('posters', self.min.show(self.task)['title'])

    def test_a_plain_form_with_a_description_of_several_lines(self):
        browser = pumasi.register('Tom', html=True)
        task = self.min.task(description='one\ntwo')
        form = {'version': '1', 'title': task['title'], 'description': 'one\r\ntwo', 'status': 'todo', 'progress': '0',
                'priority': 'normal', 'assignee_id': '', 'due_on': '', 'labels': ''}
        self.assertEqual(303, browser.form(f'/api/tasks/{task["id"]}', form).status)
        self.assertEqual(task, self.min.show(task))

    def test_many_writers_lose_nothing(self):
        """Eight people write eight different labels' worth of fields at once, each retrying on 412."""
        results = []

        def work(number):
            person = pumasi.register()
            for turn in range(5):
                task = person.show(self.task)
                while True:
                    answer = person.change(task, description=task['description'] + f' {number}.{turn}')
                    if answer.status != 412:
                        break
                    task = answer.json['current']
                results.append((answer.status, f'{number}.{turn}'))
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual({200}, {status for status, _ in results})
        words = self.min.show(self.task)['description'].split()[1:]
        self.assertEqual(sorted(mark for _, mark in results), sorted(words))
        self.assertEqual(len(words) + 1, self.min.show(self.task)['version'])


class Agreement(unittest.TestCase):
    """done is 100, and 100 is done."""
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')

    def state(self, answer):
        self.assertIn(answer.status, (200, 201), answer)
        return answer.json['status'], answer.json['progress']

    def make(self, **fields):
        return self.min.post('/api/tasks', {'title': 'x', **fields})

    def test_making(self):
        self.assertEqual(('done', 100), self.state(self.make(status='done')))
        self.assertEqual(('done', 100), self.state(self.make(progress=100)))
        self.assertEqual(('done', 100), self.state(self.make(progress=100, status='done')))
        self.assertEqual(('todo', 0), self.state(self.make(status='todo')))
        self.assertEqual({'progress': 'disagrees'}, self.make(status='done', progress=99).fields())
        self.assertEqual({'status': 'disagrees'}, self.make(status='doing', progress=100).fields())

    def test_changing(self):
        task = self.make(progress=40, status='doing').json
        for fields, state in (({'status': 'done'}, ('done', 100)), ({'progress': 60}, ('doing', 60)), ({'progress': 100}, ('done', 100)),
                              ({'status': 'todo', 'progress': 0}, ('todo', 0)), ({'status': 'done', 'progress': 100}, ('done', 100))):
            answer = self.min.change(task, **fields)
            self.assertEqual(state, self.state(answer), fields)
            task = answer.json

    def test_moving_off_done_needs_a_progress(self):
        task = self.make(status='done').json
        answer = self.min.change(task, status='doing')
        self.assertEqual((422, {'progress': 'disagrees'}), (answer.status, answer.fields()))

    def test_the_database_refuses_disagreement_by_hand(self):
        task = self.make().json
        with self.assertRaises(RuntimeError):
            pumasi.by_hand(f'UPDATE task SET progress = 100 WHERE id = {task["id"]}')

    def test_two_people_one_finishing_the_other_moving_on(self):
        other = pumasi.register()
        task = self.make(progress=40, status='doing').json
        self.min.change(task, status='done')
        answer = other.change(task, progress=50)
        self.assertEqual(412, answer.status, answer)
        self.assertEqual(('done', 100), self.state(self.min.get(f'/api/tasks/{task["id"]}')))


if __name__ == '__main__':
    unittest.main()
