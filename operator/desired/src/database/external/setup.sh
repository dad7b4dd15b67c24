#!/bin/sh
# Makes a role and a database per service on somebody else's server, or brings them to what they should be.
set -eu
PATH=/usr/lib/postgresql/$PG_MAJOR/bin:$PATH
export PGCONNECT_TIMEOUT=10 PGAPPNAME=ecommercestack
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=on --set VERBOSITY=terse \
  --file /etc/ecommercestack/roles/roles.sql
