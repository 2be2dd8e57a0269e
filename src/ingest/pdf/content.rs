//! Content streams -> marks: characters, ruling lines and dots where a page draws them, in the page's own space turned
//! upside down (y grows downwards), before it is known which way its text runs.

use std::{collections::HashMap, rc::Rc, time::Instant};

use hayro_font::UNITS_PER_EM;
use hayro_syntax::{
    content::{TypedIter, ops::TypedInstruction as Op},
    object::{Array, Dict, Name, Object, ObjectIdentifier, Stream},
    page::{Page, Resources},
};
use kurbo::{Affine, Point, Rect as Box2, Vec2};

use super::{
    characters::written,
    fonts::{Face, Fonts},
    streams::{TooLarge, check, decoded},
};
use crate::ingest::Limits;

/// What a form costs beside its operators: it is unpacked anew each time it is drawn.
const FORM_COST: u64 = 200;
/// Operators between two looks at the clock.
const CLOCK: u64 = 4096;
/// Graphics states that may be saved.
const STATES: usize = 512;
/// Segments of one path beyond which it is a picture.
const SEGMENTS: usize = 50_000;
/// Thickest ruling line, in points.
const RULE: f64 = 2.0;
/// Widths of dots that may be bullets, in points.
const DOT: std::ops::RangeInclusive<f64> = 1.2..=14.0;

/// A character where the page draws it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub ch: char,
    /// Where it starts, and where the next one starts.
    pub from: Point,
    pub to: Point,
    /// Height of the font.
    pub size: f64,
    pub font: u16,
    pub bold: bool,
    /// Whether it is written downwards.
    pub vertical: bool,
}

/// What a page draws.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub marks: Vec<Mark>,
    pub rules: Vec<Box2>,
    pub dots: Vec<Box2>,
    /// Pictures, and characters that no font gives a text for, or that have no font at all.
    pub n_images: usize,
    pub n_unknown: usize,
    pub n_without_font: usize,
    /// Whether a form drew itself.
    pub has_loop: bool,
}

/// Why a page was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Operators,
    Depth,
    Seconds,
    Unpacked,
}

impl From<TooLarge> for Stop {
    fn from(_: TooLarge) -> Self {
        Self::Unpacked
    }
}

/// The state that `q` saves.
#[derive(Clone)]
struct State<'a> {
    ctm: Affine,
    face: Option<Rc<Face<'a>>>,
    size: f64,
    spacing: f64,
    word_spacing: f64,
    scale: f64,
    leading: f64,
    rise: f64,
    line_width: f64,
    text: Affine,
    line: Affine,
}

/// Draws a page.
pub(super) struct Interpreter<'a, 'f> {
    fonts: &'f mut Fonts<'a>,
    limits: &'f Limits,
    deadline: Instant,
    n_operators: u64,
    active: Vec<ObjectIdentifier>,
    out: Marks,
}

impl<'a, 'f> Interpreter<'a, 'f> {
    /// Draws a page with the fonts of this thread.
    pub fn draw(
        page: &Page<'a>,
        fonts: &'f mut Fonts<'a>,
        limits: &'f Limits,
        deadline: Instant,
    ) -> Result<Marks, Stop> {
        let mut this =
            Self { fonts, limits, deadline, n_operators: 0, active: Vec::new(), out: Marks::default() };
        let crop = page.intersected_crop_box();
        let start = Affine::new([1.0, 0.0, 0.0, -1.0, -crop.x0, crop.y1]);
        let content = contents(page.raw(), limits.unpacked_bytes)?;
        this.run(&content, page.resources(), start, 0)?;
        Ok(this.out)
    }

    fn run(
        &mut self,
        content: &[u8],
        resources: &Resources<'a>,
        ctm: Affine,
        depth: usize,
    ) -> Result<(), Stop> {
        if depth > self.limits.depth {
            return Err(Stop::Depth);
        }
        let mut faces: HashMap<Vec<u8>, Option<Rc<Face<'a>>>> = HashMap::new();
        let mut state = State::new(ctm);
        let mut saved: Vec<State<'a>> = Vec::new();
        let mut path = Path::default();
        let mut operators = TypedIter::new(content);
        while let Some(op) = operators.next() {
            self.count(1)?;
            match op {
                Op::SaveState(_) if saved.len() < STATES => saved.push(state.clone()),
                Op::RestoreState(_) => state = saved.pop().unwrap_or(state),
                Op::TextFont(font) => {
                    state.size = font.1.as_f64();
                    let key = font.0.to_vec();
                    if !faces.contains_key(&key) {
                        let face = match resources.get_font(font.0) {
                            Some(dict) => self.fonts.face(&dict)?,
                            None => None,
                        };
                        faces.insert(key.clone(), face);
                    }
                    state.face = faces.get(&key).cloned().flatten();
                }
                Op::ShowText(text) => self.show(&mut state, text.0.as_bytes())?,
                Op::NextLineAndShowText(text) => {
                    state.next_line(0.0, -state.leading);
                    self.show(&mut state, text.0.as_bytes())?;
                }
                Op::ShowTextWithParameters(text) => {
                    (state.word_spacing, state.spacing) = (text.0.as_f64(), text.1.as_f64());
                    state.next_line(0.0, -state.leading);
                    self.show(&mut state, text.2.as_bytes())?;
                }
                Op::ShowTexts(pieces) => {
                    for piece in pieces.0.iter::<Object<'_>>() {
                        match piece {
                            Object::Number(n) => state.kern(n.as_f64()),
                            Object::String(text) => self.show(&mut state, text.as_bytes())?,
                            _ => {}
                        }
                    }
                }
                Op::InlineImage(_) => self.out.n_images += 1,
                Op::XObject(name) => self.x_object(resources, name.0, &state, depth)?,
                op => {
                    if !state.set(&op) && !path.add(&op, state.ctm) {
                        path.paint(&op, &state, &mut self.out);
                    }
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, n: u64) -> Result<(), Stop> {
        let before = self.n_operators;
        self.n_operators += n;
        if self.n_operators > self.limits.page_operators {
            return Err(Stop::Operators);
        }
        if before / CLOCK != self.n_operators / CLOCK && Instant::now() > self.deadline {
            return Err(Stop::Seconds);
        }
        Ok(())
    }

    fn x_object(
        &mut self,
        resources: &Resources<'a>,
        name: &Name<'_>,
        state: &State<'a>,
        depth: usize,
    ) -> Result<(), Stop> {
        let Some(stream) = resources.get_x_object(name) else { return Ok(()) };
        let dict = stream.dict();
        if dict.get::<Name<'_>>(&b"Subtype"[..]).is_none_or(|n| n.as_str() != "Form") {
            self.out.n_images += 1;
            return Ok(());
        }
        let id = stream.obj_id();
        if self.active.contains(&id) {
            self.out.has_loop = true;
            return Ok(());
        }
        self.count(FORM_COST)?;
        let matrix = dict.get::<[f64; 6]>(&b"Matrix"[..]).unwrap_or([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        let own = dict.get::<Dict<'a>>(&b"Resources"[..]).map(Resources::new);
        let content = decoded(&stream, self.limits.unpacked_bytes)?;
        self.active.push(id);
        let done =
            self.run(&content, own.as_ref().unwrap_or(resources), state.ctm * Affine::new(matrix), depth + 1);
        self.active.pop();
        done
    }

    fn show(&mut self, state: &mut State<'a>, text: &[u8]) -> Result<(), Stop> {
        let Some(face) = state.face.clone() else {
            self.out.n_without_font += text.len();
            return Ok(());
        };
        let horizontal = face.font.is_horizontal();
        let mut at = 0;
        while at < text.len() {
            let (code, n_bytes) = face.font.read_code(text, at);
            at += n_bytes.max(1);
            self.count(1)?;
            let advance = face.font.code_advance(code) / f64::from(UNITS_PER_EM);
            let glyph = state.ctm
                * state.text
                * Affine::new([state.size * state.scale, 0.0, 0.0, state.size, 0.0, state.rise]);
            let word = if code == 32 && n_bytes == 1 { state.word_spacing } else { 0.0 };
            let step = if horizontal {
                Vec2::new((advance.x * state.size + state.spacing + word) * state.scale, 0.0)
            } else {
                Vec2::new(0.0, advance.y * state.size + state.spacing + word)
            };
            self.place(&face, glyph, advance, code, n_bytes);
            state.text *= Affine::translate(step);
        }
        Ok(())
    }

    fn place(&mut self, face: &Face<'a>, glyph: Affine, advance: Vec2, code: u32, n_bytes: usize) {
        let vertical = !face.font.is_horizontal();
        let from = glyph * Point::ZERO;
        // A glyph without width still runs in the direction of its line.
        let run =
            if vertical { Vec2::new(0.0, advance.y.min(-0.01)) } else { Vec2::new(advance.x.max(0.01), 0.0) };
        let to = glyph * run.to_point();
        let size = (glyph * Point::new(0.0, 1.0) - from).hypot();
        if !(from.is_finite() && to.is_finite() && size.is_finite()) || size < 0.5 {
            return;
        }
        let text = face.text(code, n_bytes);
        if text.as_deref().is_none_or(|t| t.contains('\u{FFFD}')) {
            self.out.n_unknown += 1;
        }
        let chars: Vec<char> = written(text.as_deref().unwrap_or("\u{FFFD}")).collect();
        // A ligature shares its width among its characters.
        let part = (to - from) / chars.len().max(1) as f64;
        for (i, ch) in chars.into_iter().enumerate() {
            let from = from + part * i as f64;
            let (font, bold) = (face.id, face.bold);
            self.out.marks.push(Mark { ch, from, to: from + part, size, font, bold, vertical });
        }
    }
}

/// The page's content, its streams joined.
fn contents(page: &Dict<'_>, limit: u64) -> Result<Vec<u8>, TooLarge> {
    if let Some(stream) = page.get::<Stream<'_>>(&b"Contents"[..]) {
        return decoded(&stream, limit);
    }
    let mut all = Vec::new();
    if let Some(array) = page.get::<Array<'_>>(&b"Contents"[..]) {
        for stream in array.iter::<Stream<'_>>() {
            check(&stream, limit.saturating_sub(all.len() as u64))?;
            all.extend(decoded(&stream, limit)?);
            all.push(b'\n');
        }
    }
    Ok(all)
}

impl<'a> State<'a> {
    fn new(ctm: Affine) -> Self {
        Self {
            ctm,
            face: None,
            size: 1.0,
            spacing: 0.0,
            word_spacing: 0.0,
            scale: 1.0,
            leading: 0.0,
            rise: 0.0,
            line_width: 1.0,
            text: Affine::IDENTITY,
            line: Affine::IDENTITY,
        }
    }

    /// Takes an operator that only sets something; whether it was one.
    fn set(&mut self, op: &Op<'_, '_>) -> bool {
        match op {
            Op::Transform(m) => {
                let m = [m.0, m.1, m.2, m.3, m.4, m.5].map(|n| n.as_f64());
                self.ctm *= Affine::new(m);
            }
            Op::BeginText(_) => (self.text, self.line) = (Affine::IDENTITY, Affine::IDENTITY),
            Op::CharacterSpacing(n) => self.spacing = n.0.as_f64(),
            Op::WordSpacing(n) => self.word_spacing = n.0.as_f64(),
            Op::HorizontalScaling(n) => self.scale = n.0.as_f64() / 100.0,
            Op::TextLeading(n) => self.leading = n.0.as_f64(),
            Op::TextRise(n) => self.rise = n.0.as_f64(),
            Op::LineWidth(n) => self.line_width = n.0.as_f64(),
            Op::NextLine(n) => self.next_line(n.0.as_f64(), n.1.as_f64()),
            Op::NextLineAndSetLeading(n) => {
                self.leading = -n.1.as_f64();
                self.next_line(n.0.as_f64(), n.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => self.next_line(0.0, -self.leading),
            Op::SetTextMatrix(m) => {
                self.line = Affine::new([m.0, m.1, m.2, m.3, m.4, m.5].map(|n| n.as_f64()));
                self.text = self.line;
            }
            _ => return false,
        }
        true
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line *= Affine::translate((x, y));
        self.text = self.line;
    }

    fn kern(&mut self, thousandths: f64) {
        let by = -thousandths / 1000.0 * self.size;
        let horizontal = self.face.as_ref().is_none_or(|f| f.font.is_horizontal());
        self.text *= Affine::translate(if horizontal { (by * self.scale, 0.0) } else { (0.0, by) });
    }
}

/// A path under construction, in page space: segments by subpath, curves as their ends and handles.
#[derive(Debug, Default)]
struct Path {
    subpaths: Vec<Vec<(Point, Point)>>,
    at: Point,
    start: Point,
    n_segments: usize,
}

impl Path {
    /// Takes an operator that goes on with the path; whether it was one.
    fn add(&mut self, op: &Op<'_, '_>, ctm: Affine) -> bool {
        let point = |x: f64, y: f64| ctm * Point::new(x, y);
        match op {
            Op::MoveTo(p) => {
                self.at = point(p.0.as_f64(), p.1.as_f64());
                self.start = self.at;
                self.subpaths.push(Vec::new());
            }
            Op::LineTo(p) => self.line(point(p.0.as_f64(), p.1.as_f64())),
            Op::CubicTo(p) => {
                self.line(point(p.0.as_f64(), p.1.as_f64()));
                self.line(point(p.2.as_f64(), p.3.as_f64()));
                self.line(point(p.4.as_f64(), p.5.as_f64()));
            }
            Op::CubicStartTo(p) => {
                self.line(point(p.0.as_f64(), p.1.as_f64()));
                self.line(point(p.2.as_f64(), p.3.as_f64()));
            }
            Op::CubicEndTo(p) => {
                self.line(point(p.0.as_f64(), p.1.as_f64()));
                self.line(point(p.2.as_f64(), p.3.as_f64()));
            }
            Op::ClosePath(_) => self.line(self.start),
            Op::RectPath(r) => {
                let (x, y, w, h) = (r.0.as_f64(), r.1.as_f64(), r.2.as_f64(), r.3.as_f64());
                self.subpaths.push(Vec::new());
                self.start = point(x, y);
                self.at = self.start;
                for (x, y) in [(x + w, y), (x + w, y + h), (x, y + h), (x, y)] {
                    self.line(point(x, y));
                }
            }
            _ => return false,
        }
        true
    }

    fn line(&mut self, to: Point) {
        if self.n_segments < SEGMENTS && to.is_finite() && self.at.is_finite() {
            match self.subpaths.last_mut() {
                Some(subpath) => subpath.push((self.at, to)),
                None => self.subpaths.push(vec![(self.at, to)]),
            }
            self.n_segments += 1;
        }
        self.at = to;
    }

    /// Takes an operator that paints or drops the path.
    fn paint(&mut self, op: &Op<'_, '_>, state: &State<'_>, out: &mut Marks) {
        let (fill, stroke, close) = match op {
            Op::FillPathNonZero(_) | Op::FillPathEvenOdd(_) | Op::FillPathNonZeroCompatibility(_) => {
                (true, false, false)
            }
            Op::StrokePath(_) => (false, true, false),
            Op::CloseAndStrokePath(_) => (false, true, true),
            Op::FillAndStrokeNonZero(_) | Op::FillAndStrokeEvenOdd(_) => (true, true, false),
            Op::CloseFillAndStrokeNonZero(_) | Op::CloseFillAndStrokeEvenOdd(_) => (true, true, true),
            Op::EndPath(_) => (false, false, false),
            _ => return,
        };
        if close {
            self.line(self.start);
        }
        let pen = state.line_width * state.ctm.determinant().abs().sqrt();
        for subpath in self.subpaths.drain(..).filter(|s| !s.is_empty()) {
            let bounds = bounds(&subpath);
            let (width, height) = (bounds.width(), bounds.height());
            let is_dot =
                DOT.contains(&width) && DOT.contains(&height) && (0.6..1.7).contains(&(width / height));
            if is_dot && (fill || stroke) {
                out.dots.push(bounds);
            } else if fill && width.min(height) < RULE && width.max(height) > 3.0 {
                out.rules.push(bounds);
            } else if stroke && pen < 2.0 * RULE {
                let straight = subpath.iter().map(|(a, b)| Box2::from_points(*a, *b));
                out.rules.extend(
                    straight.filter(|b| b.width().min(b.height()) < 0.75 && b.width().max(b.height()) > 3.0),
                );
            }
        }
        *self = Self::default();
    }
}

fn bounds(segments: &[(Point, Point)]) -> Box2 {
    let (first, _) = segments[0];
    segments.iter().fold(Box2::from_points(first, first), |b, (p, q)| b.union_pt(*p).union_pt(*q))
}
