//! What people look at.

mod card;

pub use card::model_card;
