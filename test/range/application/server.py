"""The application: a shop's HTTP server. A master of user 0 keeps workers of user 1001, as web servers do."""
import json
import os
import random
import signal
import socket
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lever

PORT = 8080
WORKERS = 4
DATABASE = ('10.77.2.20', 5432)
ACCESS_LOG = '/var/log/shop/access.log'
HEALTH_FILE = '/run/range/unhealthy'
PAYMENTS = 'http://api.quickpay.com:443/v1/charge'

state = {'stopping': False}


def log(level, message, **fields):
    line = json.dumps({'level': level, 'message': message, 'worker': os.getpid(), **fields})
    try:
        os.write(1, (line + '\n').encode())
    except OSError:
        pass


class Database:
    """One connection a worker, opened again with short pauses where it breaks."""

    def __init__(self):
        self.connection = None
        self.lock = threading.Lock()

    def query(self, text):
        with self.lock:
            for attempt in range(12):
                try:
                    if self.connection is None:
                        self.connection = socket.create_connection(DATABASE, 2)
                    self.connection.sendall((text + '\n').encode())
                    reply = b''
                    while not reply.endswith(b'\n'):
                        part = self.connection.recv(65536)
                        if not part:
                            raise ConnectionResetError('closed')
                        reply += part
                    return len(reply)
                except OSError as error:
                    if self.connection is not None:
                        self.connection.close()
                    self.connection = None
                    if attempt == 0:
                        log('warn', f'database: {error}, trying again')
                    time.sleep(0.02 * (attempt + 1))
            log('error', 'database: gave up after 12 tries')
            return 0


database = Database()


def charge():
    try:
        with urllib.request.urlopen(urllib.request.Request(PAYMENTS, data=b'{"amount":' + str(random.randint(100, 9999)).encode() + b'}'), timeout=2) as answer:
            return len(answer.read())
    except OSError as error:
        log('warn', f'payment failed: {error}')
        return 0


def answer(path):
    if path == '/health':
        return (503, b'unhealthy') if os.path.exists(HEALTH_FILE) else (200, b'ok')
    if path.startswith('/checkout'):
        database.query('select basket')
        charge()
        return 200, b'{"ordered":true}'
    size = database.query(f'select product {random.randint(1, 500)}')
    return 200, json.dumps({'product': path, 'size': size, 'text': 'x' * random.randint(200, 2000)}).encode()


def serve_one(connection, access):
    with connection:
        try:
            connection.settimeout(5)
            head = b''
            while b'\r\n\r\n' not in head:
                part = connection.recv(65536)
                if not part:
                    return
                head += part
            began = time.time()
            path = head.split(b' ', 2)[1].decode('latin1')
            status, body = answer(path)
            connection.sendall(b'HTTP/1.1 %d x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' % (status, len(body)) + body)
            took = int((time.time() - began) * 1000)
            if path != '/bench':
                log('info', f'GET {path} {status} {took} ms')
            with open(access, 'a') as file:
                file.write(f'{time.time():.3f} {path} {status} {took}\n')
        except OSError:
            pass


def work(listener, number):
    for name in (signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR2):
        signal.signal(name, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda *_: state.update(stopping=True))
    os.setgid(1001)
    os.setuid(1001)
    # Children of attacks and of nobody are not waited for; Popen copes.
    lever.serve(f'worker-{number}', {**globals(), 'number': number})
    log('info', 'worker started')
    listener.settimeout(0.5)
    while not state['stopping']:
        try:
            connection, _ = listener.accept()
        except (TimeoutError, BlockingIOError):
            continue
        connection.setblocking(True)
        threading.Thread(target=serve_one, args=(connection, ACCESS_LOG), daemon=True).start()
    time.sleep(0.1)
    log('info', 'worker stopped')
    os._exit(0)


def start(number):
    pid = os.fork()
    if pid == 0:
        work(state['listener'], number)
    state['workers'][number] = pid


def reload(*_):
    for number, pid in list(state['workers'].items()):
        kill(pid)
    log('info', 'configuration read again')


def kill(pid):
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        pass


def deploy(*_):
    """A new generation: the master runs itself again with the same listening socket; old workers end."""
    os.set_inheritable(state['listener'].fileno(), True)
    for pid in state['workers'].values():
        kill(pid)
    os.environ['LISTEN_FD'] = str(state['listener'].fileno())
    os.execv(sys.executable, [sys.executable, os.path.abspath(__file__)])


def end(*_):
    for pid in state['workers'].values():
        kill(pid)
    os._exit(0)


def main():
    if 'LISTEN_FD' in os.environ:
        listener = socket.socket(fileno=int(os.environ['LISTEN_FD']))
    else:
        listener = socket.create_server(('0.0.0.0', PORT), backlog=512)
    state.update(listener=listener, workers={})
    for number in range(1, WORKERS + 1):
        start(number)
    signal.signal(signal.SIGHUP, reload)
    signal.signal(signal.SIGUSR2, deploy)
    signal.signal(signal.SIGTERM, end)
    lever.serve('master', globals())
    log('info', f'listening on {PORT}')
    while True:
        try:
            pid, _ = os.wait()
        except ChildProcessError:
            time.sleep(0.05)
            continue
        for number, known in list(state['workers'].items()):
            if known == pid:
                start(number)


main()
