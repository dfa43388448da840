//! The four doors by which bytes that nobody vouches for come in: scenario text, override strings, chunks and manifests,
//! and a results folder to be reported on. Whatever comes in, the answer is a value or an error, never a panic, a hang or
//! memory without bound.

mod memory;

use std::path::Path;
use std::sync::{Arc, OnceLock};

use rearguard::design::{Design, Factor};
use rearguard::model::Inputs;
use rearguard::model::field::Table as _;
use rearguard::scenario::{Bundle, Case, Diagnostics, Document, Listing, Override, Setup, read, templates};
use rearguard::store::{Chunk, Disk, Identity, Verified, parse_manifest, verify};
use sha2::{Digest, Sha256};

use crate::memory::MemoryDisk;

/// Parts of an input stand between these.
const SEPARATOR: u8 = 0x1e;

/// Everything that is shown of problems.
fn show(problems: &Diagnostics) {
    let shown = problems.render(false);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "control characters reach the terminal: {shown:?}");
    let _ = (problems.render(true), problems.to_json());
}

/// A scenario, the list `r.csv` beside it and the file `b.toml`.
pub fn scenario(data: &[u8]) {
    let mut parts = data.split(|&byte| byte == SEPARATOR);
    let mut part = || parts.next().unwrap_or_default().to_vec();
    let files = Bundle::from([
        ("a.toml".to_owned(), part()),
        ("r.csv".to_owned(), part()),
        ("b.toml".to_owned(), part()),
        ("tutorial.toml".to_owned(), templates::tutorial("a")[0].1.clone().into_bytes()),
    ]);
    match Case::load_from(&files, Path::new("a.toml"), &[]) {
        Ok(case) => {
            for preset in case.document().policies() {
                assert!(case.model(&preset.overrides).is_ok(), "a policy of a sound scenario has no model");
            }
            let _ = case.listing(&[]).counts();
        }
        Err(problems) => show(&problems),
    }
}

/// The tutorial over the defaults, read once.
fn tutorial() -> &'static Document {
    static TUTORIAL: OnceLock<Document> = OnceLock::new();
    TUTORIAL.get_or_init(|| {
        let files = Bundle::from([("a.toml".to_owned(), templates::tutorial("a")[0].1.clone().into_bytes())]);
        let setup = Setup { schema: Inputs::FIELDS, defaults: Some(("<defaults>", Case::defaults())), files: &files };
        let mut problems = Diagnostics::new();
        let document = Document::load(Path::new("a.toml"), &setup, &mut problems).expect("the tutorial can be read");
        assert!(problems.is_empty(), "{}", problems.render(false));
        document
    })
}

/// Arguments of `--set` and `--sweep`, a line each, and a table of points.
pub fn arguments(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut problems = Diagnostics::new();
    let overrides: Vec<Override> = text
        .lines()
        .take(8)
        .filter_map(|line| Override::parse("<--set 1>", line).map_err(|problem| problems.push(problem)).ok())
        .collect();
    if !overrides.is_empty() {
        let document = tutorial().with(&overrides, &mut problems);
        if read::<Inputs>(&document, &mut problems).is_some() {
            let _ = Listing::of::<Inputs>(&document).counts();
        }
    }
    show(&problems);
    for line in text.lines().take(8) {
        match Factor::parse(line) {
            Ok(factor) => drop((factor.samples(), factor.levels().map(<[String]>::len))),
            Err(error) => drop(error.to_string()),
        }
    }
    if let Err(error) = Design::parse_csv(&text) {
        drop(error.to_string());
    }
}

/// The length of a chunk's head before its key, and of a checksum.
const HEAD: usize = 76;
const SUM: usize = 32;

/// How a manifest's own checksum begins, and what stands there while it is computed.
const SEAL: &[u8] = b"\n  \"sha256 of this file with 64 zeros here\": \"";
const BLANK: [u8; 64] = [b'0'; 64];

/// A chunk or a manifest, by the first byte: as it is, and with its checksum mended, which little else passes.
pub fn chunk(data: &[u8]) {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let identity = Identity::new().with("seed", "1");
    match kind % 4 {
        0 => drop(Chunk::parse(bytes, &identity)),
        1 => drop(Chunk::parse(&mended(bytes), &identity)),
        2 => drop(parse_manifest(bytes)),
        _ => drop(parse_manifest(&sealed(bytes))),
    }
}

/// The bytes with a seal that holds, if they have a place for one.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let place = bytes.windows(SEAL.len()).position(|window| window == SEAL).map(|at| at + SEAL.len());
    if let Some(at) = place.filter(|at| bytes[*at..].starts_with(&BLANK)) {
        let seal: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        bytes[at..at + BLANK.len()].copy_from_slice(seal.as_bytes());
    }
    bytes
}

/// The bytes with a head that sums, if they are long enough to have one.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let number = |at: usize| bytes.get(at..at + 4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes")));
    let (Some(columns), Some(key)) = (number(12), number(32)) else { return bytes };
    let end = (columns as usize).checked_add(1).and_then(|sums| sums.checked_mul(SUM));
    let end = end.and_then(|sums| sums.checked_add(HEAD)).and_then(|end| end.checked_add(key as usize));
    if let Some(end) = end.filter(|end| end.checked_add(SUM).is_some_and(|end| end <= bytes.len())) {
        let sum = Sha256::digest(&bytes[..end]);
        bytes[end..end + SUM].copy_from_slice(&sum);
    }
    bytes
}

/// The folder that the script made, with what its manifest says.
fn folder_on_record() -> &'static (MemoryDisk, Verified) {
    static FOLDER: OnceLock<(MemoryDisk, Verified)> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let path = std::env::var_os("REARGUARD_FUZZ_FOLDER").expect("REARGUARD_FUZZ_FOLDER names a results folder");
        let disk = MemoryDisk::read(Path::new(&path)).expect("the folder can be read");
        let shared: Arc<dyn Disk> = Arc::new(disk.clone());
        let verified = verify(&shared, Path::new("results")).expect("the folder is complete");
        assert!(verified.holds(), "the folder is as it was written");
        (disk, verified)
    })
}

/// A page from a folder whose files were changed and then sealed again. Each change is a file, how (overwrite, insert,
/// remove), where, how much, and the bytes.
pub fn folder(data: &[u8]) {
    let (disk, verified) = folder_on_record();
    let (mut disk, mut verified) = (disk.clone(), verified.clone());
    let names: Vec<String> =
        verified.files.iter().map(|file| file.name.clone()).chain(["manifest.json".to_owned()]).collect();
    let mut rest = data;
    while let [file, how, first, second, length, tail @ ..] = rest {
        let (bytes, after) = tail.split_at(tail.len().min(usize::from(*length)));
        rest = after;
        let contents = disk.file_mut(&names[usize::from(*file) % names.len()]);
        let at = (usize::from(*first) << 8 | usize::from(*second)) * (contents.len() + 1) / (1 << 16);
        let end = if how % 3 == 1 { at } else { (at + usize::from(*length)).min(contents.len()) };
        contents.splice(at..end, if how % 3 == 2 { &[] } else { bytes }.iter().copied());
    }
    match serde_json::from_slice(disk.file_mut("manifest.json")) {
        Ok(manifest) => verified.manifest = manifest,
        Err(_) => return,
    }
    let shared: Arc<dyn Disk> = Arc::new(disk);
    match rearguard::report::page(&shared, Path::new("results"), &verified) {
        Ok(page) => assert!(page.contains("Content-Security-Policy"), "a page without its policy"),
        Err(error) => drop(error.to_string()),
    }
}
