"""Is tests/security/rules.md true? Each number in it is that of the constant beside it, and nothing that the source has is missing."""
import pathlib
import re
import sqlite3
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = (ROOT / 'tests' / 'security' / 'rules.md').read_text(encoding='utf-8')
# What a unit is of the smallest one of its kind.
UNITS = {'second': 1, 'minute': 60, 'hour': 3600, 'day': 86400, 'byte': 1, 'KiB': 1024}
# Which unit a constant is in says the end of its name.
ENDS = {'_S': 'second', '_MINUTES': 'minute', '_hours': 'hour', '_days': 'day', '_DAYS': 'day', '_BYTES': 'byte', '_KIB': 'KiB'}


def read(path):
    return (ROOT / path).read_text(encoding='utf-8')


def sources(*patterns):
    return {str(path.relative_to(ROOT)): path.read_text(encoding='utf-8') for pattern in patterns for path in sorted(ROOT.glob(pattern))}


def section(title, text=RULES):
    return text.split(f'\n## {title}')[1].split('\n## ')[0]


def value_of(path, name):
    """A number, the words of a list, or None: it is a function."""
    text = read(path)
    if match := re.search(rf'\b{name}\[\] = \{{([^}}]*)\}}', text):
        return re.findall(r'"([^"]*)"', match[1])
    if match := re.search(rf'(?<![\w>]){name} = ([\d\s*+()]+?)\s*[,;}}/\n]', text):
        return eval(match[1], {'__builtins__': {}})  # pylint: disable=eval-used  # digits and signs
    if re.search(rf'\b{name}\(', text):
        return None
    raise AssertionError(f'{path} has no {name}')


def numbers(line, unit):
    """All numbers of a line, in the unit where they have one of its kind."""
    for number, word in re.findall(r'(?<![\w.])(\d+)(?: (second|minute|hour|day|byte|KiB)s?\b)?', line):
        yield int(number) * UNITS[word] / UNITS[unit] if word and unit else int(number)


def faults_of(text):
    found = []
    for line in text.splitlines():
        for path, name in re.findall(r'`([\w./-]+\.[chpy]+) (\w+)`', line):
            value = value_of(path, name)
            told = re.sub(r'`[\w./-]+\.[chpy]+ \w+`', '', line)
            unit = next((unit for end, unit in ENDS.items() if name.endswith(end)), None)
            if isinstance(value, list) and not all(f'`{word}`' in told for word in value):
                found.append(f'{path} {name} is {value}: {line}')
            elif isinstance(value, int) and value not in numbers(told, unit):
                found.append(f'{path} {name} is {value}: {line}')
    return found


class Numbers(unittest.TestCase):
    def test_each_is_that_of_its_constant(self):
        self.assertEqual([], faults_of(RULES))
        self.assertGreater(len(re.findall(r'`[\w./-]+\.[chpy]+ \w+`', RULES)), 50, 'so many are looked at')

    def test_another_number_is_seen(self):
        for good, bad in (('| 1 to 200 characters, one line |', '| 1 to 201 characters, one line |'), ('| 10 minutes, once |', '| 10 days, once |'),
                          ('| 60 a minute |', '| 6 a minute |'), ('at most 10 a minute', 'at most 100 a minute'), ('| 168 hours |', '| 24 hours |'),
                          ('`todo`, `doing`, `done`', '`todo`, `done`')):
            self.assertIn(good, RULES)
            self.assertEqual(1, len(faults_of(RULES.replace(good, bad))), bad)

    def test_each_place_that_is_named_is_there(self):
        for path in set(re.findall(r'`((?:lib|handlers|tests|db|scripts)/[\w./-]+)', RULES)):
            self.assertTrue((ROOT / path).exists(), path)


class Whole(unittest.TestCase):
    def test_every_field_that_a_function_takes(self):
        told = set(re.findall(r'`([^`]+)`', ''.join(re.findall(r'^\|([^|]*)\|', section('Fields (2.1.1)'), re.M))))
        taken = {name for text in sources('handlers/http/*.c', 'lib/http/task_input.h').values()
                 for name in re.findall(r'\.name = "([^"]+)",\s*(?:\\\s*)?\.type', text)}
        self.assertGreater(len(taken), 30)
        self.assertEqual(taken, told)

    def test_every_kind_of_event(self):
        made = {kind for text in sources('db/sqlite/0*.sql', 'lib/domain/*.c').values()
                for kind in re.findall(r"'((?:task|user|session|token|invitation|password)\.[a-z]+)'", text)}
        paragraph = section('Logs (16.1.1)').split('\nEvents: ')[1].split('\n\n')[0]
        self.assertEqual(made, set(re.findall(r'`([a-z]+\.[a-z]+)`', paragraph)))

    def test_every_reason_of_a_refusal(self):
        text = ''.join(sources('lib/http/*.c', 'handlers/http/*.c').values())
        given = set(re.findall(r'respond_refused\([^;]*?"([^"]+)"\)', text)) | set(re.findall(r'request_log_refusal\([^;]*?"([^"]+)"\)', text))
        told = {reason.strip() for cell in re.findall(r'^\| ([^|]+) \|', section('Logs (16.1.1)').split('| why |')[1].split('\n\n')[0], re.M) for reason in cell.split(';')}
        self.assertGreater(len(given), 15)
        self.assertEqual(given, told - {'---'})

    def schema(self):
        connection = sqlite3.connect(':memory:')
        self.addCleanup(connection.close)
        for text in sources('db/sqlite/0*.sql').values():
            connection.executescript(text)
        return connection

    def test_every_table_is_of_a_kind(self):
        tables = {name for name, in self.schema().execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")}
        tables = {name for name in tables if not re.match(r'task_search_', name)}
        told = {name.split('.')[0] for row in re.findall(r'^\|(?:[^|]*\|){2}([^|]*)\|', section('Data (14.1.1'), re.M) for name in re.findall(r'`([a-z_.]+)`', row)}
        self.assertEqual(tables, told)

    def test_every_column_of_a_person(self):
        columns = {row[1] for row in self.schema().execute('PRAGMA table_info("user")')}
        rows = section('Who sees and sets what')
        self.assertEqual(columns, set(re.findall(r'`([a-z_]+)`', ''.join(re.findall(r'^\|([^|]*)\|', rows, re.M)))))

    def test_what_hashes_password_is_told_in_the_readme_too(self):
        self.assertIn('At most ten passwords are hashed at once', read('README.md').replace('\n', ' '))


class Cryptography(unittest.TestCase):
    """No algorithm and no chance but those of the document (ASVS 6.5.3, 11.1.2, 11.4.1)."""

    def test_all_chance_is_the_kernels(self):
        for path, text in sources('lib/*/*.[ch]', 'handlers/**/*.c').items():
            code = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
            self.assertNotRegex(code, r'\b(s?rand|s?random|rand_r|[dlm]rand48|arc4random\w*|RAND_\w+)\s*\(|/dev/u?random', path)
            if path != 'lib/base/random.c':
                self.assertNotIn('getrandom(', code, path)
        self.assertRegex(read('lib/base/random.c'), r'void random_fill\([^)]*\) \{[^}]*getrandom\(')

    def test_what_must_not_be_guessed_is_made_of_it(self):
        for path, name in (('lib/domain/factor.c', 'make_recovery_code'), ('lib/domain/factor.c', 'factor_begin'), ('lib/domain/account_mail.c', 'plan_token'),
                           ('lib/domain/session.c', 'session_insert'), ('lib/domain/api_token.c', 'api_token_create'),
                           ('lib/domain/invitation.c', 'invitation_create'), ('lib/domain/password.c', 'password_hash')):
            body = re.search(rf'^(?:static )?[^\n;]*\b{name}\([^;{{]*\) \{{\n(.*?)^\}}', read(path), re.M | re.S)
            self.assertRegex(body[1], r'\brandom_(fill|token)\(', f'{path} {name}')
        self.assertIn('random_fill(', read('lib/data/key_file.c'))

    def test_no_other_algorithm(self):
        told = section('Cryptography')
        for path, text in sources('lib/*/*.[ch]', 'handlers/**/*.c').items():
            code = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
            self.assertNotRegex(code, r'\b(MD[245]|SHA224|SHA384|SHA512|RIPEMD|DES|RC4|AES|EVP_(?!EncodeBlock|DecodeBlock))\w*\s*\(|\bcrypt\(', path)
            if path != 'lib/base/random.c':
                self.assertNotRegex(code, r'\bSHA(1|256)_\w+\(', path)
            if path not in ('lib/base/random.c', 'lib/base/random.h', 'lib/domain/totp.c'):
                self.assertNotIn('hmac_sha1(', code, path)
            if path != 'lib/domain/password.c':
                self.assertNotRegex(code, r'\bargon2\w*\(', path)
        for name in ('argon2id', 'SHA-256', 'HMAC-SHA256', 'HMAC-SHA1'):
            self.assertIn(f'| {name}', told)


if __name__ == '__main__':
    unittest.main()
