#!/bin/sh
# Copies every database to where it is going, each as a whole or not at all, and compares what has arrived with what is there.
# May be run again at any time, for what is left behind is only read, and what was copied before is replaced.
set -eu
PATH=/usr/lib/postgresql/$PG_MAJOR/bin:$PATH
export PGCONNECT_TIMEOUT=10 PGAPPNAME=ecommercestack-move

sql() {
  service=$1; shift
  psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=on --dbname "service=$service" "$@"
}

# What is written on the schema says whose data it is.
copied="ecommercestack: copied for $STACK_UID"
this_time="$copied ($(date +%s).$$)"
left="ecommercestack: left by $STACK_UID"
mark_of() {
  sql "$1" --command "SELECT coalesce(obj_description(to_regnamespace('public'), 'pg_namespace'), '')"
}

# Nothing is written before it is known that nothing of somebody else's is in the way.
for role in $ROLES; do
  mark=$(mark_of "to-$role")
  tables=$(sql "to-$role" --command "SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('public')")
  case $mark in
    "$copied"* | "$left") ;;
    *)
      if [ "$tables" != 0 ]; then
        echo "database $role holds data already, and it is not this stack's: empty it or name another server" >&2
        exit 1
      fi ;;
  esac
done

# pg_get_serial_sequence and the like do not matter: tables by their rows, sequences by where they stand.
census() {
  sql "$1" <<'SQL'
SELECT format('SELECT %L, count(*) FROM public.%I', relname, relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname \gexec
SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename;
SQL
}

for role in $ROLES; do
  echo "copying $role"
  # COMMIT is said only when the dump has ended well; without it nothing has happened.
  {
    echo "SET client_min_messages = warning; BEGIN; DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public;"
    pg_dump --dbname "service=from-$role" --no-owner --no-privileges --no-comments --no-publications --no-subscriptions &&
      echo "COMMENT ON SCHEMA public IS '$this_time'; COMMIT;"
  } | sql "to-$role" >/dev/null
  if [ "$(mark_of "to-$role")" != "$this_time" ]; then
    echo "database $role could not be read to its end" >&2
    exit 1
  fi
  # Or the first queries would be planned without knowing anything.
  sql "to-$role" --command "SET client_min_messages = error" --command "ANALYZE"
  census "from-$role" >/tmp/from
  census "to-$role" >/tmp/to
  if ! cmp -s /tmp/from /tmp/to; then
    echo "database $role is not what it was; what is and what arrived:" >&2
    diff /tmp/from /tmp/to >&2 || true
    exit 1
  fi
done

for role in $ROLES; do
  sql "from-$role" --command "COMMENT ON SCHEMA public IS '$left'"
done
echo "all databases are copied, and hold the same"
