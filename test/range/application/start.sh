#!/bin/sh
# The container's entry point.
python3 /srv/shop/scheduler.py &
exec /usr/bin/python3 /srv/shop/server.py
