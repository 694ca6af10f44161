"""kill -9 of workers in the midst of concurrent writes: what was answered 2xx is kept whole, and the rest is not there by half."""
import http.client
import json
import os
import random
import signal
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), '..', 'api'))
import running  # noqa: E402

pumasi = running.get()
SECONDS, WRITERS = 12, 5
FUNCTIONS = ('task-create', 'task-update', 'comment-create', 'task-delete', 'task-list')


class Writer(threading.Thread):
    """Makes, changes, comments and deletes tasks of its own, and keeps what it was told."""

    def __init__(self, person, end):
        super().__init__()
        self.person, self.end = person, end
        self.made, self.changed, self.commented, self.deleted = {}, {}, set(), set()
        self.answers, self.odd = {}, []

    def ask(self, act):
        """The answer, or None where the worker was killed under the request."""
        try:
            answer = act()
        except (OSError, http.client.HTTPException):
            self.answers['cut off'] = self.answers.get('cut off', 0) + 1
            return None
        self.answers[answer.status] = self.answers.get(answer.status, 0) + 1
        if answer.status not in (200, 201, 204, 502, 503, 500, 504):
            self.odd.append(repr(answer))
        return answer if answer.status < 300 else None

    def run(self):
        number = 0
        while time.monotonic() < self.end:
            number += 1
            mark = f'w{self.person.user["id"]}n{number}'
            answer = self.ask(lambda: self.person.post('/api/tasks', {'title': mark, 'labels': [mark, 'killed'], 'description': '전단지 ' + mark}))
            if not answer:
                continue
            task = self.made[mark] = answer.json
            answer = self.ask(lambda: self.person.change(task, title=mark + ' changed', progress=50, labels=['killed']))
            if answer:
                self.changed[mark] = answer.json
            body = mark + ' 댓글'
            if self.ask(lambda: self.person.post(f'/api/tasks/{task["id"]}/comments', {'body': body})):
                self.commented.add((task['id'], body))
            self.ask(lambda: self.person.get('/api/tasks', q=mark))
            if number % 3 == 0 and self.ask(lambda: self.person.delete(f'/api/tasks/{task["id"]}')):
                self.deleted.add(task['id'])


class KillWorkers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        people = [pumasi.register(f'Writer {number}') for number in range(WRITERS)]
        end = time.monotonic() + SECONDS
        cls.writers = [Writer(person, end) for person in people]
        for writer in cls.writers:
            writer.start()
        cls.killed = 0
        chance = random.Random(7)
        while time.monotonic() < end:
            time.sleep(chance.uniform(0.02, 0.3))
            workers = pumasi.workers(chance.choice(FUNCTIONS))
            if workers:
                try:
                    os.kill(chance.choice(workers), signal.SIGKILL)
                    cls.killed += 1
                except ProcessLookupError:
                    pass
        for writer in cls.writers:
            writer.join()
        cls.reader = people[0]

    def test_something_was_killed_and_something_was_written(self):
        self.assertGreater(self.killed, 20)
        self.assertGreater(sum(len(writer.made) for writer in self.writers), 50)
        self.assertGreater(sum(writer.answers.get('cut off', 0) + sum(count for status, count in writer.answers.items() if status in (500, 502, 503))
                               for writer in self.writers), 0, 'no kill hit a request')
        self.assertEqual([], [odd for writer in self.writers for odd in writer.odd])

    def test_what_was_answered_is_kept(self):
        for writer in self.writers:
            for mark, task in writer.made.items():
                [(title, version, is_deleted)] = pumasi.query('SELECT title, version, is_deleted FROM task WHERE id = ?', task['id'])
                if mark in writer.changed:
                    self.assertEqual(mark + ' changed', title)
                    self.assertGreaterEqual(version, writer.changed[mark]['version'])
                else:
                    self.assertIn(title, (mark, mark + ' changed'))
                if task['id'] in writer.deleted:
                    self.assertEqual(1, is_deleted)
            for task_id, body in writer.commented:
                self.assertEqual(1, pumasi.value('SELECT count(*) FROM comment WHERE task_id = ? AND body = ?', task_id, body))

    def test_no_write_is_there_by_half(self):
        for task_id, title, labels, version in pumasi.query('SELECT id, title, labels, version FROM task'):
            events = pumasi.query('SELECT id, type, task_version, detail FROM event WHERE task_id = ? ORDER BY id', task_id)
            versions = [row[2] for row in events if row[2] is not None]
            self.assertEqual(list(range(1, version + 1)), versions, title)
            last = json.loads([row for row in events if row[2] is not None][-1][3])['task']
            self.assertEqual((title, json.loads(labels)), (last['title'], last['labels']))
            self.assertEqual(sorted(json.loads(labels)), sorted(row[0] for row in pumasi.query('SELECT label FROM task_label WHERE task_id = ?', task_id)))
            self.assertEqual([row[0] for row in events], [row[0] for row in pumasi.query(
                'SELECT event_id FROM outbox WHERE task_id = ? ORDER BY event_id', task_id)])
        self.assertEqual(pumasi.value('SELECT count(*) FROM comment'), pumasi.value("SELECT count(*) FROM event WHERE type = 'task.commented'"))
        self.assertEqual([(None,)], pumasi.query('SELECT user_id FROM actor'))
        self.assertEqual([], pumasi.query("SELECT id FROM event WHERE type LIKE 'task.%' AND actor_id IS NULL"))

    def test_the_file_is_whole(self):
        self.assertEqual([('ok',)], pumasi.query('PRAGMA integrity_check'))
        self.assertEqual([], pumasi.query('PRAGMA foreign_key_check'))
        pumasi.by_hand("INSERT INTO task_search (task_search, rank) VALUES ('integrity-check', 1)")

    def test_the_next_request_works_and_the_pools_live(self):
        task = self.reader.task('after the storm')
        self.assertEqual(200, self.reader.change(task, title='still here').status)
        self.assertEqual(201, self.reader.post(f'/api/tasks/{task["id"]}/comments', {'body': 'x'}).status)
        for function in ('task-create', 'task-update', 'comment-create'):
            self.assertTrue(pumasi.workers(function), function)

    def test_a_killed_worker_gives_its_write_turn_back(self):
        """One is killed each time just as it waits or writes; the others go on at once."""
        for _ in range(5):
            [victim, *_] = running.wait_until(lambda: pumasi.workers('task-create'), 5, 'a worker')
            threads = [threading.Thread(target=lambda: Writer(self.reader, 0).ask(lambda: self.reader.post('/api/tasks', {'title': 'x'}))) for _ in range(4)]
            for thread in threads:
                thread.start()
            os.kill(victim, signal.SIGKILL)
            for thread in threads:
                thread.join(4)
            self.assertFalse(any(thread.is_alive() for thread in threads))
            begin = time.monotonic()
            self.assertIn(self.reader.post('/api/tasks', {'title': 'x'}).status, (201, 502, 503))
            self.assertLess(time.monotonic() - begin, 3)


if __name__ == '__main__':
    unittest.main()
