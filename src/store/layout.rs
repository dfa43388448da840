//! The bytes of a chunk: columns of numbers for a range of replications, each section with its own checksum.
//!
//! All numbers are little-endian. A head of 76 bytes (the mark `RGCHUNK\n`, version u32, columns u32, first u64, last u64,
//! length of the key u32, length of the bytes section u64, identity 32 bytes) is followed by the key, the SHA-256 of each
//! column, that of the bytes section and that of everything so far; then come the columns, of f64, and the bytes section.
//! So the length of the file follows from its head, and one column can be read and trusted without the rest.

use std::io::{self, Read, SeekFrom, Write};

use crate::store::atomic::sha256;
use crate::store::chunk::{Chunk, ChunkFault, ChunkKey};
use crate::store::disk::ReadSeek;

/// How every chunk begins.
const MARK: [u8; 8] = *b"RGCHUNK\n";
/// The version of the layout.
pub(super) const VERSION: u32 = 1;
/// Length of the head before the key, in bytes.
const FIXED_BYTES: usize = 76;
/// Length of a checksum, in bytes.
const SUM_BYTES: usize = 32;
/// Length of a number in a column, in bytes.
const VALUE_BYTES: usize = 8;
/// Longest key, in bytes.
const LONGEST_KEY: usize = 1 << 16;

/// The head of a chunk: what it is of, where its sections are and what they sum to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) key: ChunkKey,
    pub(super) bytes_len: u64,
    identity: [u8; SUM_BYTES],
    column_sums: Vec<[u8; SUM_BYTES]>,
    bytes_sum: [u8; SUM_BYTES],
}

/// Writes a chunk.
///
/// # Panics
/// If a column is not as long as the range, the range is empty, or the key is too long.
pub(super) fn write(
    out: &mut dyn Write,
    identity: &[u8; SUM_BYTES],
    key: &ChunkKey,
    columns: &[&[f64]],
    bytes: &[u8],
) -> io::Result<()> {
    assert!(key.first < key.last, "a chunk has replications");
    assert!(columns.iter().all(|column| column.len() as u64 == key.replications()), "a column has the range's length");
    assert!(key.text.len() <= LONGEST_KEY, "a chunk's key is at most {LONGEST_KEY} bytes long");
    let head = Head {
        key: key.clone(),
        bytes_len: bytes.len() as u64,
        identity: *identity,
        column_sums: columns.iter().map(|column| sha256(&column_bytes(column))).collect(),
        bytes_sum: sha256(bytes),
    };
    out.write_all(&head.to_bytes())?;
    for column in columns {
        out.write_all(&column_bytes(column))?;
    }
    out.write_all(bytes)
}

fn column_bytes(column: &[f64]) -> Vec<u8> {
    column.iter().flat_map(|value| value.to_le_bytes()).collect()
}

impl Head {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MARK.to_vec();
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend((self.column_sums.len() as u32).to_le_bytes());
        bytes.extend(self.key.first.to_le_bytes());
        bytes.extend(self.key.last.to_le_bytes());
        bytes.extend((self.key.text.len() as u32).to_le_bytes());
        bytes.extend(self.bytes_len.to_le_bytes());
        bytes.extend(self.identity);
        debug_assert_eq!(bytes.len(), FIXED_BYTES);
        bytes.extend(self.key.text.as_bytes());
        self.column_sums.iter().chain([&self.bytes_sum]).for_each(|sum| bytes.extend(sum));
        bytes.extend(sha256(&bytes));
        bytes
    }

    /// Reads the head of a chunk and checks it, the length of the file and whose it is, trusting nothing.
    pub(super) fn read(source: &mut dyn ReadSeek, identity: &[u8; SUM_BYTES]) -> Result<Self, ChunkFault> {
        let found = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        read_more(source, FIXED_BYTES as u64, &mut bytes)?;
        let known = bytes.len().min(MARK.len());
        if bytes[..known] != MARK[..known] {
            return Err(ChunkFault::NoChunk);
        }
        let fixed: [u8; FIXED_BYTES] =
            bytes[..].try_into().map_err(|_| ChunkFault::Length { found, expected: FIXED_BYTES as u64 })?;
        let version = u32::from_le_bytes(part(&fixed, 8));
        if version != VERSION {
            return Err(ChunkFault::Version(version));
        }
        let columns = u32::from_le_bytes(part(&fixed, 12)) as usize;
        let key_len = u32::from_le_bytes(part(&fixed, 32)) as usize;
        // Nothing is reserved for a head that does not fit in the file.
        let rest = key_len + SUM_BYTES * (columns + 2);
        if (FIXED_BYTES + rest) as u64 > found {
            return Err(ChunkFault::Length { found, expected: (FIXED_BYTES + rest) as u64 });
        }
        read_more(source, rest as u64, &mut bytes)?;
        let head = Self::from_bytes(&bytes, columns, key_len).ok_or(ChunkFault::Head)?;
        match head.file_bytes() {
            Some(expected) if expected == found => {}
            expected => return Err(ChunkFault::Length { found, expected: expected.unwrap_or(u64::MAX) }),
        }
        if head.identity == *identity { Ok(head) } else { Err(ChunkFault::Foreign) }
    }

    /// Takes a whole head apart; none if it is not what was written.
    fn from_bytes(bytes: &[u8], columns: usize, key_len: usize) -> Option<Self> {
        let (summed, sum) = bytes.split_last_chunk::<SUM_BYTES>()?;
        if sha256(summed) != *sum || key_len > LONGEST_KEY {
            return None;
        }
        let (text, sums) = summed.get(FIXED_BYTES..)?.split_at_checked(key_len)?;
        let (first, last) = (u64::from_le_bytes(part(bytes, 16)), u64::from_le_bytes(part(bytes, 24)));
        let mut column_sums = sums.as_chunks::<SUM_BYTES>().0.to_vec();
        let bytes_sum = column_sums.pop()?;
        (first < last && column_sums.len() == columns).then_some(Self {
            key: ChunkKey::new(str::from_utf8(text).ok()?, first, last),
            bytes_len: u64::from_le_bytes(part(bytes, 36)),
            identity: part(bytes, 44),
            column_sums,
            bytes_sum,
        })
    }

    /// How many columns there are.
    pub(super) fn columns(&self) -> usize {
        self.column_sums.len()
    }

    /// The length of the whole file, if any file can be so long.
    fn file_bytes(&self) -> Option<u64> {
        self.start_of(self.columns())?.checked_add(self.bytes_len)
    }

    /// Where a column begins, or, after the last, the bytes section.
    fn start_of(&self, column: usize) -> Option<u64> {
        let head = (FIXED_BYTES + self.key.text.len() + SUM_BYTES * (self.columns() + 2)) as u64;
        self.column_len()?.checked_mul(column as u64)?.checked_add(head)
    }

    fn column_len(&self) -> Option<u64> {
        self.key.replications().checked_mul(VALUE_BYTES as u64)
    }

    /// Reads and checks one column.
    pub(super) fn read_column(&self, source: &mut dyn ReadSeek, column: usize) -> Result<Vec<f64>, ChunkFault> {
        let sum = self.column_sums.get(column).ok_or(ChunkFault::NoColumn(column))?;
        let place = self.start_of(column).zip(self.column_len()).ok_or(ChunkFault::Head)?;
        let bytes = section(source, place)?;
        if sha256(&bytes) != *sum {
            return Err(ChunkFault::Column(column));
        }
        Ok(bytes.as_chunks::<VALUE_BYTES>().0.iter().map(|value| f64::from_le_bytes(*value)).collect())
    }

    /// Reads and checks the bytes section.
    pub(super) fn read_bytes(&self, source: &mut dyn ReadSeek) -> Result<Vec<u8>, ChunkFault> {
        let place = (self.start_of(self.columns()).ok_or(ChunkFault::Head)?, self.bytes_len);
        let bytes = section(source, place)?;
        if sha256(&bytes) == self.bytes_sum { Ok(bytes) } else { Err(ChunkFault::Bytes) }
    }

    /// Reads and checks everything.
    pub(super) fn read_all(&self, source: &mut dyn ReadSeek) -> Result<Chunk, ChunkFault> {
        let columns = (0..self.columns()).map(|at| self.read_column(source, at)).collect::<Result<_, _>>()?;
        let bytes = self.read_bytes(source)?;
        Ok(Chunk { key: self.key.clone(), columns, bytes })
    }

    /// Checks everything, one section in memory at a time.
    pub(super) fn check_all(&self, source: &mut dyn ReadSeek) -> Result<(), ChunkFault> {
        for column in 0..self.columns() {
            self.read_column(source, column)?;
        }
        self.read_bytes(source).map(drop)
    }
}

/// Reads `(start, length)` of a file; shorter if the file is.
fn section(source: &mut dyn ReadSeek, (start, len): (u64, u64)) -> io::Result<Vec<u8>> {
    source.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    read_more(source, len, &mut bytes)?;
    Ok(bytes)
}

/// Reads so many bytes from where the file stands; fewer if there are no more.
fn read_more(source: &mut dyn ReadSeek, len: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    /// What is reserved for a length that may be wrong: enough for a column, so that it is read in one go.
    const RESERVED: u64 = 1 << 16;
    bytes.reserve(len.min(RESERVED) as usize);
    source.take(len).read_to_end(bytes).map(drop)
}

/// `N` bytes from a place that is there.
fn part<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[start..start + N]);
    part
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::store::atomic::hex;
    use crate::store::identity::Identity;

    fn owner() -> Identity {
        Identity::new().with("seed", "1")
    }

    fn sample() -> Chunk {
        let odd = vec![-0.0, f64::from_bits(0x7ff8_0000_0000_0123), f64::NEG_INFINITY];
        Chunk {
            key: ChunkKey::new("3 é", 10, 13),
            columns: vec![vec![1.5, -2.0, 1e300], odd],
            bytes: b"ledger".to_vec(),
        }
    }

    fn encode(chunk: &Chunk) -> Vec<u8> {
        let columns: Vec<&[f64]> = chunk.columns.iter().map(Vec::as_slice).collect();
        let mut out = Vec::new();
        write(&mut out, &owner().digest(), &chunk.key, &columns, &chunk.bytes).unwrap();
        out
    }

    fn decode(bytes: &[u8]) -> Result<Chunk, ChunkFault> {
        Chunk::parse(bytes, &owner())
    }

    fn bits(chunk: &Chunk) -> Vec<Vec<u64>> {
        chunk.columns.iter().map(|column| column.iter().map(|value| value.to_bits()).collect()).collect()
    }

    #[test]
    fn every_bit_of_every_number_comes_back() {
        let (chunk, back) = (sample(), decode(&encode(&sample())).unwrap());
        assert_eq!((&back.key, &back.bytes, bits(&back)), (&chunk.key, &chunk.bytes, bits(&chunk)));
        let bare = Chunk { key: ChunkKey::new("", 0, 1_000_000), columns: vec![], bytes: vec![] };
        assert_eq!(decode(&encode(&bare)).unwrap(), bare);
    }

    #[test]
    fn the_layout_is_what_older_folders_hold() {
        // Computed apart from this code, from the layout as the file's head describes it. A change means a new version.
        let bytes = encode(&sample());
        assert_eq!(bytes.len(), 76 + 4 + 4 * 32 + 2 * 24 + 6);
        assert_eq!(hex(&sha256(&bytes)), "95f477f04658b3abf8f0b6b0c3ea408d3c53af87634e293dd333b24baa8d5356");
    }

    #[test]
    fn any_flipped_bit_is_found() {
        let bytes = encode(&sample());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut flipped = bytes.clone();
                flipped[at] ^= 1 << bit;
                assert!(decode(&flipped).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn any_other_length_is_found() {
        let bytes = encode(&sample());
        (0..bytes.len()).for_each(|len| assert!(decode(&bytes[..len]).is_err(), "{len}"));
        assert!(matches!(decode(&[&bytes[..], b"x"].concat()), Err(ChunkFault::Length { .. })));
    }

    #[test]
    fn a_section_is_read_without_the_others() {
        let mut bytes = encode(&sample());
        let second = bytes.len() - 6 - 1;
        bytes[second] ^= 1;
        let mut source = Cursor::new(&bytes[..]);
        let head = Head::read(&mut source, &owner().digest()).unwrap();
        assert_eq!(head.read_column(&mut source, 0).unwrap(), [1.5, -2.0, 1e300]);
        assert!(matches!(head.read_column(&mut source, 1), Err(ChunkFault::Column(1))));
        assert_eq!(head.read_bytes(&mut source).unwrap(), b"ledger");
        assert!(matches!(head.read_column(&mut source, 2), Err(ChunkFault::NoColumn(2))));
        assert!(head.check_all(&mut source).is_err());
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        let bytes = encode(&sample());
        let with = |at: usize, byte: u8| {
            let mut changed = bytes.clone();
            changed[at] = byte;
            decode(&changed).unwrap_err().to_string()
        };
        assert_eq!(with(0, b'X'), "is not a chunk");
        assert_eq!(with(8, 2), "has version 2 of the layout, and only version 1 is known");
        assert_eq!(with(44, 0), "has a damaged head");
        assert_eq!(decode(b"").unwrap_err().to_string(), "is 0 bytes long instead of 76");
        let other = Chunk::parse(&bytes, &Identity::new()).unwrap_err();
        assert_eq!(other.to_string(), "belongs to the results of other inputs");
    }

    #[test]
    fn a_head_that_promises_more_than_the_file_has_reserves_nothing() {
        // Sealed as ours would be, but for 2^61 replications: the length alone tells.
        let key = ChunkKey::new("k", 0, 1 << 61);
        let (identity, column_sums, bytes_sum) = (owner().digest(), vec![[0; 32]; 9], [0; 32]);
        let mut head = Head { key, bytes_len: 0, identity, column_sums, bytes_sum };
        assert!(matches!(decode(&head.to_bytes()), Err(ChunkFault::Length { .. })));
        head.key.last = u64::MAX;
        head.bytes_len = u64::MAX;
        assert!(matches!(decode(&head.to_bytes()), Err(ChunkFault::Length { .. })));
    }

    proptest! {
        #[test]
        fn whatever_bytes_come_nothing_panics(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut bytes = MARK.to_vec();
            bytes.extend(VERSION.to_le_bytes());
            bytes.extend(tail);
            prop_assert!(decode(&bytes).is_err());
        }

        #[test]
        fn what_is_written_is_read(
            text in ".{0,40}",
            first in 0..1_000_000_u64,
            column in proptest::collection::vec(any::<f64>(), 1..50),
            count in 0..4_usize,
            bytes in proptest::collection::vec(any::<u8>(), 0..50),
        ) {
            let key = ChunkKey::new(text, first, first + column.len() as u64);
            let chunk = Chunk { key, columns: vec![column; count], bytes };
            let back = decode(&encode(&chunk)).unwrap();
            prop_assert_eq!((&back.key, &back.bytes, bits(&back)), (&chunk.key, &chunk.bytes, bits(&chunk)));
        }
    }
}
