//! Names as people read them: short, and without anything that a terminal obeys.

use crate::report::printable::clipped;

/// Letters of a model; real ones have up to thirty.
const MODEL_LETTERS: usize = 40;
/// Letters of a project.
const PROJECT_LETTERS: usize = 200;

/// `~/shop` for a project below the user's folder, `home`.
pub(in crate::report) fn project(project: Option<&str>, home: Option<&str>) -> String {
    let project = project.unwrap_or("(no project)");
    let below_home = home.and_then(|home| project.strip_prefix(home));
    let below_home = below_home.filter(|rest| rest.is_empty() || rest.starts_with(['/', '\\']));
    clipped(&below_home.map_or_else(|| project.to_owned(), |rest| format!("~{rest}")), PROJECT_LETTERS)
}

/// `sonnet-4`: a model without what all of the maker's names have, and without its date.
pub(super) fn model(name: &str) -> String {
    let name = name.strip_prefix("claude-").unwrap_or(name);
    let is_date = |date: &str| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
    let undated = name.rsplit_once('-').filter(|(_, date)| is_date(date));
    clipped(undated.map_or(name, |(name, _)| name), MODEL_LETTERS)
}

/// `sonnet-4, haiku-4-5 +1`: the first two by name.
pub(super) fn models(models: &[String]) -> String {
    let named = models.iter().take(2).map(|name| model(name)).collect::<Vec<_>>().join(", ");
    if models.len() > 2 { format!("{named} +{}", models.len() - 2) } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        for (given, expected) in [
            (&["claude-sonnet-4-20250514"][..], "sonnet-4"),
            (&["claude-opus-4-5-20251101", "glm-4.6"], "opus-4-5, glm-4.6"),
            (&["a", "b", "c", "d"], "a, b +2"),
            (&[], ""),
        ] {
            let given: Vec<_> = given.iter().map(|model| (*model).to_owned()).collect();
            assert_eq!(models(&given), expected);
        }
        assert_eq!(project(Some("/home/u/x"), Some("/home/u")), "~/x");
        assert_eq!(project(Some("/home/user"), Some("/home/u")), "/home/user");
    }
}
