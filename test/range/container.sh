#!/bin/sh
# Becomes a container: a root of its own over the machine's (what it writes stays in FOLDER/upper), default capabilities.
# container.sh FOLDER PROC CAPABILITIES BIND COMMAND… : PROC is the task's /proc; BIND, a folder of the machine to share, or "-".
# Only the command itself enters the task's processes, unless it is there already (ENTERED=1).
set -e
PATH=$PATH:/usr/sbin:/sbin
folder=$1
proc=$2
capabilities=$3
bind=$4
shift 4
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
mount --bind "$proc" "$folder/root/proc"
mount --rbind /dev "$folder/root/dev"
mount -t tmpfs tmpfs "$folder/root/dev/shm"
if [ "$bind" != - ]; then
  mkdir -p "$folder/root$bind"
  mount --bind "$bind" "$folder/root$bind"
fi
cd "$folder/root"
mkdir -p .before
pivot_root . .before
cd /
# umount would look for itself in a /proc that does not have it.
/usr/bin/python3 -c 'import ctypes; ctypes.CDLL(None).umount2(b"/.before", 2)'
rmdir /.before
enter='nsenter --pid=/proc/1/ns/pid'
[ "$ENTERED" = 1 ] && enter=
unset ENTERED
exec $enter setpriv --bounding-set "$capabilities" --inh-caps -all "$@"
