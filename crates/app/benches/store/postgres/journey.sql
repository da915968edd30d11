-- One journey to the database and back.
SELECT 1;
