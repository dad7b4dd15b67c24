# Starts the node. Whoever has the Erlang cookie may do anything with it, so Erlang wants the file to be nobody else's; the
# kubelet makes what it mounts readable by the group.
set -eu
umask 077

# A node whose pod was deleted by force may still be writing when the next one starts, and two at once would spoil the queues.
# Whoever inherits the descriptor holds the lock: in the end the node and its processes.
trap 'exit 143' TERM
exec 9>/var/lib/rabbitmq/lock
until flock -n 9; do
  echo "waiting for the node before to leave /var/lib/rabbitmq"
  sleep 1
done

cp /etc/ecommercestack/cookie/cookie "$HOME/.erlang.cookie"
chmod 600 "$HOME/.erlang.cookie"

# The node looks itself up before it starts, and DNS takes its time to learn of a pod.
case "$POD_IP" in
*:*) echo '{lookup, [file, native]}.' ;;
*) printf '{host, {%s}, ["%s"]}.\n{lookup, [file, native]}.\n' "$(echo "$POD_IP" | tr . ,)" "${RABBITMQ_NODENAME#*@}" ;;
esac >"$ERL_INETRC"

# A node that has lost its volume is still on the list of the others, and they would not have it again: they have to forget
# it first. Never when there is data, and in vain where nobody answers: then this is the first start of all.
if [ ! -d "$RABBITMQ_MNESIA_BASE" ]; then
  sed -n 's/^cluster_formation.classic_config.nodes.* = //p' /etc/ecommercestack/nodes/nodes.conf | while read -r peer; do
    [ "$peer" != "$RABBITMQ_NODENAME" ] || continue
    if timeout 20 /opt/rabbitmq/sbin/rabbitmqctl --quiet --node "$peer" --timeout 10 forget_cluster_node "$RABBITMQ_NODENAME" >/dev/null 2>&1 </dev/null; then
      echo "$peer has forgotten what was lost here; this node joins anew"
      break
    fi
  done
fi
exec /opt/rabbitmq/sbin/rabbitmq-server
