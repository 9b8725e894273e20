//! One year of one bloc, step by step, in the order its regulation has.

use super::{
    Bloc, FIRST_YEAR, Line, Province, Thing, id, line, papers,
    random::Random,
    regulation,
    scores::{self, Paper},
};
use serde_json::{Value, json};

/// Tells the year.
pub fn tell(province: &Province, bloc: usize, year: u16, random: Random, out: &mut dyn FnMut(Line)) {
    let (adopts, rules) = regulation::of(bloc, year);
    let path = province.path(bloc, year);
    let mut story =
        Story { province, bloc: &province.blocs[bloc], number: bloc, year, path, rules, random, lines: 0, out };
    story.begin(adopts);
    let steps: Vec<Value> = story.rules["procedure"].as_array().cloned().unwrap_or_default();
    for step in steps {
        story.step(step["step"].as_str().unwrap_or_default());
    }
}

struct Story<'a> {
    province: &'a Province,
    bloc: &'a Bloc,
    number: usize,
    year: u16,
    path: String,
    rules: Value,
    random: Random,
    lines: usize,
    out: &'a mut dyn FnMut(Line),
}

impl Story<'_> {
    /// Posts something below the year; the key of its line.
    fn post(&mut self, rest: &str, day: &str, body: Value) -> String {
        let key = format!("vi-du-tinh-{}-{:02}-{:05}", self.year, self.number, self.lines);
        self.lines += 1;
        let slash = if rest.is_empty() { "" } else { "/" };
        let path = format!("{}{slash}{rest}", self.path);
        (self.out)(line(path, key.clone(), &format!("{}-{day}", self.year), body));
        key
    }

    /// The id of a member; places go round.
    fn member(&self, place: usize) -> String {
        self.province.units[self.bloc.members[place % self.size()]].id.clone()
    }

    fn size(&self) -> usize {
        self.bloc.members.len()
    }

    fn members(&self) -> Vec<String> {
        (0..self.size()).map(|place| self.member(place)).collect()
    }

    /// Leader and deputy: whoever was elected at the end of the year before, one after the other.
    fn leaders(&self) -> [String; 2] {
        let turn = usize::from(self.year - FIRST_YEAR);
        [self.member(turn), self.member(turn + 1)]
    }

    fn is_monthly(&self) -> bool {
        self.rules["sheet"]["monthly"] == true
    }

    fn begin(&mut self, adopts: Value) {
        let opened = format!("/v1/blocs/{}/years", self.bloc.id);
        let path = std::mem::replace(&mut self.path, opened);
        self.post("", "01-05", json!({"year": self.year}));
        self.path = path;
        let [leader, deputy] = self.leaders();
        if self.year == FIRST_YEAR || !self.was_elected() {
            let body = json!({"leader": leader, "deputy": deputy, "method": "designation"});
            self.post("leaderships", "01-05", body);
        }
        self.post("regulations", "01-15", adopts);
        self.confer("launch", "01-20");
        if self.rules["procedure"].as_array().into_iter().flatten().any(|step| step["step"] == "panel_score") {
            for (index, panel) in self.bloc.panels.clone().into_iter().enumerate() {
                let panel = &self.province.units[panel].id;
                let body = json!({"panel": panel, "criteria": [format!("L.{}", index + 1)]});
                self.post("panels", "01-20", body);
            }
        }
    }

    /// Whether the year before chose the leaders of this one.
    fn was_elected(&self) -> bool {
        let (_, before) = regulation::of(self.number, self.year - 1);
        before["procedure"].as_array().into_iter().flatten().any(|step| step["step"] == "leadership")
    }

    fn confer(&mut self, kind: &str, day: &str) {
        let summary = papers::prose(&mut self.random, 2);
        let body = json!({"kind": kind, "from": format!("{}-{day}", self.year), "chairs": self.leaders(),
                          "place": "Hội trường Ủy ban nhân dân tỉnh", "summary": summary});
        self.post("conferences", day, body);
    }

    fn step(&mut self, step: &str) {
        match step {
            "registration" => self.register(),
            "pledge" => self.members().into_iter().for_each(|unit| {
                self.post("pledges", "02-20", json!({"unit": unit}));
            }),
            // In a year of monthly scores reports come between the months.
            "half_year_report" | "annual_report" if self.is_monthly() => {}
            "half_year_report" => self.report("half_year", "06-25"),
            "annual_report" => self.report("annual", "12-05"),
            "self_score" if self.is_monthly() => (1..=12).for_each(|month| self.month(month)),
            "peer_score" | "bloc_score" | "panel_score" if self.is_monthly() => {}
            "self_score" => self.score("self", "12-10"),
            "bloc_score" => self.score("bloc", "12-15"),
            "official_score" => self.score("official", "12-18"),
            "score_table" => {
                self.confer("year_end", "12-20");
                self.post("score-tables", "12-20", json!({}));
            }
            "ballot" => {
                let best = self.random.below(self.size());
                self.vote("leading_unit", best, 1);
            }
            "ranking" => {
                self.post("rankings", "12-20", json!({}));
            }
            "leadership" => self.elect(),
            other => panic!("no story has the step {other}"),
        }
    }

    fn register(&mut self) {
        for unit in self.members() {
            let body = papers::registration(&unit, self.year, &mut self.random);
            let key = self.post("registrations", "02-10", body);
            if self.random.chance(20) {
                let mut body = papers::registration(&unit, self.year, &mut self.random);
                body["correction"] = papers::correction(&key);
                self.post("registrations", "02-18", body);
            }
        }
    }

    fn report(&mut self, kind: &str, day: &str) {
        for unit in self.members() {
            let body = papers::report(&unit, kind, &mut self.random);
            let key = self.post("reports", day, body);
            if self.random.chance(25) {
                let mut body = papers::report(&unit, kind, &mut self.random);
                body["correction"] = papers::correction(&key);
                self.post("reports", day, body);
            }
        }
    }

    /// One month: everyone scores itself, then the others; panels and the leader score everyone; a meeting.
    fn month(&mut self, month: usize) {
        let day = format!("{month:02}-25");
        match month {
            6 => self.report("half_year", "06-25"),
            12 => self.report("annual", "12-05"),
            _ => {}
        }
        let size = self.size();
        for unit in 0..size {
            self.give(unit, "self", None, month, &day);
        }
        for giver in 0..size {
            let by = self.member(giver);
            for unit in (0..size).filter(|unit| *unit != giver) {
                let key = self.give(unit, "peer", Some((&by, &[])), month, &day);
                if self.random.chance(5) {
                    self.query(unit, &key, &day);
                }
            }
        }
        for unit in 0..size {
            self.give(unit, "bloc", None, month, &day);
        }
        for (index, panel) in self.bloc.panels.iter().enumerate() {
            let by = self.province.units[*panel].id.clone();
            for unit in 0..size {
                self.give(unit, "panel", Some((&by, &[format!("L.{}", index + 1)])), month, &day);
            }
        }
        self.confer(if month == 6 { "midyear" } else { "working" }, &format!("{month:02}-28"));
    }

    /// The unit asks how a score came about, and hears it.
    fn query(&mut self, unit: usize, score: &str, day: &str) {
        let body = json!({"score": format!("@{score}"), "asked_by": self.member(unit),
                          "text": "Đề nghị nêu căn cứ chấm điểm của tháng này"});
        let key = self.post("score-queries", day, body);
        let text = papers::prose(&mut self.random, 1);
        self.post(&format!("score-queries/@{key}/explanations"), day, json!({"text": text}));
    }

    /// A score, and sometimes its correction; the key of the line that stands.
    fn give(
        &mut self,
        unit: usize,
        scorer: &str,
        by: Option<(&str, &[String])>,
        month: usize,
        day: &str,
    ) -> String {
        let id = self.member(unit);
        let month = self.is_monthly().then_some(month);
        // Some units are better than others, and everyone thinks well of itself.
        let least = if scorer == "self" { 0 } else { (unit * 7 + usize::from(self.year)) % 11 };
        let (given_by, criteria) = by.map_or((None, &[][..]), |(giver, criteria)| (Some(giver), criteria));
        let paper = Paper { unit: &id, scorer, given_by, month, criteria, less: [least, least + 8] };
        let body = scores::body(&self.rules["sheet"], &paper, &mut self.random);
        let key = self.post("scores", day, body);
        if self.random.chance(6) {
            let mut body = scores::body(&self.rules["sheet"], &paper, &mut self.random);
            body["correction"] = papers::correction(&key);
            return self.post("scores", day, body);
        }
        key
    }

    /// The yearly scores of one kind.
    fn score(&mut self, scorer: &str, day: &str) {
        for unit in 0..self.size() {
            self.give(unit, scorer, None, 12, day);
        }
    }

    /// A ballot that `place` wins: most vote for it, a few for the next, a few abstain.
    fn vote(&mut self, question: &str, place: usize, ballot: usize) {
        let ballot = id(Thing::Ballot, usize::from(self.year) * 100_000 + self.number * 100 + ballot);
        self.post("ballots", "12-20", json!({"id": ballot, "question": question}));
        let (first, second) = (self.member(place), self.member(place + 1));
        for (index, elector) in self.members().into_iter().enumerate() {
            let choice = match index {
                // The first three decide: with four members, three votes of four.
                0..3 => first.as_str(),
                _ if self.random.chance(90) => first.as_str(),
                _ if self.random.chance(60) => second.as_str(),
                _ => "abstain",
            };
            let body = json!({"elector": elector, "choice": choice});
            self.post(&format!("ballots/{ballot}/votes"), "12-20", body);
        }
        self.post(&format!("ballots/{ballot}/closures"), "12-20", json!({}));
    }

    fn elect(&mut self) {
        let turn = usize::from(self.year - FIRST_YEAR);
        self.vote("next_leader", turn + 1, 2);
        self.vote("next_deputy", turn + 2, 3);
        let [leader, deputy] = [self.member(turn + 1), self.member(turn + 2)];
        self.post("elections", "12-20", json!({"leader": leader, "deputy": deputy}));
    }
}
