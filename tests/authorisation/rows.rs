//! Who may do what among the people of a bloc: a row for every operation that needs a token.

use crate::support::{
    bloc::{Bloc, YEAR, regulation},
    client::{fresh_id, now},
    dossiers::{council_vote, decision, revocation},
    whole_year::scores,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Who may, among the people of a bloc.
#[derive(Clone, Copy, PartialEq)]
pub enum May {
    /// The registrar.
    Registrar,
    /// The official of the bloc.
    Official,
    /// The officer of the first unit, which leads the bloc.
    Leader,
    /// Anyone with a token.
    Anyone,
}

/// What is sent to an operation, and who may send it.
#[derive(Clone)]
pub struct Row {
    pub id: &'static str,
    pub body: Value,
    pub may: &'static [May],
}

fn row(id: &'static str, may: &'static [May], body: Value) -> Row {
    Row { id, body, may }
}

/// A row for every operation that needs a token. Bodies are well formed: what is refused is refused for who asks.
pub fn rows(bloc: &Bloc) -> Vec<Row> {
    let unit = bloc.members[0].unit;
    [
        register_rows(unit),
        year_rows(unit),
        step_rows(unit),
        commendation_rows(bloc),
        person_rows(unit),
        other_rows(),
    ]
    .concat()
}

fn register_rows(unit: Uuid) -> Vec<Row> {
    use May::Registrar;
    let (name, own) = (json!({"vi": "Tên"}), json!({"unit": unit}));
    let identifier = json!({"identifier": {"scheme": "internal", "value": "H26.9"}});
    // Far enough ahead that the unit still takes part in everything below.
    let dissolution = json!({"reason": "Giải thể", "effective_on": now().day().plus_days(300).to_string(),
                             "basis": {"illustrative": true}});
    vec![
        row("registerUnit", &[Registrar], json!({"name": name, "kind": "association"})),
        row("renameUnit", &[Registrar], json!({"name": name})),
        row("identifyUnit", &[Registrar], identifier.clone()),
        row("endIdentifier", &[Registrar], identifier.clone()),
        row("placeUnit", &[Registrar], json!({"relation": "superior"})),
        row("mergeUnits", &[Registrar], json!({"predecessors": [fresh_id()]})),
        row("splitUnit", &[Registrar], json!({"into": [fresh_id()], "continues": true})),
        row("dissolveUnit", &[Registrar], dissolution),
        row("establishBloc", &[Registrar], json!({"name": name, "kind": "khoi", "level": "province"})),
        row("aliasBloc", &[Registrar], json!({"alias": name})),
        row("joinBloc", &[Registrar], own),
        row("leaveBloc", &[Registrar], json!({"unit": fresh_id()})),
        row("transferUnits", &[Registrar], json!({"units": [unit], "from": fresh_id()})),
        row("nestBloc", &[Registrar], json!({})),
        row("delegateBloc", &[Registrar], json!({})),
        row("describeBloc", &[Registrar], json!({"zone": "Vùng động lực"})),
        row("dissolveBloc", &[Registrar], json!({"reason": "Sắp xếp lại", "successors": [fresh_id()]})),
    ]
}

/// The year as a whole: its regulation, deadlines and leaders, what is queried and objected to.
fn year_rows(unit: Uuid) -> Vec<Row> {
    use May::{Leader, Official, Registrar};
    vec![
        row("openYear", &[Registrar, Official], json!({"year": YEAR})),
        row("recordLeadership", &[Registrar, Official], json!({"leader": unit})),
        row("adoptRegulation", &[Registrar, Official, Leader], json!({"regulation": regulation()})),
        row("draftRegulation", &[Registrar, Official, Leader], json!({"regulation": regulation()})),
        row("commentRegulationDraft", &[Leader], json!({"unit": unit, "text": "Đồng ý"})),
        row(
            "changeDeadline",
            &[Official, Leader],
            json!({"step": "annual_report", "to": "2019-11-20", "reason": "Mưa lũ"}),
        ),
        row("vacateLeadership", &[Registrar, Official], json!({"unit": fresh_id(), "reason": "Sáp nhập"})),
        row("replaceLeadership", &[Registrar, Official], json!({"leader": fresh_id(), "reason": "Sáp nhập"})),
        row("delegateLeadership", &[Leader], json!({"from": "2019-01-01", "until": "2019-01-02"})),
        row("handOverLeadership", &[Official, Leader], json!({"on": "2019-12-24"})),
        row("queryScore", &[Official, Leader], json!({"score": fresh_id(), "text": "Căn cứ nào?"})),
        row("explainScore", &[Official], json!({"text": "Theo biên bản"})),
        row(
            "lodgeObjection",
            &[Leader],
            json!({"unit": unit, "against": fresh_id(), "text": "Đề nghị chấm lại"}),
        ),
        row("ruleOnObjection", &[Official, Leader], json!({"outcome": "upheld", "reason": "Đúng"})),
        row("holdConsultation", &[Official, Leader], json!({"text": "Thống nhất"})),
        row(
            "recordCouncilDecision",
            &[Official],
            json!({"council": "Hội đồng tỉnh", "members": 15, "in_favour": 15, "against": 0}),
        ),
    ]
}

fn step_rows(unit: Uuid) -> Vec<Row> {
    use May::{Leader, Official, Registrar};
    let own = json!({"unit": unit});
    vec![
        row("fileRegistration", &[Leader], own.clone()),
        row("signPledge", &[Leader], own),
        row(
            "holdConference",
            &[Registrar, Official, Leader],
            json!({"kind": "launch", "from": "2019-01-10"}),
        ),
        row("fileReport", &[Leader], json!({"unit": unit, "kind": "half_year"})),
        row("excludeUnit", &[Official], json!({"unit": fresh_id(), "cause": "other", "reason": "Lý do"})),
        row("assignPanel", &[Official, Leader], json!({"panel": fresh_id(), "criteria": ["A"]})),
        row("giveScores", &[Leader], scores(unit, "self", &[("A", "1"), ("B", "1")])),
        row("adoptScoreTable", &[Official, Leader], json!({})),
        row("openBallot", &[Official, Leader], json!({"question": "leading_unit"})),
        row("castVote", &[Leader], json!({"elector": unit, "choice": "abstain"})),
        row("closeBallot", &[Official, Leader], json!({})),
        row(
            "breakTie",
            &[Official, Leader],
            json!({"order": [unit, fresh_id()], "lots": {"witnesses": [unit]}}),
        ),
        row("adoptRanking", &[Official, Leader], json!({})),
        row("electLeadership", &[Official, Leader], json!({"leader": unit})),
    ]
}

fn commendation_rows(bloc: &Bloc) -> Vec<Row> {
    use May::{Leader, Official};
    let unit = bloc.members[0].unit;
    vec![
        row(
            "proposeCommendation",
            &[Official, Leader],
            json!({"bloc": bloc.id, "year": YEAR, "award": "PROVINCE_FLAG", "unit": unit}),
        ),
        row("addPapers", &[Official, Leader], json!({"papers": [{"kind": "other", "number": "1/CV"}]})),
        row("appraiseCommendation", &[Official], json!({"finding": "meets"})),
        row("openPublicity", &[Official], json!({"from": "2020-01-02", "place": "Cổng thông tin"})),
        row("overrideQuota", &[Official], json!({"reason": "Lý do", "minutes": "12/BB-HĐTĐKT"})),
        row("recordCouncilVote", &[Official], council_vote(15)),
        row("decideCommendation", &[Official], decision()),
        row("publishCommendation", &[Official], json!({"on": "2020-03-25", "place": "Cổng thông tin"})),
        row("revokeCommendation", &[Official], revocation("dishonest_declaration")),
    ]
}

fn person_rows(unit: Uuid) -> Vec<Row> {
    use May::{Leader, Official, Registrar};
    vec![
        row("listPersons", &[Registrar, Official, Leader], Value::Null),
        row("registerPerson", &[Registrar, Leader], json!({"unit": unit, "full_name": "Nguyễn Văn B"})),
        row("getPerson", &[Registrar, Official, Leader], Value::Null),
        row("amendPerson", &[Registrar, Leader], json!({"office": "Giám đốc"})),
        row("disclosePerson", &[Registrar, Official, Leader], Value::Null),
        row("requestErasure", &[Registrar, Leader], json!({"ground": "subject_request"})),
        row("approveErasure", &[Registrar], json!({"request": fresh_id()})),
        row("listErasures", &[Registrar], Value::Null),
        row("listHeads", &[Registrar, Official, Leader], Value::Null),
        row("appointHead", &[Registrar], json!({"person": fresh_id()})),
        row("recordHeadDeparture", &[Registrar], json!({"person": fresh_id()})),
    ]
}

fn other_rows() -> Vec<Row> {
    use May::{Anyone, Official, Registrar};
    vec![
        row("giveGrant", &[Registrar], json!({"client": "khac", "role": "auditor"})),
        row("revokeGrant", &[Registrar], json!({"reason": "Hết hạn"})),
        row("listGrants", &[Registrar], Value::Null),
        row("getMe", &[Anyone], Value::Null),
        row("listEvents", &[Registrar, Official], Value::Null),
        row("getEvent", &[Registrar, Official], Value::Null),
        row("getEntries", &[Registrar, Official], Value::Null),
        row("listReads", &[Registrar], Value::Null),
        row("getReadsEntries", &[Registrar], Value::Null),
        row("startExport", &[Registrar], json!({})),
        row("listExports", &[Registrar], Value::Null),
        row("getExport", &[Registrar], Value::Null),
        row("commitStreamHeads", &[Registrar], json!({})),
        row("getStreamEvents", &[Registrar, Official], Value::Null),
        row("getStandingAsOf", &[Registrar, Official], Value::Null),
        row("getStandingDiff", &[Registrar, Official], Value::Null),
        row("listBackdated", &[Registrar, Official], Value::Null),
        row("listCorrections", &[Registrar, Official], Value::Null),
        row("checkRules", &[Registrar, Official], Value::Null),
    ]
}
