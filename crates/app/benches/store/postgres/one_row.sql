-- A commit of one row, the same for all connections.
UPDATE counters SET number = number + 1 WHERE counter = 1;
