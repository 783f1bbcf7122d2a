//! The comparison finds what is wrong, and takes nothing for usual that is not.

use std::collections::BTreeMap;

use super::compare::{Finding, What, covers, differences, timing};
use super::named::{USUAL, named};
use super::tree::{Placed, Tree};
use super::{CASES, Case, unnamed};

/// The times that are called usual are those that were measured, and hardly more.
#[test]
fn usual_times_are_no_wider_than_measured() {
    let exact = USUAL.map(|(name, ..)| (name, [0, 0], [0, 0]));
    let mut measured = BTreeMap::<_, [[i64; 2]; 2]>::new();
    for Case { native, ours, .. } in CASES.iter() {
        for found in differences(native, ours, &exact) {
            let (edge, time) = match found.what {
                What::Starts(time) => (0, time),
                What::Ends(time) => (1, time),
                _ => continue,
            };
            let (name, starts, ends) = USUAL.iter().find(|(name, ..)| *name == timing(&ours[found.key].span)).unwrap();
            if (([starts, ends][edge])[0]..=([starts, ends][edge])[1]).contains(&time) {
                let range = &mut measured.entry(*name).or_insert([[i64::MAX, i64::MIN]; 2])[edge];
                *range = [range[0].min(time), range[1].max(time)];
            }
        }
    }
    for (name, starts, ends) in USUAL {
        for (usual, measured) in [starts, ends].iter().zip(measured[name]) {
            let spare = [measured[0] - usual[0], usual[1] - measured[1]];
            assert!(spare.iter().all(|spare| (0..=3).contains(spare)), "{name}: {usual:?}, measured {measured:?}");
        }
    }
}

/// Cases in which something is nested, refused, named otherwise, retried, stopped.
const BROKEN: [&str; 6] = ["nestmix", "perm", "mcp", "errretry", "interrupt", "errcut"];

/// Whatever is changed in one of the client's spans is found.
#[test]
fn a_difference_that_is_not_named_is_found() {
    let (named, mut breaks) = (named(), 0);
    for Case { name, native, ours } in CASES.iter().filter(|case| BROKEN.contains(&case.name.as_str())) {
        let mut finds = |key: &str, what: What<'_>, breaks_it: &dyn Fn(&mut Tree)| {
            let mut broken = native.clone();
            breaks_it(&mut broken);
            let found = unnamed(&named, name, &broken, ours);
            let expected = Finding { key, what };
            assert_eq!(found, [expected], "{name}");
            breaks += 1;
        };
        for (key, placed) in native {
            let at = |tree: &mut Tree, change: &dyn Fn(&mut Placed)| change(tree.get_mut(key).unwrap());
            for attribute in placed.span.attributes.keys() {
                let what = What::Differs(attribute);
                let is_named = |what| named.iter().any(|named| covers(named, name, &Finding { key, what }));
                if is_named(what) || is_named(What::NativeHas(attribute)) {
                    continue;
                }
                finds(key, what, &|tree| {
                    at(tree, &|placed| *placed.span.attributes.get_mut(attribute).unwrap() = "other".into());
                });
                finds(key, What::OursHas(attribute), &|tree| {
                    at(tree, &|placed| drop(placed.span.attributes.remove(attribute)));
                });
            }
            finds(key, What::NativeHas("new"), &|tree| {
                at(tree, &|placed| drop(placed.span.attributes.insert("new".to_owned(), 1.into())));
            });
            finds(key, What::Parent, &|tree| at(tree, &|placed| placed.parent = Some("another".to_owned())));
            finds(key, What::Trace, &|tree| at(tree, &|placed| "another".clone_into(&mut placed.root)));
            finds(key, What::Kind, &|tree| at(tree, &|placed| placed.span.kind = 3));
            finds(key, What::Status, &|tree| at(tree, &|placed| placed.span.status += 1));
            finds(key, What::OnlyOurs, &|tree| drop(tree.remove(key)));
            finds("new", What::OnlyNative, &|tree| drop(tree.insert("new".to_owned(), placed.clone())));
            let other = &ours[key].span;
            let minute = 60_000_000_000;
            finds(key, What::Starts(-60_000), &|tree| at(tree, &|placed| placed.span.start = other.start + minute));
            finds(key, What::Ends(60_000), &|tree| at(tree, &|placed| placed.span.end = other.end - minute));
        }
    }
    assert!(breaks > 1_000, "{breaks}");
}
