//! What can tests, demo and benchmarks share? The deterministic generator of partner files.
//! Nothing here reads a clock or draws real randomness: the caller brings the day and the seed.

pub mod generate;
