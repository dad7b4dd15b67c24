#!/bin/sh
# Makes the database on the first start, sets its roles on every start, then becomes the server.
# Uses the programs of the image and nothing else of it, so that any image with Postgres in this place will do.
set -eu
PATH=/usr/lib/postgresql/$PG_MAJOR/bin:$PATH
config=/etc/ecommercestack/config
trap 'exit 143' TERM

# A server whose pod was deleted by force may still be stopping when the next one starts, and two at once would spoil the data.
# Whoever inherits the descriptor holds the lock: in the end the server and its processes.
exec 9>"$PGDATA.lock"
until flock -n 9; do
  echo "waiting for the server before to leave $PGDATA"
  sleep 1
done

# Made beside its place and then renamed: an initdb that was interrupted is begun again.
if [ ! -e "$PGDATA" ]; then
  rm -rf "$PGDATA.new"
  # The builtin locale sorts alike in every image; with that of libc, another image could corrupt the indexes.
  echo "making the database in $PGDATA"
  initdb --pgdata "$PGDATA.new" --username postgres --auth-local peer --auth-host reject --data-checksums \
    --encoding UTF8 --locale C.UTF-8 --locale-provider builtin --builtin-locale C.UTF-8 >/dev/null
  mv "$PGDATA.new" "$PGDATA"
  sync "$PGDATA/.."
fi

# Nobody connects over the network until the roles are as they should be.
pg_ctl start --pgdata "$PGDATA" --silent --wait --timeout 3600 \
  --options "-c config_file=$config/postgresql.conf -c listen_addresses='' -c ssl=off"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=on --dbname postgres --file /etc/ecommercestack/roles/roles.sql
pg_ctl stop --pgdata "$PGDATA" --silent --wait --mode fast

# The kubelet replaces the certificates when they are renewed. A reload takes them without ending a connection; where they
# can't be read, the server says so and keeps those that it has.
tls=/etc/ecommercestack/tls
keep_certificates() {
  seen=$(cat "$tls"/* | cksum)
  while sleep 10; do
    now=$(cat "$tls"/* | cksum)
    if [ "$now" != "$seen" ]; then
      echo "the certificates have changed, reading them again"
      kill -HUP 1 && seen=$now
    fi
  done
}
if [ -d "$tls" ]; then keep_certificates & fi

exec postgres -c config_file="$config/postgresql.conf"
