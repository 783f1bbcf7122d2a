//! Which spans the client's own tracing has of a tool call. Measured on 297 calls of client 2.1.330;
//! of two of them, whose process was killed, it has none that a transcript lets expect.

use std::collections::HashSet;

use crate::session::{Reached, ToolCall};

/// What is shown of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traced {
    /// Nothing: the client did not come to asking about it, or the process ended with it.
    Nothing,
    /// That it was asked about.
    Asked,
    /// That it ran.
    Ran,
}

/// The requests of which a call was stopped: what waits behind that is not shown.
#[derive(Debug, Default)]
pub(super) struct Stopped<'a>(HashSet<&'a str>);

impl<'a> Stopped<'a> {
    /// What is shown of a call; the calls of a request come in their order. What a subagent did is
    /// shown below the call that launched it, also where nobody knows how that ended.
    pub(super) fn traced(&mut self, call: &'a ToolCall, has_subagents: bool) -> Traced {
        let is_first = match call.data.course.reached {
            Reached::Waiting | Reached::Stopped => self.0.insert(&call.request_id),
            _ => true,
        };
        match call.data.course.reached {
            _ if has_subagents => Traced::Ran,
            Reached::Nothing | Reached::Unknown => Traced::Nothing,
            Reached::Waiting if !is_first => Traced::Nothing,
            Reached::Waiting | Reached::Permission => Traced::Asked,
            Reached::Stopped | Reached::Execution => Traced::Ran,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Course, ToolData};

    #[test]
    fn what_waits_behind_a_stopped_call_is_not_shown() {
        use Traced::{Asked, Nothing as Hidden, Ran};

        use Reached::{Execution, Nothing, Permission, Stopped as WasStopped, Unknown, Waiting};
        let call = |(request, reached): (&str, Reached)| ToolCall {
            request_id: request.to_owned(),
            data: ToolData { course: Course { reached, ..Course::default() }, ..ToolData::default() }.into(),
            ..ToolCall::default()
        };
        let calls = [
            ("a", Execution),
            ("a", WasStopped),
            ("a", WasStopped),
            ("a", Waiting),
            ("b", Waiting),
            ("b", Waiting),
            ("c", Permission),
            ("c", Nothing),
            ("c", Unknown),
        ];
        let calls = calls.map(call);
        let mut stopped = Stopped::default();
        let found: Vec<_> = calls.iter().map(|call| stopped.traced(call, false)).collect();
        assert_eq!(found, [Ran, Ran, Ran, Hidden, Asked, Hidden, Asked, Hidden, Hidden]);
        assert_eq!(Stopped::default().traced(&calls[8], true), Ran);
    }
}
