//! Which of the states that are possible is the next one?
//! All in turn where there are few, by chance where there are many.

use intake_tests::disk_model::Choice;
use intake_tests::on_demand::Random;

/// Every combination of choices, one after another.
#[derive(Default)]
pub(super) struct InTurn {
    chosen: Vec<(u64, u64)>,
    next: usize,
}

/// By chance, with a bias that differs from state to state, so that nearly everything and nearly nothing arrive as well.
pub(super) struct ByChance<'r> {
    random: &'r mut Random,
    whole_of_ten: u64,
}

impl InTurn {
    /// The next combination; false behind the last one.
    pub(super) fn advance(&mut self) -> bool {
        self.next = 0;
        while let Some((chosen, possibilities)) = self.chosen.pop() {
            if chosen + 1 < possibilities {
                self.chosen.push((chosen + 1, possibilities));
                return true;
            }
        }
        false
    }
}

impl Choice for InTurn {
    fn choose(&mut self, possibilities: u64) -> u64 {
        if self.next == self.chosen.len() {
            self.chosen.push((0, possibilities));
        }
        self.next += 1;
        self.chosen[self.next - 1].0
    }
}

impl<'r> ByChance<'r> {
    pub(super) fn of(random: &'r mut Random) -> Self {
        let whole_of_ten = random.below(11);
        Self {
            random,
            whole_of_ten,
        }
    }
}

impl Choice for ByChance<'_> {
    fn choose(&mut self, possibilities: u64) -> u64 {
        if self.random.below(10) < self.whole_of_ten {
            return 1;
        }
        self.random.below(possibilities)
    }
}
