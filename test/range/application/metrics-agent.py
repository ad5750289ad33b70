"""A process beside the application that gathers its numbers, takes the task role's credentials and uploads to storage."""
import json
import os
import random
import signal
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lever

CREDENTIALS = 'http://169.254.170.2/v2/credentials/4f1c'
STORAGE = 'http://s3.eu-west-1.amazonaws.com:443/shop-metrics/part'


def fetch(address, body=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=3) as answer:
            return answer.read()
    except OSError as error:
        print(json.dumps({'level': 'warn', 'message': f'agent: {error}'}), flush=True)
        return b''


def upload():
    fetch(STORAGE, os.urandom(random.randint(4_000, 20_000)))


def main():
    lever.serve('agent', globals())
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    beat = 0
    while True:
        if beat % 10 == 0:
            fetch(CREDENTIALS)
        if beat % 3 == 1:
            upload()
        fetch('http://127.0.0.1:8080/health')
        beat += 1
        time.sleep(1.5)


main()
