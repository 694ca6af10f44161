"""A Debian machine of its own to install packages on: a fresh root, systemd as its first process, and a network that ends at it.
It needs root, systemd-nspawn and mmdebstrap, and once the network for the root, which is kept in build/machine."""
import contextlib
import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEPT = os.path.join(ROOT, 'build', 'machine')
SOURCES = '/etc/apt/sources.list.d/debian.sources'
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def run(*command, check=True, **options):
    done = subprocess.run(command, text=True, stdin=options.pop('stdin', subprocess.DEVNULL) if 'input' not in options else None,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if check and done.returncode:
        raise AssertionError(f'{" ".join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}')
    return done.stdout


def base(packages):
    """A root as a small installation has it, with all that the packages depend on downloaded, but not installed: the machine has
    no way out."""
    wanted = ''.join(run('dpkg-deb', '-f', package, 'Depends', 'Recommends') for package in packages)
    path = os.path.join(KEPT, hashlib.sha256(wanted.encode()).hexdigest()[:12] + '.tar')
    if os.path.exists(path):
        return path
    os.makedirs(KEPT, exist_ok=True)
    names = ' '.join('./' + os.path.basename(package) for package in packages)
    copies = [f'--customize-hook=copy-in {package} /root' for package in packages]
    made = subprocess.run(
        ['mmdebstrap', '--variant=minbase', '--include=systemd,systemd-sysv,cron,curl', *copies, '--skip=cleanup/apt',
         f'--customize-hook=chroot "$1" sh -c "cd /root && apt-get install -y --no-install-recommends --download-only {names} && rm {names}"',
         'bookworm', path[:-4] + '-new.tar', *([SOURCES] if os.path.exists(SOURCES) else [])],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    if made.returncode:
        raise unittest.SkipTest(f'no fresh root of Debian can be had, is there a network? {made.stderr[-300:]}')
    os.rename(path[:-4] + '-new.tar', path)
    return path


@contextlib.contextmanager
def network_of(process):
    """Meanwhile this process's connections, and those of threads that it starts, are made where that one's are."""
    own = os.open('/proc/self/ns/net', os.O_RDONLY | os.O_CLOEXEC)
    other = os.open(f'/proc/{process}/ns/net', os.O_RDONLY | os.O_CLOEXEC)
    try:
        if libc.setns(other, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), 'setns')
        yield
    finally:
        libc.setns(own, CLONE_NEWNET)
        os.close(own)
        os.close(other)


class Machine:
    def __init__(self, packages):
        if os.geteuid() != 0:
            raise unittest.SkipTest('only root can start a machine')
        for program in ('systemd-nspawn', 'mmdebstrap', 'nsenter'):
            if not shutil.which(program):
                raise unittest.SkipTest(f'{program} is not here: scripts/packages pack')
        tar = base(packages)
        self.root = tempfile.mkdtemp(prefix='pumasi-machine.')
        run('tar', '-xf', tar, '-C', self.root)
        with open(self.root + '/etc/hostname', 'w', encoding='utf-8') as file:
            file.write('tasks\n')
        with open(self.root + '/etc/hosts', 'w', encoding='utf-8') as file:
            file.write('127.0.0.1 localhost\n127.0.1.1 tasks.example.org tasks\n')
        self.log = open(self.root + '.log', 'w+', encoding='utf-8')
        self.process = subprocess.Popen(
            ['systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--private-network', '--console=pipe', '--hostname=tasks',
             '--resolv-conf=off', '--timezone=off', '-D', self.root, '--boot'],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)
        self.network = contextlib.ExitStack()
        self.leader = None

    def boot(self):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.process.poll() is not None:
                self.log.seek(0)
                raise unittest.SkipTest(f'systemd cannot be the first process of a machine here: {self.log.read()[-300:]}')
            with open(f'/proc/{self.process.pid}/task/{self.process.pid}/children', encoding='utf-8') as file:
                self.leader = (file.read().split() or [None])[0]
            if self.leader and 'running' in run('nsenter', '-t', self.leader, '-a', 'systemctl', 'is-system-running', check=False).split():
                break
            time.sleep(0.2)
        else:
            raise AssertionError('the machine did not start: ' + self.do('systemctl', '--failed', check=False))
        self.network.enter_context(network_of(self.leader))

    def do(self, *command, check=True, **options):
        """As root types it on the machine."""
        return run('nsenter', '-t', self.leader, '-a', 'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8',
                   'DEBIAN_FRONTEND=noninteractive', *command, check=check, **options)

    def install(self, *packages):
        names = [shutil.copy(package, self.root + '/root') for package in packages]
        return self.do('apt-get', 'install', '-y', '--no-install-recommends', *('/root/' + os.path.basename(name) for name in names))

    def files(self, word):
        """Paths that tell of somebody, but for what apt keeps of the past."""
        found = run('find', self.root, '-xdev', '-path', self.root + '/proc', '-prune', '-o', '-path', self.root + '/root', '-prune', '-o',
                    '-name', f'*{word}*', '-print').split()
        return [path.removeprefix(self.root) for path in found if not re.search('/var/(cache|log)/', path)]

    def stop(self):
        self.network.close()
        if self.leader and self.process.poll() is None:
            self.do('systemctl', 'poweroff', check=False)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                pass
        if self.process.poll() is None:
            self.process.kill()
            if self.leader:
                subprocess.run(['kill', '-9', self.leader], check=False)
        self.process.wait()
        self.log.close()
        os.remove(self.root + '.log')
        shutil.rmtree(self.root, ignore_errors=True)
