//! What is remembered of turns: what they look like, and that they arrived.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use divan::{Bencher, black_box_drop};
use moda_agent::ledger::{
    self, Access, Judged, KeptBack, Ledger, LedgerSettings, SessionEntry, TurnEntry, Verdict, Wanted, judge,
};
use moda_agent::otlp::{Batcher, Limits, Protocol, Receipt};
use moda_agent::session::Session;
use moda_agent::span::{Convention, Projection, Resource};
use moda_agent::transcript::SessionFiles;

use crate::input::{Input, PLACE, projection, turns};

/// What is kept of one span a turn, and of a tree.
#[divan::bench(args = [Convention::Moda, Convention::GenAi])]
fn looks(bencher: Bencher<'_, '_>, convention: Convention) {
    let (tree, projection) = (Input::Conversation.tree(), projection(convention));
    let sessions = tree.rebuilt(&projection);
    let turns: Vec<_> = sessions.iter().flat_map(|session| turns(session, &projection)).collect();
    tree.counted(bencher, turns.len()).bench(|| turns.iter().for_each(|spans| black_box_drop(ledger::looks(spans))));
}

/// Sessions of which all turns arrive, in a new file.
#[divan::bench]
fn record(bencher: Bencher<'_, '_>) {
    let tree = Input::Conversation.tree();
    let sessions = tree.rebuilt(&Projection::default());
    let delivered = Delivered::of(&sessions, &tree.sessions);
    let bencher = tree.counted(bencher, delivered.turns()).with_inputs(|| open(&new_place()));
    bencher.bench_refs(|access| delivered.record(access));
}

/// Turns of which a file says that they arrived.
#[divan::bench]
fn judge_again(bencher: Bencher<'_, '_>) {
    let (tree, place) = (Input::Conversation.tree(), new_place());
    let sessions = tree.rebuilt(&Projection::default());
    let delivered = Delivered::of(&sessions, &tree.sessions);
    delivered.record(&open(&place));
    let access = open(&place);
    tree.counted(bencher, delivered.turns()).bench(|| {
        for (session, files) in sessions.iter().zip(&tree.sessions) {
            black_box_drop(verdict(session, files, &access.ledger));
        }
    });
}

fn verdict<'a>(session: &'a Session, files: &SessionFiles, ledger: &Ledger) -> Verdict<'a> {
    judge(session, files, ledger, &Wanted::default(), &mut KeptBack::default(), &|_, _| String::new()).unwrap()
}

fn open(place: &Path) -> Access {
    let place = Some(place.to_owned());
    Access::open(&LedgerSettings { place, records: true, ..LedgerSettings::default() }).unwrap().unwrap()
}

fn new_place() -> PathBuf {
    static PLACES: AtomicUsize = AtomicUsize::new(0);
    PLACE.get().unwrap().join(format!("{}.db", PLACES.fetch_add(1, Ordering::Relaxed)))
}

/// Sessions of which all turns arrived, in one batch.
struct Delivered<'a> {
    sessions: Vec<(SessionEntry, Vec<TurnEntry<'a>>)>,
    receipt: Receipt,
}

impl<'a> Delivered<'a> {
    fn of(sessions: &'a [Session], files: &[SessionFiles]) -> Self {
        let limits = Limits { spans: usize::MAX, bytes: usize::MAX };
        let mut batcher = Batcher::new(Protocol::Protobuf, &Resource::default(), limits);
        let ledger = Ledger::empty().unwrap();
        let entries = sessions.iter().zip(files).map(|(session, files)| {
            let Verdict { turns, progress, .. } = verdict(session, files, &ledger);
            let entry = SessionEntry { id: session.id.as_str().into(), project: None, place: None, progress };
            (entry, turns.iter().map(|judged| turn_entry(session, judged, &mut batcher)).collect())
        });
        Self { sessions: entries.collect(), receipt: Receipt::delivered(batcher.flush().unwrap().labels()) }
    }

    fn turns(&self) -> usize {
        self.sessions.iter().map(|(_, turns)| turns.len()).sum()
    }

    fn record(&self, access: &Access) {
        let recorder = access.recorder(&[], &[], true).unwrap().unwrap();
        for (session, turns) in &self.sessions {
            recorder.begin(session.clone(), turns.len()).unwrap();
            for turn in turns {
                recorder.expect(&session.id, turn);
            }
        }
        recorder.settle(&self.receipt).unwrap();
        recorder.finish().unwrap();
    }
}

/// Puts a turn's spans into the batch.
fn turn_entry<'a>(session: &Session, judged: &Judged<'a>, batcher: &mut Batcher) -> TurnEntry<'a> {
    let spans = Projection::default().spans(session, judged.turn, &judged.key);
    for span in &spans {
        black_box_drop(batcher.push(span, &session.id.as_str().into()));
    }
    TurnEntry::of(judged, &spans)
}
