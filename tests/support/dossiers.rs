//! Dossiers of commendations: the acts on them, by the people whose turn it is.

use super::{
    Answer,
    bloc::{Bloc, YEAR},
    client::{fresh_id, fresh_key},
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

/// What is found under a dossier.
pub fn on(dossier: Uuid, rest: &str) -> String {
    let slash = if rest.is_empty() || rest.starts_with('?') { "" } else { "/" };
    format!("/v1/commendations/{dossier}{slash}{rest}")
}

/// A vote of a council of fifteen in which everyone takes part.
pub fn council_vote(in_favour: u16) -> Value {
    json!({"members": 15, "present": 13, "written_opinions": 2, "in_favour": in_favour,
           "against": 15 - in_favour, "minutes": "12/BB-HĐTĐKT"})
}

/// A decision.
pub fn decision() -> Value {
    json!({"number": "512/QĐ-UBND", "date": "2020-03-21", "signed_by": "Chủ tịch Ủy ban nhân dân tỉnh"})
}

/// A revocation.
pub fn revocation(cause: &str) -> Value {
    json!({"cause": cause, "reason": "Kê khai thành tích không trung thực", "number": "77/QĐ-UBND",
           "date": "2020-09-01", "signed_by": "Chủ tịch Ủy ban nhân dân tỉnh"})
}

impl Bloc {
    /// The leader proposes a unit; the dossier's id.
    pub fn propose(&self, award: &str, unit: Uuid) -> Uuid {
        let id = fresh_id();
        self.propose_as(id, award, unit);
        id
    }

    /// The same under a known id.
    pub fn propose_as(&self, id: Uuid, award: &str, unit: Uuid) {
        let papers = json!([{"kind": "submission", "number": "45/TTr-KTĐ"}]);
        let body = json!({"id": id, "bloc": self.id, "year": YEAR, "award": award, "unit": unit,
                          "papers": papers, "summary": "Dẫn đầu phong trào thi đua của khối"});
        self.leader().record("/v1/commendations", &body);
    }

    /// A dossier that the official has appraised.
    pub fn appraised(&self, award: &str, unit: Uuid) -> Uuid {
        let dossier = self.propose(award, unit);
        self.official.record(&on(dossier, "appraisals"), &json!({"finding": "meets"}));
        dossier
    }

    /// The council votes.
    pub fn council_votes(&self, dossier: Uuid, body: &Value) -> Answer {
        self.official.ask(Method::POST, &on(dossier, "council-votes")).key(&fresh_key()).json(body).send()
    }

    /// A dossier that everyone on the council has approved.
    pub fn approved(&self, award: &str, unit: Uuid) -> Uuid {
        let dossier = self.appraised(award, unit);
        let answer = self.council_votes(dossier, &council_vote(15));
        assert_eq!(answer.status, 201, "{}", answer.text);
        dossier
    }

    /// The quota of an award, as the year tells it.
    pub fn quota(&self, award: &str) -> Value {
        let quotas = self.public.read(&self.in_year("quotas"));
        let items = quotas["items"].as_array().expect("quotas");
        items
            .iter()
            .find(|item| item["award"] == *award)
            .unwrap_or_else(|| panic!("{award}: {quotas}"))
            .clone()
    }

    /// A story in which everything that can happen to a dossier happens.
    pub fn every_act_on_a_dossier(&self) {
        let [first, second, ..] = &self.members[..] else { panic!("two members") };
        self.approved("PROVINCE_FLAG", first.unit);
        let dossier = self.appraised("PROVINCE_FLAG", second.unit);
        let paper = json!({"papers": [{"kind": "achievement_report",
            "sha256": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}]});
        self.leader().record(&on(dossier, "papers"), &paper);
        let public = json!({"from": "2020-03-02", "place": "Cổng thông tin điện tử tỉnh"});
        self.official.record(&on(dossier, "publicity-periods"), &public);
        let beyond = json!({"reason": "Thành tích đặc biệt xuất sắc", "minutes": "13/BB-HĐTĐKT"});
        self.official.record(&on(dossier, "quota-overrides"), &beyond);
        assert_eq!(self.council_votes(dossier, &council_vote(14)).status, 201);
        self.official.record(&on(dossier, "decisions"), &decision());
        let published = json!({"on": "2020-03-25", "place": "Cổng thông tin điện tử tỉnh"});
        self.official.record(&on(dossier, "publications"), &published);
        self.official.record(&on(dossier, "revocations"), &revocation("later_violation"));
    }
}
