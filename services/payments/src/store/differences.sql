-- What has no counterpart becomes a difference; a difference that has found its counterpart goes.
-- $1 from when, $2 until when, $3 until when the provider's books are copied (none: it keeps no list), $4 now.
WITH span AS (
    -- What is still open is looked at again, however old it is.
    SELECT least($1, (SELECT min(since) FROM differences)) AS since
), found AS (
    SELECT 'unknown_to_us' AS kind, b.kind || ' ' || b.reference AS subject, b.order_id, b.reference, b.at AS since,
        format('the provider has a %s of %s %s that the ledger has not', b.kind, b.amount_minor, b.currency) AS detail
    FROM provider_books b, span
    WHERE b.at >= span.since AND b.at < $2 AND NOT EXISTS (
        SELECT FROM transactions t WHERE t.reference = b.reference AND t.kind = b.kind AND t.succeeded)
    UNION ALL
    SELECT 'amount_differs', b.kind || ' ' || b.reference, b.order_id, b.reference, b.at,
        format('the provider has %s %s, the ledger %s %s', b.amount_minor, b.currency, t.amount_minor, t.currency)
    FROM span, provider_books b JOIN transactions t ON t.reference = b.reference AND t.kind = b.kind AND t.succeeded
    WHERE b.at >= span.since AND b.at < $2
        AND b.amount_minor IS NOT NULL AND (b.amount_minor, b.currency) <> (t.amount_minor, t.currency)
    UNION ALL
    SELECT 'unknown_to_provider', t.kind || ' ' || t.reference, p.order_id, t.reference, t.at,
        format('the ledger has a %s of %s %s that the provider has not', t.kind, t.amount_minor, t.currency)
    FROM span, transactions t JOIN payments p ON p.id = t.payment_id
    WHERE t.at >= span.since AND t.at < $2 AND $3 IS NOT NULL AND t.at < $3 AND t.succeeded
        AND NOT EXISTS (SELECT FROM provider_books b WHERE b.reference = t.reference AND b.kind = t.kind)
    UNION ALL
    SELECT 'confirmed_not_captured', o.order_id::text, o.order_id, NULL, o.at,
        format('the order is confirmed, its payment is %s', coalesce(p.status, 'not there'))
    FROM span, order_outcomes o LEFT JOIN payments p ON p.order_id = o.order_id
    WHERE o.at >= span.since AND o.at < $2 AND o.outcome = 'confirmed' AND p.capture_reference IS NULL
    UNION ALL
    SELECT 'captured_not_confirmed', i.order_id::text, i.order_id, p.capture_reference, i.issued_at,
        format('%s %s are taken and kept, the order is %s',
            p.captured_minor - p.refunded_minor - p.charged_back_minor, p.currency, coalesce(o.outcome, 'open'))
    FROM span, invoices i JOIN payments p ON p.id = i.payment_id LEFT JOIN order_outcomes o ON o.order_id = i.order_id
    WHERE i.issued_at >= span.since AND i.issued_at < $2 AND o.outcome IS DISTINCT FROM 'confirmed'
        AND p.refunded_minor + p.charged_back_minor < p.captured_minor
    UNION ALL
    SELECT 'total_differs', o.order_id::text, o.order_id, p.capture_reference, o.at,
        format('the order is over %s %s, %s %s are taken', o.amount_minor, o.currency, p.captured_minor, p.currency)
    FROM span, order_outcomes o JOIN payments p ON p.order_id = o.order_id
    WHERE o.at >= span.since AND o.at < $2 AND o.outcome = 'confirmed' AND p.capture_reference IS NOT NULL
        AND (o.amount_minor, o.currency) <> (p.captured_minor, p.currency)
    UNION ALL
    SELECT 'return_not_refunded', r.return_id::text, r.order_id, NULL, r.at,
        format('%s %s are said to be back, they are not', r.amount_minor, r.currency)
    FROM span, completed_returns r LEFT JOIN payments p ON p.order_id = r.order_id
    WHERE r.at >= span.since AND r.at < $2 AND NOT EXISTS (
        SELECT FROM refunds f WHERE f.payment_id = p.id AND f.reason = r.return_id::text
            AND f.state = 'done' AND f.amount_minor = r.amount_minor)
), gone AS (
    DELETE FROM differences d
    WHERE NOT EXISTS (SELECT FROM found f WHERE f.kind = d.kind AND f.subject = d.subject)
)
INSERT INTO differences (kind, subject, order_id, reference, detail, since, found_at)
SELECT kind, subject, order_id, reference, detail, since, $4 FROM found f
WHERE NOT EXISTS (SELECT FROM differences d WHERE d.kind = f.kind AND d.subject = f.subject)
