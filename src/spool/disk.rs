//! The temporary file of a spool.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::BLOCK;

/// A file, of which a part may be free.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) file: Option<File>,
    pub(super) end: u64,
    free: Vec<Room>,
    new_file: fn() -> io::Result<File>,
}

/// Room for a block: usually for one that is not larger than usual.
#[derive(Debug)]
pub(super) struct Room {
    at: u64,
    bytes: usize,
}

impl Disk {
    /// Nothing yet; the file is made with the first block.
    pub(super) fn on(new_file: fn() -> io::Result<File>) -> Self {
        Self { file: None, end: 0, free: Vec::new(), new_file }
    }

    /// Writes a block.
    pub(super) fn write(&mut self, block: &[u8]) -> io::Result<Room> {
        let file = match self.file.take() {
            Some(file) => file,
            None => (self.new_file)()?,
        };
        let file = self.file.insert(file);
        let free = self.free.iter().position(|room| room.bytes >= block.len());
        let room = free.map(|place| self.free.swap_remove(place));
        let room = room.unwrap_or(Room { at: self.end, bytes: block.len().next_multiple_of(BLOCK) });
        file.seek(SeekFrom::Start(room.at))?;
        file.write_all(block)?;
        self.end = self.end.max(room.at + room.bytes as u64);
        Ok(room)
    }

    /// Nobody will read this block any more.
    pub(super) fn free(&mut self, room: Room) {
        self.free.push(room);
    }

    /// Reads so many bytes of a block, from that one on.
    pub(super) fn read(&self, room: &Room, from: u32, length: usize) -> io::Result<Vec<u8>> {
        let mut file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; length];
        file.seek(SeekFrom::Start(room.at + u64::from(from)))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
