//! What is remembered of each record, by its number?
//! Grows a piece at a time, so that growing never holds the memory twice.

/// A value for each record, the default for those never set. Numbers count from 1.
#[derive(Debug, Default)]
pub(super) struct ByRow<T> {
    pieces: Vec<Vec<T>>,
}

const PIECE: usize = 1 << 16;

impl<T: Copy + Default> ByRow<T> {
    /// Sets the value of a record behind all that were set before.
    pub(super) fn push(&mut self, row: u32, value: T) {
        let index = row as usize - 1;
        while self.pieces.len() <= index / PIECE {
            if let Some(full) = self.pieces.last_mut() {
                full.resize(PIECE, T::default());
            }
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        let piece = &mut self.pieces[index / PIECE];
        piece.resize(index % PIECE, T::default());
        piece.push(value);
    }

    /// The value of a record that is not behind the last one set.
    pub(super) fn get(&self, row: u32) -> T {
        let index = row as usize - 1;
        self.pieces[index / PIECE][index % PIECE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_hold_the_default() {
        let mut by_row = ByRow::default();
        let far = PIECE as u32 * 2 + 7;
        for (row, value) in [(2, 20u64), (PIECE as u32, 30), (far, 40)] {
            by_row.push(row, value);
        }
        let rows = [1, 2, 3, PIECE as u32, PIECE as u32 + 1, far - 1, far];
        assert_eq!(rows.map(|row| by_row.get(row)), [0, 20, 0, 30, 0, 0, 40]);
    }
}
