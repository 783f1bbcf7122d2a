//! A list of which the memory comes, and goes, in small pieces: a long one needs no second place twice
//! as large to grow into, and gives back what was taken from it while the rest is still there.

/// Things in a piece.
const PIECE: usize = 32;

/// A list that only grows, until all of it is taken.
#[derive(Debug)]
pub(super) struct Chunked<T>(Vec<Vec<T>>);

impl<T> Default for Chunked<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Chunked<T> {
    /// Adds a thing at the end.
    pub(super) fn push(&mut self, thing: T) {
        match self.0.last_mut().filter(|piece| piece.len() < PIECE) {
            Some(piece) => piece.push(thing),
            None => self.0.push(vec![thing]),
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        let before = self.0.len().saturating_sub(1) * PIECE;
        before + self.0.last().map_or(0, Vec::len)
    }

    /// The thing with that number, counted from 0.
    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.0.get(number / PIECE)?.get(number % PIECE)
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        self.0.get_mut(number / PIECE)?.get_mut(number % PIECE)
    }

    /// The newest.
    pub(super) fn last(&self) -> Option<&T> {
        self.0.last()?.last()
    }

    /// The same, to be changed.
    pub(super) fn last_mut(&mut self) -> Option<&mut T> {
        self.0.last_mut()?.last_mut()
    }

    /// All of them, the newest last.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter().flatten()
    }
}

impl<T> IntoIterator for Chunked<T> {
    type Item = T;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<T>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().flatten()
    }
}

impl<T> Extend<T> for Chunked<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, things: I) {
        things.into_iter().for_each(|thing| self.push(thing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_list() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE + 3] {
            let (mut chunked, mut list) = (Chunked::default(), (0..length).collect::<Vec<_>>());
            chunked.extend(list.clone());
            for number in 0..=length {
                assert_eq!(chunked.get(number), list.get(number));
                assert_eq!(chunked.get_mut(number), list.get_mut(number));
            }
            assert_eq!((chunked.len(), chunked.last()), (length, list.last()));
            assert_eq!(chunked.last_mut(), list.last_mut());
            assert!(chunked.iter().rev().eq(list.iter().rev()));
            assert_eq!(chunked.into_iter().collect::<Vec<_>>(), list);
        }
    }
}
