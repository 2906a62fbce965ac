//! Holds the house's rules that a machine can hold: directions, sizes, where `unsafe` and printing stand.
