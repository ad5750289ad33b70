"""Run inside a task: holds many processes and many sockets open. `crowd.py PROCESSES SOCKETS`; says `ready` and waits."""
import os
import resource
import signal
import socket
import sys

processes, sockets = int(sys.argv[1]), int(sys.argv[2])
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
children = []


def child(act):
    pid = os.fork()
    if pid == 0:
        act()
    children.append(pid)


def hold(address, count):
    """A process with connections over loopback: two sockets each. One address has ports for some twenty thousand."""
    listener = socket.create_server((address, 7000), backlog=1024)
    pairs = []
    for _ in range(count):
        near = socket.create_connection((address, 7000))
        pairs.append((near, listener.accept()[0]))
    os.write(told[1], b'.')
    signal.pause()


told = os.pipe()
each = min(10_000, (most - 50) // 2)
parts = [min(each, sockets // 2 - at) for at in range(0, sockets // 2, each)]
for number, count in enumerate(parts):
    child(lambda: hold(f'127.0.1.{1 + number}', count))
for _ in parts:
    os.read(told[0], 1)
for _ in range(processes):
    children.append(os.posix_spawn('/usr/bin/sleep', ['sleep', '600'], {}))
print('ready', flush=True)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    sys.stdin.read()
finally:
    for pid in children:
        os.kill(pid, signal.SIGKILL)
