//! The order of dictionaries, for lists of names that are in memory as a whole. A library of collation brings tables of all languages for
//! what one rule of Thai does here.

/// A Thai word as dictionaries order it: a vowel that is written before its consonant comes after it.
#[must_use]
pub fn dictionary_key(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let mut at = 0;
    while at + 1 < letters.len() {
        if ('เ'..='ไ').contains(&letters[at]) {
            letters.swap(at, at + 1);
            at += 1;
        }
        at += 1;
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_by_their_first_consonant() {
        let mut names = ["เลย", "กระบี่", "เพชรบุรี", "แพร่", "อำนาจเจริญ", "พะเยา", "ลำพูน"];
        names.sort_by_cached_key(|name| dictionary_key(name));
        assert_eq!(names, ["กระบี่", "พะเยา", "เพชรบุรี", "แพร่", "ลำพูน", "เลย", "อำนาจเจริญ"]);
    }
}
