//! Links between the pages, the length of the README, and the README in Japanese.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::{blocks, name_of, prose_of, TOP};

/// Every page of the repository.
fn all() -> Vec<PathBuf> {
    let mut pages = vec![Path::new(TOP).join("README.md")];
    let mut folders = vec![Path::new(TOP).join(".github"), Path::new(TOP).join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// The text of a page without its blocks and the code in its lines.
fn prose(text: &str) -> String {
    let mut prose = String::new();
    for line in prose_of(text) {
        prose.extend(line.split('`').step_by(2));
        prose.push('\n');
    }
    prose
}

/// Where the links of a page lead, in order.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let links = prose.split("](").skip(1);
    links
        .map(|link| link.split(')').next().unwrap().to_owned())
        .collect()
}

/// The name by which GitHub links to a heading.
fn anchor(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn headings(text: &str) -> Vec<&str> {
    let mut lines = prose_of(text);
    lines.retain(|line| line.starts_with('#'));
    lines
}

/// A path without `..` in it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn each_link_leads_somewhere() {
    let mut count = 0;
    for page in all() {
        let text = fs::read_to_string(&page).unwrap();
        for link in links(&text)
            .iter()
            .filter(|link| !link.starts_with("https://"))
        {
            let name = name_of(&page);
            let (file, part) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => plain(&page.parent().unwrap().join(file)),
            };
            assert!(target.exists(), "{name}: {link}");
            if !part.is_empty() {
                let there = fs::read_to_string(&target).unwrap();
                let has = headings(&there)
                    .iter()
                    .any(|heading| anchor(heading) == part);
                assert!(has, "{name}: {link}");
            }
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}

#[test]
fn the_readme_is_short_and_leads_to_each_page() {
    let text = fs::read_to_string(Path::new(TOP).join("README.md")).unwrap();
    assert!(text.lines().count() <= 150);
    let first = text.lines().next().unwrap();
    assert!(first.contains("](.github/docs/README.ja.md)"), "{first}");
    for page in super::pages().iter().map(|page| name_of(page)) {
        let is_linked = links(&text).contains(&page) || page == "README.md";
        assert!(is_linked, "{page}");
    }
}

#[test]
fn the_readme_in_japanese_has_the_same_commands_and_links() {
    let page = |name: &str| {
        let path = Path::new(TOP).join(name);
        (fs::read_to_string(&path).unwrap(), path)
    };
    let [ours, theirs] = [page("README.md"), page(".github/docs/README.ja.md")];
    let code = |text: &str| {
        // The diagram has words in it.
        let blocks = blocks(text)
            .into_iter()
            .filter(|block| block.language != "text");
        blocks
            .map(|block| (block.language.clone(), block.text()))
            .collect::<Vec<_>>()
    };
    assert_eq!(code(&ours.0), code(&theirs.0));
    let targets = |(text, path): &(String, PathBuf)| {
        let links = links(text).into_iter().skip(1).map(|link| {
            let is_elsewhere = link.starts_with("https://");
            // A heading that is linked to is in English there.
            let file = link.split('#').next().unwrap();
            if is_elsewhere {
                PathBuf::from(link)
            } else {
                plain(&path.parent().unwrap().join(file))
            }
        });
        links.collect::<Vec<_>>()
    };
    assert_eq!(targets(&ours), targets(&theirs));
    let (ours, theirs) = (headings(&ours.0).len(), headings(&theirs.0).len());
    assert_eq!(ours, theirs);
}
