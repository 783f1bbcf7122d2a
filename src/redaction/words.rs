//! Whether letters read like words: chance puts letters side by side that no word has so.

/// The letters that often follow each letter, from `a` to `z`: 260 of 676 pairs, which are 92 of 100 in
/// 430,000 names and words of open-source Rust and Python, and 38 of 100 in what chance makes.
const USUAL: [&str; 26] = [
    "bcdgilmnprstuvxy",
    "aeijlouy",
    "acehiklmoprstu",
    "adeilorsu",
    "abcdefgilmnopqrstvwxy",
    "aefilorsu",
    "eilnrsu",
    "aeiort",
    "abcdefglmnoprstvz",
    "e",
    "e",
    "adefilopstuy",
    "abdeimopstu",
    "acdefgiklnopstuv",
    "abcdfgiklmnoprstuvw",
    "acdehiloprstu",
    "u",
    "acdefgilmnoprstuvy",
    "acehiklmopstuy",
    "acdefhilmoprstuy",
    "abcefilmnprst",
    "aei",
    "aeinrs",
    "cept",
    "npst",
    "e",
];
/// Pairs that say enough.
const ENOUGH: usize = 8;
/// Of a hundred pairs those that are usual in words. Of names with at least 16 letters one in a hundred has
/// fewer; of 16 letters and digits that chance made, 98 have.
const SHARE: usize = 70;

/// Whether a value may be made of words. One of which too few letters stand side by side may be.
pub(super) fn reads(value: &str) -> bool {
    let pairs = value.as_bytes().windows(2).filter(|pair| pair.iter().all(u8::is_ascii_alphabetic));
    let (all, usual) = pairs.fold((0, 0), |(all, usual), pair| (all + 1, usual + usize::from(is_usual(pair))));
    all < ENOUGH || usual * 100 >= all * SHARE
}

fn is_usual(pair: &[u8]) -> bool {
    let [first, second] = [0, 1].map(|at| pair.get(at).map(u8::to_ascii_lowercase).unwrap_or_default());
    USUAL.get(usize::from(first.wrapping_sub(b'a'))).is_some_and(|usual| usual.as_bytes().contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_chance() {
        for (value, expected) in [
            ("refreshTokenProvider", true),
            ("GOOGLE_APPLICATION_CREDENTIALS", true),
            ("kubernetes-dashboard-certificate", true),
            ("przedsiebiorstwo", true),
            ("ukfAXhwvwNyuamdIypoq", false),
            ("kTqWzRbNxLpVcYhG", false),
            ("xqzjkvbw", true),
            ("a1b2c3d4e5f6g7h8i9", true),
            ("", true),
            ("żółć", true),
        ] {
            assert_eq!(reads(value), expected, "{value}");
        }
    }
}
