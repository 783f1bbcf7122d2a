//! The transcripts that are measured, and what earlier stages make of them.

use std::fs;
use std::path::PathBuf;
use std::sync::{LazyLock, OnceLock};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use moda_agent::session::{Copies, Owners, Session, rebuild};
use moda_agent::span::{Convention, Projection, Span, turn_keys};
use moda_agent::transcript::{SessionFiles, Shared, discover};

use crate::recording::Recording;

/// A folder that the run removes.
pub(crate) static PLACE: OnceLock<PathBuf> = OnceLock::new();

/// Whose transcripts are read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input {
    /// Those of an old client, with little in them but what was said.
    Conversation,
    /// Those of the newest, with little of that.
    Bookkeeping,
}

impl Input {
    /// Both.
    pub(crate) const BOTH: [Self; 2] = [Self::Conversation, Self::Bookkeeping];

    /// The transcripts.
    pub(crate) fn tree(self) -> &'static Tree {
        static CONVERSATION: LazyLock<Tree> =
            LazyLock::new(|| Tree::of(Recording { client: "client-2.1.21", copies: 1, rounds: 16 }));
        static BOOKKEEPING: LazyLock<Tree> =
            LazyLock::new(|| Tree::of(Recording { client: "client-2.1.330", copies: 1, rounds: 2 }));
        match self {
            Self::Conversation => &CONVERSATION,
            Self::Bookkeeping => &BOOKKEEPING,
        }
    }
}

/// Sessions on disk.
pub(crate) struct Tree {
    /// What is named to find them.
    pub(crate) paths: Vec<PathBuf>,
    /// What is found.
    pub(crate) sessions: Vec<SessionFiles>,
    /// How large they are.
    pub(crate) bytes: u64,
}

impl Tree {
    /// Many small files.
    pub(crate) fn small() -> &'static Self {
        static SMALL: LazyLock<Tree> =
            LazyLock::new(|| Tree::of(Recording { client: "client-2.1.21", copies: 16, rounds: 1 }));
        &SMALL
    }

    fn of(recording: Recording) -> Self {
        let Recording { client, copies, rounds } = recording;
        let folder = PLACE.get().unwrap().join(format!("{client}-{copies}-{rounds}"));
        recording.write(&folder);
        let paths = vec![folder];
        let sessions = discover(&paths).unwrap().sessions;
        Self { bytes: sessions.iter().map(SessionFiles::bytes).sum(), sessions, paths }
    }

    /// The number of transcripts.
    pub(crate) fn files(&self) -> usize {
        self.sessions.iter().map(|session| session.states.len()).sum()
    }

    /// All of them, one after the other.
    pub(crate) fn text(&self) -> Vec<u8> {
        self.sessions
            .iter()
            .flat_map(|session| &session.states)
            .flat_map(|file| fs::read(file.path()).unwrap())
            .collect()
    }

    /// Says how much a benchmark of so many items works for.
    pub(crate) fn counted<'a, 'b>(&self, bencher: Bencher<'a, 'b>, items: usize) -> Bencher<'a, 'b> {
        bencher.counter(BytesCount::new(self.bytes)).counter(ItemsCount::new(items))
    }

    /// The sessions, each with what it owns, as they are to be projected.
    pub(crate) fn rebuilt(&self, projection: &Projection) -> Vec<Session> {
        let (mut owners, keep) = (Owners::with(&|_, _| false), projection.keep());
        let copies = Copies::heard(&self.sessions, &Shared::of(&self.sessions), &|_, _| false, keep);
        let rebuilt = |files| {
            let (mut session, _) = rebuild(files, &|_| {}, keep);
            copies.teach(&mut session);
            session = owners.keep_own(session);
            if keep.adopts {
                session.adopt();
            }
            session
        };
        self.sessions.iter().map(rebuilt).collect()
    }
}

/// How a run projects in that convention if nobody says more.
pub(crate) fn projection(convention: Convention) -> Projection {
    Projection { convention, detail: convention.default_detail(), ..Projection::default() }
}

/// The spans of a session, turn by turn.
pub(crate) fn turns(session: &Session, projection: &Projection) -> impl Iterator<Item = Vec<Span>> {
    let keys = turn_keys(session).into_iter().zip(&session.turns);
    let sent = keys.filter(|(_, turn)| turn.is_sent(false));
    sent.map(|(key, turn)| projection.spans(session, turn, &key))
}
