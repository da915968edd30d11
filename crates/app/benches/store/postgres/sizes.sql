-- The tables that have rows, largest first: name, rows, bytes of the rows, of the indexes, of all.
SELECT relname, greatest(reltuples, 0)::bigint, pg_relation_size(oid), pg_indexes_size(oid), pg_total_relation_size(oid)
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
ORDER BY pg_total_relation_size(oid) DESC
