"""Which passwords people may have: any text of 8 to 128 characters that nobody would guess first."""
import ctypes
import subprocess
import unicodedata
import unittest

import running
from running import PASSWORD

pumasi = running.get()
KOREAN = '우리 동네 나눔 장터'


def tearDownModule():
    pumasi.by_hand('DELETE FROM login_throttle')


def add_by_command(email, name, password):
    return subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', 'user', 'add', '--email', email, '--name', name],
                          input=password + '\n', text=True, capture_output=True, check=False,
                          env=pumasi.environment_of_functions())


class Policy(unittest.TestCase):
    def setUp(self):
        self.email = f'{running.unique("p")}.harvest+{running.unique("walnuts")}@example.org'

    def register(self, password, name='Nam', language='en'):
        return pumasi.client(language=language).post('/api/register', {'email': self.email, 'name': name, 'password': password})

    def refused(self, code, password, **person):
        answer = self.register(password, **person)
        self.assertEqual((422, {'password': code}), (answer.status, answer.fields()), password)
        self.assertEqual(0, pumasi.value('SELECT count(*) FROM "user" WHERE email = ?', self.email))

    def test_passwords_known_from_breaches_are_refused_however_they_are_written(self):
        for password in ('12345678', 'password1', 'PassWord1', 'baseball', 'TrustNo1', 'qwertyuiop', 'Pumasi2026', '품앗이 2026'):
            with self.subTest(password):
                self.refused('breached', password)

    def test_ones_own_name_and_address_are_refused_in_any_case(self):
        local = self.email.split('@')[0]
        for password in (self.email.upper(), local, local.split('+')[1].upper(), 'Édouard Nam'.upper(), 'Édouard Nam 1', unicodedata.normalize('NFD', 'édouard nam')):
            with self.subTest(password):
                self.refused('own', password, name='Édouard Nam')

    def test_there_are_no_rules_of_which_characters_a_password_has(self):
        for password in ('zebra lamp', 'wwxxyyzz', '92710463', '🐯🐧🐢🦉🐌🦔🐝🦋', '        '):
            with self.subTest(password):
                self.email = f'{running.unique("p")}@example.org'
                self.assertEqual(201, self.register(password).status)
                self.assertEqual(200, pumasi.client().post('/api/login', {'email': self.email, 'password': password}).status)

    def test_no_password_ends_by_its_age(self):
        self.assertEqual(201, self.register('zebra lamp of old').status)
        pumasi.by_hand(f"UPDATE \"user\" SET created_at = 0 WHERE email = '{self.email}'")
        client = pumasi.client()
        answer = client.post('/api/login', {'email': self.email, 'password': 'zebra lamp of old'})
        self.assertEqual((200, 200), (answer.status, client.get('/api/tasks').status))
        self.assertNotIn('password', answer.text.lower())
        columns = {name for _, name, *_ in pumasi.query('PRAGMA table_info("user")') if 'password' in name}
        self.assertEqual({'password_hash', 'password_version'}, columns, 'its age is not even known')

    def test_a_password_is_the_same_from_every_keyboard(self):
        apart = unicodedata.normalize('NFD', KOREAN)
        self.assertNotEqual(KOREAN, apart)
        for chosen, typed in ((KOREAN, apart), (apart, KOREAN)):
            self.email = f'{running.unique("p")}@example.org'
            self.assertEqual(201, self.register(chosen).status)
            self.assertEqual(200, pumasi.client().post('/api/login', {'email': self.email, 'password': typed}).status)

    def test_characters_are_counted_as_people_see_them(self):
        self.refused('too_short', unicodedata.normalize('NFD', '가나다라마바사'))
        self.refused('too_long', unicodedata.normalize('NFD', '가' * 129))
        self.assertEqual(201, self.register(unicodedata.normalize('NFD', '각' * 128)).status)

    def test_every_character_of_a_long_password_counts(self):
        password = 'x' * 60 + '가나다라' * 16 + 'abcd'
        self.assertEqual(201, self.register(password).status)
        for wrong in (password[:-1], password[:-1] + 'e', password[:72]):
            self.assertEqual(401, pumasi.client().post('/api/login', {'email': self.email, 'password': wrong}).status)

    def test_a_refusal_says_what_to_do_in_both_languages(self):
        english = self.register('12345678').json['errors'][0]['message']
        korean = self.register('12345678', language='ko').json['errors'][0]['message']
        self.assertIn('choose another', english)
        self.assertIn('다른 비밀번호', korean)

    def test_the_command_line_refuses_the_same(self):
        for password, says in (('1234567', '8 to 128'), ('password1', 'lists'), (self.email, 'own name'), ('x' * 129, '8 to 128')):
            done = add_by_command(self.email, 'Nam', password)
            self.assertEqual(1, done.returncode, done)
            self.assertIn(says, done.stderr)
        self.assertEqual(0, add_by_command(self.email, 'Nam', KOREAN).returncode)
        self.assertEqual(200, pumasi.client().post('/api/login', {'email': self.email, 'password': KOREAN}).status)


class Renewal(unittest.TestCase):
    def sign_in(self, person, password=PASSWORD):
        return pumasi.client().post('/api/login', {'email': person.email, 'password': password}).status

    def hash_of(self, person):
        return pumasi.value('SELECT password_hash FROM "user" WHERE id = ?', person.user['id'])

    def test_a_weaker_hash_is_renewed_when_its_person_signs_in_and_only_then(self):
        person = pumasi.register()
        weak = weak_hash(PASSWORD)
        pumasi.by_hand(f"UPDATE \"user\" SET password_hash = '{weak}' WHERE id = {person.user['id']}")
        events = pumasi.value("SELECT count(*) FROM event WHERE type NOT LIKE 'session.%'")
        self.assertEqual(401, self.sign_in(person, 'not the password'))
        self.assertEqual(weak, self.hash_of(person))
        self.assertEqual(200, self.sign_in(person))
        renewed = self.hash_of(person)
        self.assertTrue(renewed.startswith('$argon2id$v=19$m=19456,t=2,p=1$'), renewed)
        self.assertEqual(200, self.sign_in(person))
        self.assertEqual(renewed, self.hash_of(person))
        self.assertEqual(events, pumasi.value("SELECT count(*) FROM event WHERE type NOT LIKE 'session.%'"))


def weak_hash(password):
    """As an older release may have made it, by the same library."""
    library = ctypes.CDLL('libargon2.so.1')
    encoded = ctypes.create_string_buffer(256)
    failed = library.argon2id_hash_encoded(ctypes.c_uint32(1), ctypes.c_uint32(8192), ctypes.c_uint32(1), password.encode(),
                                           ctypes.c_size_t(len(password.encode())), b'somesaltsomesalt', ctypes.c_size_t(16),
                                           ctypes.c_size_t(32), encoded, ctypes.c_size_t(256))
    assert failed == 0
    return encoded.value.decode()


if __name__ == '__main__':
    unittest.main()
