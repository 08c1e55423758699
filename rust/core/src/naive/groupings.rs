//! The oracle of [`crate::groupings`]: each line of the list as a pattern over digits with one sign between groups.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

/// The separator between two groups of digits, without brackets, as one sign: a blank, `-`, `.`, `/`; `=` for a dash
/// with blanks around it, `~` for nothing but a bracket, `!` for anything that separates no groups of a number.
pub(super) fn gap(text: &str) -> char {
    let bare = text.replace(['(', ')'], "");
    match bare.as_str() {
        _ if text.len() > 8 => '!',
        "" => '~',
        "." => '.',
        blanks if pattern!("^ {1,3}$").is_match(blanks) => ' ',
        "-" | "--" => '-',
        dashes if pattern!("^ ?--? ?$").is_match(dashes) => '=',
        slash if pattern!("^ ?/ ?$").is_match(slash) => '/',
        _ => '!',
    }
}

/// One line of the list with one of its separators.
struct Grouping {
    plan: &'static str,
    /// Whether the first group must be an area code.
    has_area: bool,
    pattern: Regex,
}

static LIST: LazyLock<Vec<Grouping>> = LazyLock::new(|| {
    let mut list = Vec::new();
    for line in include_str!("../lists/groupings.tsv").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [plan, separators, widths, _] = fields[..] else {
            continue;
        };
        let separators = separators.split(' ').filter(|_| !line.starts_with('#'));
        for sign in separators.flat_map(signs) {
            list.push(Grouping {
                plan,
                has_area: widths == "area rest",
                pattern: grouping(widths, sign),
            });
        }
    }
    list
});

/// The signs of a separator of the list.
fn signs(separator: &str) -> &'static [&'static str] {
    match separator {
        "blank" => &[" "],
        "dash" => &["-", "="],
        "point" => &[r"\."],
        "slash" => &["/"],
        other => panic!("a separator of lists/groupings.tsv: {other}"),
    }
}

fn grouping(widths: &str, sign: &str) -> Regex {
    let groups: Vec<String> = widths
        .split(' ')
        .map(|width| match width {
            "area" => "[0-9]{2,4}".to_owned(),
            "rest" => "[0-9]+".to_owned(),
            width => {
                let bounds = width.trim_end_matches('+').replace('-', ",");
                let group = format!("[0-9]{{{bounds}}}");
                if width.ends_with('+') {
                    format!("(?:{group}{sign})*{group}")
                } else {
                    group
                }
            }
        })
        .collect();
    Regex::new(&format!("^{}$", groups.join(sign))).expect("a pattern")
}

/// Whether digits, with signs between the groups, match a line of the list.
pub(super) fn is_listed(plan: &str, written: &str, first_is_area: bool) -> bool {
    LIST.iter().any(|grouping| {
        grouping.plan == plan
            && (first_is_area || !grouping.has_area)
            && grouping.pattern.is_match(written)
    })
}
