//! Which ids belong to a hash?
//!
//! Invariant: a posting (a hash and an id) is stored only in the bucket whose key is the smallest
//! that is not less than the posting.
//!
//! The postings are one sorted set, cut into buckets. A bucket's key is the greatest posting that
//! it may hold, so the store's own order of keys leads to the right bucket: there is no directory
//! to keep, no count, nothing that could disagree with the buckets after a crash. A bucket that is
//! full is cut into several; a hash with more ids than a bucket holds goes on in the next one.

use super::bucket::{Bucket, Posting};
use super::{Batch, Engine, EngineError, Key, Scan, Space, Value};

/// Most postings in a bucket. Half as many cost a first import more processor time, twice as many save
/// none.
pub const BUCKET_POSTINGS: usize = 512;

/// Postings in each bucket after a full one was cut, at most.
const AFTER_CUT: usize = BUCKET_POSTINGS * 3 / 4;

/// Key of the bucket that takes what is greater than all other keys.
const LAST: Posting = (u64::MAX, u64::MAX);

/// Ids by hash, in a space of their own. Different things may have the same hash: whoever asks
/// compares what the ids lead to.
#[derive(Debug, Clone, Copy)]
pub struct Postings {
    space: Space,
}

impl Postings {
    /// The postings that fill `space`.
    pub const fn new(space: Space) -> Self {
        Self { space }
    }

    /// The ids under a hash, ascending.
    pub fn find(self, engine: &Engine, hash: u64) -> Result<Vec<u64>, EngineError> {
        let mut found = Vec::new();
        self.find_many(engine, &[hash], |_, ids| found.extend_from_slice(ids))?;
        Ok(found)
    }

    /// Calls `visit` for each hash in turn with its ids, ascending. With sorted hashes each bucket
    /// is read once.
    pub fn find_many(
        self,
        engine: &Engine,
        hashes: &[u64],
        mut visit: impl FnMut(u64, &[u64]),
    ) -> Result<(), EngineError> {
        let mut ids = Vec::new();
        let mut rest = hashes;
        let mut run = None;
        while let Some(&first) = rest.first() {
            let Some((bound, value)) = self.next_bucket(engine, &mut run, (first, 0))? else {
                rest = visit_without_ids(rest, first, &mut visit);
                continue;
            };
            let bucket = self.parse(bound, &value)?;
            while let Some(&hash) = rest.first() {
                if (hash, 0) > bound || hash < first {
                    break;
                }
                ids.clear();
                ids.extend(bucket.ids_of(hash));
                if bound.0 == hash {
                    self.find_further(engine, hash, bound, &mut ids)?;
                }
                visit(hash, &ids);
                rest = &rest[1..];
            }
        }
        Ok(())
    }

    /// Adds postings. Those that are there already are left as they are.
    pub fn insert_many(
        self,
        engine: &Engine,
        batch: &mut Batch,
        mut postings: Vec<Posting>,
    ) -> Result<(), EngineError> {
        postings.sort_unstable();
        postings.dedup();
        let mut rest = postings.as_slice();
        while let Some(&first) = rest.first() {
            let found = self.bucket_to_change(first, engine, batch)?;
            let (bound, before) = match &found {
                Some((bound, value)) => (*bound, self.parse(*bound, value)?.postings().collect()),
                None => (LAST, Vec::new()),
            };
            let (mine, others) = rest.split_at(rest.partition_point(|posting| *posting <= bound));
            rest = others;
            let merged = union(&before, mine);
            if merged.len() > before.len() {
                self.write(batch, bound, &merged)?;
            }
        }
        Ok(())
    }

    /// Removes postings. Those that are not there are passed over.
    pub fn remove_many(
        self,
        engine: &Engine,
        batch: &mut Batch,
        mut postings: Vec<Posting>,
    ) -> Result<(), EngineError> {
        postings.sort_unstable();
        let mut rest = postings.as_slice();
        while let Some(&first) = rest.first() {
            let Some((bound, value)) = self.bucket_to_change(first, engine, batch)? else {
                break;
            };
            let (mine, others) = rest.split_at(rest.partition_point(|posting| *posting <= bound));
            rest = others;
            let mut left: Vec<Posting> = self.parse(bound, &value)?.postings().collect();
            let before = left.len();
            left.retain(|posting| mine.binary_search(posting).is_err());
            if left.is_empty() {
                // The next bucket then takes what this one would have taken.
                batch.remove(self.space, &key_of(bound));
            } else if left.len() < before {
                self.write(batch, bound, &left)?;
            }
        }
        Ok(())
    }

    /// Collects the ids of a hash that has not ended with the bucket `bound`. Each step asks the
    /// store anew, for the reason given at [`Run`].
    fn find_further(
        self,
        engine: &Engine,
        hash: u64,
        mut bound: Posting,
        ids: &mut Vec<u64>,
    ) -> Result<(), EngineError> {
        while bound.0 == hash && bound.1 < u64::MAX {
            let after = (hash, bound.1 + 1);
            let Some((next, value)) = self.bucket_for(after, engine)? else {
                break;
            };
            ids.extend(
                self.parse(next, &value)?
                    .ids_of(hash)
                    .filter(|id| *id >= after.1),
            );
            bound = next;
        }
        Ok(())
    }

    /// The bucket for a posting: the next one of the run if that is right, else by a new run from
    /// there.
    fn next_bucket<'engine>(
        self,
        engine: &'engine Engine,
        run: &mut Option<Run<'engine>>,
        posting: Posting,
    ) -> Result<Option<(Posting, Value)>, EngineError> {
        if let Some(Run { scan, bound }) = run
            && *bound < posting
            && let Some((key, value)) = scan.next().transpose()?
        {
            *bound = self.bound_of(&key)?;
            if posting <= *bound && scan.is_of_one_state() {
                return Ok(Some((*bound, value)));
            }
        }
        let mut scan = engine.scan(self.space, &key_of(posting));
        let Some((key, value)) = scan.next().transpose()? else {
            return Ok(None);
        };
        let bound = self.bound_of(&key)?;
        *run = Some(Run { scan, bound });
        Ok(Some((bound, value)))
    }

    fn bucket_for(
        self,
        posting: Posting,
        engine: &Engine,
    ) -> Result<Option<(Posting, Value)>, EngineError> {
        let found = engine.first_from(self.space, &key_of(posting))?;
        found
            .map(|(key, value)| Ok((self.bound_of(&key)?, value)))
            .transpose()
    }

    fn bucket_to_change(
        self,
        posting: Posting,
        engine: &Engine,
        batch: &Batch,
    ) -> Result<Option<(Posting, Value)>, EngineError> {
        let found = batch.first_from(engine, self.space, &key_of(posting))?;
        found
            .map(|(key, value)| Ok((self.bound_of(&key)?, value)))
            .transpose()
    }

    fn write(
        self,
        batch: &mut Batch,
        bound: Posting,
        postings: &[Posting],
    ) -> Result<(), EngineError> {
        if postings.len() <= BUCKET_POSTINGS {
            return batch.put(self.space, &key_of(bound), Bucket::to_bytes(postings));
        }
        let buckets = postings.len().div_ceil(AFTER_CUT);
        let mut changes = Vec::with_capacity(buckets);
        let mut rest = postings;
        for left in (1..=buckets).rev() {
            let (mine, others) = rest.split_at(rest.len().div_ceil(left));
            rest = others;
            let own_bound = match mine.last() {
                Some(last) if left > 1 => *last,
                _ => bound,
            };
            changes.push((key_of(own_bound).to_vec(), Some(Bucket::to_bytes(mine))));
        }
        batch.change_together(self.space, changes)
    }

    fn parse(self, bound: Posting, bytes: &[u8]) -> Result<Bucket<'_>, EngineError> {
        Bucket::parse(bytes).ok_or_else(|| {
            EngineError::damaged(self.space, &key_of(bound), "a bucket of unknown form")
        })
    }

    fn bound_of(self, key: &Key) -> Result<Posting, EngineError> {
        let damaged = || EngineError::damaged(self.space, key, "a key that is none of a bucket");
        let (hash, id) = key.split_first_chunk::<8>().ok_or_else(damaged)?;
        let id = id.try_into().map_err(|_| damaged())?;
        Ok((u64::from_be_bytes(*hash), u64::from_be_bytes(id)))
    }
}

/// Buckets that are read one after the other.
///
/// A scan that runs on remembers pages. Across a write it could pair an old page with a new one and
/// miss a bucket that was cut, so it is followed only while nothing is written.
struct Run<'engine> {
    scan: Scan<'engine>,
    /// Of the bucket read last.
    bound: Posting,
}

/// Big-endian, so that keys are ordered as postings are.
fn key_of((hash, id): Posting) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&hash.to_be_bytes());
    key[8..].copy_from_slice(&id.to_be_bytes());
    key
}

/// No bucket takes a posting as great as `from`, so none takes a greater one.
fn visit_without_ids<'a>(
    mut hashes: &'a [u64],
    from: u64,
    visit: &mut impl FnMut(u64, &[u64]),
) -> &'a [u64] {
    while let Some((&hash, rest)) = hashes.split_first() {
        if hash < from {
            break;
        }
        visit(hash, &[]);
        hashes = rest;
    }
    hashes
}

/// Both arguments ascend.
fn union(one: &[Posting], other: &[Posting]) -> Vec<Posting> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one, other);
    while let (Some((a, rest_one)), Some((b, rest_other))) =
        (one.split_first(), other.split_first())
    {
        merged.push(*a.min(b));
        if a <= b {
            one = rest_one;
        }
        if b <= a {
            other = rest_other;
        }
    }
    merged.extend_from_slice(one);
    merged.extend_from_slice(other);
    merged
}
