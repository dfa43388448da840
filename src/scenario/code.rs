//! The codes of a scenario's problems: stable names that can be searched for and explained.

use std::fmt;

macro_rules! codes {
    ($( $variant:ident = $text:literal, $title:literal, $explanation:literal; )*) => {
        /// What kind of problem a diagnostic reports. The texts never change their meaning between versions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $( #[doc = $title] $variant, )* }

        /// Every code, with what `explain` says of it.
        pub const CODES: &[CodeInfo] =
            &[$( CodeInfo { code: Code::$variant, text: $text, title: $title, explanation: $explanation }, )*];
    };
}

/// What `explain` says of a code.
#[derive(Clone, Copy, Debug)]
pub struct CodeInfo {
    /// The code.
    pub code: Code,
    /// Its text, such as `E010`.
    pub text: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Two or three sentences: what it means and what to do.
    pub explanation: &'static str,
}

codes! {
    Unreadable = "E001", "file cannot be read",
        "The scenario, or a file it names, is missing, is a directory, or may not be opened. Paths on the command line \
         start in the current folder; paths inside a scenario start in the folder of the file that names them.";
    TooLarge = "E002", "file too large",
        "A scenario file may have up to 4 MiB. Long lists are better kept in CSV files next to the scenario, and shared \
         parts in a file that others extend.";
    Encoding = "E003", "not UTF-8 text",
        "Scenarios and their CSV files are UTF-8 text without NUL. The message gives the first byte that breaks this. \
         Most editors can save a file with another encoding.";
    Empty = "E004", "file is empty",
        "The file holds nothing but blank lines and comments. A scenario begins with `format = 1`; copy the tutorial \
         scenario to start from something that runs.";
    Syntax = "E005", "not valid TOML",
        "The file breaks the grammar of TOML 1.1, so its content cannot be known. Frequent causes are text without \
         quotes, a missing closing bracket or quote, and the same key written twice.";
    Limit = "E006", "beyond a limit",
        "Lists hold up to 10,000 items, tables up to 10,000 keys, and values nest up to 32 deep. The limits keep memory \
         and time bounded for any input.";
    Format = "E007", "format of the file not known",
        "Every scenario states `format = 1` above its first table. The number changes only when old files would be \
         read differently, so that a file never silently changes its meaning.";
    Extends = "E008", "file cannot be extended",
        "`extends = \"other.toml\"` lays this file over another one. The other file must lie in the scenario's folder \
         or below it, chains go up to 8 files deep, and no file may extend itself, directly or by way of others.";
    Csv = "E009", "list in a CSV file cannot be read",
        "A list of tables may be kept in a CSV file: the first row names the keys, each further row is one table, an \
         empty cell leaves its key out. Every row needs as many cells as the first, and every key a different name.";
    UnknownKey = "E010", "unknown key",
        "The table has no such key. Nothing is ignored, because a misspelt key would silently leave a value at its \
         default. `note`, `source`, `basis` and `fitted_from` are allowed in every table.";
    MissingKey = "E011", "missing key",
        "A key that the table must have is not there. The hint says what it holds; `explain` with the key's path says \
         more.";
    WrongType = "E012", "wrong type",
        "The value is of another kind than the key holds: for example text where a number belongs. In TOML numbers, \
         dates, true and false stand without quotes, and text stands in quotes.";
    NotFinite = "E013", "not a finite number",
        "`nan` and `inf` are TOML, but no quantity of the model. To say that something never happens leave the key \
         out if it is optional, or give the largest legal value.";
    OutOfRange = "E014", "outside the legal range",
        "The number lies outside the range that the field allows. Check the unit first: shares run from 0 to 1, not to \
         100, and the unit is the last part of most names (`_km`, `_days`, `_usd`).";
    NotWhole = "E015", "not a whole number",
        "The field counts things, so its value is a whole number. Uncertain counts are declared with a law as usual and \
         rounded after drawing.";
    BadDate = "E016", "date cannot be used",
        "Dates are written `2023-12-31`, without quotes, time or zone, and must lie within ten years of \
         `mission.start`. Everything happens by the day at the place itself, so times of day have no meaning here.";
    BadId = "E017", "malformed id",
        "Ids begin with a small letter and go on with small letters, digits, `_` and `-`, up to 64 characters. They \
         name rows in the results and parts of paths, so spaces, capitals and other letters are left to `title`.";
    DuplicateId = "E018", "id used twice",
        "Two items of one list have the same id, so nothing could refer to either. Rename one of them.";
    UnknownReference = "E019", "refers to nothing",
        "The text must be the id of an item of the named list, and there is none. Check the spelling, or add the item.";
    UnknownWord = "E020", "unknown word",
        "The field takes one of a fixed set of words. The hint gives the nearest one and the full set.";
    BadLaw = "E021", "uncertain number cannot be read",
        "An uncertain number has exactly one form: `value`, `quantiles`, `triangular`, `uniform`, `log_uniform`, \
         `normal`, `lognormal`, `beta` or `gamma`. Its parameters must be in order and positive where they measure \
         spread.";
    LawOutOfRange = "E022", "law reaches outside the legal range",
        "The law could draw a value that the field does not allow. Choose a law with bounds inside the range, or state \
         `truncate = [low, high]`: the tails beyond are then left out and the rest scaled up.";
    BadNote = "E023", "malformed annotation",
        "`basis` is \"reported\", \"derived\" or \"assumed\"; `source` and `note` are text; `fitted_from` is text or a \
         list of texts. They may stand in any table and hold for all numbers in it that do not state their own.";
    BadOverride = "E024", "override cannot be read",
        "An override is written `path=value`: the dotted path of a value, an equals sign, and the value as it would \
         stand in the file. Quote it for the shell when it has spaces, brackets or quotes.";
    UnknownPath = "E025", "no such path",
        "The path leads to nothing in this scenario. Paths are the keys from the top joined by dots; items of lists go \
         by their `id`, or by their position from 0 if they have none. `show` prints every path.";
    BadPreset = "E026", "malformed policy or denial",
        "Each `[[policy]]` and `[[denial]]` has an `id` and a `title`, and may have a `note`. A policy's `set`, or a \
         denial's `lifts`, is a table of quoted paths and the values they get.";
    Order = "E030", "out of order",
        "Two values contradict each other in order: an end before its start, a minimum above its maximum. The message \
         names both.";
    Unreachable = "E031", "cannot be reached",
        "A place has neither a road nor a usable strip to leave by, so its people and equipment could never get out. \
         Add a road to a place that has one, or a strip.";
    Sum = "E032", "shares do not add up",
        "Values that divide a whole must add up to 1, or to the total they divide. The message gives the sum found.";
    EmptyList = "E033", "list is empty",
        "The list needs at least one item for the model to mean anything.";
    Contradiction = "E034", "contradicts another value",
        "Each value is legal on its own, but not together with another one. The message names both and says what would \
         make them agree.";
    NoEffect = "E035", "has no effect",
        "The value can change nothing in the results because of another value. It is refused so that nobody varies it \
         and concludes that it does not matter.";
    Budget = "E036", "too large to run",
        "The run would need more memory or time than the limits allow. The message gives the number, the limit and how \
         to raise it.";
}

impl Code {
    /// The code's entry in [`CODES`].
    pub fn info(self) -> &'static CodeInfo {
        &CODES[self as usize]
    }

    /// The stable text, such as `E010`.
    pub fn text(self) -> &'static str {
        self.info().text
    }

    /// The code with this text, in capitals or not.
    pub fn from_text(text: &str) -> Option<Self> {
        CODES.iter().find(|info| info.text.eq_ignore_ascii_case(text)).map(|info| info.code)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_finds_its_own_entry() {
        for (index, info) in CODES.iter().enumerate() {
            assert_eq!(info.code as usize, index);
            assert_eq!(info.code.info().text, info.text);
            assert_eq!(Code::from_text(&info.text.to_lowercase()), Some(info.code));
            assert_eq!(CODES.iter().filter(|other| other.text == info.text).count(), 1, "{}", info.text);
            let sentences = info.explanation.matches(['.', ':']).count();
            assert!(!info.explanation.contains("  ") && sentences >= 1, "{}", info.text);
        }
        assert_eq!(Code::from_text("E999"), None);
    }
}
