//! The steps of a year, one function each, taken by the people whose turn it is. Every fact of them is recorded.

use super::{Answer, Client, bloc::Bloc, client::fresh_id};
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

/// The body of a score.
pub fn scores(unit: Uuid, scorer: &str, points: &[(&str, &str)]) -> Value {
    let entry = |(criterion, points): &(&str, &str)| json!({"criterion": criterion, "points": points});
    json!({"unit": unit, "scorer": scorer, "entries": points.iter().map(entry).collect::<Vec<_>>()})
}

impl Bloc {
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
        self.register_pledge_report();
        self.score_itself();
        self.score_by_bloc_and_official();
        let excluded = json!({"unit": last.unit, "cause": "own_request", "reason": "Đơn vị xin không xét"});
        self.official.record(&self.in_year("exclusions"), &excluded);
        self.leader().record(&self.in_year("score-tables"), &json!({}));
        self.vote_rank_and_elect();
        self.every_act_on_a_dossier();
        let left = json!({"unit": last.unit, "reason": "Sáp nhập", "effective_on": "2020-01-01"});
        self.registrar.record(&format!("/v1/blocs/{}/departures", self.id), &left);
        let revoked = format!("/v1/grants/{}/revocations", last.grant);
        self.registrar.record(&revoked, &json!({"reason": "Đơn vị đã rời khối"}));
    }
}
