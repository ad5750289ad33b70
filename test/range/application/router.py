"""A log router: takes the application's lines from its standard input and forwards them by the Fluent forward protocol or HTTP."""
import json
import os
import queue
import socket
import struct
import sys
import threading
import time
import urllib.request

TARGET = sys.argv[1]
FLUSH_SECONDS = 0.2


def pack(value):
    """MessagePack, as much as records of text need."""
    if isinstance(value, bool):
        return b'\xc3' if value else b'\xc2'
    if isinstance(value, int):
        return b'\xd3' + struct.pack('>q', value)
    if isinstance(value, str):
        raw = value.encode('utf8', 'replace')
        return b'\xdb' + struct.pack('>I', len(raw)) + raw
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return b'\xdf' + struct.pack('>I', len(value)) + b''.join(pack(key) + pack(entry) for key, entry in value.items())
    return b'\xdd' + struct.pack('>I', len(value)) + b''.join(map(pack, value))


def event_time(seconds):
    return b'\xd7\x00' + struct.pack('>II', int(seconds), int(seconds % 1 * 1e9))


FIELDS = {
    'container_name': '/ecs-shop-7-app',
    'source': 'stdout',
    'ecs_cluster': 'prod',
    'ecs_task_arn': 'arn:aws:ecs:eu-west-1:123456789012:task/prod/6a1f0c2e5b7d4e8f9a0b1c2d3e4f5a6b',
    'ecs_task_definition': 'shop:7',
}
lines = queue.Queue(100_000)


def read():
    for raw in sys.stdin.buffer:
        try:
            lines.put_nowait((time.time(), raw.decode('utf8', 'replace').rstrip('\n')))
        except queue.Full:
            pass
    os._exit(0)


def send_forward(batch):
    global connection
    if connection is None:
        host, port = TARGET.removeprefix('forward:').rsplit(':', 1)
        connection = socket.create_connection((host, int(port)), 2)
    entries = [[event_time(at), {**FIELDS, 'log': text}] for at, text in batch]
    connection.sendall(pack(['app-firelens-6a1f', entries]))


def send_http(batch):
    body = json.dumps([{**FIELDS, 'log': text, 'date': at} for at, text in batch]).encode()
    urllib.request.urlopen(urllib.request.Request(TARGET, data=body, headers={'Content-Type': 'application/json'}), timeout=5).read()


connection = None
threading.Thread(target=read, daemon=True).start()
while True:
    time.sleep(FLUSH_SECONDS)
    batch = []
    while not lines.empty() and len(batch) < 2_000:
        batch.append(lines.get())
    if not batch:
        continue
    try:
        if TARGET.startswith('forward:'):
            send_forward(batch)
        else:
            send_http(batch)
    except OSError:
        connection = None
