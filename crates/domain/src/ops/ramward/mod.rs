//! Ramward's own operations, version 2026-11-01, one file each: what the vendor's surface lacks.
