//! In which words of the platform are orders, customers, offers and errors told?
//! Version 1 of the wire form, after the platform's API v3; the command line and the HTTP calls share it, and nothing here
//! decides.

pub mod access;
pub mod checkout;
pub mod console;
pub mod customer;
pub mod error;
pub mod import;
pub mod offer;
pub mod order;
pub mod shape;
