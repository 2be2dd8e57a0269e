//! Fields of Word: an instruction, then the result that shows. Only results are text.

/// A field: its instruction comes first, then, after a separator, its result.
#[derive(Debug)]
struct Field {
    instruction: String,
    in_result: bool,
}

/// The fields that are open, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<Field>);

impl Fields {
    /// Takes in a mark (`begin`, `separate`, `end`); the text that a field without a result draws by its instruction.
    pub fn mark(&mut self, kind: Option<&str>) -> Option<String> {
        match kind? {
            "begin" => self.0.push(Field { instruction: String::new(), in_result: false }),
            "separate" => self.0.last_mut()?.in_result = true,
            "end" => {
                let field = self.0.pop().filter(|field| !field.in_result)?;
                return drawn_text(&field.instruction);
            }
            _ => {}
        }
        None
    }

    /// Takes in a piece of an instruction.
    pub fn instruct(&mut self, text: &str) {
        if let Some(field) = self.0.last_mut().filter(|field| !field.in_result) {
            field.instruction.push_str(text);
        }
    }

    /// Whether text here belongs to an instruction.
    pub fn hides_text(&self) -> bool {
        self.0.iter().any(|field| !field.in_result)
    }

    /// Whether text here belongs to a table of contents.
    pub fn is_contents(&self) -> bool {
        self.0.iter().any(|f| f.instruction.trim_start().to_ascii_uppercase().starts_with("TOC"))
    }

    /// Ends instructions that never end, so that they do not swallow the rest of the file.
    pub fn close_instructions(&mut self) {
        self.0.retain(|field| field.in_result);
    }
}

/// The character that an EQ field draws: 囲い文字 (`eq \o\ac(○,秘)`) and older phonetic guides
/// (`EQ \* jc2 \o\ad(\s\up 9(たかしま),髙島)`): what stands last in its brackets.
fn drawn_text(instruction: &str) -> Option<String> {
    let instruction = instruction.trim();
    let is_overlay =
        instruction.get(..2)?.eq_ignore_ascii_case("eq") && instruction.to_ascii_lowercase().contains("\\o");
    let inner = instruction.rfind(')').map(|end| &instruction[..end]).filter(|_| is_overlay)?;
    let last = inner.rsplit([',', ';', '(']).next()?.trim();
    (!last.is_empty()).then(|| last.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_instruction_draws_is_text() {
        assert_eq!(drawn_text("eq \\o\\ac(○,秘)").as_deref(), Some("秘"));
        assert_eq!(drawn_text(" EQ \\* jc2 \\o\\ad(\\s\\up 9(たかしま),髙島)").as_deref(), Some("髙島"));
        assert_eq!(drawn_text("PAGE"), None);
        assert_eq!(drawn_text("髙"), None);
    }
}
