//! Cells that a spreadsheet would run: text that begins like a formula gets an apostrophe before it on the way out and
//! loses it on the way in.

use std::borrow::Cow;

fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The text as a table holds it.
pub fn guard(text: &str) -> Cow<'_, str> {
    // What begins with apostrophes before a formula gets one more, so that taking one off gives it back.
    if runs(text.trim_start_matches('\'')) { format!("'{text}").into() } else { text.into() }
}

/// The text that [`guard`] was given.
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if runs(text.trim_start_matches('\'')) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        assert_eq!(guard("=1+1"), "'=1+1");
        assert_eq!(guard("在宅医が少ない"), "在宅医が少ない");
        assert_eq!(unguard("'心配'の声"), "'心配'の声");
    }

    proptest! {
        #[test]
        fn a_guarded_text_comes_back(text in "['=+@\\-a在]{0,6}") {
            let guarded = guard(&text);
            prop_assert_eq!(unguard(&guarded), text.as_str());
        }
    }
}
