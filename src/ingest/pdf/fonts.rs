//! Fonts of one thread: codes to characters, widths and styles. Where a font does not say which characters it draws,
//! its encoding and its program are asked.

use std::{cell::RefCell, collections::HashMap, rc::Rc, sync::Arc};

use hayro_cmap::{BfString, CMap, CMapName, CidFamily};
use hayro_font::{CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn};
use hayro_syntax::object::{self, Array, Dict, Name, Object, Stream};

use super::streams::{TooLarge, check_font};

/// A font as a page uses it.
pub(super) struct Face<'a> {
    pub font: Font<'a>,
    /// Number, from 1, to tell one font from another.
    pub id: u16,
    pub bold: bool,
    fallback: Option<Fallback>,
    known: RefCell<HashMap<u32, Option<Rc<str>>>>,
}

/// The fonts that a thread has met.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    programs: FontResolverFn,
    cmaps: CMapResolverFn,
    faces: HashMap<(usize, usize), Option<Rc<Face<'a>>>>,
    /// Character maps of whole families, read once.
    families: HashMap<Vec<u8>, Option<Rc<CMap>>>,
    limit: u64,
}

/// The way from codes to characters by the encoding.
struct Fallback {
    encoding: Option<CMap>,
    family: Option<Rc<CMap>>,
    characters: HashMap<u32, char>,
    glyphs: Option<Vec<u8>>,
}

impl<'a> Fonts<'a> {
    /// No font yet; none of their streams may unpack to more than `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self {
            cache: FontCache::new(),
            programs: Arc::new(|query| match query {
                FontQuery::Standard(font) => Some(font.get_font_data()),
                FontQuery::Fallback(query) => Some(query.pick_standard_font().get_font_data()),
            }),
            cmaps: Arc::new(hayro_cmap::load_embedded),
            faces: HashMap::new(),
            families: HashMap::new(),
            limit,
        }
    }

    /// The font that a dictionary describes; `None` where it cannot be read.
    pub fn face(&mut self, dict: &Dict<'a>) -> Result<Option<Rc<Face<'a>>>, TooLarge> {
        let key = (dict.data().as_ptr() as usize, dict.data().len());
        if let Some(face) = self.faces.get(&key) {
            return Ok(face.clone());
        }
        check_font(dict, self.limit)?;
        let id = (self.faces.len() + 1).min(usize::from(u16::MAX)) as u16;
        let face = self.cache.font(dict, &self.programs, &self.cmaps).map(|font| {
            let fallback = self.fallback(dict);
            Rc::new(Face { font, id, bold: is_bold(dict), fallback, known: RefCell::default() })
        });
        self.faces.insert(key, face.clone());
        Ok(face)
    }

    fn fallback(&mut self, dict: &Dict<'a>) -> Option<Fallback> {
        if dict.contains_key(b"ToUnicode") && dict.get::<Stream<'_>>(&b"ToUnicode"[..]).is_some() {
            return None;
        }
        let descendant = descendant(dict)?;
        let encoding = match dict.get::<Object<'_>>(&b"Encoding"[..])? {
            Object::Name(name) => match CMapName::from_bytes(&name) {
                CMapName::IdentityH => Some(CMap::identity_h()),
                CMapName::IdentityV => Some(CMap::identity_v()),
                name => hayro_cmap::load_embedded(name).and_then(parse),
            },
            Object::Stream(stream) => stream.decoded_data().ok().and_then(|data| parse(&data)),
            _ => None,
        };
        let family = encoding
            .as_ref()
            .and_then(|cmap| cmap.metadata().character_collection.clone())
            .map(|collection| collection.family)
            .filter(|family| *family != CidFamily::AdobeIdentity)
            .or_else(|| family_of(&descendant))
            .and_then(|family| family.ucs2_cmap())
            .and_then(|name| self.family(name));
        let (mut characters, mut glyphs) = (HashMap::new(), None);
        if family.is_none() {
            characters = characters_of_program(&descendant);
            glyphs = descendant
                .get::<Stream<'_>>(&b"CIDToGIDMap"[..])
                .and_then(|s| s.decoded_data().ok().map(|d| d.into_owned()));
        }
        Some(Fallback { encoding, family, characters, glyphs })
    }

    fn family(&mut self, name: CMapName<'static>) -> Option<Rc<CMap>> {
        let key = name.to_bytes().to_vec();
        let load = || hayro_cmap::load_embedded(name).and_then(parse).map(Rc::new);
        self.families.entry(key).or_insert_with(load).clone()
    }
}

impl Face<'_> {
    /// The text of a code; `None` where there is no way back to characters.
    pub fn text(&self, code: u32, n_bytes: usize) -> Option<Rc<str>> {
        if let Some(text) = self.known.borrow().get(&code) {
            return text.clone();
        }
        let text = self.find(code, n_bytes).map(Rc::from);
        self.known.borrow_mut().insert(code, text.clone());
        text
    }

    fn find(&self, code: u32, n_bytes: usize) -> Option<String> {
        let unicode = match self.font.glyph(self.font.map_code(code), code) {
            FontGlyph::Outline(glyph) => glyph.as_unicode(),
            FontGlyph::Type3(glyph) => glyph.as_unicode(),
        };
        if let Some(text) = unicode.map(string).filter(|t| !t.is_empty() && t != "\0") {
            return Some(text);
        }
        let fallback = self.fallback.as_ref()?;
        let cid = fallback.encoding.as_ref()?.lookup_cid_code(code, n_bytes as u8)?;
        if let Some(family) = &fallback.family {
            return family.lookup_bf_string(cid).map(string);
        }
        let glyph = match &fallback.glyphs {
            Some(map) => {
                let at = 2 * cid as usize;
                u32::from(u16::from_be_bytes([*map.get(at)?, *map.get(at + 1)?]))
            }
            None => cid,
        };
        fallback.characters.get(&glyph).map(char::to_string)
    }
}

fn string(text: BfString) -> String {
    match text {
        BfString::Char(c) => c.to_string(),
        BfString::String(s) => s,
    }
}

fn parse(data: &[u8]) -> Option<CMap> {
    CMap::parse(data, hayro_cmap::load_embedded)
}

fn descendant<'a>(dict: &Dict<'a>) -> Option<Dict<'a>> {
    dict.get::<Array<'a>>(&b"DescendantFonts"[..])?.iter::<Dict<'a>>().next()
}

fn family_of(descendant: &Dict<'_>) -> Option<CidFamily> {
    let info = descendant.get::<Dict<'_>>(&b"CIDSystemInfo"[..])?;
    let registry = info.get::<object::String<'_>>(&b"Registry"[..])?;
    let ordering = info.get::<object::String<'_>>(&b"Ordering"[..])?;
    Some(CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes()))
}

/// Glyphs of an embedded font by its own character map; the lowest code wins, which is the plain character.
fn characters_of_program(descendant: &Dict<'_>) -> HashMap<u32, char> {
    use skrifa::MetadataProvider;
    let mut characters = HashMap::new();
    let stream = descendant.get::<Dict<'_>>(&b"FontDescriptor"[..]).and_then(|d| {
        d.get::<Stream<'_>>(&b"FontFile2"[..]).or_else(|| d.get::<Stream<'_>>(&b"FontFile3"[..]))
    });
    let data = stream.and_then(|s| s.decoded_data().ok().map(|d| d.into_owned()));
    if let Some(font) = data.as_deref().and_then(|d| skrifa::FontRef::new(d).ok()) {
        for (code, glyph) in font.charmap().mappings() {
            if let Some(c) = char::from_u32(code) {
                let known = characters.entry(glyph.to_u32()).or_insert(c);
                *known = c.min(*known);
            }
        }
    }
    characters
}

fn is_bold(dict: &Dict<'_>) -> bool {
    let owner = descendant(dict).unwrap_or_else(|| dict.clone());
    let name =
        dict.get::<Name<'_>>(&b"BaseFont"[..]).map(|n| n.as_str().to_ascii_lowercase()).unwrap_or_default();
    let heavy =
        ["bold", "heavy", "black", "-w6", "-w7", "-w8", "-w9", "demi"].iter().any(|w| name.contains(w));
    heavy
        || owner.get::<Dict<'_>>(&b"FontDescriptor"[..]).is_some_and(|descriptor| {
            descriptor.get::<f64>(&b"FontWeight"[..]).is_some_and(|w| w >= 600.0)
                || descriptor.get::<i32>(&b"Flags"[..]).is_some_and(|f| f & 1 << 18 != 0)
        })
}
