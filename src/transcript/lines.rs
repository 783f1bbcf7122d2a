//! Bytes to lines: large reads, no copy, one buffer.
//!
//! A line is handed out as a slice of the buffer. The buffer holds one block, or one line where
//! a line is longer than that; a file of any size needs no more memory than its longest line.

use std::io::{self, Read};

use super::buffer::{self, Buffer};

/// How much is asked of the file at a time. 64 KiB and 1 MiB measured within a twentieth of it in
/// CPU time (300 MB, 481 files).
const BLOCK: usize = buffer::SMALLEST;
/// The longest line that is held. Real ones have up to some megabytes (pasted images and
/// documents), and a file without a line end must not fill the memory.
const LONGEST: usize = 256 * 1024 * 1024;

/// One line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Counted from 1.
    pub number: u64,
    /// The bytes between two line feeds, a carriage return before the second one left out.
    pub bytes: &'a [u8],
    /// Whether a line feed ended it: a last line without one may still be in the writing.
    pub ended: bool,
    /// Whether it was too long to be held, so that `bytes` is empty.
    pub is_cut: bool,
}

/// The lines of a source, in order.
pub struct Lines<R> {
    source: R,
    buffer: Buffer,
    /// Unread bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
    number: u64,
    exhausted: bool,
    block: usize,
    longest: usize,
    /// Says how many bytes the source still holds, after so many.
    rest: fn(&R, u64) -> u64,
    /// Bytes that were read.
    read: u64,
}

impl<R: Read> Lines<R> {
    /// Starts at the source's current position.
    #[must_use]
    pub fn new(source: R) -> Self {
        Self::in_blocks_of(BLOCK, source)
    }

    /// As [`Lines::new`], for who wants only the first few lines: reads `block` bytes at a time.
    #[must_use]
    pub fn in_blocks_of(block: usize, source: R) -> Self {
        let (buffer, longest) = (Buffer::new(), LONGEST);
        Self {
            source,
            buffer,
            start: 0,
            end: 0,
            number: 0,
            exhausted: false,
            block,
            longest,
            rest: |_, _| u64::MAX,
            read: 0,
        }
    }

    /// Where a line is long, asks how many bytes the source still holds, after so many: a line as long as
    /// its file takes no more memory than that.
    #[must_use]
    pub fn asking(self, rest: fn(&R, u64) -> u64) -> Self {
        Self { rest, ..self }
    }

    /// Holds no line longer than `longest` bytes.
    #[must_use]
    pub fn no_longer_than(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// The next line, or `None` at the end. After an error the rest of the source is lost.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = self.start;
        loop {
            let unsearched = self.buffer.get(searched..self.end).unwrap_or_default();
            if let Some(length) = memchr::memchr(b'\n', unsearched) {
                return Ok(Some(self.take(searched + length, true)));
            }
            if self.exhausted {
                let rest = self.end > self.start;
                return Ok(rest.then(|| self.take(self.end, false)));
            }
            if self.end - self.start >= self.longest {
                return self.take_cut().map(Some);
            }
            searched = self.end - self.start;
            self.fill()?;
        }
    }

    /// Hands out the bytes up to `end` and steps over them and their line feed.
    fn take(&mut self, end: usize, ended: bool) -> Line<'_> {
        let start = std::mem::replace(&mut self.start, (end + usize::from(ended)).min(self.end));
        self.number += 1;
        let bytes = self.buffer.get(start..end).unwrap_or_default();
        Line { number: self.number, bytes: bytes.strip_suffix(b"\r").unwrap_or(bytes), ended, is_cut: false }
    }

    /// Reads over a line that is too long.
    fn take_cut(&mut self) -> io::Result<Line<'_>> {
        self.number += 1;
        let ended = loop {
            self.start = self.end;
            self.fill()?;
            if let Some(length) = memchr::memchr(b'\n', self.buffer.get(..self.end).unwrap_or_default()) {
                self.start = length + 1;
                break true;
            }
            if self.exhausted {
                self.start = self.end;
                break false;
            }
        };
        Ok(Line { number: self.number, bytes: &[], ended, is_cut: true })
    }

    /// Moves what is unread to the front and reads on behind it, doubling the buffer for a line
    /// that fills it.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buffer.len() {
            let expected = (self.rest)(&self.source, self.read);
            self.buffer.grow(usize::try_from(expected).unwrap_or(usize::MAX));
        }
        let until = self.buffer.len().min(self.end + self.block);
        let free = self.buffer.get_mut(self.end..until).unwrap_or_default();
        let read = loop {
            match self.source.read(free) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.end += read;
        self.read += read as u64;
        self.exhausted = read == 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A source that gives at most so many bytes a read, and says how many it holds.
    struct Drip<'a>(&'a [u8], usize, u64);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(self.1);
            self.0.read(&mut buffer[..length])
        }
    }

    fn collect(bytes: &[u8], step: usize) -> Vec<(u64, Vec<u8>, bool)> {
        let mut lines = Lines::new(Drip(bytes, step, 0));
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push((line.number, line.bytes.to_vec(), line.ended));
        }
        found
    }

    #[test]
    fn a_line_that_is_too_long_costs_only_itself() {
        let text = [b"a\n".as_slice(), &[b'x'; 5_000], b"\nb\n", &[b'y'; 5_000]].concat();
        let mut lines = Lines::in_blocks_of(100, text.as_slice()).no_longer_than(2_000);
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push((line.number, line.bytes.len(), line.ended, line.is_cut));
        }
        let expected = [(1, 1, true, false), (2, 0, true, true), (3, 1, true, false), (4, 0, false, true)];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_line_longer_than_the_block_is_one_line() {
        let mut bytes = vec![b'x'; 3 * BLOCK + 17];
        bytes.extend(b"\r\ny");
        let lines = collect(&bytes, usize::MAX);
        assert_eq!(lines[0].1.len(), 3 * BLOCK + 17);
        assert_eq!(lines[1], (2, b"y".to_vec(), false));
    }

    #[test]
    fn a_long_line_takes_as_much_memory_as_the_source_holds_and_a_source_may_hold_more_than_it_said() {
        let bytes = [vec![b'x'; 5 * BLOCK], b"\ny".to_vec()].concat();
        for (said, most) in [(bytes.len() as u64, 6 * BLOCK), (0, 8 * BLOCK), (2 * BLOCK as u64, 8 * BLOCK)] {
            let source = Drip(&bytes, usize::MAX, said);
            let mut lines = Lines::new(source).asking(|source, read| source.2.saturating_sub(read));
            assert_eq!(lines.next_line().unwrap().unwrap().bytes, &bytes[..5 * BLOCK], "{said}");
            assert_eq!(lines.next_line().unwrap().unwrap().bytes, b"y", "{said}");
            assert!(lines.buffer.len() <= most, "{} after {said}", lines.buffer.len());
        }
    }

    proptest! {
        #[test]
        fn lines_are_what_splitting_gives_however_the_bytes_arrive(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..300),
            step in 1_usize..40,
        ) {
            let mut expected: Vec<_> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            let last = expected.pop().unwrap();
            let mut expected: Vec<_> = expected.into_iter().map(|line| (line, true)).collect();
            if !last.is_empty() {
                expected.push((last, false));
            }
            let expected: Vec<_> = expected
                .into_iter()
                .zip(1..)
                .map(|((line, ended), number)| (number, line.strip_suffix(b"\r").unwrap_or(&line).to_vec(), ended))
                .collect();
            prop_assert_eq!(collect(&bytes, step), expected);
        }
    }
}
