//! Points come and go exactly, each key by itself.

use api::graphql::limits::{Buckets, Standing};
use domain::ids::KeyId;
use jiff::{SignedDuration, Timestamp};

fn at(ms: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_millis(ms)
}

fn left(of: Result<Standing, Standing>) -> Result<i64, i64> {
    of.map(|standing| standing.left)
        .map_err(|standing| standing.left)
}

#[test]
fn a_bucket_empties_and_fills_by_a_hundredth_a_second() {
    let (buckets, key) = (Buckets::of(300_000), KeyId::from("key_1"));
    assert_eq!(left(buckets.take(&key, 300_000, at(0))), Ok(0));
    assert_eq!(left(buckets.take(&key, 1, at(0))), Err(0));
    // 3,000 points a second: three a millisecond.
    assert_eq!(left(buckets.take(&key, 4, at(1))), Err(3));
    assert_eq!(left(buckets.take(&key, 3, at(1))), Ok(0));
    assert_eq!(left(buckets.take(&key, 0, at(1_001))), Ok(3_000));
    assert_eq!(left(buckets.take(&key, 0, at(10_000_000))), Ok(300_000));
    // A clock that went back gives nothing, and takes nothing.
    assert_eq!(left(buckets.take(&key, 5, at(0))), Ok(299_995));
}

#[test]
fn an_answer_may_cost_more_than_is_left_and_is_paid_back() {
    let (buckets, key) = (Buckets::of(100), KeyId::from("key_1"));
    let standing = buckets.charge(&key, 150, at(0));
    assert_eq!((standing.size, standing.left), (100, -50));
    // A point a second: 50 until there are none, and 5 for an operation.
    assert_eq!((standing.wait_s(0), standing.wait_s(5)), (50, 55));
    assert_eq!(left(buckets.take(&key, 5, at(54_999))), Err(4));
    assert_eq!(left(buckets.take(&key, 5, at(55_000))), Ok(0));
    assert_eq!(left(buckets.take(&KeyId::from("key_2"), 5, at(0))), Ok(95));
}

#[test]
fn full_buckets_are_forgotten_and_others_are_not() {
    let buckets = Buckets::of(100);
    buckets.charge(&KeyId::from("busy"), 100, at(0));
    for number in 0..3_000 {
        let key = KeyId(format!("key_{number}"));
        assert_eq!(left(buckets.take(&key, 0, at(0))), Ok(100));
    }
    assert_eq!(left(buckets.take(&KeyId::from("busy"), 1, at(0))), Err(0));
}
