"""The bin, the log, comments, and what is changed by hand: nothing is lost and everything is told."""
import json
import unittest

import running

pumasi = running.get()


class History(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.min = pumasi.register('Min')
        cls.jiwoo = pumasi.register('Ji-woo')

    def setUp(self):
        self.task = self.min.task('flyers', assignee_id=self.jiwoo.user['id'], labels=['a'])
        self.path = f'/api/tasks/{self.task["id"]}'

    def log(self, **query):
        answer = self.min.get(self.path + '/log', **query)
        self.assertEqual(200, answer.status, answer)
        return answer.json['events']

    def rows(self):
        """The task's events as they are stored, each with its row in the outbox."""
        return [(*row[:4], json.loads(row[4])) for row in pumasi.query(
            'SELECT event.type, event.actor_id, event.task_version, outbox.event_id IS NOT NULL, event.detail '
            'FROM event LEFT JOIN outbox ON outbox.event_id = event.id AND outbox.task_id = event.task_id '
            'WHERE event.task_id = ? ORDER BY event.id', self.task['id'])]


class Bin(History):
    def test_a_deleted_task_lies_in_the_bin_and_nowhere_else(self):
        self.assertEqual(204, self.min.delete(self.path).status)
        self.assertNotIn(self.task['id'], {task['id'] for task in self.min.list(limit=200)})
        self.assertIn(self.task['id'], {task['id'] for task in self.jiwoo.list(bin=1, limit=200)})
        self.assertEqual(404, self.jiwoo.get(self.path).status)
        self.assertEqual(404, self.jiwoo.patch(self.path, {'version': 2, 'title': 'x'}).status)
        self.assertEqual(404, self.jiwoo.post(self.path + '/comments', {'body': 'x'}).status)
        self.assertEqual(200, self.jiwoo.get(self.path, {'Accept': 'text/html'}).status)

    def test_restored_it_is_as_it_was(self):
        self.min.post(self.path + '/comments', {'body': 'kept'})
        self.min.delete(self.path)
        answer = self.min.post(self.path + '/restore', {})
        self.assertEqual(200, answer.status, answer)
        same = {name: value for name, value in self.task.items() if name not in ('version', 'updated_at')}
        self.assertEqual(same, {name: answer.json[name] for name in same})
        self.assertEqual(answer.json, self.min.show(self.task))
        self.assertEqual(['task.created', 'task.commented', 'task.deleted', 'task.restored'], [event['type'] for event in self.log()])

    def test_twice_is_once(self):
        self.min.delete(self.path)
        before = pumasi.counts()
        self.assertEqual(204, self.min.delete(self.path).status)
        self.assertEqual(before, pumasi.counts())
        self.min.post(self.path + '/restore', {})
        before = pumasi.counts()
        self.assertEqual(200, self.min.post(self.path + '/restore', {}).status)
        self.assertEqual(before, pumasi.counts())


class Log(History):
    def test_each_change_is_told_with_from_and_to(self):
        self.jiwoo.change(self.task, title='posters', progress=40, due_on='2030-01-01', labels=['b'], assignee_id=None)
        created, changed = self.log()
        self.assertEqual(('task.created', self.min.user['id'], 1, {}), (created['type'], created['actor']['id'], created['version'], created['changes']))
        self.assertEqual(('task.assigned', {'id': self.jiwoo.user['id'], 'name': 'Ji-woo'}, 2), (changed['type'], changed['actor'], changed['version']))
        self.assertEqual({
            'title': {'from': 'flyers', 'to': 'posters'}, 'progress': {'from': 0, 'to': 40}, 'due_on': {'from': None, 'to': '2030-01-01'},
            'labels': {'from': ['a'], 'to': ['b']}, 'assignee': {'from': {'id': self.jiwoo.user['id'], 'name': 'Ji-woo'}, 'to': None}},
            changed['changes'])
        self.assertRegex(changed['time'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')

    def test_long_and_odd_texts_are_told_whole(self):
        text = '"\\\n\t가 𠀀 </script> ' * 2000
        self.assertEqual(200, self.min.change(self.task, description=text).status)
        self.assertEqual({'from': '', 'to': text}, self.log()[-1]['changes']['description'])

    def test_page_by_page(self):
        task = self.task
        for number in range(7):
            task = self.min.change(task, title=f'title {number}').json
        found, after = [], 0
        while after is not None:
            page = self.min.get(self.path + '/log', limit=3, after=after).json
            found += [event['id'] for event in page['events']]
            self.assertLessEqual(len(page['events']), 3)
            after = page['next']
        self.assertEqual([event['id'] for event in self.log()], found)
        self.assertEqual(8, len(found))
        for query in ({'limit': 0}, {'limit': 201}, {'after': -1}, {'after': 'x'}, {'x': 1}):
            self.assertEqual(422, self.min.get(self.path + '/log', **query).status, query)

    def test_every_answered_change_has_an_event_and_an_outbox_row(self):
        self.min.change(self.task, title='x')
        self.min.post(self.path + '/comments', {'body': 'c'})
        self.min.delete(self.path)
        rows = self.rows()
        self.assertEqual(['task.created', 'task.updated', 'task.commented', 'task.deleted'], [row[0] for row in rows])
        self.assertEqual({(self.min.user['id'], 1)}, {(row[1], row[3]) for row in rows})
        self.assertEqual([1, 2, None, 3], [row[2] for row in rows])

    def test_the_log_cannot_be_rewritten_even_by_hand(self):
        for sql in ('UPDATE event SET actor_id = 1', 'DELETE FROM event'):
            with self.assertRaises(RuntimeError):
                pumasi.by_hand(sql)


class Comments(History):
    def test_they_stand_in_the_log_in_order(self):
        for body in ('첫째', 'second\nline', ' kept '):
            self.assertEqual(201, self.jiwoo.post(self.path + '/comments', {'body': body}).status)
        self.assertEqual(['첫째', 'second\nline', ' kept '], [event['comment'] for event in self.log()[1:]])
        self.assertEqual({self.jiwoo.user['id']}, {event['actor']['id'] for event in self.log()[1:]})

    def test_each_has_an_address_in_the_log_and_on_the_page(self):
        made = self.jiwoo.post(self.path + '/comments', {'body': 'look here'}).json['comment']
        self.assertEqual([None, made['id']], [event['comment_id'] for event in self.log()])
        page = self.jiwoo.get(self.path, {'Accept': 'text/html'}).text
        self.assertIn(f'<li id="comment-{made["id"]}">', page)
        self.assertIn(f'<a href="#comment-{made["id"]}"><time', page)

    def test_the_version_stays_and_the_task_moves_up(self):
        pumasi.by_hand(f'UPDATE task SET updated_at = updated_at - 1000 WHERE id = {self.task["id"]}')
        before = self.min.show(self.task)
        self.jiwoo.post(self.path + '/comments', {'body': 'x'})
        after = self.min.show(self.task)
        self.assertEqual(before['version'], after['version'])
        self.assertGreater(after['updated_at'], before['updated_at'])

    def test_bounds(self):
        for body, status in (('', 422), (None, 422), (1, 422), ('x', 201), ('x' * 65536, 201), ('x' * 65537, 422), ('é' * 32769, 422), ('a\r', 422)):
            answer = self.jiwoo.post(self.path + '/comments', {'body': body})
            self.assertEqual(status, answer.status, (str(body)[:9], answer))


class ByHand(History):
    def test_a_change_with_sqlite3_is_an_event_of_nobody_a_version_and_an_outbox_row(self):
        pumasi.by_hand(f"UPDATE task SET title = 'by hand', priority = 'urgent' WHERE id = {self.task['id']}")
        task = self.min.show(self.task)
        self.assertEqual(('by hand', 'urgent', 2), (task['title'], task['priority'], task['version']))
        kind, actor, version, in_outbox, detail = self.rows()[-1]
        self.assertEqual(('task.updated', None, 2, 1), (kind, actor, version, in_outbox))
        self.assertEqual({'title': {'from': 'flyers', 'to': 'by hand'}, 'priority': {'from': 'normal', 'to': 'urgent'}}, detail['changes'])
        self.assertIsNone(self.log()[-1]['actor'])

    def test_it_takes_part_in_merging(self):
        pumasi.by_hand(f"UPDATE task SET title = 'by hand' WHERE id = {self.task['id']}")
        self.assertEqual(412, self.min.change(self.task, title='mine').status)
        self.assertEqual('by hand', self.min.change(self.task, progress=5).json['title'])

    def test_a_new_task_a_deletion_and_a_comment(self):
        title = running.unique('손으로')
        pumasi.by_hand(f"INSERT INTO task (title, creator_id, labels) VALUES ('{title}', {self.min.user['id']}, '[\"byhand\"]')")
        [task] = self.min.list(q=title, label='byhand')
        pumasi.by_hand(f"INSERT INTO comment (task_id, author_id, body) VALUES ({task['id']}, {self.min.user['id']}, 'c');"
                       f"UPDATE task SET deleted_at = unixepoch() WHERE id = {task['id']}")
        self.task = task
        self.assertEqual([('task.created', 1, 1), ('task.commented', None, 1), ('task.deleted', 2, 1)], [(row[0], row[2], row[3]) for row in self.rows()])

    def test_setting_the_same_again_is_no_change(self):
        before = pumasi.counts()
        pumasi.by_hand(f"UPDATE task SET title = title, progress = progress, labels = labels WHERE id = {self.task['id']}")
        self.assertEqual(before, pumasi.counts())


if __name__ == '__main__':
    unittest.main()
