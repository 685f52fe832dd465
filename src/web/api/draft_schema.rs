//! What the document says of a new draft: one of two, as a correction names the bulletin that it puts right and nothing
//! else does.

use utoipa::PartialSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};

use super::draft_input::{DraftInput, NewBulletin};
use crate::domain::ids::BulletinId;

impl PartialSchema for NewBulletin {
    fn schema() -> RefOr<Schema> {
        let about = BulletinId::schema();
        let other = draft("A new draft; what is left out has its default.", &["news", "test", "drill"], None);
        let correction = draft("A correction of a published bulletin.", &["correction"], Some(about));
        Schema::OneOf(OneOfBuilder::new().item(other).item(correction).build()).into()
    }
}

impl utoipa::ToSchema for NewBulletin {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        DraftInput::schemas(schemas);
    }
}

/// The fields of a draft of these kinds, with subject and text required.
fn draft(description: &str, kinds: &[&str], about: Option<RefOr<Schema>>) -> RefOr<Schema> {
    let mut schema = DraftInput::schema();
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        object.description = Some(description.to_owned());
        object.required.extend(["subject", "body"].map(str::to_owned));
        let kinds = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(kinds.iter().copied())).build();
        object.properties.insert("kind".to_owned(), Schema::Object(kinds).into());
        object.properties.remove("about");
        if let Some(about) = about {
            object.properties.insert("about".to_owned(), about);
            object.required.extend(["kind", "about"].map(str::to_owned));
        }
    }
    schema
}
