//! What the letters of 2560 to 2563 ask of offices, told once in the demo: provinces report their groups, Lamphun asks for coordinators,
//! an agency names its own on paper, its infographic goes up and comes down again as a bulletin, a district spreads the word in
//! three villages, a province says where else it can be found, and an office stamps and endorses what it received.
//!
//! Everything goes by the commands of people, in the name of whoever would do it. Names, numbers and the picture are made up. It is told in one
//! transaction: a demo that is stopped in the middle has told nothing, and begins anew the next time.

use anyhow::Context as _;
use jiff::civil::Date;

use crate::domain::actor::Actor;
use crate::domain::bulletin::{Acknowledgement, Audience, ForwardingMode, Urgency};
use crate::domain::content_id::FileId;
use crate::domain::coordinator::{Contacts, CoordinatorSource, Person};
use crate::domain::dissemination::{Medium, Pictures, Reach, Source, Times};
use crate::domain::ids::{BulletinId, OfficeId};
use crate::domain::issuer::{Links, Profile, Service};
use crate::domain::office::OfficeKind;
use crate::domain::register::{EndorsementKind, ReceiptWay};
use crate::domain::request::{DraftedRequest, RequestKind};
use crate::domain::right::Right;
use crate::domain::submission::SubmissionWay;
use crate::domain::thai::to_bangkok;
use crate::domain::time::Timestamp;
use crate::files::FileStore;
use crate::offices::dissemination::{Spread, record};
use crate::offices::register::{Letter, NewEndorsement, Receipt, endorse, receive};
use crate::offices::submissions::{Material, check_off, propose, send};
use crate::offices::{coordinators, establishment, profiles};
use crate::relay::accept_submission::accept;
use crate::relay::drafts::blank;
use crate::relay::engine::Engine;
use crate::relay::public_token;
use crate::relay::publish::publish;
use crate::store::bulletins::{Draft, get_bulletin, insert_draft, update_draft};
use crate::store::establishment::{Filter, list_groups, list_offices};
use crate::store::offices::find_office;
use crate::store::submissions::{self, list_submissions};
use crate::store::{Connection, groups};

const PICTURE: &[u8] = include_bytes!("infographic.jpg");
/// Its agency.
const AGENCY: &str = "lamphun-commerce";
/// Its district.
const DISTRICT: &str = "lamphun-d5101";
/// A subdistrict of the district.
const SUBDISTRICT: &str = "510102";
/// Of the 76 provinces so many have reported.
const REPORTED: usize = 61;

/// Tells the story, unless it was told before; `letter` is the letter of 23 March 2561.
///
/// # Errors
/// A command is refused, or the database or the store of files is away; nothing was told then.
pub async fn tell(engine: &Engine, files: &FileStore, letter: BulletinId) -> anyhow::Result<bool> {
    let now = engine.clock.now();
    if was_told(&mut *engine.db.acquire().await?).await? {
        return Ok(false);
    }
    // kept under its content, so that the same once more is the same file; what nothing uses is thrown away
    let picture = futures_util::stream::iter([Ok::<_, std::io::Error>(PICTURE)]);
    let staged = files.stage(None, picture).await?;
    let picture = files.keep(&engine.db, &staged, &by("commerce").actor, now).await?.id;
    let mut tx = engine.db.begin().await?;
    let mut story = Story { db: &mut tx, engine, now };
    story.report_groups().await?;
    let asking = story.ask_the_offices_of_the_province().await?;
    story.name_a_coordinator_on_paper().await?;
    story.send_an_infographic_up_and_down_again(picture).await?;
    story.spread_in_three_villages(asking).await?;
    story.introduce_the_province().await?;
    story.stamp_and_endorse(letter).await?;
    tx.commit().await?;
    Ok(true)
}

async fn was_told(db: &mut Connection) -> anyhow::Result<bool> {
    Ok(!list_submissions(db, &submissions::Filter::default(), 1).await?.is_empty())
}

/// Who does it, as the audit names them.
fn by(username: &str) -> Right {
    Right::whole(Actor::user(username))
}

async fn office(db: &mut Connection, code: &str) -> anyhow::Result<OfficeId> {
    Ok(find_office(db, code).await?.with_context(|| format!("there is no office \"{code}\""))?.id)
}

struct Story<'a> {
    db: &'a mut Connection,
    engine: &'a Engine,
    now: Timestamp,
}

impl Story<'_> {
    /// Provinces say that their groups are there, and report it on paper by the day of the letter, most of them by mail, too; operations verify those.
    async fn report_groups(&mut self) -> anyhow::Result<()> {
        let offices = list_offices(self.db, &Filter::default()).await?;
        let provinces = offices.into_iter().filter(|office| office.kind == OfficeKind::Province);
        let today = to_bangkok(self.now).date();
        for (number, province) in provinces.take(REPORTED).enumerate() {
            let linked = list_groups(self.db, &[province.id], None).await?;
            let codes: Vec<String> = linked.iter().map(|group| group.code.clone()).collect();
            let right = by("coordinator");
            establishment::declare(self.db, &right, province.id, &codes, true, self.now).await?;
            let names = &self.engine.settings.establishment.names;
            let report = establishment::report(self.db, &right, names, province.id, None, self.now).await?;
            let letter = format!("{}/{}", province.code, 100 + number).parse()?;
            establishment::note_paper(self.db, &right, report, today, Some(&letter), self.now).await?;
            if number % 3 > 0 {
                let to = "gcc@opm.example.org".parse()?;
                establishment::note_own_mail(self.db, &right, report, today, &to, self.now).await?;
                let all = establishment::Verification { groups: None, verified: true, remark: None };
                establishment::verify(self.db, &by("operator"), province.id, &all, self.now).await?;
            }
        }
        Ok(())
    }

    /// The province's own letter of March 2561: name a coordinator, spread the message, send material up.
    async fn ask_the_offices_of_the_province(&mut self) -> anyhow::Result<BulletinId> {
        let ask = |kind: RequestKind, text: &str, days| -> anyhow::Result<DraftedRequest> {
            let purpose = kind.usual_purpose();
            Ok(DraftedRequest { kind, purpose, text: text.parse()?, due_on: None, due_in_working_days: Some(days) })
        };
        let origin = groups::find_group(self.db, "gcc2-lamphun").await?.context("Lamphun has no group")?.id;
        let draft = Draft {
            subject: "แนวทางการเผยแพร่ประเด็นและชุดข้อมูลเพื่อการสร้างการรับรู้แก่ประชาชน".to_owned(),
            body: "ขอให้ส่วนราชการเผยแพร่ประเด็นและชุดข้อมูลของรัฐบาลให้ประชาชนทราบในทุกระดับ ทั้งอำเภอ ตำบล และหมู่บ้าน \
                   แจ้งชื่อผู้ประสานงานหน่วยงานละ 1 คน และส่งผลงานสำคัญเป็นอินโฟกราฟิกให้จังหวัดเพื่อเสนอกระทรวงต่อไป"
                .to_owned(),
            urgency: Urgency::MostUrgent,
            forwarding: ForwardingMode::Automatic,
            acknowledgement: Acknowledgement::default(),
            requests: vec![
                ask(RequestKind::NameCoordinator, "แจ้งชื่อผู้ประสานงานหน่วยงานละ 1 คน ตามแบบที่แนบ", 5)?,
                ask(RequestKind::Disseminate, "เผยแพร่ต่อประชาชนในอำเภอ ตำบล และหมู่บ้าน ผ่านทุกช่องทาง", 10)?,
                ask(RequestKind::SendMaterial, "ส่งผลงานสำคัญเป็นอินโฟกราฟิกให้จังหวัด", 10)?,
            ],
            ..blank(origin)
        };
        self.publish(&draft, "publisher").await
    }

    async fn publish(&mut self, draft: &Draft, username: &str) -> anyhow::Result<BulletinId> {
        let (id, right) = (BulletinId::new(self.now), by(username));
        insert_draft(self.db, id, draft, &public_token(), &right.actor, self.now).await?;
        publish(self.db, &self.engine.settings, id, &right, self.now).await?;
        Ok(id)
    }

    /// The form came back on paper, and the province keys it in.
    async fn name_a_coordinator_on_paper(&mut self) -> anyhow::Result<()> {
        let naming = coordinators::Naming {
            office: office(self.db, AGENCY).await?,
            deputy: false,
            person: Person {
                first_name: "สมมติ".to_owned(),
                last_name: "ใจดี".to_owned(),
                position: "นักวิชาการพาณิชย์ชำนาญการ".to_owned(),
                affiliation: Some("สำนักงานพาณิชย์จังหวัดลำพูน".to_owned()),
            },
            contacts: Contacts { telephone: Some("0-5300-0000 ต่อ 12".parse()?), ..Contacts::default() },
            from: self.now,
            source: CoordinatorSource::Paper,
        };
        coordinators::name(self.db, &by("coordinator"), &self.engine.sealing, naming, self.now).await?;
        Ok(())
    }

    /// The agency's infographic goes up to the province and the ministry, and out again to all provinces.
    async fn send_an_infographic_up_and_down_again(&mut self, picture: FileId) -> anyhow::Result<()> {
        let (right, now) = (by("commerce"), self.now);
        let material = Material {
            topic: "farmers".to_owned(),
            title: "ลำไยลำพูนขายได้ราคาดีขึ้น".parse()?,
            outcome: Some("เกษตรกรผู้ปลูกลำไยในจังหวัดลำพูนขายผลผลิตผ่านจุดรับซื้อของกลุ่มได้ราคาดีขึ้นทุกสัปดาห์".parse()?),
            beneficiaries: Some("เกษตรกรผู้ปลูกลำไยในจังหวัดลำพูน".parse()?),
            figures: Some("1,250 ครัวเรือน (ตัวเลขสมมติ)".parse()?),
            source: None,
            contact: Some("กลุ่มส่งเสริมการค้า สำนักงานพาณิชย์จังหวัดลำพูน".parse()?),
            files: vec![(picture, "อินโฟกราฟิกราคาลำไยสี่สัปดาห์ที่เพิ่มขึ้นทุกสัปดาห์".parse()?)],
        };
        let agency = office(self.db, AGENCY).await?;
        let id = send(self.db, &right, agency, &material, SubmissionWay::Page, now).await?;
        check_off(self.db, &by("coordinator"), id, None, Some(&"ตัวเลขตรงกับรายงานประจำเดือน".parse()?), now).await?;
        propose(self.db, &by("governor"), id, None, None, now).await?;
        let root = groups::find_root(self.db).await?.context("the tree has no root")?;
        let publisher = by("publisher");
        let bulletin = accept(self.db, &publisher, id, None, root, &self.engine.settings.public_url, now).await?;
        let draft = Draft {
            audience: Audience { tiers: Some(vec![1, 2]), ..Audience::default() },
            forwarding: ForwardingMode::Automatic,
            ..Draft::of(&get_bulletin(self.db, bulletin).await?)
        };
        update_draft(self.db, bulletin, &draft, now).await?;
        publish(self.db, &self.engine.settings, bulletin, &publisher, now).await?;
        Ok(())
    }

    /// The district has it read over the loudspeakers of three villages.
    async fn spread_in_three_villages(&mut self, bulletin: BulletinId) -> anyhow::Result<()> {
        let district = office(self.db, DISTRICT).await?;
        for (village, reach) in [(1, 420), (2, 310), (3, 560)] {
            let area: crate::domain::area::Area = SUBDISTRICT.parse()?;
            let spread = Spread {
                medium: Medium::BroadcastTower,
                area: area.with_village(village)?,
                at: None,
                times: Times::new(2).context("a number of times")?,
                reach: Reach::new(reach),
                outlet: Some(format!("หอกระจายข่าวหมู่ที่ {village}").parse()?),
                evidence: None,
                pictures: Pictures::default(),
                source: Source::Page,
            };
            record(self.db, &by("coordinator"), district, bulletin, &spread, self.now).await?;
        }
        Ok(())
    }

    /// The province says where else it can be found.
    async fn introduce_the_province(&mut self) -> anyhow::Result<()> {
        let mut links = Links::default();
        for (service, address) in [
            (Service::Website, "https://www.example.go.th/lamphun"),
            (Service::Facebook, "https://www.facebook.com/example.lamphun"),
            (Service::Youtube, "https://www.youtube.com/@example-lamphun"),
        ] {
            links.insert(service, service.read(address)?);
        }
        let unit = Some("กลุ่มงานประชาสัมพันธ์จังหวัด (สมมติ)".parse()?);
        let province = office(self.db, "lamphun").await?;
        profiles::put(self.db, &by("governor"), province, &Profile { name: None, unit, links }, Some(0), self.now)
            .await?;
        Ok(())
    }

    /// The agency stamps the founding letter and endorses it, as the chain of 2563 does.
    async fn stamp_and_endorse(&mut self, letter: BulletinId) -> anyhow::Result<()> {
        let (agency, right) = (office(self.db, AGENCY).await?, by("commerce"));
        let receipt =
            Receipt { letter: Letter::Bulletin(letter), received_at: None, remark: None, how: ReceiptWay::Page };
        let entry = receive(self.db, &right, agency, &receipt, self.now).await?;
        let chain = [
            (EndorsementKind::Propose, "หัวหน้าฝ่ายบริหารทั่วไป", None, Some("เพื่อโปรดทราบ เห็นควรมอบผู้เกี่ยวข้องดำเนินการ")),
            (EndorsementKind::Noted, "พาณิชย์จังหวัดลำพูน", None, None),
            (EndorsementKind::Assign, "พาณิชย์จังหวัดลำพูน", Some("กลุ่มส่งเสริมการค้า"), None),
            (EndorsementKind::Done, "หัวหน้ากลุ่มส่งเสริมการค้า", None, Some("แจ้งเจ้าหน้าที่ทุกคนในกลุ่ม GCC3 แล้ว")),
        ];
        for (kind, author, assignee, text) in chain {
            let endorsement = NewEndorsement {
                kind,
                author: author.parse()?,
                unit: None,
                assignee: assignee.map(str::parse).transpose()?,
                text: text.map(str::parse).transpose()?,
                at: None,
            };
            endorse(self.db, &right, entry, &endorsement, self.now).await?;
        }
        Ok(())
    }
}

/// What the letter of 23 March 2561 asks of every province and ministry.
pub(super) fn report_by_the_next_working_day() -> anyhow::Result<Vec<DraftedRequest>> {
    let kind = RequestKind::ReportEstablishment;
    Ok(vec![DraftedRequest {
        kind,
        purpose: kind.usual_purpose(),
        text: "รายงานผลการจัดตั้งกลุ่ม GCC2 ตามแบบรายงานผลการดำเนินงาน ทั้งทางหนังสือและทางไปรษณีย์อิเล็กทรอนิกส์".parse()?,
        due_on: None::<Date>,
        due_in_working_days: Some(1),
    }])
}
