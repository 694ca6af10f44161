"""All that is stored about oneself, to take along: whole, one's own, without a secret."""
import json
import unittest

import running
import test_people

pumasi = running.get()


class Export(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Take 데려가')
        self.other = pumasi.register('Other')

    def export(self, person=None):
        answer = (person or self.person).get('/api/users/me/export')
        self.assertEqual(200, answer.status, answer)
        self.assertEqual('attachment; filename="pumasi.json"', answer.headers['Content-Disposition'])
        return answer

    def test_everything_of_hers_is_in_it(self):
        made = self.person.task('밖에서 "할" 일', labels=['a', '나'], description='one\ntwo', due_on='2030-01-01')
        given = self.other.task('Given', assignee_id=self.person.user['id'])
        self.other.task('Not hers')
        self.person.post(f'/api/tasks/{given["id"]}/comments', {'body': 'said 말'})
        self.other.post(f'/api/tasks/{given["id"]}/comments', {'body': 'not by her'})
        self.person.send('PUT', f'/api/tasks/{given["id"]}/watch', {'state': 'mute'})
        self.person.patch('/api/users/me', {'time_zone': 'Asia/Seoul', 'mail_own': True})
        secret = self.person.post('/api/tokens', {'name': 'script'}).json['secret']
        answer = self.export()
        found = answer.json
        self.assertEqual((self.person.user['id'], self.person.email, 'Take 데려가', 'member'),
                         tuple(found['profile'][key] for key in ('id', 'email', 'name', 'role')))
        self.assertEqual(('Asia/Seoul', True), (found['preferences']['time_zone'], found['preferences']['mail_own']))
        self.assertEqual([made['id'], given['id']], [task['id'] for task in found['tasks']])
        task = found['tasks'][0]
        for key in ('title', 'description', 'labels', 'due_on', 'version', 'created_at'):
            self.assertEqual(made[key], task[key])
        self.assertEqual(['said 말'], [comment['body'] for comment in found['comments']])
        self.assertEqual([{'task_id': given['id'], 'state': 'mute'}], found['watches'])
        self.assertEqual(1, len(found['sessions']))
        self.assertEqual(['script'], [token['name'] for token in found['tokens']])
        types = [event['type'] for event in found['events']]
        for kind in ('user.registered', 'session.created', 'task.created', 'task.commented', 'user.updated', 'token.created'):
            self.assertIn(kind, types)
        self.assertEqual(sorted(event['id'] for event in found['events']), [event['id'] for event in found['events']])
        self.assertTrue(all(self.person.user['id'] in (event['actor_id'], event['user_id']) for event in found['events']))
        self.assertIsNone(found['suppression'])
        for hidden in (self.other.email, 'not by her', 'Not hers', secret, self.person.cookies['session'], 'argon2', 'hash'):
            self.assertNotIn(hidden, answer.text)

    def test_mails_and_why_they_do_not_come(self):
        self.other.task(assignee_id=self.person.user['id'])
        with pumasi.mailing():
            running.wait_until(lambda: pumasi.mails_to(self.person), what='the mail')
        pumasi.by_hand(f"INSERT INTO suppression (email_key, reason, detail) VALUES ('{self.person.email}', 'bounce', 'no such mailbox')")
        found = self.export().json
        self.assertEqual(['sent'], [mail['state'] for mail in found['mails']])
        self.assertEqual('no such mailbox', found['suppression']['detail'])

    def test_a_plain_browser_gets_the_file_too(self):
        browser = pumasi.register(html=True)
        self.assertIn('href="/api/users/me/export"', browser.get('/api/users/me').text)
        self.assertEqual('application/json', self.export(browser).kind)

    def test_every_table_that_names_people_is_told_or_known_not_to_be(self):
        """Who adds a table about people comes by here."""
        told = {'session', 'api_token', 'task', 'comment', 'task_watcher', 'event', 'delivery', 'invitation', 'user', 'factor', 'account_token', 'recovery_code',
                'saved_view', 'calendar_link'}
        # Who was to be mailed about an event: told by the mails. What waits to be mailed about an account does so for seconds.
        known = {'event_recipient', 'actor', 'account_outbox'}
        naming = set()
        for table, in pumasi.query("SELECT name FROM sqlite_master WHERE type = 'table'"):
            for row in pumasi.query(f'PRAGMA foreign_key_list("{table}")'):
                if row[2] == 'user':
                    naming.add(table)
        self.assertEqual(set(), naming - told - known)

    def test_a_token_does_not_get_it(self):
        secret = self.person.post('/api/tokens', {'name': 'x', 'scope': 'write'}).json['secret']
        answer = pumasi.client().get('/api/users/me/export', {'Authorization': f'Bearer {secret}'})
        self.assertEqual(403, answer.status)

    def test_it_is_read_by_any_reader_of_json(self):
        self.person.task('</script>\u2028 "\\ \t')
        self.assertIsInstance(json.loads(self.export().body), dict)

    def test_of_an_administrator_the_invitations_she_made(self):
        admin = test_people.administrator()
        link = admin.post('/api/invitations', {'email': 'guest@example.org'}).json['link']
        answer = self.export(admin)
        self.assertEqual(['guest@example.org'], [invitation['email'] for invitation in answer.json['invitations']])
        self.assertNotIn(link[-43:], answer.text)


if __name__ == '__main__':
    unittest.main()
