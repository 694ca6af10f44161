"""The image, run as an engine would: from the file that `podman load` takes, as its user, with no right, its root read-only, a
folder for its data, and a network that ends at it."""
import hashlib
import http.client
import io
import json
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
import unittest

import machine
from machine import ROOT, run
from test_package import PASSWORD, Person, packages, token_of

# What an engine gives a container: a root that cannot be written, /proc, a few devices, /dev/shm.
ENGINE = r'''
set -e
cd "$1"
mount --bind root root
mount -t tmpfs -o nosuid,mode=755 tmpfs root/dev
for device in null zero urandom random; do touch root/dev/$device; mount --bind /dev/$device root/dev/$device; done
mkdir root/dev/shm
mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs root/dev/shm
mount -t proc proc root/proc
mount --bind data root/data
mount -o remount,ro,bind root
ip link set lo up
shift
exec setpriv --no-new-privs --bounding-set=-all,+setuid,+setgid,+sys_chroot env -i "PUMASI_BASE_URL=http://tasks.example.org" "$@"
'''


class TestImage(unittest.TestCase):
    def setUp(self):
        if os.geteuid() != 0:
            raise unittest.SkipTest('only root can be an engine')
        if not os.path.exists('/bin/busybox') or not shutil.which('dh'):
            raise unittest.SkipTest('busybox or debhelper is not here: scripts/packages pack image')
        self.place = tempfile.mkdtemp(prefix='pumasi-image.')
        self.addCleanup(shutil.rmtree, self.place)
        run('make', '-s', f'-j{os.cpu_count()}', 'VARIANT=release', 'all', cwd=ROOT)
        package = packages(ROOT, '0.0.4')['pumasi']
        first = self.make(package)
        self.assertEqual(first, self.make(package), 'the same package gives the same bytes')
        os.remove(package)

    def make(self, package):
        run(f'{ROOT}/scripts/image/make', package)
        with open(f'{ROOT}/build/image/pumasi.tar', 'rb') as file:
            return hashlib.sha256(file.read()).hexdigest()

    def unpack(self):
        """The image's settings; its root is at `root` then. Each digest is that of what it names."""
        with tarfile.open(f'{ROOT}/build/image/pumasi.tar') as tar:
            files = {entry.name: tar.extractfile(entry).read() for entry in tar}

        def blob(described):
            data = files['blobs/sha256/' + described['digest'].removeprefix('sha256:')]
            self.assertEqual((len(data), 'sha256:' + hashlib.sha256(data).hexdigest()), (described['size'], described['digest']))
            return data
        self.assertEqual(json.loads(files['oci-layout']), {'imageLayoutVersion': '1.0.0'})
        manifest = json.loads(blob(json.loads(files['index.json'])['manifests'][0]))
        settings, layer = json.loads(blob(manifest['config'])), blob(manifest['layers'][0])
        archive = json.loads(files['manifest.json'])[0]
        self.assertEqual(files[archive['Config']], blob(manifest['config']))
        self.assertEqual([files[path] for path in archive['Layers']], [layer])
        self.assertLess(len(layer), 20e6)
        with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
            tar.extractall(self.place + '/root')
        return settings

    def start(self, settings):
        user = settings['config']['User']
        self.output = open(self.place + '/output', 'w+', encoding='utf-8')
        self.addCleanup(self.output.close)
        engine = subprocess.Popen(
            ['unshare', '--mount', '--pid', '--net', '--ipc', '--fork', '--kill-child', 'sh', '-c', ENGINE, 'engine', self.place, *settings['config']['Env'],
             'chroot', f'--userspec={user}', '--groups=', 'root', *settings['config']['Entrypoint']],
            stdin=subprocess.DEVNULL, stdout=self.output, stderr=subprocess.STDOUT)
        self.addCleanup(lambda: (engine.kill(), engine.wait()))
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with open(f'/proc/{engine.pid}/task/{engine.pid}/children', encoding='utf-8') as file:
                first = (file.read().split() or [None])[0]
            if first and self.check_health(first, settings):
                return engine, first
            time.sleep(0.2)
        raise AssertionError('it did not start: ' + self.said())

    def said(self):
        with open(self.place + '/output', encoding='utf-8') as file:
            return file.read()

    def inside(self, first, *command):
        """What `podman exec` does."""
        return subprocess.run(['env', '-i', 'PATH=/usr/sbin:/usr/bin', 'PUMASI_CONFIG=/etc/pumasi.conf', 'PUMASI_BASE_URL=http://tasks.example.org',
                               'nsenter', '-t', first, '-m', '-p', '-n', '-r', '-w', '-S', '10001', '-G', '10001', *command],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)

    def check_health(self, first, settings):
        command = settings['config']['Healthcheck']['Test']
        self.assertEqual(command[0], 'CMD')
        return self.inside(first, *command[1:]).returncode == 0

    def test_the_image_serves_and_stops(self):
        settings = self.unpack()
        os.mkdir(self.place + '/data')
        os.chown(self.place + '/data', 10001, 10001)
        for turn in ('new', 'again, with what is there'):
            with self.subTest(turn):
                engine, first = self.start(settings)
                with machine.network_of(first):
                    self.use(first, turn == 'new')
                os.kill(int(first), signal.SIGTERM)
                began = time.monotonic()
                self.assertEqual(engine.wait(15), 0, self.said())
                self.assertLess(time.monotonic() - began, 9, 'engines wait ten seconds')
        self.assertEqual({os.stat(os.path.join(self.place, 'data', name)).st_uid for name in os.listdir(self.place + '/data')}, {10001})

    def use(self, first, is_new):
        with open(f'/proc/{first}/status', encoding='utf-8') as file:
            status = dict(line.split(':\t', 1) for line in file.read().splitlines() if ':\t' in line)
        self.assertEqual((status['Uid'].split(), status['CapEff'].strip('0').strip()), (['10001'] * 4, ''))
        self.assertIn('Read-only file system', self.inside(first, 'mkdir', '/usr/mine').stderr)
        person = Person(port=8080)
        page = person.ask('GET', '/', Accept='text/html')
        self.assertEqual(page[0], 200)
        if is_new:
            link = self.inside(first, 'pumasi', 'user', 'invite', '--admin').stdout.strip()
            person.json('POST', '/api/register', {'email': 'min@example.org', 'name': 'Min', 'password': PASSWORD, 'invite': token_of(link)})
            person.json('POST', '/api/tasks', {'title': 'Print the flyers', 'description': 'long ' * 13000})
        else:
            person.json('POST', '/api/login', {'email': 'min@example.org', 'password': PASSWORD})
            self.assertEqual([task['title'] for task in person.json('GET', '/api/tasks')['tasks']], ['Print the flyers'])


if __name__ == '__main__':
    unittest.main()
