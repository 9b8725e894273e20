//! A bloc with its people: a registrar, an official, and a client for every unit, each with a token and a grant of its
//! own.

use super::{Client, Place, Server, client::fresh_id, place::REGISTRAR};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// The year whose acts the tests record. It is over, so every deadline in it has passed.
pub const YEAR: u16 = 2019;

/// What a registrar's token allows here.
pub const REGISTRAR_SCOPES: &str = "units:write blocs:write grants:write grants:read years:write events:read regulations:write \
     persons:write persons:read erasures:write audit:read";
/// What an official's token allows here.
pub const OFFICIAL_SCOPES: &str = "regulations:write years:write scores:write ballots:write rankings:write events:read \
     commendations:write";
/// What an officer's token allows here.
pub const OFFICER_SCOPES: &str = "registrations:write pledges:write reports:write scores:write votes:write \
                                  years:write ballots:write rankings:write regulations:write events:read commendations:write \
                                  persons:write persons:read erasures:write";

/// A unit of the bloc and the client of its officer.
pub struct Member {
    /// The unit.
    pub unit: Uuid,
    /// Acts for it.
    pub officer: Client,
    /// The grant by which it does.
    pub grant: Uuid,
}

/// A bloc, served.
pub struct Bloc {
    /// Where its files are.
    pub place: Place,
    /// Serves it.
    pub server: Server,
    /// Keeps the register.
    pub registrar: Client,
    /// Acts for the body above.
    pub official: Client,
    /// Anyone: a client without a token.
    pub public: Client,
    /// The bloc.
    pub id: Uuid,
    /// Its members, in the order they joined.
    pub members: Vec<Member>,
}

impl Bloc {
    /// A bloc with these members, no year yet. Members are called A, B, C…
    pub fn with_members(count: u8) -> Self {
        let place = Place::new();
        let server = Server::start(&place);
        let registrar = server.client(&place.token(REGISTRAR, REGISTRAR_SCOPES));
        let id = fresh_id();
        let name = json!({"vi": "Khối thi đua các Hội đặc thù", "en": "Bloc of associations"});
        let body = json!({"id": id, "name": name, "kind": "khoi", "level": "province",
                          "effective_on": "2018-12-01", "basis": {"documents": ["1297/HD-UBND"]}});
        registrar.record("/v1/blocs", &body);
        grant(&registrar, "so-noi-vu", &json!({"official": {"bloc": id}}));
        let official = server.client(&place.token("so-noi-vu", OFFICIAL_SCOPES));
        let public = server.client("");
        let mut bloc = Self { place, server, registrar, official, public, id, members: Vec::new() };
        for number in 0..count {
            bloc.take_in(char::from(b'a' + number));
        }
        bloc
    }

    fn take_in(&mut self, letter: char) {
        let unit = register(&self.registrar, &format!("Hội {}", letter.to_uppercase()));
        let joined = json!({"unit": unit, "effective_on": "2018-12-01"});
        self.registrar.record(&format!("/v1/blocs/{}/memberships", self.id), &joined);
        let client = format!("hoi-{letter}");
        let grant = grant(&self.registrar, &client, &json!({"unit_officer": {"unit": unit}}));
        let officer = self.server.client(&self.place.token(&client, OFFICER_SCOPES));
        self.members.push(Member { unit, officer, grant });
    }

    /// A path in the tests' year.
    pub fn in_year(&self, rest: &str) -> String {
        self.in_year_of(YEAR, rest)
    }

    /// A path in a year of the bloc.
    pub fn in_year_of(&self, year: u16, rest: &str) -> String {
        let slash = if rest.is_empty() || rest.starts_with('?') { "" } else { "/" };
        format!("/v1/blocs/{}/years/{year}{slash}{rest}", self.id)
    }

    /// Opens the tests' year, with the first unit as leader and the second as deputy, under this regulation.
    pub fn open_year(&self, regulation: &Value) {
        let opened = json!({"year": YEAR});
        self.registrar.record(&format!("/v1/blocs/{}/years", self.id), &opened);
        let led = json!({"leader": self.members[0].unit, "deputy": self.members[1].unit});
        self.official.record(&self.in_year("leaderships"), &led);
        self.official.record(&self.in_year("regulations"), &json!({"regulation": regulation}));
    }

    /// How many facts the log holds.
    pub fn head(&self) -> u64 {
        let answer = self.public.ask(Method::GET, "/v1/units?limit=1").send();
        answer.position()
    }
}

/// Registers a unit and tells its id.
pub fn register(registrar: &Client, name: &str) -> Uuid {
    let id = fresh_id();
    registrar.record("/v1/units", &json!({"id": id, "name": {"vi": name}, "kind": "association"}));
    id
}

/// Gives a role to a client and tells the grant.
pub fn grant(registrar: &Client, client: &str, role: &Value) -> Uuid {
    let id = fresh_id();
    registrar.record("/v1/grants", &json!({"id": id, "client": client, "role": role}));
    id
}

/// A whole regulation: three scorers, an open ballot on the leading unit, a secret one on the next leadership. The annual
/// report is due on 15 November and accepted late.
pub fn regulation() -> Value {
    json!({
        "title": {"vi": "Quy chế của khối", "en": "The bloc's regulation"},
        "sheet": {
            "scale": "100", "decimals": 2, "rounding": "half_up", "counts": ["official", "bloc"],
            "parts": [
                {"name": {"vi": "Nội dung"}, "kind": "contents", "criteria": [
                    {"id": "A", "name": {"vi": "Nhiệm vụ chính trị"}, "max": "60", "scored_by": ["self", "bloc"]},
                    {"id": "B", "name": {"vi": "Công tác thi đua"}, "max": "40",
                     "scored_by": ["self", "bloc", "official"]}]},
                {"name": {"vi": "Điểm trừ"}, "kind": "penalty", "criteria": [
                    {"id": "P", "name": {"vi": "Báo cáo chậm"}, "max": "5", "scored_by": ["official"]}]}
            ]
        },
        "classes": [
            {"code": "A", "name": {"vi": "Xuất sắc"}, "at_least": "90"},
            {"code": "B", "name": {"vi": "Còn lại"}}
        ],
        "procedure": [
            {"step": "registration", "required": true},
            {"step": "pledge", "required": true},
            {"step": "half_year_report", "required": false},
            {"step": "annual_report", "required": true, "deadline": {"month": 11, "day": 15}},
            {"step": "self_score", "required": true},
            {"step": "bloc_score", "required": true},
            {"step": "official_score", "required": true},
            {"step": "score_table", "required": true},
            {"step": "consultation", "required": false},
            {"step": "ballot", "required": true},
            {"step": "ranking", "required": true},
            {"step": "council", "required": false},
            {"step": "leadership", "required": true}
        ],
        "ballot": {"secrecy": "open", "candidates": {"top_scores": 2},
                   "majority": {"percent": 50, "or_equal": false, "base": "cast"}},
        "leadership": {"method": "election", "ballot": {"secrecy": "secret", "candidates": "members"}},
        "tie_breaks": ["votes"],
        "awards": [
            {"award": "PROVINCE_FLAG", "quota": {"count": 1},
             "council": {"percent": 80, "or_equal": true, "base": "members"},
             "checks": [{"check": {"dossier_complete": ["submission"]}, "by": "decision"},
                        {"check": "leading_unit"}]}
        ]
    })
}
