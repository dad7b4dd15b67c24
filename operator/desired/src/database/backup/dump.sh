#!/bin/sh
# Dumps every database into a directory named after the time, and removes the oldest directories. A dump has its name only once it
# is complete and on the disk.
set -eu
PATH=/usr/lib/postgresql/$PG_MAJOR/bin:$PATH
export PGCONNECT_TIMEOUT=10 PGAPPNAME=ecommercestack-backup

mkdir -p "$DUMPS"
cd "$DUMPS"
# Of an attempt that was cut short.
rm -rf .unfinished
mkdir .unfinished
name=$(date -u +%Y%m%dT%H%M%SZ)
for role in $ROLES; do
  echo "dumping $role"
  pg_dump --dbname "service=$role" --format custom --no-owner --no-privileges --file ".unfinished/$role.dump"
done
sync .unfinished/* .unfinished
mv .unfinished "$name"
sync .

ls -d ????????T??????Z | sort -r | tail -n "+$((KEEP + 1))" | while read -r old; do
  echo "removing $old"
  rm -rf "$old"
done
echo "dump $name is complete"
