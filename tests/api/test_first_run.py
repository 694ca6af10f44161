"""A server that was just set up: nobody is there, and nobody can come in but by what the administrator does (ASVS 6.3.2)."""
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import running


class FirstRun(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix='pumasi-first.')
        self.addCleanup(shutil.rmtree, self.dir)
        config = os.path.join(self.dir, 'pumasi.conf')
        with open(config, 'w', encoding='utf-8') as file:
            file.write(f'database = {self.dir}/pumasi.db\nlog = {self.dir}/pumasi.log\nmail = maildir:{self.dir}/mail\n')
        self.environment = {**running.clean_environment(), 'PUMASI_CONFIG': config}
        self.pumasi('migrate')

    def pumasi(self, *words, text=''):
        return subprocess.run([f'{running.ROOT}/build/{running.BUILD}/bin/pumasi', *words], input=text, text=True, capture_output=True, timeout=60, check=True,
                              env=self.environment).stdout

    def count(self, table):
        connection = sqlite3.connect(f'file:{self.dir}/pumasi.db?mode=ro', uri=True)
        try:
            return connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        finally:
            connection.close()

    def test_there_are_no_accounts(self):
        for table in ('user', 'session', 'api_token', 'invitation', 'account_token', 'factor'):
            self.assertEqual(0, self.count(table), table)
        self.assertIn('registration = invite', self.pumasi('config'), 'as it is delivered nobody makes one herself')

    def test_what_nobody_set_is_as_rules_md_says(self):
        for line in ('changes_a_minute = 60', 'session_days = 30', 'session_idle_hours = 168', 'second_factor = optional'):
            self.assertIn(line + '\n', self.pumasi('config'))

    def test_the_first_is_whom_the_administrator_names(self):
        self.pumasi('user', 'add', '--email', 'a@example.org', '--name', 'A', '--admin', text=running.PASSWORD + '\n')
        self.assertEqual((1, 0), (self.count('user'), self.count('session')))


if __name__ == '__main__':
    unittest.main()
