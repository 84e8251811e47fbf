//! The name that someone means who has mistyped it.

/// The name that a word is nearest to, where it is near: up to a quarter of its characters are
/// wrong, or it is the beginning of this one name and no other. `None` where no name is near.
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let names: Vec<&str> = names.into_iter().collect();
    let characters = |text: &str| text.chars().count();
    let distance = |name: &str| strsim::damerau_levenshtein(word, name);
    let near = names.iter().copied().filter(|name| {
        let shorter = characters(word).min(characters(name));
        distance(name) <= shorter / 4
    });
    near.min_by_key(|name| distance(name)).or_else(|| {
        let mut longer = names.iter().filter(|name| name.starts_with(word));
        let only = longer.next().filter(|_| characters(word) >= 3)?;
        longer.next().is_none().then_some(*only)
    })
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_name_is_offered_only_where_it_is_near() {
        let names = ["docker-hub", "github", "gitlab", "team/hub", "prod-eu"];
        for (word, meant) in [
            ("dokcer-hub", Some("docker-hub")),
            ("dockerhub", Some("docker-hub")),
            ("docker-hubb", Some("docker-hub")),
            ("githb", Some("github")),
            ("gitalb", Some("gitlab")),
            ("team-hub", Some("team/hub")),
            ("docker-huge", Some("docker-hub")),
            // The beginning of one name.
            ("prod", Some("prod-eu")),
            ("doc", Some("docker-hub")),
            // Of two.
            ("git", None),
            // Too short to say which is meant.
            ("do", None),
            ("", None),
            // Other words.
            ("quay", None),
            ("hub", None),
            ("github-prod", None),
            ("gitlub-x", None),
            ("build", None),
        ] {
            assert_eq!(nearest(word, names), meant, "{word}");
        }
        assert_eq!(nearest("github", ["gitlab"]), None);
        assert_eq!(nearest("docker-hub", []), None);
    }
}
