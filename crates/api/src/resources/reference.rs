//! Lists for programs: regulations that come with the service, event types, scopes, provinces; and whether the service is well.

use crate::{
    answer::{Answer, Cache},
    answer_body,
    auth::Scope,
    body::{Field, Schemas, codes::PresetCode, parameters::NoParameters},
    parameters,
    problem::{Code, Problem},
    routes::{Access::Public, Call, Read, Route, Tag, page, read},
    shown::Shown,
};
use domain::{
    Date, DocumentNumber, Event, LocalisedName, Timestamp,
    province::{Province, provinces},
    regulation::{Regulation, presets},
};
use utoipa::openapi::{RefOr, Schema};

/// The rows of this resource.
pub static ROUTES: &[Route] = &[
    read::<Presets>(
        "/v1/regulations",
        "listRegulations",
        Tag::Reference,
        ["Các mẫu quy chế có sẵn", "Regulations that come with the service"],
        Public,
    ),
    read::<OnePreset>(
        "/v1/regulations/{code}",
        "getRegulation",
        Tag::Reference,
        ["Một mẫu quy chế", "One regulation that comes with the service"],
        Public,
    ),
    read::<EventTypes>(
        "/v1/reference/event-types",
        "listEventTypes",
        Tag::Reference,
        ["Danh mục loại sự kiện", "Every kind of fact"],
        Public,
    ),
    read::<Scopes>(
        "/v1/reference/scopes",
        "listScopes",
        Tag::Reference,
        ["Danh mục phạm vi của thẻ", "Every scope a token may have"],
        Public,
    ),
    read::<ProvinceRead>(
        "/v1/reference/provinces",
        "listProvinces",
        Tag::Reference,
        [
            "Danh mục tỉnh, thành phố trước và sau ngày 01/07/2025",
            "The provinces before and since 1 July 2025, with their codes",
        ],
        Public,
    ),
    page("/health/live", |_, _| Answer::serialised(&Health { status: "live", facts: None, witnesses: None })),
    page("/health/ready", |call, _| ready(call)),
];

answer_body! {
    /// Một mẫu quy chế. A regulation that comes with the service.
    pub struct PresetRow {
        /// Mã. Its code.
        code: &'static str,
        /// Tên. Its title.
        title: LocalisedName,
    }
}

answer_body! {
    /// Các mẫu quy chế. Regulations that come with the service.
    pub struct PresetList {
        /// Các mẫu. The regulations.
        items: Vec<PresetRow>,
    }
}

/// `GET /v1/regulations`
pub struct Presets;

impl Read for Presets {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Shared(60);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        PresetList::schema(schemas)
    }

    async fn answer(_: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let row = |preset: &domain::regulation::Preset| PresetRow {
            code: preset.code,
            title: preset.regulation.title.clone(),
        };
        Answer::serialised(&PresetList { items: presets().iter().map(row).collect() })
    }
}

parameters! {
    /// The path of one regulation.
    pub struct PresetPath {
        /// Mã. Its code.
        code: PresetCode = "hcmc-2008",
    }
}

/// `GET /v1/regulations/{code}`
pub struct OnePreset;

impl Read for OnePreset {
    type Path = PresetPath;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Shared(60);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        <Regulation as Field>::schema(schemas)
    }

    async fn answer(_: &Call<'_>, path: PresetPath, _: NoParameters) -> Result<Answer, Problem> {
        Answer::serialised(&path.code.0.regulation)
    }
}

answer_body! {
    /// Các loại sự kiện. Every kind of fact, as the log names it; outside the log the name is `vn.thidua.<name>.v1`.
    pub struct EventTypeList {
        /// Các loại. The kinds.
        items: Vec<&'static str>,
    }
}

/// `GET /v1/reference/event-types`
pub struct EventTypes;

impl Read for EventTypes {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Shared(60);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        EventTypeList::schema(schemas)
    }

    async fn answer(_: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        Answer::serialised(&EventTypeList { items: Event::types().collect() })
    }
}

answer_body! {
    /// Một phạm vi. A scope.
    pub struct ScopeRow {
        /// Tên trong thẻ. Its name in a token.
        name: &'static str,
        /// Cho phép làm gì. What it allows.
        description: LocalisedText,
    }
}

answer_body! {
    /// Lời giải thích bằng hai thứ tiếng. Words in two languages.
    pub struct LocalisedText {
        /// Tiếng Việt. Vietnamese.
        vi: &'static str,
        /// Tiếng Anh. English.
        en: &'static str,
    }
}

answer_body! {
    /// Các phạm vi. Every scope.
    pub struct ScopeList {
        /// Các phạm vi. The scopes.
        items: Vec<ScopeRow>,
    }
}

/// `GET /v1/reference/scopes`
pub struct Scopes;

impl Read for Scopes {
    type Path = NoParameters;
    type Query = NoParameters;
    const CACHE: Cache = Cache::Shared(60);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ScopeList::schema(schemas)
    }

    async fn answer(_: &Call<'_>, _: NoParameters, _: NoParameters) -> Result<Answer, Problem> {
        let row = |scope: &Scope| ScopeRow {
            name: scope.as_str(),
            description: LocalisedText { vi: scope.description_vi(), en: scope.description_en() },
        };
        Answer::serialised(&ScopeList { items: Scope::ALL.iter().map(row).collect() })
    }
}

answer_body! {
    /// Một tỉnh, thành phố. A province or a centrally-run city.
    pub struct ProvinceRow {
        /// Mã thống kê. Its code; another province may have had it before.
        code: String,
        /// Tên vào ngày hỏi, hoặc tên cuối cùng. Its name on the day asked for, or its last one.
        name: LocalisedName,
        /// Các tên gọi. Its names, oldest first.
        names: Vec<ProvinceNameRow>,
        /// Ngày đầu tiên danh mục ghi nhận. The first day the list vouches for it.
        from: Date,
        /// Ngày đầu tiên không còn. The first day on which it is no more.
        until: Option<Date>,
        /// Mã của tỉnh, thành phố kế thừa. The code of the province that took its place.
        successor: Option<String>,
        /// Mã của các tỉnh, thành phố tiền thân. The codes of those whose place it took.
        predecessors: Vec<String>,
        /// Văn bản. The papers this rests on.
        sources: Vec<DocumentNumber>,
    }
}

answer_body! {
    /// Một tên gọi của tỉnh, thành phố. A name of a province.
    pub struct ProvinceNameRow {
        /// Tên. The name.
        name: LocalisedName,
        /// Từ ngày. Its first day.
        from: Date,
        /// Văn bản. The paper it rests on.
        source: DocumentNumber,
    }
}

answer_body! {
    /// Danh mục tỉnh, thành phố. The provinces; those of the day asked for, or all since 1 August 2008.
    pub struct ProvinceList {
        /// Nguồn và điều danh mục không nói. Where the list comes from and what it does not say.
        about: LocalisedText,
        /// Các tỉnh, thành phố. The provinces.
        items: Vec<ProvinceRow>,
    }
}

parameters! {
    /// Which provinces.
    pub struct ProvinceQuery {
        /// Vào ngày này; không nêu thì tất cả. Those of this day; all of them when left out.
        on: Option<Date> = "2025-07-01",
    }
}

/// `GET /v1/reference/provinces`
pub struct ProvinceRead;

impl Read for ProvinceRead {
    type Path = NoParameters;
    type Query = ProvinceQuery;
    const CACHE: Cache = Cache::Shared(60);

    fn schema(schemas: &mut Schemas) -> RefOr<Schema> {
        ProvinceList::schema(schemas)
    }

    async fn answer(_: &Call<'_>, _: NoParameters, query: ProvinceQuery) -> Result<Answer, Problem> {
        let list = provinces();
        let wanted = |province: &&Province| query.on.is_none_or(|day| province.is_there_on(day));
        let items = list.provinces.iter().filter(wanted).filter_map(|one| province_row(one, query.on));
        let about = LocalisedText { vi: &list.about.vi, en: &list.about.en };
        Answer::serialised(&ProvinceList { about, items: items.collect() })
    }
}

fn province_row(province: &Province, on: Option<Date>) -> Option<ProvinceRow> {
    let names: Vec<_> = province
        .names
        .iter()
        .map(|named| ProvinceNameRow {
            name: LocalisedName { vi: named.vi.clone(), en: Some(named.en.clone()) },
            from: named.from,
            source: named.source.clone(),
        })
        .collect();
    let last = names.last().map(|named| named.name.clone());
    Some(ProvinceRow {
        code: province.code.to_string(),
        name: on.map_or(last, |day| province.name_on(day))?,
        names,
        from: province.from,
        until: province.until,
        successor: province.successor.as_ref().map(ToString::to_string),
        predecessors: province.predecessors.iter().map(ToString::to_string).collect(),
        sources: province.sources.clone(),
    })
}

answer_body! {
    /// Tình trạng dịch vụ. How the service is.
    pub struct Health {
        /// `live`, `ready`.
        status: &'static str,
        /// Số sự kiện trong sổ. How many facts the log holds.
        facts: Option<u64>,
        /// Các bên chứng kiến. How it stands with the witnesses; left out where there are none.
        witnesses: Option<WitnessesShown>,
    }
}

answer_body! {
    /// Các bên chứng kiến. The witnesses of the log.
    pub struct WitnessesShown {
        /// Đủ số theo chính sách. Whether the head that is handed out has the quorum of the policy.
        quorum: bool,
        /// Từng bên. Each of them.
        items: Vec<WitnessShown>,
    }
}

answer_body! {
    /// Một bên chứng kiến. A witness.
    pub struct WitnessShown {
        /// Tên. Its name in the policy.
        name: String,
        /// Lần ký gần nhất. When the head was signed that it cosigned last.
        cosigned_at: Option<Timestamp>,
        /// Đồng hồ của bên ấy đi trước bao nhiêu giây. By how many seconds its clock is ahead of this service's.
        clock_ahead: Option<i64>,
        /// Vì sao chưa ký. Why it did not cosign the last one.
        failing: Option<String>,
    }
}

fn witnesses_shown(witnessing: app::audit::Witnessing) -> WitnessesShown {
    let shown = |app::audit::WitnessState { name, cosigned_at, clock_ahead, failing }| WitnessShown {
        name,
        cosigned_at,
        clock_ahead,
        failing,
    };
    let app::audit::Witnessing { quorum, witnesses } = witnessing;
    WitnessesShown { quorum, items: witnesses.into_iter().map(shown).collect() }
}

/// Ready: the log is read, it can be written, and tokens can be verified. A service that only reads wants a restart.
fn ready(call: &Call<'_>) -> Result<Answer, Problem> {
    if call.service.app().is_read_only() {
        return Err(Problem::new(Code::ReadOnly));
    }
    if !call.service.verifier().ready() {
        return Err(Problem::new(Code::TokenKeysUnavailable));
    }
    let app = call.service.app();
    // A log whose witnesses are away can be written and read: it is ready, and says so.
    let (facts, witnesses) = (Some(app.head().0), app.audit().witnessing().map(witnesses_shown));
    Answer::serialised(&Health { status: "ready", facts, witnesses })
}
