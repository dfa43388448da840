//! What a scenario's fields are: one declaration gives the struct, its legal ranges, its reader and its schema.
//!
//! A table of the model is declared with [`table!`](crate::table): each field has its type, its kind (unit and legal
//! range) and its documentation. From that one place come the plain struct that mechanisms read, the checks of the
//! loader, the listing of `show`, and the order in which numbers are visited when uncertain ones are drawn.

/// What a field holds and what is legal in it.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A number in a unit, between two bounds (inclusive). May be declared uncertain.
    Number {
        /// The unit, for people.
        unit: &'static str,
        /// Least legal value.
        min: f64,
        /// Greatest legal value.
        max: f64,
    },
    /// A whole number; uncertain ones are rounded after drawing.
    Count {
        /// What is counted, for people.
        unit: &'static str,
        /// Least legal value.
        min: f64,
        /// Greatest legal value.
        max: f64,
    },
    /// A calendar date, kept as days since `mission.start`. May be declared uncertain, between dates.
    Date,
    /// The date from which days are counted; read before all else and never uncertain.
    Start,
    /// True or false.
    Flag,
    /// Free text for people; never used to decide anything.
    Text,
    /// The name by which other tables refer to this one: `[a-z][a-z0-9_-]{0,63}`, unique in its list.
    Id,
    /// An id of one of the named lists.
    Reference(&'static [&'static str]),
    /// Several ids of the named lists.
    References(&'static [&'static str]),
    /// One of a fixed set of words.
    Choice(&'static [&'static str]),
    /// A table with its own fields.
    Table(&'static [Field]),
    /// A list of tables, each with these fields.
    List(&'static [Field]),
}

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The key, as written in the file.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// May be left out.
    pub optional: bool,
    /// One or two sentences for `explain` and the schema.
    pub doc: &'static str,
}

/// Hands the fields of a checked document to the model, one at a time, in declared order.
///
/// Implemented by the scenario loader. A problem is noted there and a stand-in returned, so that reading goes on and
/// every problem of a file is found at once; a model is built only if none was.
pub trait Source {
    /// Whether the current table has the key.
    fn has(&self, name: &str) -> bool;
    /// A number, count, date or start, as the field's kind says. Dates are days since `mission.start`.
    fn number(&mut self, field: &'static Field) -> f64;
    /// True or false.
    fn flag(&mut self, field: &'static Field) -> bool;
    /// Text, an id, or a reference.
    fn text(&mut self, field: &'static Field) -> String;
    /// Several references.
    fn texts(&mut self, field: &'static Field) -> Vec<String>;
    /// The position of the word among the kind's words.
    fn choice(&mut self, field: &'static Field) -> usize;
    /// Steps into a table.
    fn enter(&mut self, field: &'static Field);
    /// Steps into a list; returns its length.
    fn enter_list(&mut self, field: &'static Field) -> usize;
    /// Steps into one item of the list just entered.
    fn enter_item(&mut self, index: usize);
    /// Steps back out of a table, an item or a list.
    fn leave(&mut self);
}

/// A value that a field can hold.
pub trait Value: Sized {
    /// Reads it from the source.
    fn read(source: &mut dyn Source, field: &'static Field) -> Self;
    /// Visits every number inside, in the order of reading.
    fn visit(&mut self, _each: &mut dyn FnMut(&mut f64)) {}
    /// Whether the key may be left out.
    const OPTIONAL: bool = false;
}

/// A struct declared with [`table!`](crate::table).
pub trait Table: Sized {
    /// Its keys, in declared order.
    const FIELDS: &'static [Field];
    /// Reads the table that the source stands in.
    fn read_table(source: &mut dyn Source) -> Self;
    /// Visits every number inside, in the order of reading.
    fn visit_table(&mut self, each: &mut dyn FnMut(&mut f64));
}

impl Value for f64 {
    fn read(source: &mut dyn Source, field: &'static Field) -> Self {
        source.number(field)
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        each(self);
    }
}

impl Value for bool {
    fn read(source: &mut dyn Source, field: &'static Field) -> Self {
        source.flag(field)
    }
}

impl Value for String {
    fn read(source: &mut dyn Source, field: &'static Field) -> Self {
        source.text(field)
    }
}

impl Value for Vec<String> {
    fn read(source: &mut dyn Source, field: &'static Field) -> Self {
        source.texts(field)
    }
    const OPTIONAL: bool = true;
}

impl<V: Value> Value for Option<V> {
    fn read(source: &mut dyn Source, field: &'static Field) -> Self {
        source.has(field.name).then(|| V::read(source, field))
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        if let Some(value) = self {
            value.visit(each);
        }
    }
    const OPTIONAL: bool = true;
}

/// A nested table, `[name]`.
impl<T: Table> Value for T {
    fn read(source: &mut dyn Source, field: &'static Field) -> Self {
        source.enter(field);
        let table = T::read_table(source);
        source.leave();
        table
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        self.visit_table(each);
    }
}

/// A list of tables, `[[name]]`. A list left out is empty; where that is wrong, the model's own checks say so.
impl<T: Table> Value for Vec<T> {
    fn read(source: &mut dyn Source, field: &'static Field) -> Self {
        let count = source.enter_list(field);
        let mut items = Vec::with_capacity(count);
        for index in 0..count {
            source.enter_item(index);
            items.push(T::read_table(source));
            source.leave();
        }
        source.leave();
        items
    }
    fn visit(&mut self, each: &mut dyn FnMut(&mut f64)) {
        for item in self {
            item.visit_table(each);
        }
    }
    const OPTIONAL: bool = true;
}

/// A number in `unit` between `min` and `max`.
pub const fn number(unit: &'static str, min: f64, max: f64) -> Kind {
    Kind::Number { unit, min, max }
}

/// A whole number of `unit` between `min` and `max`.
pub const fn count(unit: &'static str, min: f64, max: f64) -> Kind {
    Kind::Count { unit, min, max }
}

/// A probability or share between 0 and 1.
pub const fn share() -> Kind {
    number("share", 0.0, 1.0)
}

/// Declares a table of the scenario: a struct whose fields say their kind.
///
/// ```
/// use rearguard::model::field::{Table, number};
/// rearguard::table! {
///     /// A road.
///     pub struct Road {
///         /// Its length.
///         km: f64 = number("km", 1.0, 5000.0),
///     }
/// }
/// assert_eq!(Road::FIELDS[0].name, "km");
/// ```
#[macro_export]
macro_rules! table {
    ($(#[$meta:meta])* pub struct $name:ident {
        $( $(#[doc = $doc:literal])* $field:ident : $type:ty = $kind:expr, )*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        pub struct $name { $( $(#[doc = $doc])* pub $field: $type, )* }

        impl $crate::model::field::Table for $name {
            const FIELDS: &'static [$crate::model::field::Field] = &[$(
                $crate::model::field::Field {
                    name: stringify!($field),
                    kind: $kind,
                    optional: <$type as $crate::model::field::Value>::OPTIONAL,
                    doc: concat!($($doc),*),
                },
            )*];
            fn read_table(source: &mut dyn $crate::model::field::Source) -> Self {
                let mut fields = <Self as $crate::model::field::Table>::FIELDS.iter();
                $( let $field = <$type as $crate::model::field::Value>::read(source, fields.next().expect("one per field")); )*
                Self { $($field,)* }
            }
            fn visit_table(&mut self, each: &mut dyn FnMut(&mut f64)) {
                $( $crate::model::field::Value::visit(&mut self.$field, each); )*
            }
        }
    };
}

/// Declares a set of words that a field may hold: an enum with its names in the file.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $( $(#[$vmeta])* $variant, )* }

        impl $name {
            /// The words as written in the file, in order.
            pub const NAMES: &'static [&'static str] = &[$($text),*];
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word as written in the file.
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }

        impl $crate::model::field::Value for $name {
            fn read(source: &mut dyn $crate::model::field::Source, field: &'static $crate::model::field::Field) -> Self {
                Self::ALL[source.choice(field)]
            }
        }
    };
}
