//! Builds the embedded dictionary: IPADIC's source tables and the project's own domain words become the binary
//! tables that `src/tokenize/morphology.rs` embeds. Nothing is fetched and no environment variable is read but
//! cargo's own.

use std::{
    env,
    error::Error,
    fs,
    io::{BufReader, Read, Write},
    path::Path,
};

use lindera_dictionary::{builder::DictionaryBuilder, dictionary::metadata::Metadata};

const IPADIC: &str = "data/dictionary/ipadic-slim.tar.zst";
const DOMAIN_WORDS: &str = "data/dictionary/domain-words.txt";

/// Context id of 名詞,一般 in IPADIC's left-id.def and right-id.def.
const NOUN_CONTEXT_ID: u32 = 1285;
/// Low enough that a domain word wins over its parts, high enough that it does not damage its neighbours.
const DOMAIN_WORD_COST: i32 = -5000;

fn main() -> Result<(), Box<dyn Error>> {
    for input in ["build.rs", IPADIC, DOMAIN_WORDS] {
        println!("cargo:rerun-if-changed={input}");
    }
    let out = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let out = Path::new(&out);
    let source = out.join("source");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    fs::create_dir_all(&source)?;

    let mut archive = Vec::new();
    ruzstd::decoding::StreamingDecoder::new(BufReader::new(fs::File::open(IPADIC)?))?
        .read_to_end(&mut archive)?;
    tar::Archive::new(&archive[..]).unpack(&source)?;
    write_domain_words(&fs::read_to_string(DOMAIN_WORDS)?, &source.join("ipadic/Domain.csv"))?;

    DictionaryBuilder::new(metadata()?).build_dictionary(&source.join("ipadic"), &out.join("ipadic"))?;
    fs::remove_dir_all(&source)?;
    // The macro lindera_dictionary::embedded_dictionary! looks for its files here.
    println!("cargo:rustc-env=LINDERA_WORKDIR={}", out.display());
    Ok(())
}

/// One full dictionary row a domain word: rows of three columns get a context that damages their neighbours.
fn write_domain_words(words: &str, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut rows = fs::File::create(path)?;
    for word in words.lines().map(str::trim).filter(|w| !w.is_empty() && !w.starts_with('#')) {
        if word.contains([',', '"']) {
            return Err(
                format!("{DOMAIN_WORDS}: {word:?}: a word without commas and quotes is expected").into()
            );
        }
        writeln!(
            rows,
            "{word},{NOUN_CONTEXT_ID},{NOUN_CONTEXT_ID},{DOMAIN_WORD_COST},名詞,一般,*,*,*,*,{word}"
        )?;
    }
    Ok(())
}

fn metadata() -> Result<Metadata, serde_json::Error> {
    serde_json::from_value(serde_json::json!({
        "name": "ipadic",
        "encoding": "UTF-8",
        "default_word_cost": -10000,
        "default_left_context_id": 0,
        "default_right_context_id": 0,
        "default_field_value": "*",
        "flexible_csv": true,
        "skip_invalid_cost_or_id": false,
        "normalize_details": true,
        "dictionary_schema": {"fields": [
            "surface", "left_context_id", "right_context_id", "cost",
            "part_of_speech", "part_of_speech_subcategory_1", "part_of_speech_subcategory_2",
            "part_of_speech_subcategory_3", "conjugation_form", "conjugation_type", "base_form"
        ]},
        "user_dictionary_schema": {"fields": ["surface", "part_of_speech", "base_form"]}
    }))
}
