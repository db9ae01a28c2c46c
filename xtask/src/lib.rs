//! The build program, as a library for the tests.
