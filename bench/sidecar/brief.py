"""Run inside a task: brief things, one after the other. `brief.py process|connection|reset COUNT EVERY_MS`; prints each with its time."""
import os
import socket
import struct
import subprocess
import sys
import time

kind, count, every = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]) / 1000
for number in range(count):
    print(number, time.time(), flush=True)
    if kind == 'process':
        # A program that ends by itself 20 ms after it began; its argument tells it from the others.
        subprocess.run(['/usr/bin/sleep', '0.02%04d' % number])
    else:
        s = socket.create_connection(('104.200.%d.%d' % (number // 200, 1 + number % 200), 4430), 2)
        s.sendall(b'x' * 100)
        time.sleep(0.02)
        if kind == 'reset':
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        s.close()
    time.sleep(every)
