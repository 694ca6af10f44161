"""The calendar of a person: iCalendar (RFC 5545) by a secret link that is shown once, and that only she can make and end."""
import hashlib
import urllib.parse
import unittest

import running
import test_people

pumasi = running.get()


def lines_of(text):
    """The lines of a calendar, unfolded; what all calendars must be is checked on the way."""
    assert text.endswith('\r\n') and '\n' not in text.replace('\r\n', ''), 'lines end with CR LF'
    assert all(len(line.encode()) <= 75 for line in text.split('\r\n')), 'no line is longer than 75 bytes'
    return text.replace('\r\n ', '').split('\r\n')[:-1]


def plain(value):
    """A text as it was before it was escaped."""
    out, at = '', iter(value)
    for character in at:
        if character == '\\':
            character = next(at)
            character = '\n' if character == 'n' else character
        else:
            assert character not in ',;', f'not escaped: {value}'
        out += character
    return out


def events_of(text):
    events, event = [], None
    for line in lines_of(text):
        name, _, value = line.partition(':')
        if line == 'BEGIN:VEVENT':
            event = {'CATEGORIES': []}
        elif line == 'END:VEVENT':
            events.append(event)
            event = None
        elif event is not None and name == 'CATEGORIES':
            event[name].append(plain(value))
        elif event is not None:
            assert name not in event, f'{name} stands twice'
            event[name] = value
    return events


class Calendar(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Ji-woo, 지우; \\')
        self.other = pumasi.register('Other')
        self.link = self.make(self.person)

    def make(self, person):
        answer = person.post('/api/calendar', {})
        self.assertEqual(201, answer.status, answer)
        return answer.json['link']

    def path(self, link=None):
        link = link or self.link
        self.assertTrue(link.startswith(pumasi.url + '/api/calendar/feed?token='), link)
        return link.removeprefix(pumasi.url)

    def feed(self, status=200, link=None, **headers):
        """As a calendar program asks: with nothing but the link."""
        answer = pumasi.client().request('GET', self.path(link), headers={'Accept': 'text/calendar', 'Origin': None, **headers})
        self.assertEqual(status, answer.status, answer)
        return answer

    def test_what_she_is_in_charge_of_and_when(self):
        hers = self.other.task('전단지 인쇄; 두 번, \\ "빨리"', assignee_id=self.person.user['id'], due_on='2031-12-31', description='가나다라마바사아자차카타파하' * 9 + '\nSecond, line',
                               labels=['print', '급한 것'], priority='urgent')
        self.other.task('Not hers', due_on='2031-01-01')
        self.person.task('No day', assignee_id=self.person.user['id'])
        done = self.person.task('Done', assignee_id=self.person.user['id'], due_on='2031-01-01', status='done')
        binned = self.person.task('Thrown away', assignee_id=self.person.user['id'], due_on='2031-01-01')
        self.person.delete(f'/api/tasks/{binned["id"]}')
        earlier = self.person.task('Earlier', assignee_id=self.person.user['id'], due_on='2031-12-30')
        answer = self.feed()
        self.assertEqual('text/calendar', answer.kind)
        self.assertIn('X-WR-CALNAME:Tasks of Ji-woo\\, 지우\\; \\\\', lines_of(answer.text))
        self.assertEqual(['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Pumasi//Tasks//EN'], lines_of(answer.text)[:3])
        first, second = events_of(answer.text)
        self.assertEqual(('Earlier', '20311230', '20311231'), (first['SUMMARY'], first['DTSTART;VALUE=DATE'], first['DTEND;VALUE=DATE']))
        self.assertNotIn('DESCRIPTION', first)
        self.assertEqual((hers['title'], hers['description'], ['print', '급한 것'], '1', '20311231', '20320101'),
                         (plain(second['SUMMARY']), plain(second['DESCRIPTION']), second['CATEGORIES'], second['PRIORITY'], second['DTSTART;VALUE=DATE'], second['DTEND;VALUE=DATE']))
        self.assertEqual(f'{pumasi.url}/tasks.html?task={hers["id"]}', second['URL'])
        self.assertEqual((f'task-{hers["id"]}@127.0.0.1:{pumasi.port}', '0', 'TRANSPARENT'), (second['UID'], second['SEQUENCE'], second['TRANSP']))
        self.assertRegex(second['DTSTAMP'], r'^\d{8}T\d{6}Z$')
        # Opened again it is there again, as the same event in a later state.
        self.person.change(self.person.show(done), status='todo', progress=0)
        reopened = events_of(self.feed().text)[0]
        self.assertEqual(('Done', '1'), (reopened['SUMMARY'], reopened['SEQUENCE']))
        self.assertEqual(earlier['id'], int(first['UID'].split('@')[0].removeprefix('task-')))

    def test_with_nothing_to_do_it_is_an_empty_calendar(self):
        self.assertEqual([], events_of(self.feed().text))

    def test_asked_again_it_is_304_until_something_changes(self):
        self.person.task('One', assignee_id=self.person.user['id'], due_on='2031-12-30')
        tag = self.feed().headers['ETag']
        self.assertEqual(b'', self.feed(304, **{'If-None-Match': tag}).body)
        # The tag is hers alone.
        self.assertNotEqual(tag, self.feed(link=self.make(self.other)).headers['ETag'])
        self.assertEqual(304, self.feed(304, **{'If-None-Match': tag}).status)
        self.person.task('Two', assignee_id=self.person.user['id'], due_on='2031-12-31')
        again = self.feed(**{'If-None-Match': tag})
        self.assertEqual(['One', 'Two'], [event['SUMMARY'] for event in events_of(again.text)])

    def test_reading_writes_nothing(self):
        import sqlite3  # pylint: disable=import-outside-toplevel
        with sqlite3.connect(f'file:{pumasi.database}?mode=ro', uri=True) as watcher:
            before = watcher.execute('PRAGMA data_version').fetchone()
            self.feed()
            self.feed(404, link=self.link[:-1])
            self.assertEqual(before, watcher.execute('PRAGMA data_version').fetchone())
        watcher.close()

    def test_the_link_is_shown_once_and_kept_as_a_hash(self):
        token = urllib.parse.parse_qs(urllib.parse.urlsplit(self.link).query)['token'][0]
        self.assertGreaterEqual(len(token), 43)
        self.assertEqual([(hashlib.sha256(token.encode()).digest(),)], pumasi.query('SELECT token_hash FROM calendar_link WHERE user_id = ?', self.person.user['id']))
        answer = self.person.get('/api/calendar')
        self.assertEqual({'created_at'}, set(answer.json))
        self.assertIsNotNone(answer.json['created_at'])
        self.assertIsNone(pumasi.register().get('/api/calendar').json['created_at'])
        for told in (answer.text, self.person.get('/api/users/me/export').text, self.person.get('/api/calendar', {'Accept': 'text/html'}).text):
            self.assertNotIn(token, told)
        self.assertIsNotNone(self.person.get('/api/users/me/export').json['calendar']['created_at'])
        for path in (f'{pumasi.dir}/log/pumasi.log', f'{pumasi.dir}/log/up.out'):
            with open(path, encoding='utf-8') as file:
                self.assertNotIn(token, file.read())

    def test_a_new_link_ends_the_old_one_and_an_ended_one_is_gone(self):
        again = self.make(self.person)
        self.feed(404)
        self.feed(link=again)
        self.assertEqual(204, self.person.delete('/api/calendar').status)
        self.feed(404, link=again)
        self.assertIsNone(self.person.get('/api/calendar').json['created_at'])
        self.assertEqual(204, self.person.delete('/api/calendar').status, 'there is none to end, which is what was wanted')
        self.assertEqual(['token.created', 'token.ended', 'token.created', 'token.ended'], [row[0] for row in pumasi.query(
            "SELECT type FROM event WHERE user_id = ? AND type LIKE 'token.%' AND detail ->> '$.token.scope' = 'calendar' ORDER BY id", self.person.user['id'])])

    def test_whoever_is_shut_out_or_leaves_shows_nothing_any_more(self):
        admin = test_people.administrator()
        self.assertEqual(200, admin.patch(f'/api/users/{self.person.user["id"]}', {'disabled': True}).status)
        self.feed(404)
        admin.patch(f'/api/users/{self.person.user["id"]}', {'disabled': False})
        self.feed(404)
        link = self.make(self.other)
        self.assertEqual(204, self.other.send('DELETE', f'/api/users/{self.other.user["id"]}', {'password': running.PASSWORD}).status)
        self.feed(404, link=link)
        self.assertEqual(0, pumasi.value('SELECT count(*) FROM calendar_link WHERE user_id = ?', self.other.user['id']))

    def test_links_that_are_none(self):
        client = pumasi.client()
        answer = client.get('/api/calendar/feed?token=x')
        self.assertEqual((404, 'application/problem+json'), (answer.status, answer.kind))
        self.assertIn('settings', answer.json['detail'])
        self.assertIn('달력', client.get('/api/calendar/feed?token=x', {'Accept-Language': 'ko'}).json['detail'])
        self.assertEqual({'token': 'required'}, client.get('/api/calendar/feed').fields())
        self.assertEqual(422, client.get('/api/calendar/feed?token=' + 'x' * 65).status)

    def test_without_scripts(self):
        browser = pumasi.register(html=True, language='ko')
        browser.patch('/api/users/me', {'language': 'ko'}, {'Accept': 'application/json'})
        self.assertIn('href="/api/calendar"', browser.get('/api/users/me').text)
        self.assertIn('링크 만들기', browser.get('/api/calendar').text)
        made = browser.form('/api/calendar', {})
        self.assertEqual(201, made.status, made)
        self.assertIn(f'<p class="secret">{pumasi.url}/api/calendar/feed?token=', made.text)
        shown = browser.get('/api/calendar').text
        self.assertIn('링크 없애기', shown)
        self.assertNotIn('token=', shown)
        ended = browser.form('/api/calendar/delete', {})
        self.assertEqual((303, '/api/calendar'), (ended.status, ended.headers['Location']))
        self.assertNotIn('링크 없애기', browser.get('/api/calendar').text)


if __name__ == '__main__':
    unittest.main()
