//! The differences from the client's own spans that are as they must be, each with its reason.

use super::compare::{Named, Usual, What};
use What::{Differs, Ends, NativeHas, OnlyNative, OnlyOurs, Starts};

/// Why something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The client knows it, or makes it up for its spans, and writes it into no record.
    NotSaved,
    /// An answer that broke off is asked for again: for the transcript that is a retry, for the span the first
    /// attempt.
    CountedOtherwise,
    /// The client's times are those of its clock, and ours those of records.
    OtherTimes,
    /// The client tells the error as it came; the transcript as it is shown to the model or the user.
    ShownOtherwise,
    /// Of a compaction the transcript has the summary, not the request for it.
    Compaction,
    /// An answer without content leaves no line.
    EmptyAnswer,
    /// The client asks for itself: whether a model is there, what a search found, what a session is
    /// about, what a hook or a user wants to know by the way.
    AskedAside,
    /// A request that failed, and that the client put another in the place of without a line.
    FailedSilently,
    /// A local command, a prompt that a hook blocked, the first of two ends of subagents that come
    /// together: nothing was asked of a model.
    NothingAsked,
    /// The process was killed before the call's spans were exported.
    Killed,
    /// A call that was stopped has no record of who had allowed it.
    Stopped,
    /// The recording shortened the text of the end of a subagent.
    ShortenedByTheRecording,
    /// The refusal stands in a line that the client writes, without the usage.
    RefusedByTheClient,
    /// The first attempts leave no line, or the client waited between them.
    Retries,
    /// A hook ran for a while before the call began or after it ended.
    Hook,
    /// Somebody was asked for a while, or another call had to end before.
    Waited,
    /// The process, or the stream, took its time where nothing is recorded.
    Slow,
}
use Why::{
    AskedAside, Compaction, CountedOtherwise, EmptyAnswer, FailedSilently, Hook, Killed, NotSaved, NothingAsked,
    OtherTimes, RefusedByTheClient, Retries, ShortenedByTheRecording, ShownOtherwise, Slow, Stopped, Waited,
};

/// By how many milliseconds our spans start and end later than the client's, from and to.
///
/// Measured on all cases: 144 turns, 352 requests, 219 calls, of which 207 ran; what goes further is
/// named below.
pub const USUAL: [Usual; 6] = [
    // A turn begins when its prompt is written, a while after it was taken up: 2 to 419, one in two 43.
    // It ends with its last line, before the client ends it: by 4 to 170, one in two 12.
    ("interaction", [2, 420], [-170, -3]),
    // A request begins when what it answers is written, before it is sent: by 4 to 279, one in two 23.
    // Its last line is that of its last block; the stream ends 1 to 165 later, one in two 9.
    ("llm_request", [-280, -4], [-166, 3]),
    // A call begins with its line, before the client looks at it: by 1 to 57, one in two 6. Its result
    // is written up to 20 after it, or at most 13 before where a subagent was stopped.
    ("tool", [-58, -1], [-13, 21]),
    ("tool.execution", [-120, -3], [-13, 21]),
    // How long a call that was allowed was asked about is not recorded: it starts and ends with the call.
    ("tool.blocked_on_user accept", [-58, -1], [-120, -3]),
    ("tool.blocked_on_user reject", [-42, -3], [-1, 1]),
];

/// What no transcript holds, of whatever case.
const NOT_SAVED: [(&str, &[&str]); 5] = [
    ("interaction", &["interaction.sequence", "parent.source", "queued_sends"]),
    ("llm_request", &["first_content_ms", "ttft_ms"]),
    ("tool", &["bash_argv0", "bash_command_class"]),
    ("tool.execution", &["error_class"]),
    ("tool.blocked_on_user", &["duration_ms"]),
];

/// The same, of every span: who uses the client, and where it asks.
const NEVER_SAVED: [&str; 3] = ["user.id", "anthropic.provider", "anthropic.custom_base_url"];

/// All differences that are as they must be.
pub fn named() -> Vec<Named<Why>> {
    let everywhere = NOT_SAVED.map(|(span, _)| (span, &NEVER_SAVED[..]));
    let attributes = NOT_SAVED.into_iter().chain(everywhere);
    let not_saved =
        attributes.flat_map(|(span, keys)| keys.iter().map(move |key| ("", span, NativeHas(key), NotSaved)));
    not_saved.chain(ATTRIBUTES.iter().copied()).chain(SPANS.iter().copied()).chain(TIMES.iter().copied()).collect()
}

const ATTRIBUTES: [Named<Why>; 29] = [
    // Of a subagent's; see `the_attempts_of_the_main_chain_are_told`.
    ("", "llm_request", NativeHas("attempt"), NotSaved),
    ("cutmid", "llm_request req_00050240", Differs("attempt"), CountedOtherwise),
    ("", "interaction", Differs("interaction.duration_ms"), OtherTimes),
    ("", "llm_request", Differs("duration_ms"), OtherTimes),
    ("", "tool", Differs("duration_ms"), OtherTimes),
    ("", "tool.execution", Differs("duration_ms"), OtherTimes),
    ("", "tool.blocked_on_user", Differs("duration_ms"), OtherTimes),
    ("err401", "llm_request", Differs("error"), ShownOtherwise),
    ("err404", "llm_request", Differs("error"), ShownOtherwise),
    ("errcut", "llm_request", Differs("error"), ShownOtherwise),
    ("mcp", "tool.execution", Differs("error"), ShownOtherwise),
    // Of a subagent that was stopped: an empty text.
    ("subint", "tool.execution", NativeHas("error"), ShownOtherwise),
    ("subintpar", "tool.execution", NativeHas("error"), ShownOtherwise),
    ("sub", "interaction d5d158a8 <task-notification>", Differs("user_prompt"), ShortenedByTheRecording),
    ("sub", "interaction d5d158a8 <task-notification>", Differs("user_prompt_length"), ShortenedByTheRecording),
    ("subcustom", "llm_request req_00050064", NativeHas("effort"), NotSaved),
    ("subcustom", "llm_request req_00050065", NativeHas("effort"), NotSaved),
    ("refusalempty", "llm_request req_00050249", NativeHas("input_tokens"), RefusedByTheClient),
    ("refusalempty", "llm_request req_00050249", NativeHas("output_tokens"), RefusedByTheClient),
    ("refusalempty", "llm_request req_00050249", NativeHas("cache_read_tokens"), RefusedByTheClient),
    ("refusalempty", "llm_request req_00050249", NativeHas("cache_creation_tokens"), RefusedByTheClient),
    ("interrupt", "tool.blocked_on_user", NativeHas("source"), Stopped),
    ("interruptpar", "tool.blocked_on_user toolu_05012002", NativeHas("source"), Stopped),
    ("perm", "tool.blocked_on_user toolu_05015900", NativeHas("source"), Stopped),
    ("permint", "tool.blocked_on_user", NativeHas("source"), Stopped),
    ("subint", "tool.blocked_on_user", NativeHas("source"), Stopped),
    ("subintbg", "tool.blocked_on_user", NativeHas("source"), Stopped),
    ("subintpar", "tool.blocked_on_user", NativeHas("source"), Stopped),
    // The client calls it an error where it stops a subagent in the background, and not elsewhere.
    ("subintbg", "tool.execution toolu_05034201", NativeHas("error.type"), Stopped),
];

const SPANS: [Named<Why>; 28] = [
    ("autocompact", "llm_request req_00050376", OnlyNative, Compaction),
    ("compact", "interaction 26221bb7 /compact keep the numbers", OnlyNative, Compaction),
    ("compact", "llm_request req_00050293", OnlyNative, Compaction),
    ("compactresume", "interaction 6feebbe6 /compact", OnlyNative, Compaction),
    ("compactresume", "llm_request req_00050299", OnlyNative, Compaction),
    ("toolong", "llm_request req_00050268", OnlyNative, Compaction),
    ("toolong", "llm_request req_00050267", OnlyNative, FailedSilently),
    ("empty", "llm_request req_00050255", OnlyNative, EmptyAnswer),
    ("empty", "llm_request req_00050256", OnlyNative, EmptyAnswer),
    ("empty2", "llm_request req_00050373", OnlyNative, EmptyAnswer),
    ("refusalempty", "llm_request req_00050248", OnlyNative, EmptyAnswer),
    ("prompthook", "llm_request req_00050353", OnlyNative, AskedAside),
    ("prompthook", "llm_request req_00050355", OnlyNative, AskedAside),
    ("setmodel", "llm_request req_00050316", OnlyNative, AskedAside),
    ("slash", "interaction 2a79e99c /model claude-haiku-4-5-20251001", OnlyNative, AskedAside),
    ("slash", "llm_request req_00050309", OnlyNative, AskedAside),
    ("title", "llm_request req_00050380", OnlyNative, AskedAside),
    ("title", "llm_request req_00050381", OnlyNative, AskedAside),
    ("web", "llm_request req_00050145", OnlyNative, AskedAside),
    ("promptblock", "interaction 67480337 scenario:promptblock blocked by a hook", OnlyNative, NothingAsked),
    ("slash", "interaction 2a79e99c /clear", OnlyNative, NothingAsked),
    ("slash", "interaction 2a79e99c /context", OnlyNative, NothingAsked),
    ("slash", "interaction 2a79e99c /cost", OnlyNative, NothingAsked),
    (
        "subparbg",
        "interaction dbbf618f <task-notification> <task-id>a20234de2958d4d55</task-id>",
        OnlyNative,
        NothingAsked,
    ),
    ("sigint", "tool toolu_05011502", OnlyOurs, Killed),
    ("sigint", "tool.execution toolu_05011502", OnlyOurs, Killed),
    ("sigint", "tool.blocked_on_user", OnlyOurs, Killed),
    // Without the call that it is below.
    ("", "tool.blocked_on_user below nothing", OnlyNative, Killed),
];

const TIMES: [Named<Why>; 48] = [
    ("err400", "llm_request", Starts(-528), Retries),
    ("err400", "llm_request", Ends(35), Retries),
    ("err400noid", "llm_request", Starts(-737), Retries),
    ("err500", "llm_request", Starts(-609), Retries),
    ("err529", "llm_request", Starts(-416), Retries),
    ("failhook", "tool toolu_05010700", Starts(-340), Hook),
    ("failhook", "tool toolu_05010700", Ends(320), Hook),
    ("failhook", "tool.blocked_on_user toolu_05010700", Starts(-340), Hook),
    ("failhook", "tool.blocked_on_user toolu_05010700", Ends(-343), Hook),
    ("failhook", "tool.execution toolu_05010700", Starts(-344), Hook),
    ("failhook", "tool.execution toolu_05010700", Ends(320), Hook),
    ("prompthook", "tool", Starts(-80), Hook),
    ("prompthook", "tool.blocked_on_user", Starts(-80), Hook),
    ("perm", "tool toolu_05015701", Starts(-130), Waited),
    ("perm", "tool.blocked_on_user toolu_05015701", Starts(-130), Waited),
    ("perm", "tool.blocked_on_user toolu_05015501", Ends(-528), Waited),
    ("perm", "tool.blocked_on_user toolu_05015700", Ends(-132), Waited),
    ("perm", "tool.blocked_on_user toolu_05015701", Ends(-241), Waited),
    ("perm", "tool.blocked_on_user toolu_05015800", Ends(-320), Waited),
    ("perm", "tool.execution toolu_05015501", Starts(-528), Waited),
    ("perm", "tool.execution toolu_05015700", Starts(-132), Waited),
    ("perm", "tool.execution toolu_05015701", Starts(-241), Waited),
    ("perm", "tool.execution toolu_05015800", Starts(-320), Waited),
    ("planask", "tool.blocked_on_user toolu_05036500", Ends(-309), Waited),
    ("planask", "tool.execution toolu_05036500", Starts(-309), Waited),
    ("sigint", "interaction b6db00b4 scenario:sleepy", Ends(17), Killed),
    ("sigterm", "interaction", Ends(-1513), Killed),
    ("err401", "interaction", Starts(525), Slow),
    ("err401", "llm_request", Ends(17), Slow),
    ("err500", "interaction", Starts(2522), Slow),
    ("queued", "interaction", Starts(564), Slow),
    ("empty", "interaction", Ends(-329), EmptyAnswer),
    ("mcp", "llm_request req_00050142", Starts(-390), Slow),
    ("nestbg2", "llm_request req_00050326", Ends(-313), Slow),
    ("nestbg2", "llm_request req_00050327", Starts(-474), Slow),
    ("nestbg2", "llm_request req_00050328", Starts(-661), Slow),
    ("noid", "llm_request", Ends(-290), Slow),
    ("noid", "tool.blocked_on_user", Ends(-258), Slow),
    ("noid", "tool.execution", Starts(-263), Slow),
    ("queued2", "interaction", Ends(-598), Slow),
    ("queued2", "llm_request req_00050279", Ends(-555), Slow),
    ("resume", "interaction 1ab9cd65 scenario:three", Ends(-382), Slow),
    ("subfail", "llm_request req_00050068", Ends(-247), Slow),
    ("subintbg", "tool.blocked_on_user toolu_05034101", Starts(-103), Slow),
    ("toolong", "tool", Starts(-119), Slow),
    ("toolong", "tool.blocked_on_user", Starts(-126), Slow),
    ("toolong", "tool.blocked_on_user", Ends(-153), Slow),
    ("toolong", "tool.execution", Starts(-152), Slow),
];
