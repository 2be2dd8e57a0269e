//! Damaged input becomes an error. The readers of arrow-rs check most of what a stream or a file says of itself, but
//! not all: lengths that lead outside a message end in a panic, and a panic is no message to a user.

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_schema::ArrowError;

/// Reads, and turns a panic of the reader into an error. The reader must not be used after one.
///
/// # Errors
/// What the reader says, or that it found the input damaged.
pub fn whole<T>(read: impl FnOnce() -> Result<T, ArrowError>) -> Result<T, ArrowError> {
    // Unwind safe: what the reader left half done is dropped with it, unread.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(ArrowError::ParseError(format!("damaged data ({})", said.unwrap_or("unreadable"))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_a_reader_is_an_error_with_its_words() {
        assert_eq!(whole(|| Ok(7)).expect("read"), 7);
        let error = whole(|| -> Result<(), _> { panic!("length {}", 9) }).expect_err("a panic");
        assert!(error.to_string().ends_with("damaged data (length 9)"), "{error}");
    }
}
