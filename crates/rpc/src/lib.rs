//! The wire protocol of Alibaba Cloud RPC products: parameters, signatures, answers. Knows bytes; no clock, no store, no sockets.
