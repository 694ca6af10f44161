"""One's own settings: name, language, and which mails come when."""
import fcntl
import re
import unittest

import running

pumasi = running.get()
DEFAULTS = {'how': 'coalesced', 'level': 'involved', 'own': False, 'hour': 8, 'time_zone': 'UTC'}
COLUMNS = 'name, language, mail_how, mail_level, mail_own, mail_hour, time_zone'
GOOD = {'name': ('Ji', '지 우', 'x' * 100), 'language': ('ko', 'en'), 'mail_how': ('instant', 'daily', 'off', 'coalesced'),
        'mail_level': ('assigned', 'all', 'involved'), 'mail_own': (True, False, 1, 0), 'mail_hour': (0, 23),
        'time_zone': ('Asia/Seoul', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'UTC')}
BAD = {'name': (('', 'required'), ('  ', 'required'), (None, 'required'), ('a\nb', 'control'), ('x' * 101, 'too_long'), (1, 'type')),
       'language': (('de', 'choice'), ('', 'choice'), (None, 'required')),
       'mail_how': (('never', 'choice'), ('', 'choice'), ('Daily', 'choice'), (None, 'required'), (0, 'type')),
       'mail_level': (('none', 'choice'), (None, 'required')),
       'mail_own': ((2, 'range'), (-1, 'range'), ('yes', 'type'), (None, 'required')),
       'mail_hour': ((24, 'range'), (-1, 'range'), (8.5, 'type'), ('8', 'type'), (None, 'required')),
       'time_zone': (('Asia/Soul', 'zone'), ('', 'zone'), ('../../etc/passwd', 'zone'), ('/etc/passwd', 'zone'), ('Asia', 'zone'),
                     ('asia/seoul', 'zone'), ('UTC\n', 'zone'), ('A' * 5000, 'zone'), (None, 'required'), (9, 'type'))}


def wishes(person):
    return person.get('/api/session').json['user']['mail']


def row(person):
    return pumasi.query(f'SELECT {COLUMNS} FROM "user" WHERE id = ?', person.user['id'])[0]


class Programs(unittest.TestCase):
    def setUp(self):
        self.person = pumasi.register('Nari')

    def test_a_new_person_has_gathered_mails_of_what_she_has_a_part_in(self):
        self.assertEqual(DEFAULTS, self.person.user['mail'])

    def test_every_field_is_set_alone_and_the_rest_stays(self):
        for name, values in GOOD.items():
            for value in values:
                with self.subTest(name, value=value):
                    before = dict(zip(COLUMNS.split(', '), row(self.person)))
                    answer = self.person.patch('/api/users/me', {name: value})
                    self.assertEqual(200, answer.status, answer)
                    self.assertEqual({**before, name: value}, dict(zip(COLUMNS.split(', '), row(self.person))))

    def test_the_answer_and_the_session_say_what_is_kept(self):
        sent = {'name': 'Nari Kim', 'language': 'ko', 'mail_how': 'daily', 'mail_level': 'all', 'mail_own': True, 'mail_hour': 0,
                'time_zone': 'Asia/Seoul'}
        user = self.person.patch('/api/users/me', sent).json['user']
        self.assertEqual({'how': 'daily', 'level': 'all', 'own': True, 'hour': 0, 'time_zone': 'Asia/Seoul'}, user['mail'])
        self.assertEqual(('Nari Kim', 'ko'), (user['name'], user['language']))
        for path in ('/api/users/me', '/api/session'):
            self.assertEqual({'user': user}, self.person.get(path).json)
        again = pumasi.client().post('/api/login', {'email': self.person.email, 'password': running.PASSWORD})
        self.assertEqual({'user': user}, again.json)

    def test_each_bad_value_is_told(self):
        before = row(self.person)
        for name, values in BAD.items():
            for value, code in values:
                with self.subTest(name, value=value):
                    answer = self.person.patch('/api/users/me', {name: value})
                    self.assertEqual((422, {name: code}), (answer.status, answer.fields()), answer)
        self.assertEqual(before, row(self.person))

    def test_all_faults_are_told_at_once_and_no_good_field_is_kept(self):
        before, counts = row(self.person), pumasi.counts()
        for bad in BAD:
            sent = {**{name: values[0] for name, values in GOOD.items()}, bad: BAD[bad][0][0]}
            self.assertEqual({bad}, set(self.person.patch('/api/users/me', sent).fields()))
        answer = self.person.patch('/api/users/me', {name: values[0][0] for name, values in BAD.items()})
        self.assertEqual(set(BAD), set(answer.fields()))
        self.assertEqual((before, counts), (row(self.person), pumasi.counts()))

    def test_an_unknown_zone_is_answered_with_a_known_one(self):
        for language in ('en', 'ko'):
            self.person.patch('/api/users/me', {'language': language})
            [error] = self.person.patch('/api/users/me', {'time_zone': 'Mars/Phobos'}).json['errors']
            self.assertIn('Asia/Seoul', error['message'])

    def test_wishes_are_in_the_log_but_are_no_news_to_others(self):
        position = self.person.get('/api/users').headers['ETag']
        self.person.patch('/api/users/me', {'mail_how': 'off'})
        self.assertEqual(position, self.person.get('/api/users').headers['ETag'])
        kind, detail = pumasi.query("SELECT type, detail ->> '$.changes.mail.to.how' FROM event WHERE user_id = ? "
                                    'ORDER BY id DESC LIMIT 1', self.person.user['id'])[0]
        self.assertEqual(('user.updated', 'off'), (kind, detail))


class Forms(unittest.TestCase):
    """What a browser without JavaScript sends: the page is asked for, and its form is filled in and sent."""

    FORM = {'name': 'Nari', 'language': 'en', 'mail_how': 'daily', 'mail_level': 'assigned', 'mail_hour': '21', 'time_zone': 'Asia/Seoul'}

    def setUp(self):
        self.person = pumasi.register('Nari', html=True)

    def send(self, own=False, **changes):
        """As the page's form does it: a 0 ahead of the checkbox, which sends something only where it is ticked."""
        fields = [*{**self.FORM, **changes}.items(), ('mail_own', '0')] + [('mail_own', '1')] * own
        return self.person.form('/api/users/me', fields)

    def test_saving_leads_back_to_the_settings_which_say_so(self):
        answer = self.send()
        self.assertEqual((303, '/api/users/me?saved=1'), (answer.status, answer.headers['Location'].removeprefix(pumasi.url)))
        self.assertIn('Saved.', self.person.get('/api/users/me?saved=1').text)
        self.assertNotIn('Saved.', self.person.get('/api/users/me').text)
        self.assertEqual({'how': 'daily', 'level': 'assigned', 'own': False, 'hour': 21, 'time_zone': 'Asia/Seoul'}, wishes(self.person))

    def test_a_tick_is_set_and_taken_away_again(self):
        for own in (True, False, True):
            self.assertEqual(303, self.send(own).status)
            self.assertEqual(own, wishes(self.person)['own'])
            box = re.search(r'<input type="checkbox" name="mail_own"[^>]*>', self.person.get('/api/users/me').text).group()
            self.assertEqual(own, 'checked' in box)

    def test_a_form_that_does_not_ask_for_the_tick_leaves_it(self):
        self.send(own=True)
        self.assertEqual(303, self.person.form('/api/users/me', {'name': 'Nari Kim'}).status)
        self.assertTrue(wishes(self.person)['own'])

    def test_the_page_shows_what_is_kept(self):
        self.send(own=True, name='Nari "N" <Kim>', mail_how='off')
        page = self.person.get('/api/users/me')
        self.assertEqual((200, 'text/html'), (page.status, page.kind))
        for piece in ('value="Nari &quot;N&quot; &lt;Kim&gt;"', 'value="off" required checked', 'value="assigned" required checked',
                      '<option value="21" selected>', '<option value="Asia/Seoul" selected>'):
            self.assertIn(piece, page.text)

    def test_every_zone_that_is_offered_is_taken(self):
        zones = re.findall(r'<option value="([A-Z][A-Za-z]+/[^"]+)"', self.person.get('/api/users/me').text)
        self.assertGreater(len(zones), 300)
        for zone in zones[::40]:
            self.assertEqual(303, self.send(time_zone=zone).status, zone)

    def test_faults_stand_at_their_fields_and_what_was_typed_is_kept(self):
        before = row(self.person)
        answer = self.send(own=True, name=' ', language='ko', mail_how='instant', mail_hour='7', time_zone='Mars/Phobos')
        self.assertEqual((422, 'text/html'), (answer.status, answer.kind))
        for piece in ('id="fault-name"', 'id="fault-time_zone"', 'aria-describedby="fault-name" autofocus>', 'value="Mars/Phobos" selected',
                      'value="instant" required checked', '<option value="7" selected>', 'name="mail_own" value="1" checked',
                      '<option value="ko" selected>', '<html lang="en">'):
            self.assertIn(piece, answer.text)
        self.assertNotIn('id="fault-mail_hour"', answer.text)
        self.assertEqual(before, row(self.person))

    def test_a_refused_form_leaves_the_rest_of_the_page_there(self):
        whole = self.person.get('/api/users/me').text
        answer = self.send(name='')
        self.assertEqual(422, answer.status)
        heads = re.findall(r'<h2[^>]*>[^<]+</h2>', whole)
        self.assertGreaterEqual(len(heads), 4)
        self.assertEqual(heads, re.findall(r'<h2[^>]*>[^<]+</h2>', answer.text))
        self.assertIn('<section class="sessions"', answer.text)

    def test_the_same_fields_as_programs_have_are_refused(self):
        for name, value in (('mail_how', 'never'), ('mail_level', 'x'), ('mail_hour', '24'), ('mail_hour', ''), ('mail_hour', '8x'),
                            ('time_zone', ''), ('language', 'de'), ('name', '')):
            with self.subTest(name, value=value):
                answer = self.send(**{name: value})
                self.assertEqual(422, answer.status)
                self.assertIn(f'id="fault-{name}"', answer.text)
        for fields in ([('mail_own', '2')], [('mail_own', '1'), ('mail_own', '0')], [('name', 'a'), ('name', 'b')]):
            answer = self.person.form('/api/users/me', fields)
            self.assertEqual(422, answer.status, fields)
            self.assertIn(f'id="fault-{fields[0][0]}"', answer.text)
        self.assertIn('<p>colour: There is no such field.</p>', self.person.form('/api/users/me', {'colour': 'red'}).text)

    def test_the_language_is_that_of_the_page_that_follows(self):
        self.send(language='ko')
        page = self.person.get('/api/users/me?saved=1').text
        self.assertIn('<html lang="ko">', page)
        self.assertIn('저장했어요.', page)

    def test_who_is_not_signed_in_is_sent_to_the_entrance(self):
        answer = pumasi.client(html=True).get('/api/users/me')
        self.assertEqual((303, '/'), (answer.status, answer.headers['Location'].removeprefix(pumasi.url)))

    def test_every_page_leads_to_the_settings(self):
        for path in ('/api/tasks', '/api/users/me', '/tasks.html'):
            self.assertIn('href="/api/users/me"', self.person.get(path).text, path)


class Others(unittest.TestCase):
    def test_everybody_has_settings_of_her_own(self):
        one, other = pumasi.register('One'), pumasi.register('Other')
        one.patch('/api/users/me', {'mail_how': 'off', 'time_zone': 'Europe/Paris'})
        self.assertEqual(DEFAULTS, wishes(other))
        self.assertEqual(one.user['id'], one.get('/api/users/me').json['user']['id'])
        self.assertEqual(other.user['id'], other.get('/api/users/me').json['user']['id'])

    def test_nobody_sees_what_others_wish(self):
        one, other = pumasi.register('One'), pumasi.register('Other')
        one.patch('/api/users/me', {'mail_how': 'off', 'time_zone': 'Pacific/Chatham'})
        task = one.task(assignee_id=one.user['id'])
        for path in ('/api/users', '/api/tasks', f'/api/tasks/{task["id"]}', f'/api/tasks/{task["id"]}/log'):
            text = other.get(path).text
            self.assertNotIn('Chatham', text, path)
            self.assertNotIn('"mail"', text, path)

    def test_without_a_session_there_is_nothing_to_see_or_set(self):
        for client in (pumasi.client(), pumasi.client()):
            client.cookies = {'session': 'A' * 43}
            self.assertEqual(401, client.get('/api/users/me').status)
            self.assertEqual(401, client.patch('/api/users/me', {'mail_how': 'off'}).status)

    def test_another_site_cannot_set_them(self):
        person = pumasi.register()
        answer = person.form('/api/users/me', {'mail_how': 'off'}, {'Origin': 'https://evil.example'})
        self.assertEqual((403, 'coalesced'), (answer.status, wishes(person)['how']))


class Registering(unittest.TestCase):
    def zone_of(self, **more):
        client = pumasi.client()
        answer = client.post('/api/register', {'email': f'{running.unique("zone")}@example.org', 'name': 'N',
                                               'password': running.PASSWORD, **more})
        self.assertEqual(201, answer.status, answer)
        return answer.json['user']['mail']['time_zone']

    def test_the_zone_of_the_browser_becomes_the_persons(self):
        self.assertEqual('Asia/Seoul', self.zone_of(time_zone='Asia/Seoul'))

    def test_a_zone_that_the_server_does_not_know_keeps_nobody_out(self):
        for zone in ('Mars/Phobos', '', None, '../etc/passwd', 'x' * 3000):
            with self.subTest(zone):
                self.assertEqual('UTC', self.zone_of(time_zone=zone))
        self.assertEqual('UTC', self.zone_of())


class Mails(unittest.TestCase):
    def test_the_mailer_follows_what_was_set(self):
        """Who wants one mail a day has the change in that mail, at her hour; who wants each at once in one of its own."""
        boss = pumasi.register('Boss')
        people = {how: pumasi.register(how) for how in ('daily', 'instant', 'off')}
        for how, person in people.items():
            person.patch('/api/users/me', {'mail_how': how, 'mail_hour': 7, 'time_zone': 'Asia/Seoul'})
            boss.task(f'for {how}', assignee_id=person.user['id'])
        last = pumasi.value('SELECT max(id) FROM event')
        fcntl.flock(pumasi.mailer, fcntl.LOCK_UN)
        try:
            running.wait_until(lambda: pumasi.value('SELECT count(*) FROM outbox WHERE event_id <= ?', last) == 0, 30, 'the mailer')
        finally:
            fcntl.flock(pumasi.mailer, fcntl.LOCK_EX)
        planned = {how: pumasi.query("SELECT kind, strftime('%H:%M', next_at, 'unixepoch', '+9 hours') FROM delivery WHERE user_id = ?",
                                     person.user['id']) for how, person in people.items()}
        self.assertEqual([('daily', '07:00')], planned['daily'])
        self.assertEqual(['task'], [kind for kind, _ in planned['instant']])
        self.assertEqual([], planned['off'])


if __name__ == '__main__':
    unittest.main()
