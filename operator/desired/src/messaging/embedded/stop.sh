# Before the node is stopped: waits until every queue keeps its majority without it, and hands over its leaders. A minute at
# most, for whoever deletes the pod means it, also when all nodes go at once. A node that is alone has nobody to hand over to.
[ "$(grep -c classic_config.nodes /etc/ecommercestack/nodes/nodes.conf)" -gt 1 ] || exit 0
/opt/rabbitmq/sbin/rabbitmq-upgrade --quiet await_online_quorum_plus_one -t 60 || true
/opt/rabbitmq/sbin/rabbitmq-upgrade --quiet --timeout 30 drain || true
