"""The links of a mail that was delivered, followed: mails stop, and come again."""
import re
import unittest
import urllib.parse

import running

pumasi = running.get()


class Links(unittest.TestCase):
    def setUp(self):
        self.min = pumasi.register('Min')
        self.jiwoo = pumasi.register('Ji-woo')
        self.enterContext(pumasi.mailing())

    def put_in_charge(self, task=None):
        """What is mailed at once; returns when the mailer has seen to it: how Ji-woo was told, or why not."""
        if task:
            task = self.min.change(self.min.show(task), assignee_id=None).json
            # Besides, something else changes, or both together were nothing.
            self.min.change(task, assignee_id=self.jiwoo.user['id'], title=running.unique('Leaflets '))
        else:
            task = self.min.task(running.unique('Flyers '), assignee_id=self.jiwoo.user['id'])
        # Her own row of the last event, and where it led.
        rows = running.wait_until(lambda: [row for row in pumasi.query(
            'SELECT coalesce(event_recipient.skipped, delivery.state) FROM event_recipient '
            'LEFT JOIN delivery ON delivery.id = event_recipient.delivery_id WHERE event_recipient.user_id = ? '
            'AND event_id = (SELECT max(id) FROM event WHERE task_id = ?)', self.jiwoo.user['id'], task['id'])
            if row[0] not in ('pending', 'leased')], 60, 'the mailer')
        return task, rows[0][0]

    def mail(self):
        """The latest, with its links of both kinds: (all mails, this task)."""
        mail = pumasi.mails_to(self.jiwoo)[-1]
        text = mail.get_body(('plain',)).get_content()
        links = re.findall(r'http://\S+/api/unsubscribe\?token=\S+', text)
        header = mail['List-Unsubscribe'].strip('<>')
        self.assertIn(header, links)
        self.assertEqual(set(links), set(re.findall(r'href="([^"]+/api/unsubscribe[^"]+)"', mail.get_body(('html',)).get_content())))
        [mute] = set(links) - {header}
        return header, mute

    def post(self, url, body='List-Unsubscribe=One-Click'):
        parts = urllib.parse.urlsplit(url)
        self.assertEqual(pumasi.url, f'{parts.scheme}://{parts.netloc}')
        answer = pumasi.client().request('POST', f'{parts.path}?{parts.query}', body.encode(), {
            'Origin': None, 'Accept': None, 'Content-Type': 'application/x-www-form-urlencoded'})
        self.assertEqual(200, answer.status, answer)

    def test_the_header_stops_all_mails(self):
        self.assertEqual('sent', self.put_in_charge()[1])
        stop, _ = self.mail()
        count = len(pumasi.mails_to(self.jiwoo))
        self.post(stop)
        self.assertEqual('off', self.put_in_charge()[1])
        self.assertEqual(count, len(pumasi.mails_to(self.jiwoo)))
        self.post(stop, 'resume=1')
        self.assertEqual('sent', self.put_in_charge()[1])
        self.assertEqual(count + 1, len(pumasi.mails_to(self.jiwoo)))

    def test_the_other_link_stops_those_of_its_task(self):
        task, state = self.put_in_charge()
        self.assertEqual('sent', state)
        _, mute = self.mail()
        self.post(mute)
        self.assertEqual('muted', self.put_in_charge(task)[1])
        self.assertEqual('sent', self.put_in_charge()[1])
        self.post(mute, 'resume=1')
        self.assertEqual('sent', self.put_in_charge(task)[1])

    def test_a_mail_that_waits_is_not_sent_any_more(self):
        task, _ = self.put_in_charge()
        _, mute = self.mail()
        count = len(pumasi.mails_to(self.jiwoo))
        self.min.change(self.min.show(task), priority='high')
        waiting = 'SELECT count(*) FROM delivery WHERE user_id = ? AND state IN (\'pending\', \'leased\')'
        running.wait_until(lambda: pumasi.value(waiting, self.jiwoo.user['id']), 30, 'the plan')
        self.post(mute)
        pumasi.by_hand(f'UPDATE delivery SET next_at = 0 WHERE state = \'pending\' AND user_id = {self.jiwoo.user["id"]}')
        running.wait_until(lambda: not pumasi.value(waiting, self.jiwoo.user['id']), 30, 'the end')
        self.assertEqual(count, len(pumasi.mails_to(self.jiwoo)))
        self.assertEqual(1, pumasi.value("SELECT count(*) FROM event_recipient WHERE user_id = ? AND skipped = 'muted'", self.jiwoo.user['id']))


if __name__ == '__main__':
    unittest.main()
