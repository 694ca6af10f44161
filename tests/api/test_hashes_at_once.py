"""How many passwords are hashed at once, 19 MiB each: the sum of the workers of the functions that do, never more."""
import re
import threading
import time
import unittest

import running
from running import PASSWORD

pumasi = running.get()
MOST_HASHES = 10
HASHING = {'login': 2, 'register': 1, 'password-change': 1, 'password-reset': 1, 'profile-update': 1, 'session-end': 1,
           'totp-enrol': 1, 'totp-remove': 1, 'user-delete': 1}


def declared():
    """{function: workers} of those that may read or write a hash, or make a person, by the table of the README."""
    found = {}
    with open(f'{running.ROOT}/README.md', encoding='utf-8') as file:
        table = file.read().split('<!-- functions')[1].split('<!-- /functions')[0]
    for row in table.splitlines():
        cells = [cell.strip() for cell in row.strip('|').split('|')]
        if len(cells) == 9 and re.search(r'user\.password_hash|\buser\b', cells[3]) or 'user.password_hash' in row:
            found[cells[0]] = int(cells[6])
    return found


class HashesAtOnce(unittest.TestCase):
    def test_the_functions_that_hash_are_these_and_have_so_few_workers(self):
        self.assertEqual(HASHING, declared())
        self.assertEqual(MOST_HASHES, sum(HASHING.values()))

    def test_a_rush_starts_no_more_and_everybody_is_answered(self):
        people = [pumasi.register() for _ in range(4)]
        statuses, most, ended = [], dict.fromkeys(HASHING, 0), threading.Event()

        def rush(person, number):
            for _ in range(3):
                statuses.append(person.post('/api/login', {'email': person.email, 'password': PASSWORD}).status)
                statuses.append(person.post('/api/password', {'current_password': PASSWORD, 'new_password': PASSWORD}).status)
                statuses.append(pumasi.client().post('/api/register', {
                    'email': f'{running.unique("rush")}@example.org', 'name': f'N{number}', 'password': PASSWORD}).status)

        def watch():
            while not ended.is_set():
                for function in most:
                    most[function] = max(most[function], len(pumasi.workers(function)))
                time.sleep(0.01)
        watcher = threading.Thread(target=watch)
        watcher.start()
        threads = [threading.Thread(target=rush, args=(person, number)) for number, person in enumerate(people * 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ended.set()
        watcher.join()
        for function, workers in HASHING.items():
            self.assertLessEqual(most[function], workers, function)
        self.assertEqual(2, most['login'])
        # A new password ends the session that the same person's other thread uses: 401 is an answer, too.
        self.assertLessEqual(set(statuses), {200, 201, 204, 401})


if __name__ == '__main__':
    unittest.main()
