//! What is wrong with a form is told on top of its page, too: each sentence with a link to its field, focused without a script,
//! and the title of the page begins with the word for error.
//!
//! The sentences are taken from the page as it is rendered, so that no form can leave its summary out. They stand in
//! `<p class="fault">`, which only a template can write: what people typed is escaped.

use std::fmt::Write as _;

use crate::web::words::Words;

/// Where a page has room for the summary; `templates/shell.html` writes it.
const PLACE: &str = "<!--faults-->";

/// How a sentence about a field begins, with the rest of its tag behind it.
const FAULT: &str = "<p class=\"fault\"";

/// How a summary begins that a page makes by itself.
const OWN_SUMMARY: &str = "<div class=\"notice bad faults\"";

/// What brings the focus to a summary, and to the one sentence that some pages have in place of sentences about fields.
const FOCUS: &str = " role=\"alert\" tabindex=\"-1\" autofocus";

/// A sentence about a field, as it stands in the page.
struct Fault<'a> {
    id: Option<&'a str>,
    sentence: &'a str,
}

/// The page with its faults told on top.
pub(super) fn tell_faults(t: Words, html: String) -> String {
    if !html.contains(PLACE) {
        return html;
    }
    let faults = find_faults(&html);
    let summary =
        if html.contains(OWN_SUMMARY) || faults.is_empty() { String::new() } else { write_summary(t, &html, &faults) };
    let page = html.replacen(PLACE, &summary, 1);
    if page.contains(FOCUS) { mark_title(t, &page) } else { page }
}

fn mark_title(t: Words, page: &str) -> String {
    page.replacen("<title>", &format!("<title>{}: ", t.say("shell-error")), 1)
}

fn find_faults(html: &str) -> Vec<Fault<'_>> {
    let found = html.split(FAULT).skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (sentence, _) = rest.split_once("</p>")?;
        let id = attributes.split_once(" id=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(id, _)| id);
        Some(Fault { id, sentence })
    });
    found.collect()
}

/// The summary: the sentences are HTML already, as they were taken from the page.
fn write_summary(t: Words, html: &str, faults: &[Fault<'_>]) -> String {
    let mut summary = format!("{OWN_SUMMARY}{FOCUS}><p>{}</p>\n<ul>", t.say("shell-faults"));
    for Fault { id, sentence } in faults {
        // to a string it is always written
        let _ = match id.map(|id| target(html, id)) {
            Some(target) => {
                let about = if lacks_subject(sentence) { label(html, target) } else { None };
                let about = about.map(|label| format!("{label}: ")).unwrap_or_default();
                write!(summary, "<li><a href=\"#{target}\">{about}{sentence}</a></li>")
            }
            None => write!(summary, "<li>{sentence}</li>"),
        };
    }
    summary.push_str("</ul></div>\n");
    summary
}

/// Whether a sentence does not say what it is about, such as *Must not be empty*: that is seen beside its field, and not on top of the page.
fn lacks_subject(sentence: &str) -> bool {
    ["ต้อง", "Must "].iter().any(|beginning| sentence.trim_start().starts_with(beginning))
}

/// What the control is called.
fn label<'a>(html: &'a str, control: &str) -> Option<&'a str> {
    let (_, rest) = html.split_once(&format!("<label for=\"{control}\">"))?;
    rest.split_once("</label>").map(|(label, _)| label.trim()).filter(|label| !label.contains('<'))
}

/// The control that the sentence called `id` is about; the sentence itself where no control has its name.
fn target<'a>(html: &str, id: &'a str) -> &'a str {
    let field = id.strip_suffix("-fault").filter(|field| html.contains(&format!(" id=\"{field}\"")));
    field.unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::words::Language;

    fn told(body: &str) -> String {
        tell_faults(
            Words::in_language(Language::English),
            format!("<title>Form</title><main><!--faults-->{body}</main>"),
        )
    }

    #[test]
    fn a_sentence_that_does_not_say_what_it_is_about_is_told_with_its_label() {
        let page = told(
            "<label for=\"alt1\">What it shows</label><p class=\"fault\" id=\"alt1-fault\">Must not be empty</p><input id=\"alt1\">",
        );
        assert!(page.contains("<a href=\"#alt1\">What it shows: Must not be empty</a>"), "{page}");
    }

    #[test]
    fn each_fault_leads_to_its_field_and_the_summary_has_the_focus() {
        let page = told(
            "<p class=\"fault\" id=\"name-fault\">No &#60;b&#62; here.</p><input id=\"name\">\
             <p class=\"fault\" role=\"alert\" id=\"fault-3\">Late.</p><p class=\"fault\">None.</p>",
        );
        assert!(page.contains("<title>Error: Form</title>"), "{page}");
        assert!(page.contains("<div class=\"notice bad faults\" role=\"alert\" tabindex=\"-1\" autofocus>"), "{page}");
        let list = "<ul><li><a href=\"#name\">No &#60;b&#62; here.</a></li><li><a href=\"#fault-3\">Late.</a></li>\
                    <li>None.</li></ul>";
        assert!(page.contains(list), "{page}");
        assert!(!page.contains("<!--"), "{page}");
    }

    #[test]
    fn a_summary_of_the_pages_own_is_not_told_twice() {
        let own = format!("{OWN_SUMMARY}{FOCUS}><ul></ul></div><p class=\"fault\">None.</p>");
        let page = told(&own);
        assert!(page.matches(OWN_SUMMARY).count() == 1 && page.contains("<title>Error: "), "{page}");
    }

    #[test]
    fn one_sentence_on_top_that_has_the_focus_marks_the_title_and_a_state_does_not() {
        let refused = format!("<p class=\"notice bad\"{FOCUS} id=\"fault\">Wrong.</p>");
        assert!(told(&refused).contains("<title>Error: Form</title>"));
        assert!(!told("<p class=\"notice bad\" role=\"alert\">Broken.</p>").contains("Error: "));
    }

    #[test]
    fn a_page_with_which_nothing_is_wrong_stays_as_it_is() {
        assert_eq!(told("<p>a</p>"), "<title>Form</title><main><p>a</p></main>");
    }
}
