//! The checks on lists for a server.
