//! The steps of a year, one function each, taken by the people whose turn it is. Every fact of them is recorded.

use super::{Answer, Client, bloc::Bloc, client::fresh_id, place::REGISTRAR};
use serde_json::{Value, json};
use uuid::Uuid;

/// What the leader gives to each member: the first two lead, the third is far behind.
const BLOC_SCORES: [[&str; 2]; 3] = [["57.5", "36"], ["59", "35"], ["50", "30.25"]];

impl Bloc {
    /// Every unit registers, signs the pledge and reports; a conference is held.
    pub fn register_pledge_report(&self) {
        for member in &self.members {
            let registration = json!({"unit": member.unit, "registered_points": "95",
                "targets": [{"name": "Hoàn thành 100% kế hoạch", "value": "100%", "due": "2019-11-30"}],
                "titles_sought": ["Cờ thi đua của Ủy ban nhân dân tỉnh"]});
            member.officer.record(&self.in_year("registrations"), &registration);
            member.officer.record(&self.in_year("pledges"), &json!({"unit": member.unit}));
        }
        let conference = json!({"kind": "midyear", "from": "2019-07-11", "place": "huyện Đồng Văn",
                                "chairs": [self.members[0].unit]});
        self.members[0].officer.record(&self.in_year("conferences"), &conference);
        for member in &self.members {
            for kind in ["half_year", "annual"] {
                let report = json!({"unit": member.unit, "kind": kind, "summary": "Hoàn thành nhiệm vụ",
                    "figures": [{"name": "Lượt khen thưởng", "value": "2291", "qualifier": "hơn"}]});
                member.officer.record(&self.in_year("reports"), &report);
            }
        }
    }

    /// Every unit scores itself.
    pub fn score_itself(&self) {
        for member in &self.members {
            let scores = scores(member.unit, "self", &[("A", "60"), ("B", "40")]);
            member.officer.record(&self.in_year("scores"), &scores);
        }
    }

    /// The leader scores everyone but itself, the deputy the leader, the official what is its own.
    pub fn score_by_bloc_and_official(&self) {
        for (index, member) in self.members.iter().enumerate() {
            let [a, b] = BLOC_SCORES[index.min(2)];
            let scorer = &self.members[usize::from(index == 0)].officer;
            scorer.record(&self.in_year("scores"), &scores(member.unit, "bloc", &[("A", a), ("B", b)]));
        }
        for member in &self.members {
            let scores = scores(member.unit, "official", &[("P", "0.5")]);
            self.official.record(&self.in_year("scores"), &scores);
        }
    }

    /// Everything up to the adopted score table.
    pub fn up_to_the_score_table(&self) {
        self.register_pledge_report();
        self.score_itself();
        self.score_by_bloc_and_official();
        self.leader().record(&self.in_year("score-tables"), &json!({}));
    }

    /// The officer of the leader of the year.
    pub fn leader(&self) -> &Client {
        &self.members[0].officer
    }

    /// Opens a ballot and tells its id.
    pub fn open_ballot(&self, question: &str) -> Uuid {
        let id = fresh_id();
        self.leader().record(&self.in_year("ballots"), &json!({"id": id, "question": question}));
        id
    }

    /// Every member votes for one of the members.
    pub fn everyone_votes(&self, ballot: Uuid, choice: usize) -> Vec<Answer> {
        let choice = self.members[choice].unit;
        let votes = self.members.iter().map(|member| {
            let vote = json!({"elector": member.unit, "choice": choice});
            member.officer.record(&self.in_year(&format!("ballots/{ballot}/votes")), &vote)
        });
        votes.collect()
    }

    /// Closes a ballot.
    pub fn close(&self, ballot: Uuid) -> Answer {
        self.leader().record(&self.in_year(&format!("ballots/{ballot}/closures")), &json!({}))
    }

    /// A whole ballot in which everyone votes for the same member.
    pub fn hold_ballot(&self, question: &str, choice: usize) -> Uuid {
        let ballot = self.open_ballot(question);
        self.everyone_votes(ballot, choice);
        self.close(ballot);
        ballot
    }

    /// From the score table to the next leadership: the second member leads, the third is its deputy.
    pub fn vote_rank_and_elect(&self) {
        self.hold_ballot("leading_unit", 1);
        self.leader().record(&self.in_year("rankings"), &json!({}));
        self.hold_ballot("next_leader", 1);
        self.hold_ballot("next_deputy", 2);
        let elected = json!({"leader": self.members[1].unit, "deputy": self.members[2].unit});
        self.leader().record(&self.in_year("elections"), &elected);
    }
}

impl Bloc {
    /// Another year, in which a panel scores everyone alike and lots are drawn.
    fn draw_lots(&self) {
        let [.., panel] = &self.members[..] else { panic!("at least one member") };
        let regulation = json!({
            "title": {"vi": "Quy chế chấm theo tiêu chí được giao"},
            "sheet": {"scale": "10", "decimals": 0, "rounding": "half_up", "counts": ["panel"], "parts": [
                {"name": {"vi": "Nội dung"}, "kind": "contents", "criteria": [
                    {"id": "A", "name": {"vi": "Nhiệm vụ"}, "max": "10", "scored_by": ["panel"]}]}]},
            "procedure": [{"step": "panel_score", "required": true}, {"step": "score_table", "required": true},
                          {"step": "ranking", "required": true}],
            "leadership": {"method": "designation"},
            "tie_breaks": ["lots"]
        });
        let year = super::bloc::YEAR + 2;
        self.registrar.record(&format!("/v1/blocs/{}/years", self.id), &json!({"year": year}));
        let path = |rest: &str| self.in_year_of(year, rest);
        self.official.record(&path("regulations"), &json!({"regulation": regulation}));
        self.official.record(&path("panels"), &json!({"panel": panel.unit, "criteria": ["A"]}));
        let others = &self.members[..self.members.len() - 1];
        let excluded = json!({"unit": panel.unit, "cause": "other", "reason": "Đơn vị chấm điểm"});
        self.official.record(&path("exclusions"), &excluded);
        for member in others {
            let mut paper = scores(member.unit, "panel", &[("A", "9")]);
            paper["given_by"] = json!(panel.unit);
            panel.officer.record(&path("scores"), &paper);
        }
        self.official.record(&path("score-tables"), &json!({}));
        let order: Vec<_> = others.iter().rev().map(|member| member.unit).collect();
        let drawn = json!({"order": order, "lots": {"witnesses": [panel.unit]}});
        self.official.record(&path("tie-breaks"), &drawn);
    }
}

/// The body of a score.
pub fn scores(unit: Uuid, scorer: &str, points: &[(&str, &str)]) -> Value {
    let entry = |(criterion, points): &(&str, &str)| json!({"criterion": criterion, "points": points});
    json!({"unit": unit, "scorer": scorer, "entries": points.iter().map(entry).collect::<Vec<_>>()})
}

impl Bloc {
    /// The fact that gave a unit its score.
    pub fn score_of(&self, year: u16, unit: Uuid, scorer: &str) -> Value {
        let scores = self.public.read(&self.in_year_of(year, &format!("scores?unit={unit}")));
        let all = scores["items"][0]["scores"].as_array().expect("scores");
        let score = all.iter().find(|score| score["scorer"] == scorer).expect("the scorer has scored");
        score["filed"]["event"].clone()
    }

    fn draft_and_delegate(&self) {
        let draft = json!({"preset": "hcmc-2008", "note": "Theo mẫu của thành phố"});
        self.leader().record(&self.in_year("regulation-drafts"), &draft);
        let comment =
            json!({"unit": self.members[1].unit, "pointer": "/sheet/scale", "text": "Đề nghị giữ 100 điểm"});
        let second = &self.members[1].officer;
        second.record(&self.in_year("regulation-drafts/1/comments"), &comment);
        let today = super::client::now().day();
        let delegation =
            json!({"from": today, "until": today.plus_days(30), "reason": "Trưởng khối đi công tác"});
        self.leader().record(&self.in_year("delegations"), &delegation);
    }

    fn query_and_object(&self) {
        let [first, second, ..] = &self.members[..] else { panic!("two members") };
        let score = self.score_of(super::bloc::YEAR, second.unit, "bloc");
        let query = json!({"score": score, "criterion": "A", "asked_by": second.unit, "text": "Căn cứ nào?"});
        let asked = second.officer.record(&self.in_year("score-queries"), &query).json()["id"].clone();
        let asked = asked.as_str().expect("an id");
        let explained = json!({"text": "Theo biên bản kiểm tra chéo"});
        let path = self.in_year(&format!("score-queries/{asked}/explanations"));
        first.officer.record(&path, &explained);
        let objection = json!({"unit": second.unit, "against": score, "text": "Đề nghị chấm lại tiêu chí A"});
        let lodged = second.officer.record(&self.in_year("objections"), &objection).json()["id"].clone();
        let path = self.in_year(&format!("objections/{}/rulings", lodged.as_str().expect("an id")));
        self.official.record(&path, &json!({"outcome": "dismissed", "reason": "Không có minh chứng mới"}));
    }

    fn decide_above_and_hand_over(&self) {
        let [first, second, third, ..] = &self.members[..] else { panic!("three members") };
        let council = json!({"council": "Hội đồng Thi đua - Khen thưởng tỉnh", "members": 15, "in_favour": 13,
            "against": 1, "in_writing": 2,
            "changes": [{"unit": third.unit, "class": "A", "reason": "Đã khắc phục tồn tại"}]});
        self.official.record(&self.in_year("council-decisions"), &council);
        let banner = json!({"on": "2019-12-24", "banner": "Cờ luân lưu cụm trưởng"});
        self.leader().record(&self.in_year("hand-overs"), &banner);
        let vacated = json!({"unit": second.unit, "reason": "Sáp nhập"});
        self.official.record(&self.in_year("leadership-vacancies"), &vacated);
        let replaced = json!({"leader": first.unit, "deputy": third.unit, "method": "designation",
                              "reason": "Thay Phó Trưởng khối"});
        self.official.record(&self.in_year("leadership-replacements"), &replaced);
    }

    /// A story in which every kind of event happens at least once, in a bloc of four members.
    pub fn every_kind_of_event(&self) {
        let [first, .., last] = &self.members[..] else { panic!("at least two members") };
        let unit = format!("/v1/units/{}", first.unit);
        let basis = json!({"documents": ["1297/HD-UBND", "37/NQ-HĐND"], "illustrative": true});
        let renaming = json!({"name": {"vi": "Hội Luật gia", "en": "Lawyers' association"}, "basis": basis});
        self.registrar.record(&format!("{unit}/renamings"), &renaming);
        let identifier = json!({"identifier": {"scheme": "internal", "value": "H26.1"}});
        self.registrar.record(&format!("{unit}/identifiers"), &identifier);
        let alias = json!({"alias": {"vi": "Khối các Hội đặc thù"}});
        self.registrar.record(&format!("/v1/blocs/{}/aliases", self.id), &alias);
        self.open_year(&super::bloc::regulation());
        self.draft_and_delegate();
        self.register_pledge_report();
        let moved = json!({"step": "annual_report", "to": "2019-11-20", "reason": "Mưa lũ"});
        self.official.record(&self.in_year("deadlines"), &moved);
        self.score_itself();
        self.score_by_bloc_and_official();
        self.query_and_object();
        let excluded = json!({"unit": last.unit, "cause": "own_request", "reason": "Đơn vị xin không xét"});
        self.official.record(&self.in_year("exclusions"), &excluded);
        self.leader().record(&self.in_year("score-tables"), &json!({}));
        let agreed = json!({"agreed": [self.members[1].unit], "text": "Hội nghị thống nhất"});
        // The deputy presides, under the delegation: its fact bears the mark.
        self.members[1].officer.record(&self.in_year("consultations"), &agreed);
        self.vote_rank_and_elect();
        self.draw_lots();
        self.decide_above_and_hand_over();
        self.every_act_on_a_dossier();
        self.every_act_on_a_person();
        let left = json!({"unit": last.unit, "reason": "Sáp nhập", "effective_on": "2020-01-01"});
        self.registrar.record(&format!("/v1/blocs/{}/departures", self.id), &left);
        let revoked = format!("/v1/grants/{}/revocations", last.grant);
        self.registrar.record(&revoked, &json!({"reason": "Đơn vị đã rời khối"}));
        self.register_over_time(last.unit);
        let auditor = self.server.client(&self.place.token(REGISTRAR, "audit:read"));
        auditor.record("/v1/audit/stream-heads", &json!({}));
    }

    /// Everything that can happen to units and blocs beside joining and leaving.
    fn register_over_time(&self, unit: Uuid) {
        let record = |path: &str, body: Value| self.registrar.record(path, &body);
        let [province, part, other, cluster] = std::array::from_fn(|_| fresh_id());
        let basis = json!({"documents": ["202/2025/QH15"]});
        let days = [(province, "2008-08-01"), (part, "2025-07-01"), (other, "2025-07-01")];
        for (id, day) in days {
            let body = json!({"id": id, "name": {"vi": "Tỉnh"}, "kind": "locality", "effective_on": day});
            record("/v1/units", body);
        }
        let placed = json!({"relation": "locality", "within": province, "effective_on": "2018-12-01"});
        record(&format!("/v1/units/{unit}/placements"), placed);
        let identifier = json!({"scheme": "statistics", "value": "02"});
        let until = json!({"identifier": identifier, "effective_on": "2008-08-01", "until": "2030-01-01"});
        record(&format!("/v1/units/{province}/identifiers"), until);
        let ended = json!({"identifier": identifier, "effective_on": "2025-06-30"});
        record(&format!("/v1/units/{province}/identifier-ends"), ended);
        let merged = json!({"predecessors": [province], "effective_on": "2025-07-01", "basis": basis});
        record(&format!("/v1/units/{part}/mergers"), merged);
        let split = json!({"into": [other], "continues": true, "effective_on": "2026-01-01", "basis": basis});
        record(&format!("/v1/units/{part}/splits"), split);
        let dissolved = json!({"reason": "Kết thúc hoạt động", "effective_on": "2026-02-01", "basis": basis});
        record(&format!("/v1/units/{other}/dissolutions"), dissolved);
        let name = json!({"vi": "Cụm thi đua số 1"});
        record("/v1/blocs", json!({"id": cluster, "name": name, "kind": "cum", "level": "province"}));
        let own = |rest: &str| format!("/v1/blocs/{}/{rest}", self.id);
        record(&own("nestings"), json!({"within": cluster}));
        record(&own("delegations"), json!({"to": self.members[1].unit}));
        record(&own("descriptions"), json!({"category": "Các tổ chức hội", "zone": "Vùng động lực"}));
        let moved = json!({"units": [self.members[0].unit], "from": self.id, "reason": "Sắp xếp lại"});
        record(&format!("/v1/blocs/{cluster}/transfers"), moved);
        record(&own("dissolutions"), json!({"reason": "Sắp xếp lại", "successors": [cluster]}));
    }
}
