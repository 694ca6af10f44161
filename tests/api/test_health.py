"""Whoever watches over the server sees at a glance for how long mails have been waiting."""
import unittest

import running

pumasi = running.get()


class Health(unittest.TestCase):
    """Nothing waits but what each test puts there."""

    def setUp(self):
        self.min = pumasi.register('Min')
        self.jiwoo = pumasi.register('Ji-woo')
        self.quiet()
        self.addCleanup(self.quiet)

    def quiet(self):
        pumasi.by_hand("DELETE FROM outbox; UPDATE delivery SET state = 'sent', sent_at = unixepoch() WHERE state IN ('pending', 'leased', 'retry')")

    def age(self):
        answer = pumasi.client().get('/api/health')
        self.assertEqual((200, 'ok'), (answer.status, answer.json['status']))
        return answer.json['oldest_unsent_mail_seconds']

    def deliver(self, state, next_at, due_at='NULL'):
        self.quiet()
        pumasi.by_hand(f"INSERT INTO delivery (user_id, kind, message_id, state, attempts, next_at, due_at, created_at) VALUES "
                       f"({self.jiwoo.user['id']}, 'daily', hex(randomblob(8)), '{state}', {int(state != 'pending')}, "
                       f"unixepoch() + {next_at}, {due_at}, unixepoch() - 90000)")

    def assert_about(self, seconds):
        self.assertAlmostEqual(seconds, self.age(), delta=10)

    def test_nothing_waits(self):
        self.assertIsNone(self.age())

    def test_an_event_that_is_not_planned(self):
        task = self.min.task(assignee_id=self.jiwoo.user['id'])
        self.assert_about(0)
        pumasi.by_hand(f"INSERT INTO event (at, type, task_id, is_visible) VALUES (unixepoch() - 500, 'task.commented', {task['id']}, 1);"
                       f"DELETE FROM outbox WHERE event_id < (SELECT max(event_id) FROM outbox)")
        self.assert_about(500)

    def test_a_mail_that_is_not_due_yet_does_not_count(self):
        self.deliver('pending', +300)
        self.assertIsNone(self.age())

    def test_one_that_is_overdue(self):
        self.deliver('pending', -300)
        self.assert_about(300)

    def test_one_that_is_tried_again_counts_from_its_first_try(self):
        for state in ('leased', 'retry'):
            self.deliver(state, +3600, 'unixepoch() - 7000')
            self.assert_about(7000)

    def test_the_oldest_of_all(self):
        self.deliver('retry', -5, 'unixepoch() - 900')
        self.min.task()
        self.assert_about(900)

    def test_what_ended_does_not_count(self):
        for state in ('sent', 'failed', 'dead', 'suppressed'):
            self.deliver(state, -300, 'unixepoch() - 300')
            self.assertIsNone(self.age(), state)


if __name__ == '__main__':
    unittest.main()
