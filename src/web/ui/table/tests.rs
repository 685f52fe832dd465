use super::*;
use crate::domain::bulletin::Urgency;
use crate::web::words::Language;

struct Letter {
    subject: &'static str,
    urgency: Urgency,
    groups: i64,
    held: i64,
    at: Option<Timestamp>,
}

fn columns<'a>() -> Vec<Column<'a, Letter>> {
    vec![
        Column::text("board-bulletin", |row: &Letter| row.subject.to_owned()).naming_the_row(),
        Column::coded("board-state", |row: &Letter| row.urgency),
        Column::number("board-groups", |row: &Letter| row.groups),
        Column::number("delivery-state-held", |row: &Letter| row.held).hiding_zero(),
        Column::share("board-share", |row: &Letter| Share::of(row.held, row.groups)).in_file(),
        Column::time("board-since", |row: &Letter| row.at),
        Column::text("board-next", |_: &Letter| "x".to_owned()).on_page(),
    ]
}

fn letters() -> [Letter; 2] {
    [
        Letter {
            subject: "<b>",
            urgency: Urgency::MostUrgent,
            groups: 5_175,
            held: 0,
            at: Some(Timestamp::from_second(1_521_770_760)),
        },
        Letter { subject: "two", urgency: Urgency::Routine, groups: 4, held: 1, at: None },
    ]
}

#[test]
fn a_file_holds_plain_numbers_codes_and_times_that_machines_read() {
    let t = Words::in_language(Language::English);
    let file = to_file(t, &columns(), &letters()).to_csv().expect("in memory");
    let lines: Vec<String> = String::from_utf8(file).expect("text").lines().map(str::to_owned).collect();
    assert_eq!(
        lines[0].trim_start_matches('\u{feff}'),
        "Bulletin,State,State (code),Groups,To be forwarded,\"In the group, %\",Since"
    );
    assert_eq!(lines[1], "<b>,Most urgent,most_urgent,5175,0,0,2018-03-23T09:06:00+07:00");
    assert_eq!(lines[2], "two,Routine,routine,4,1,25,");
}

#[test]
fn a_page_shows_the_same_columns_as_people_read_them() {
    let t = Words::in_language(Language::English);
    let html = PageTable::of(t, "Letters", &columns(), &letters()).render().expect("a table");
    for part in [
        "aria-label=\"Letters\"",
        "<th scope=\"col\" class=\"n\">Groups</th>",
        "<th scope=\"row\">&#60;b&#62;</th>",
        "<td><span class=\"badge most-urgent\">Most urgent</span></td>",
        "<td class=\"n\" data-label=\"Groups\">5,175</td>",
        "<td class=\"n\" data-label=\"To be forwarded\" data-n=\"0\">0</td>",
        "<td data-label=\"Since\"><time datetime=\"2018-03-23T09:06:00+07:00\">23 Mar 2018, 09:06</time></td>",
        "<td data-label=\"Since\">–</td>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("25%"), "that is for the file");
}
