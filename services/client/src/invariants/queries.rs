//! The questions. Each row of an answer is a fact `order value`, or a complaint.

use contracts::Role;

pub const OPEN_ORDERS: &str =
    "SELECT order_id::text AS line FROM sagas WHERE status NOT IN ('confirmed', 'rejected', 'cancelled')";

/// What was recorded must have been said.
pub const OUTBOX: &str =
    "SELECT count(*) || ' events are still in the outbox' AS line FROM outbox HAVING count(*) > 0";

/// What an order that was sold costs, without what came back.
pub const SOLD: &str = "SELECT o.id || ' ' || (o.total_minor - r.minor) AS line
    FROM orders o JOIN sagas s ON s.order_id = o.id
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM returns
        WHERE order_id = o.id AND status IN ('restocking', 'completed')) r
    WHERE s.status = 'confirmed' AND o.total_minor <> r.minor";

/// Pieces of orders that were sold and have not come back.
pub const PIECES: &str = "SELECT l.order_id || ' ' || l.sku || ' ' || (l.quantity - r.pieces) AS line
    FROM order_lines l JOIN sagas s USING (order_id)
    CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS pieces
        FROM return_lines JOIN returns ON returns.id = return_id
        WHERE returns.order_id = l.order_id AND return_lines.sku = l.sku AND status = 'completed') r
    WHERE s.status = 'confirmed' AND l.quantity <> r.pieces";

/// Pieces that have left for an order.
pub const PROMISED: &str = "SELECT l.order_id || ' ' || l.sku || ' ' || sum(l.committed - l.returned) AS line
    FROM reservation_lines l JOIN reservations r USING (order_id) WHERE r.state = 'committed'
    GROUP BY l.order_id, l.sku HAVING sum(l.committed - l.returned) <> 0";

/// What was taken and not given back.
pub const CAPTURED: &str = "SELECT p.order_id || ' ' || m.minor AS line
    FROM payments p JOIN (
        SELECT payment_id, sum(CASE kind WHEN 'capture' THEN amount_minor ELSE -amount_minor END) AS minor
        FROM transactions WHERE succeeded AND kind IN ('capture', 'refund') GROUP BY payment_id
    ) m ON m.payment_id = p.id
    WHERE m.minor <> 0";

/// The same as the simulated provider knows it.
pub const PROVIDER: &str = "SELECT p.order_id || ' ' || (c.amount_minor - r.minor) AS line
    FROM payments p
    JOIN simulator_operations c ON c.target = p.authorization_reference AND c.kind = 'capture' AND c.approved
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS minor FROM simulator_operations
        WHERE target = c.reference AND kind = 'refund' AND approved) r
    WHERE c.amount_minor <> r.minor";

/// What a role can tell by itself; every row is a complaint.
pub const ALONE: &[(Role, &str)] = &[
    (
        Role::Inventory,
        "SELECT sku || ': ' || on_hand || ' on hand, ' || reserved || ' reserved' AS line FROM stock
         WHERE on_hand - reserved < 0 OR reserved < 0",
    ),
    (
        Role::Inventory,
        "SELECT s.sku || ': the ledger says ' || m.on_hand || ' and ' || m.reserved || ', the level ' || s.on_hand
            || ' and ' || s.reserved AS line
         FROM (SELECT sku, sum(on_hand) AS on_hand, sum(reserved) AS reserved FROM stock GROUP BY sku) s
         LEFT JOIN (SELECT sku, sum(on_hand_delta) AS on_hand, sum(reserved_delta) AS reserved
            FROM movements GROUP BY sku) m USING (sku)
         WHERE s.on_hand <> coalesce(m.on_hand, 0) OR s.reserved <> coalesce(m.reserved, 0)",
    ),
    (
        Role::Inventory,
        "SELECT s.sku || ': ' || s.reserved || ' reserved, ' || coalesce(h.pieces, 0) || ' held for orders' AS line
         FROM (SELECT sku, sum(reserved) AS reserved FROM stock GROUP BY sku) s
         LEFT JOIN (SELECT l.sku, sum(l.pieces) AS pieces FROM reservation_lines l
            JOIN reservations r USING (order_id) WHERE r.state = 'held' GROUP BY l.sku) h USING (sku)
         WHERE s.reserved <> coalesce(h.pieces, 0)",
    ),
    (
        Role::Inventory,
        "SELECT s.sku || ': received ' || m.received || ', sold ' || coalesce(c.pieces, 0) || ', reserved '
            || s.reserved AS line
         FROM (SELECT sku, sum(reserved) AS reserved FROM stock GROUP BY sku) s
         JOIN (SELECT sku, sum(on_hand_delta) FILTER (WHERE order_id IS NULL) AS received
            FROM movements GROUP BY sku) m USING (sku)
         LEFT JOIN (SELECT l.sku, sum(l.committed - l.returned) AS pieces
            FROM reservation_lines l JOIN reservations r USING (order_id) WHERE r.state = 'committed' GROUP BY l.sku) c USING (sku)
         WHERE coalesce(c.pieces, 0) + s.reserved > coalesce(m.received, 0)",
    ),
    (
        Role::Payments,
        "SELECT 'payment ' || payment_id || ' has ' || count(*) || ' times ' || kind AS line
         FROM transactions WHERE succeeded AND kind IN ('authorization', 'capture')
         GROUP BY payment_id, kind HAVING count(*) > 1",
    ),
    (
        Role::Payments,
        "SELECT 'payment ' || o.payment_id || ' is ' || p.status || ', and the provider is to be asked still' AS line
         FROM open_operations o JOIN payments p ON p.id = o.payment_id",
    ),
    (
        Role::Payments,
        "SELECT 'the provider holds money for payment ' || p.id || ', which is ' || p.status AS line
         FROM payments p JOIN simulator_operations a ON a.reference = p.authorization_reference AND a.approved
         WHERE NOT EXISTS (SELECT FROM simulator_operations d
            WHERE d.target = a.reference AND d.kind IN ('capture', 'void') AND d.approved)
         AND p.status IN ('failed', 'voided', 'captured', 'refunded')",
    ),
];
