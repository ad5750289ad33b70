#!/bin/sh
# Becomes a container: a root of its own over the machine's (what it writes stays in FOLDER/upper), default capabilities.
# container.sh FOLDER CAPABILITIES COMMAND…
set -e
folder=$1
capabilities=$2
shift 2
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/root"
mount -t proc proc "$folder/root/proc"
mount --rbind /dev "$folder/root/dev"
mount -t tmpfs tmpfs "$folder/root/dev/shm"
cd "$folder/root"
mkdir -p .before
pivot_root . .before
export CAPABILITIES="$capabilities"
exec chroot . sh -c 'umount -l /.before; rmdir /.before; exec setpriv --bounding-set "$CAPABILITIES" --inh-caps -all env -u CAPABILITIES "$@"' sh "$@"
