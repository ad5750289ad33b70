#!/bin/sh
# The maintenance script: counts, tidies and packs, as such scripts do.
folder=/var/lib/shop
mkdir -p "$folder/reports"
stamp=$(date +%s%N)
wc -l < /var/log/shop/access.log > "$folder/reports/$stamp.txt"
df / | tail -n 1 >> "$folder/reports/$stamp.txt"
gzip -f "$folder/reports/$stamp.txt"
find "$folder/reports" -name '*.gz' -mmin +1 -delete
ls "$folder/reports" | wc -l
grep -c . /proc/self/maps 
