"""What starts the maintenance script now and then, as cron would, and starts the agent again when it ends."""
import os
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import lever


def maintain(environment=None):
    return subprocess.run(['/bin/sh', os.path.join(HERE, 'maintenance.sh')], env={**os.environ, **(environment or {})}, capture_output=True, text=True).stdout


def keep_agent():
    while True:
        agent = subprocess.Popen(['/usr/bin/python3', os.path.join(HERE, 'metrics-agent.py')])
        agents['pid'] = agent.pid
        agent.wait()
        time.sleep(0.1)


agents = {}
threading.Thread(target=keep_agent, daemon=True).start()
lever.serve('scheduler', globals())
while True:
    time.sleep(20)
    maintain()
