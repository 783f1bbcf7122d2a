//! Whose sessions these are, as the caller says.

/// What the command line says of the sessions; live, the program that drives the SDK says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Groups sessions into one conversation; the session's own id where absent.
    pub conversation_id: Option<String>,
    /// The user on whose behalf they ran.
    pub user_id: Option<String>,
}
