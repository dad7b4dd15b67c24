#!/bin/sh
# Fills every database that is still empty from a dump, each as a whole or not at all. One that holds data is left as it is, so
# that this may be run again at any time.
set -eu
PATH=/usr/lib/postgresql/$PG_MAJOR/bin:$PATH
export PGCONNECT_TIMEOUT=10 PGAPPNAME=ecommercestack-restore

if [ -z "$DUMP" ]; then
  DUMP=$(cd "$DUMPS" && ls -d ????????T??????Z 2>/dev/null | sort | tail -n 1)
fi
if [ -z "$DUMP" ] || [ ! -d "$DUMPS/$DUMP" ]; then
  echo "there is no dump ${DUMP:-at all} in $DUMPS; there are: $(ls "$DUMPS" 2>/dev/null | tr '\n' ' ')" >&2
  exit 1
fi

for role in $ROLES; do
  tables=$(psql --no-psqlrc --tuples-only --no-align --dbname "service=$role" --command \
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
  if [ "$tables" != 0 ]; then
    echo "$role holds data already, which stays"
  elif [ ! -e "$DUMPS/$DUMP/$role.dump" ]; then
    echo "$role is not part of dump $DUMP and begins empty"
  else
    echo "restoring $role from dump $DUMP"
    pg_restore --dbname "service=$role" --no-owner --no-privileges --no-comments --single-transaction \
      --exit-on-error "$DUMPS/$DUMP/$role.dump"
  fi
done
echo "restored from dump $DUMP"
