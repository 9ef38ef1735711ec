//! Orders in and out in bulk: files of orders become orders, orders become files, both in constant memory.

mod csv_rows;
mod csv_table;
mod deciding;
pub mod export;
pub mod form;
pub mod import;
pub mod lines;
pub mod quote_form;
pub mod rows;
pub mod tariff_rows;
