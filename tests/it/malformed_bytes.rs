//! Bytes that are no text, characters that hide, and files beyond every limit.

use crate::malformed::{CASE, Expected, HEAD, Mistake};

/// Bytes that no editor would call UTF-8 text, as the title of a case.
const NO_TEXT: &[(&str, &[u8])] = &[
    ("a letter of Latin-1", b"caf\xe9"),
    ("quotes of Windows-1252", b"\x93plan\x94"),
    ("a continuation without its start", b"a\x80b"),
    ("a start without its continuation", b"a\xc3"),
    ("a character cut short", b"a\xe2\x82"),
    ("a slash in more bytes than it needs", b"\xc0\xaf"),
    ("half of a surrogate pair", b"\xed\xa0\x80"),
    ("a character beyond the last", b"\xf5\x80\x80\x80"),
    ("a byte that is never used", b"\xff"),
    ("a NUL", b"a\0b"),
    ("Cyrillic of KOI8-R", b"\xf0\xcc\xc1\xce"),
    ("Shift JIS", b"\x83v\x83\x89\x83\x93"),
];

/// Characters that TOML or the fields refuse: what is written below the head, the code, the column.
const HIDDEN: &[(&str, &str, &str, usize)] = &[
    ("a bell", "title = \"a\u{7}b\"", "E005", 11),
    ("a sequence for terminals", "title = \"\u{1b}[31mred\"", "E005", 10),
    ("a delete", "title = \"a\u{7f}b\"", "E005", 11),
    ("a backspace", "title = \"a\u{8}b\"", "E005", 11),
    ("a line end of old", "decisions.merge = true\rtitle = \"b\"", "E005", 24),
    ("a blank that does not break", "decisions.merge =\u{a0}true", "E005", 18),
    ("a blank of no width in a number", "packing.batch_teu = 1\u{200b}0", "E005", 21),
    ("a dash for a minus", "threat.growth_per_month = \u{2212}0.1", "E005", 27),
    ("digits of full width", "packing.batch_teu = \u{ff14}", "E005", 21),
    ("digits of another script", "packing.batch_teu = \u{664}", "E005", 21),
    ("a mark of byte order inside", "\u{feff}packing.batch_teu = 4", "E005", 1),
    ("an override of direction in a key", "\"\u{202e}hctab\" = 4", "E010", 1),
    ("a blank of no width in a key", "\"packing\u{200b}\" = 4", "E010", 1),
    ("an override of direction in a word", "disposal.rule = \"\u{202e}enon\"", "E020", 17),
    ("a letter that looks like another in a word", "disposal.rule = \"n\u{43e}ne\"", "E020", 17),
    ("a sequence for terminals, escaped, in a word", "disposal.rule = \"\\u001b[31m\"", "E020", 17),
    ("a blank of no width in a reference", "imports.base = \"ea\u{200b}st\"", "E019", 16),
    ("a combining accent in a reference", "imports.base = \"e\u{301}ast\"", "E019", 16),
    ("a null, escaped, in a reference", "imports.base = \"east\\u0000\"", "E019", 16),
];

/// All of them.
pub fn mistakes() -> Vec<Mistake> {
    [no_text(), hidden(), sizes(), depths(), chains()].into_iter().flatten().collect()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

fn no_text() -> Vec<Mistake> {
    let nowhere = |words: &[&str]| vec![Expected::new("E003", 0, 0, words)];
    let title = |bytes: &[u8]| [HEAD.as_bytes(), b"title = \"", bytes, b"\"\n"].concat();
    let mut all: Vec<Mistake> =
        NO_TEXT.iter().map(|(name, bytes)| Mistake::new(*name, title(bytes), nowhere(&["byte"]))).collect();
    let marked = format!("\u{feff}{HEAD}");
    all.extend([
        Mistake::new("UTF-16 of Windows", utf16(&marked, u16::to_le_bytes), nowhere(&["UTF-8"])),
        Mistake::new("UTF-16 the other way round", utf16(&marked, u16::to_be_bytes), nowhere(&["UTF-8"])),
        Mistake::new("UTF-16 without its mark", utf16(HEAD, u16::to_le_bytes), nowhere(&["UTF-8"])),
        Mistake::new("a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), nowhere(&["text file"])),
        Mistake::new("a workbook", b"PK\x03\x04\x14\0\x06\0".to_vec(), nowhere(&["text file"])),
    ]);
    // In a list beside the scenario it is the name of the list that is pointed at.
    for (name, bytes) in NO_TEXT {
        let at = vec![Expected::new("E003", 3, 11, &["rain.csv", "byte"])];
        let mut mistake = Mistake::new(format!("{name}, in a list"), format!("{HEAD}weather = \"rain.csv\"\n"), at);
        let list = [b"from,until,unpaved_factor,note\n2030-02-01,2030-03-01,1,", *bytes, b"\n"].concat();
        mistake.files.insert("rain.csv".to_owned(), list);
        all.push(mistake);
    }
    all
}

fn hidden() -> Vec<Mistake> {
    let mistake = |&(name, line, code, column): &(&str, &str, &str, usize)| {
        Mistake::new(name, format!("{HEAD}{line}\n"), vec![Expected::new(code, 3, column, &[])])
    };
    HIDDEN.iter().map(mistake).collect()
}

fn sizes() -> Vec<Mistake> {
    let own =
        |name: &str, line: &str, expected: Expected| Mistake::new(name, format!("{HEAD}{line}\n"), vec![expected]);
    let list = |name: &str, rows: String, expected: &[(&str, usize, usize, &str)]| {
        let place = |line, column| ("rain.csv".to_owned(), line, column);
        let one = |&(code, line, column, words): &(&str, usize, usize, &str)| Expected {
            place: place(line, column),
            ..Expected::new(code, line, column, &[words])
        };
        let case = format!("{HEAD}weather = \"rain.csv\"\n");
        let mut mistake = Mistake::new(name, case, expected.iter().map(one).collect());
        mistake.files.insert("rain.csv".to_owned(), rows.into_bytes());
        mistake
    };
    let row = "2030-02-01,2030-03-01,1\n";
    let wide = |columns: usize| (0..columns).map(|at| format!("c{at}")).collect::<Vec<_>>().join(",");
    let keys = (0..=10_000).map(|at| format!("k{at} = 1")).collect::<Vec<_>>().join(", ");
    let mib = "x".repeat(1 << 20);
    vec![
        own(
            "a file of more than 4 MiB",
            &format!("# {}", "x".repeat(4 << 20)),
            Expected::new("E002", 0, 0, &["4 MiB"]),
        ),
        own("a file of very many lines", &"\n".repeat(200_000), Expected::new("E006", 1, 1, &["200000 lines"])),
        own(
            "a list of very many ids",
            &format!("truck_fleet = [{{ id = \"trucks\", serves = [{}] }}]", "\"east\", ".repeat(10_001)),
            Expected::new("E006", 3, 42, &["10001 entries", "10000"]),
        ),
        own(
            "a table of very many keys",
            &format!("threat = {{ {keys} }}"),
            Expected::new("E006", 3, 10, &["10001 entries"]),
        ),
        own(
            "an id of a mebibyte",
            &format!("junction = [{{ id = \"{mib}\", latitude = 1, longitude = 1, exit = false }}]"),
            Expected::new("E017", 3, 20, &["..."]),
        ),
        own("a key of a mebibyte", &format!("{mib} = 1"), Expected::new("E010", 3, 1, &["..."])),
        own(
            "a number of a mebibyte",
            &format!("packing.batch_teu = {}", "9".repeat(1 << 20)),
            Expected::new("E014", 3, 21, &["..."]),
        ),
        own("a word of a mebibyte", &format!("disposal.rule = \"{mib}\""), Expected::new("E020", 3, 17, &["..."])),
        own("a reference of a mebibyte", &format!("imports.base = \"{mib}\""), Expected::new("E019", 3, 16, &["..."])),
        own(
            "a text that never ends, of a mebibyte",
            &format!("title = \"\"\"{mib}"),
            Expected::new("E005", 3, 9, &["never closed"]),
        ),
        list(
            "a list of more than 10,000 rows",
            format!("from,until,unpaved_factor\n{}", row.repeat(10_001)),
            &[("E006", 10_002, 1, "10000 rows")],
        ),
        list("a list of more than 1,000 columns", format!("{}\n", wide(1_001)), &[("E006", 1, 4_891, "1000 columns")]),
        list("a list of a single cell of a mebibyte", mib.clone(), &[("E010", 1, 1, "...")]),
    ]
}

fn depths() -> Vec<Mistake> {
    let at = |name: &str, line: String, column: usize| {
        Mistake::new(
            name,
            format!("{HEAD}{line}\n"),
            vec![Expected::new("E006", 3, column, &["nest more than 32 deep"])],
        )
    };
    let lists = |depth: usize| format!("title = {}{}", "[".repeat(depth), "]".repeat(depth));
    let tables = |depth: usize| format!("title = {}1{}", "{ a = ".repeat(depth), " }".repeat(depth));
    vec![
        at("lists in lists", lists(33), 41),
        at("lists in lists without end", lists(500_000), 41),
        at("lists that are never closed", format!("title = {}", "[".repeat(500_000)), 41),
        at("tables in tables", tables(33), 9 + 32 * 6),
        at("tables in tables without end", tables(200_000), 9 + 32 * 6),
        at("keys below keys", format!("{}a = 1", "a.".repeat(40)), 64),
        at("keys below keys without end", format!("{}a = 1", "a.".repeat(500_000)), 64),
        at("headings below headings", format!("[{}a]", "a.".repeat(40)), 65),
        at("lists of headings below headings", format!("[[{}a]]", "a.".repeat(40)), 66),
    ]
}

/// Files that extend files: too many, and too much together.
fn chains() -> Vec<Mistake> {
    let chain = |name: &str, length: usize, padding: &str, expected: Expected| {
        let mut mistake = Mistake::new(name, "format = 1\nextends = \"0.toml\"\n", vec![expected]);
        for at in 0..length {
            let text = format!("format = 1\nextends = \"{}.toml\"\n{padding}", at + 1);
            mistake.files.insert(format!("{at}.toml"), text.into_bytes());
        }
        mistake
    };
    let inside = |file: &str, expected: Expected| Expected { place: (file.to_owned(), 2, 11), ..expected };
    let padding = format!("# {}\n", "x".repeat((4 << 20) - 100));
    vec![
        chain(
            "more than 8 files extend one another",
            20,
            "",
            inside("6.toml", Expected::new("E008", 2, 11, &["8 files"])),
        ),
        chain("16 MiB of files", 7, &padding, inside("3.toml", Expected::new("E002", 2, 11, &["16 MiB together"]))),
        chain("a chain that ends nowhere", 3, "", inside("2.toml", Expected::new("E001", 2, 11, &["3.toml"]))),
        Mistake::new(
            "a folder as a list",
            format!("{HEAD}weather = \".csv\"\n"),
            vec![Expected::new("E009", 3, 11, &[])],
        ),
        Mistake::new(
            CASE,
            "format = 1\nextends = \"./case.toml\"\n",
            vec![Expected::new("E008", 2, 11, &["in a circle"])],
        ),
    ]
}
