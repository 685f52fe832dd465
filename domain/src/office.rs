//! Offices: the bodies in the state's chart that have LINE groups.

use serde::{Deserialize, Serialize};

/// What kind of body an office is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "office_kind", rename_all = "snake_case")]
pub enum OfficeKind {
    /// The centre itself.
    National,
    /// กระทรวง.
    Ministry,
    /// กรม.
    Department,
    /// จังหวัด.
    Province,
    /// ส่วนราชการประจำจังหวัด.
    ProvincialAgency,
    /// ส่วนราชการส่วนกลางที่ตั้งอยู่ในจังหวัด.
    CentralAgency,
    /// รัฐวิสาหกิจ.
    StateEnterprise,
    /// อำเภอ.
    District,
    /// องค์กรปกครองส่วนท้องถิ่น.
    LocalAuthority,
    /// A body outside the government that receives bulletins (letter of 15 December 2560).
    Partner,
}

impl OfficeKind {
    /// All kinds, in the order of the chart.
    pub const ALL: [Self; 10] = [
        Self::National,
        Self::Ministry,
        Self::Department,
        Self::Province,
        Self::ProvincialAgency,
        Self::CentralAgency,
        Self::StateEnterprise,
        Self::District,
        Self::LocalAuthority,
        Self::Partner,
    ];

    /// The word used in files and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Ministry => "ministry",
            Self::Department => "department",
            Self::Province => "province",
            Self::ProvincialAgency => "provincial_agency",
            Self::CentralAgency => "central_agency",
            Self::StateEnterprise => "state_enterprise",
            Self::District => "district",
            Self::LocalAuthority => "local_authority",
            Self::Partner => "partner",
        }
    }
}
