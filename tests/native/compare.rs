//! What differs between the client's spans and ours, and which of it is named.

use std::fmt;

use super::tree::{Placed, Raw, Tree};

/// A difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// We have no such span.
    OnlyNative,
    /// The client has no such span.
    OnlyOurs,
    /// Another span is above it.
    Parent,
    /// Another span is the topmost of its trace.
    Trace,
    /// Its kind.
    Kind,
    /// Its status.
    Status,
    /// An attribute that only the client's span has.
    NativeHas(&'a str),
    /// An attribute that only our span has.
    OursHas(&'a str),
    /// An attribute that both have.
    Differs(&'a str),
    /// Ours starts so many milliseconds later, more than is usual. In the list: up to so many.
    Starts(i64),
    /// Ours ends so many milliseconds later, more than is usual. In the list: up to so many.
    Ends(i64),
}
use What::{Differs, Ends, Kind, NativeHas, OnlyNative, OnlyOurs, OursHas, Parent, Starts, Status, Trace};

/// A difference, and the span that has it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Finding<'a> {
    pub key: &'a str,
    pub what: What<'a>,
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {:?}", self.key, self.what)
    }
}

/// A difference that is as it must be: the case, or nothing for all; the kind of span, or how the span
/// is called; what differs; the reason.
pub type Named<Why> = (&'static str, &'static str, What<'static>, Why);

/// How many milliseconds later than the client's a span of ours starts and ends: from, to.
pub type Usual = (&'static str, [i64; 2], [i64; 2]);

/// Whether a named difference is the one that was found.
pub fn covers<Why>((in_case, of, what, _): &Named<Why>, case: &str, found: &Finding<'_>) -> bool {
    let is_of = found.key.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    let is_within = |most: i64, found: i64| most.signum() == found.signum() && found.abs() <= most.abs();
    let is_what = match (*what, found.what) {
        (Starts(most), Starts(found)) | (Ends(most), Ends(found)) => is_within(most, found),
        (what, found) => what == found,
    };
    (in_case.is_empty() || *in_case == case) && is_of && is_what
}

/// All differences of two trees.
pub fn differences<'a>(native: &'a Tree, ours: &'a Tree, usual: &[Usual]) -> Vec<Finding<'a>> {
    let mut found = Vec::new();
    for (key, placed) in native {
        match ours.get(key) {
            Some(other) => differ(placed, other, usual, |what| found.push(Finding { key, what })),
            None => found.push(Finding { key, what: OnlyNative }),
        }
    }
    let surplus = ours.keys().filter(|key| !native.contains_key(*key));
    found.extend(surplus.map(|key| Finding { key, what: OnlyOurs }));
    found
}

fn differ<'a>(native: &'a Placed, ours: &'a Placed, usual: &[Usual], mut report: impl FnMut(What<'a>)) {
    let (own, other) = (&native.span, &ours.span);
    let same = [
        (native.parent == ours.parent, Parent),
        (native.root == ours.root, Trace),
        (own.kind == other.kind, Kind),
        (own.status == other.status, Status),
    ];
    same.into_iter().filter(|(is_same, _)| !is_same).for_each(|(_, what)| report(what));
    for (key, value) in &own.attributes {
        match other.attributes.get(key) {
            None => report(NativeHas(key)),
            Some(ours) if ours != value => report(Differs(key)),
            Some(_) => {}
        }
    }
    let surplus = other.attributes.keys().filter(|key| !own.attributes.contains_key(*key));
    surplus.for_each(|key| report(OursHas(key)));
    let (_, starts, ends) = usual.iter().find(|(name, ..)| *name == timing(other)).unwrap();
    let later = |ours: i64, native: i64| (ours - native + 500_000).div_euclid(1_000_000);
    let is_usual = |range: &[i64; 2], time| (range[0]..=range[1]).contains(&time);
    let (start, end) = (later(other.start, own.start), later(other.end, own.end));
    if !is_usual(starts, start) {
        report(Starts(start));
    }
    if !is_usual(ends, end) {
        report(Ends(end));
    }
}

/// What is usual for a span's times: a call that was refused was asked about until its end.
pub fn timing(span: &Raw) -> String {
    let name = span.name.strip_prefix("claude_code.").unwrap();
    match span.text("decision") {
        Some(decision) => format!("{name} {decision}"),
        None => name.to_owned(),
    }
}
