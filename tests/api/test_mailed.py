"""The log tells of each event who was mailed, and when, or why not."""
import unittest

import running

pumasi = running.get()
TIME = r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$'


class Mailed(unittest.TestCase):
    def setUp(self):
        self.min = pumasi.register('Min')
        self.jiwoo = pumasi.register('Ji-woo')
        self.sora = pumasi.register('Sora')
        self.task = self.min.task(assignee_id=self.jiwoo.user['id'])
        self.path = f'/api/tasks/{self.task["id"]}'

    def log(self):
        return self.min.get(self.path + '/log').json['events']

    def mails(self, place=-1):
        """{name: the mail} of an event; None: not planned."""
        mails = self.log()[place]['mails']
        return mails if mails is None else {mail['person']['name']: mail for mail in mails}

    def plan(self):
        """Until the mailer has seen to all events of the task, and to what it can send at once."""
        with pumasi.mailing():
            running.wait_until(lambda: not pumasi.query(
                'SELECT 1 FROM outbox WHERE task_id = ?1 UNION ALL SELECT 1 FROM delivery WHERE task_id = ?1 '
                "AND (state = 'leased' OR (state = 'pending' AND next_at <= unixepoch()))", self.task['id']), 60, 'the mailer')

    def by_hand(self, sql):
        pumasi.by_hand(sql.format(task=self.task['id'], min=self.min.user['id'], jiwoo=self.jiwoo.user['id'], sora=self.sora.user['id']))

    def test_not_planned_is_null(self):
        self.assertEqual([None], [event['mails'] for event in self.log()])

    def test_nobody_called_for_is_an_empty_list(self):
        self.by_hand('DELETE FROM outbox WHERE task_id = {task}')
        self.assertEqual([[]], [event['mails'] for event in self.log()])

    def test_sent_and_why(self):
        self.plan()
        mails = self.mails()
        self.assertEqual({'Min', 'Ji-woo'}, set(mails))
        sent = mails['Ji-woo']
        self.assertRegex(sent.pop('at'), TIME)
        self.assertEqual({'person': {'id': self.jiwoo.user['id'], 'name': 'Ji-woo'}, 'state': 'sent', 'due_at': None,
                          'reason': 'assignee', 'skipped': None}, sent)
        self.assertEqual({'person': {'id': self.min.user['id'], 'name': 'Min'}, 'state': 'skipped', 'at': None, 'due_at': None,
                          'reason': 'creator', 'skipped': 'own'}, mails['Min'])

    def test_what_waits_says_until_when(self):
        self.plan()
        self.sora.change(self.task, priority='high')
        self.plan()
        for mail in self.mails().values():
            self.assertEqual(('pending', None, None), (mail['state'], mail['at'], mail['skipped']))
            self.assertRegex(mail['due_at'], TIME)
            self.assertGreater(mail['due_at'], self.log()[-1]['time'])

    def test_why_not(self):
        self.jiwoo.send('PUT', self.path + '/watch', {'state': 'mute'})
        self.by_hand("UPDATE \"user\" SET mail_how = 'off' WHERE id = {min}")
        self.by_hand("INSERT INTO task_watcher VALUES ({task}, {sora}, 'watch')")
        self.sora.change(self.task, priority='high')
        self.plan()
        self.assertEqual({'Min': 'off', 'Ji-woo': 'muted', 'Sora': 'own'}, {name: mail['skipped'] for name, mail in self.mails().items()})
        self.assertEqual({'skipped'}, {mail['state'] for mail in self.mails().values()})

    def test_every_state_and_no_stale_answer(self):
        self.plan()
        tags = {}
        for state in ('pending', 'leased', 'retry', 'failed', 'dead', 'suppressed', 'sent'):
            self.by_hand("UPDATE delivery SET next_at = unixepoch() + 1000, state = '%s', sent_at = %s WHERE task_id = {task}" % (
                state, 'unixepoch()' if state == 'sent' else 'NULL'))
            mail = self.mails()['Ji-woo']
            self.assertEqual((state, state == 'sent', state in ('pending', 'retry')), (mail['state'], mail['at'] is not None, mail['due_at'] is not None))
            for path, headers in ((self.path + '/log', {}), (self.path, {'Accept': 'text/html'})):
                answer = self.min.get(path, {**headers, 'If-None-Match': tags.get(path, '"x"')})
                self.assertEqual(200, answer.status, (state, path))
                tags[path] = answer.headers['ETag']
                self.assertEqual(304, self.min.get(path, {**headers, 'If-None-Match': tags[path]}).status)

    def test_each_page_of_the_log_tells_of_its_own_events(self):
        for priority in ('high', 'low', 'urgent'):
            self.sora.change(self.min.show(self.task), priority=priority)
        self.plan()
        whole, paged, after = self.log(), [], 0
        while after is not None:
            page = self.min.get(self.path + '/log', limit=1, after=after).json
            paged += page['events']
            after = page['next']
        self.assertEqual(whole, paged)
        self.assertEqual([2] * 4, [len(event['mails']) for event in whole])

    def test_the_page_says_it_in_words(self):
        self.plan()
        browser = pumasi.client(html=True)
        browser.cookies = dict(self.min.cookies)
        for language, names, lines in (
                ('en', 'Mailed: </span>Ji-woo</summary>', [r'Ji-woo: mailed at \d\d:\d\d UTC \(in charge\)', r'Min: not mailed \(own change\)']),
                ('ko', '메일: </span>Ji-woo</summary>', [r'Ji-woo 님: \d\d:\d\d UTC에 보냄 \(담당자\)', r'Min 님: 보내지 않음 \(직접 바꿈\)'])):
            self.min.patch('/api/users/me', {'language': language})
            page = browser.get(self.path).text
            self.assertIn(names, page)
            for line in lines:
                self.assertRegex(page, f'<li>{line}</li>')


if __name__ == '__main__':
    unittest.main()
