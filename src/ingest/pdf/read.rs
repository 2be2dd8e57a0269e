//! All pages of a file, in parallel: a page's glyphs are dropped as soon as they are lines.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, Instant},
};

use hayro_syntax::Pdf;
use rayon::prelude::*;

use super::{
    content::{Interpreter, Stop},
    fonts::Fonts,
    open::{is_cut, open, too_large},
    turn::turned,
};
use crate::{
    error::{Error, Position, Result},
    ingest::{
        LeftOut, Part, ReadOptions, Reading, Warning,
        layout::{Document, PageLayout, PageText, document},
    },
    opinion::{Opinion, Source},
};

/// Characters without a text that a file may have: more, and its fonts hide what they draw.
const UNKNOWN: f64 = 0.05;

/// Share of Western letters with marks (², º, ž) in a Japanese text from which its fonts' tables are taken to be wrong.
const GARBLED: f64 = 0.03;

/// A page's text, and what was seen on the way to it.
#[derive(Debug, Default)]
struct PageResult {
    text: PageText,
    n_chars: usize,
    n_images: usize,
    n_unknown: usize,
    n_without_font: usize,
    n_garbled: usize,
    has_loop: bool,
    failed: bool,
}

/// Reads the opinions of a PDF. `file` is the name that they and the messages carry.
///
/// # Errors
/// [`Error::Input`] for what is no PDF, needs a password, is damaged, holds no text (a scan) or hides its characters;
/// [`Error::Limit`] for what costs more than `options.limits` allows.
pub fn read_pdf(bytes: Vec<u8>, file: &str, options: &ReadOptions) -> Result<Reading> {
    let (document, warnings) = understand(bytes, file, options)?;
    let fiscal_year = document.fiscal_year.or(options.fiscal_year);
    let parts = document
        .pages
        .iter()
        .map(|page| Part {
            name: format!("page {}", page.page),
            n_opinions: document.opinions.iter().filter(|o| o.page == page.page).count(),
            municipalities: document
                .headings
                .iter()
                .filter(|(number, _)| *number == page.page)
                .map(|(_, name)| name.clone())
                .collect(),
        })
        .collect();
    let position = |page: u32, line: u32| Position {
        page: Some(page),
        line: Some(u64::from(line)),
        ..Position::file(file)
    };
    let mut reading = Reading { warnings, parts, ..Reading::default() };
    for found in document.opinions {
        if found.unmarked {
            reading.warnings.push(Warning {
                position: position(found.page, found.line),
                message: "an opinion without a bullet: look whether it is one".to_owned(),
            });
        }
        reading.opinions.push(Opinion {
            fiscal_year,
            municipality: found.municipality,
            text: found.text,
            source: Source {
                file: file.to_owned(),
                page: Some(found.page),
                line: Some(u64::from(found.line)),
                ..Source::default()
            },
            ..Opinion::default()
        });
    }
    reading.left_out = document
        .omitted
        .into_iter()
        .map(|o| LeftOut { position: position(o.page, o.line), reason: o.reason, text: o.text })
        .collect();
    Ok(reading.finish(file))
}

/// What each page of a PDF was understood as: its boxes of words with their kinds, in the order of reading.
///
/// # Errors
/// As [`read_pdf`].
pub fn page_layouts(bytes: Vec<u8>, file: &str, options: &ReadOptions) -> Result<Vec<PageLayout>> {
    understand(bytes, file, options).map(|(document, _)| document.pages)
}

fn understand(bytes: Vec<u8>, file: &str, options: &ReadOptions) -> Result<(Document, Vec<Warning>)> {
    let deadline = Instant::now() + Duration::from_secs(options.limits.seconds);
    let cut = is_cut(&bytes);
    let pdf = open(bytes, file, options)?;
    let pages = pages(&pdf, file, options, deadline)?;
    let warnings = look(&pages, file, cut)?;
    Ok((document(pages.into_iter().map(|p| p.text).collect()), warnings))
}

/// Draws all pages. Fonts belong to one thread, so each thread takes a run of pages and keeps their fonts.
fn pages(pdf: &Pdf, file: &str, options: &ReadOptions, deadline: Instant) -> Result<Vec<PageResult>> {
    let n = pdf.pages().len();
    let n_run = n.div_ceil(2 * rayon::current_num_threads()).clamp(1, 32);
    let runs: Vec<Result<Vec<PageResult>>> = (0..n.div_ceil(n_run))
        .into_par_iter()
        .map(|run| {
            let mut fonts = Fonts::new(options.limits.unpacked_bytes);
            (run * n_run..n.min((run + 1) * n_run))
                .map(|i| page(pdf, i, &mut fonts, file, options, deadline))
                .collect()
        })
        .collect();
    let mut all = Vec::with_capacity(n);
    for run in runs {
        all.extend(run?);
    }
    Ok(all)
}

fn page<'a>(
    pdf: &'a Pdf,
    index: usize,
    fonts: &mut Fonts<'a>,
    file: &str,
    options: &ReadOptions,
    deadline: Instant,
) -> Result<PageResult> {
    let page = &pdf.pages()[index];
    let number = index as u32 + 1;
    let limits = &options.limits;
    // A font program that breaks its reader costs its page, not the file.
    let drawn =
        std::panic::catch_unwind(AssertUnwindSafe(|| Interpreter::draw(page, fonts, limits, deadline)));
    let marks = match drawn {
        Ok(Ok(marks)) => marks,
        Ok(Err(stop)) => return Err(over_limit(stop, file, number, options)),
        Err(_) => {
            let (width, height) = page.base_dimensions();
            let empty = turned(number, width.into(), height.into(), Default::default());
            return Ok(PageResult { text: PageText::new(empty), failed: true, ..PageResult::default() });
        }
    };
    let (width, height) = page.base_dimensions();
    let result = PageResult {
        n_chars: marks.marks.iter().filter(|m| !m.ch.is_whitespace()).count(),
        n_images: marks.n_images,
        n_unknown: marks.n_unknown,
        n_garbled: marks.marks.iter().filter(|m| matches!(m.ch, '\u{A1}'..='\u{17F}')).count(),
        n_without_font: marks.n_without_font,
        has_loop: marks.has_loop,
        ..PageResult::default()
    };
    Ok(PageResult { text: PageText::new(turned(number, width.into(), height.into(), marks)), ..result })
}

fn over_limit(stop: Stop, file: &str, page: u32, options: &ReadOptions) -> Error {
    let limits = &options.limits;
    let position = Position { page: Some(page), ..Position::file(file) };
    let (what, limit, flag) = match stop {
        Stop::Unpacked => return too_large(position, limits.unpacked_bytes),
        Stop::Operators => (
            "the drawing of the page",
            format!("{} operators", limits.page_operators),
            "--limit-page-operators",
        ),
        Stop::Depth => ("the nesting of forms", format!("{} levels", limits.depth), "--limit-depth"),
        Stop::Seconds => ("the time for the file", format!("{} seconds", limits.seconds), "--limit-seconds"),
    };
    Error::Limit { position, what: what.to_owned(), limit, flag }
}

/// What the pages say about the file as a whole: an error where nothing can be read, warnings where a part cannot.
fn look(pages: &[PageResult], file: &str, cut: bool) -> Result<Vec<Warning>> {
    let sum = |count: fn(&PageResult) -> usize| pages.iter().map(count).sum::<usize>();
    let (n_chars, n_unknown, n_lost) = (sum(|p| p.n_chars), sum(|p| p.n_unknown), sum(|p| p.n_without_font));
    let input = |message: String| Err(Error::input(Position::file(file), message));
    if n_chars == 0 && n_lost == 0 {
        return input(no_text(pages, cut));
    }
    if cut && (n_chars == 0 || n_lost > n_chars) {
        return input(
            "the file was cut short (its end mark %%EOF is missing) and its fonts are lost: get it again"
                .to_owned(),
        );
    }
    if n_lost > n_chars || n_unknown as f64 > UNKNOWN * n_chars as f64 {
        return input(format!(
            "its fonts do not say which characters they draw ({} of {} cannot be read): save the PDF anew from the \
             program that made it, or run text recognition (OCR) over it first",
            n_unknown + n_lost,
            n_chars + n_lost
        ));
    }
    let mut warnings = Vec::new();
    let mut warn = |page: u32, message: String| {
        let position = if page == 0 {
            Position::file(file)
        } else {
            Position { page: Some(page), ..Position::file(file) }
        };
        warnings.push(Warning { position, message });
    };
    if cut {
        warn(
            0,
            "the end mark %%EOF is missing: the file may have been cut short, look whether pages are missing"
                .into(),
        );
    }
    if sum(|p| p.n_garbled) as f64 > GARBLED * n_chars as f64 {
        let message = "many letters look wrong (²º~ž among Japanese): the file's fonts name false characters; compare \
                       with the page, save the PDF anew, or run text recognition (OCR) over it";
        warn(0, message.into());
    }
    for (page, number) in pages.iter().zip(1..) {
        if page.failed {
            warn(number, "the page could not be read: its fonts or drawing are damaged".into());
        } else if page.n_chars == 0 && page.n_images > 0 {
            warn(
                number,
                "a page without text, only a picture (a scan): run text recognition (OCR) over it first"
                    .into(),
            );
        } else if page.n_unknown + page.n_without_font > 0 {
            let n = page.n_unknown + page.n_without_font;
            warn(number, format!("{n} characters whose font does not say what they are; look for \u{FFFD}"));
        }
        if page.has_loop {
            warn(number, "a form that draws itself was drawn once".into());
        }
    }
    Ok(warnings)
}

fn no_text(pages: &[PageResult], cut: bool) -> String {
    let n = pages.len();
    if pages.iter().any(|p| p.n_images > 0) {
        format!(
            "no text on its {n} page(s), only pictures: a scan. Run text recognition (OCR) over it in a PDF program \
             first, or ask for the digital file"
        )
    } else if pages.iter().any(|p| p.failed) {
        "its pages are damaged: none could be read; get the file again".to_owned()
    } else if cut {
        "no text: the file was cut short (its end mark %%EOF is missing); get it again".to_owned()
    } else if pages.iter().any(|p| p.has_loop) {
        "no text: its page holds a form that draws itself; the file is damaged, get it again".to_owned()
    } else {
        format!(
            "no text on its {n} page(s): letters drawn as shapes cannot be read, run text recognition (OCR) first"
        )
    }
}
