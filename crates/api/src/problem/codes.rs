//! The one table of problems: code, status, title, cause and cure.

use crate::words::Words;
use actix_web::http::StatusCode;

/// Declares the problems this service can answer with.
macro_rules! codes {
    ($($name:ident = $code:literal, $status:ident, $title:literal,
       $cause_vi:literal, $cause_en:literal, $cure_vi:literal, $cure_en:literal;)+) => {
        /// A kind of problem. Its code is a promise: it is never renamed and never given to anything else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = concat!("`", $code, "`: ", $cause_en)] $name,)+
        }

        impl Code {
            /// Every kind, by status.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code, in lower camel case.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// The title, the same in every language (RFC 9457 §3.1.3).
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// Why it is answered.
            pub const fn cause(self) -> Words {
                match self { $(Self::$name => Words::fixed($cause_vi, $cause_en),)+ }
            }

            /// What the client can do about it.
            pub const fn cure(self) -> Words {
                match self { $(Self::$name => Words::fixed($cure_vi, $cure_en),)+ }
            }
        }
    };
}

codes! {
    InvalidInput = "invalidInput", BAD_REQUEST, "Invalid input",
        "Yêu cầu có giá trị sai; mọi lỗi được liệt kê trong issues.", "The request has faulty values; issues lists every one of them.",
        "Sửa từng lỗi trong issues rồi gửi lại với Idempotency-Key mới.", "Mend each of the issues and send again under a new Idempotency-Key.";
    IdempotencyKeyMissing = "idempotencyKeyMissing", BAD_REQUEST, "Idempotency key missing",
        "Mỗi yêu cầu ghi nhận phải có tiêu đề Idempotency-Key.", "Every request that records a fact needs the header Idempotency-Key.",
        "Thêm Idempotency-Key gồm 16 đến 128 ký tự ASCII nhìn thấy được, ví dụ một UUID.", "Add an Idempotency-Key of 16 to 128 visible ASCII characters, such as a UUID.";
    CursorInvalid = "cursorInvalid", BAD_REQUEST, "Cursor invalid",
        "Con trỏ trang không đọc được.", "The cursor cannot be read.",
        "Đọc lại từ trang đầu, không có cursor.", "Begin again without a cursor.";
    CursorFilterMismatch = "cursorFilterMismatch", BAD_REQUEST, "Cursor filter mismatch",
        "Con trỏ trang thuộc về một danh sách có điều kiện lọc khác.", "The cursor belongs to a walk that asked for something else.",
        "Giữ nguyên mọi tham số khác khi đi theo cursor.", "Keep every other parameter while following a cursor.";
    AsOfOutOfRange = "asOfOutOfRange", BAD_REQUEST, "As-of out of range",
        "Thời điểm muốn đọc nằm trong tương lai.", "The moment to read at lies in the future.",
        "Dùng thời điểm hoặc vị trí không vượt quá last_event_position.", "Use a moment or a position no later than last_event_position.";
    ImpossibleDate = "impossibleDate", BAD_REQUEST, "Impossible date",
        "Ngày có hiệu lực nằm ngoài khoảng cho phép.", "The day the act counts from lies outside what is possible.",
        "Dùng một ngày không muộn hơn latest.", "Use a day no later than latest.";
    EmptyPeriod = "emptyPeriod", BAD_REQUEST, "Empty period",
        "Ngày hết hiệu lực không sau ngày có hiệu lực.", "The period ends on or before its first day.",
        "Dùng một until sau from (effective_on).", "Use an until after from (effective_on).";
    Undocumented = "undocumented", BAD_REQUEST, "Undocumented",
        "Sáp nhập, chia, tách, giải thể phải nêu văn bản làm căn cứ.", "A merger, split or dissolution must cite the document it rests on.",
        "Nêu số, ký hiệu văn bản trong basis.documents.", "Give the document's number in basis.documents.";
    RegulationFaulty = "regulationFaulty", BAD_REQUEST, "Regulation faulty",
        "Quy chế tự mâu thuẫn; mọi chỗ được liệt kê trong issues.", "The regulation contradicts itself; issues lists every place.",
        "Sửa từng chỗ trong issues.", "Mend each of the issues.";
    ScoresFaulty = "scoresFaulty", BAD_REQUEST, "Scores faulty",
        "Điểm chấm không đúng bảng điểm; mọi lỗi được liệt kê trong issues.", "The scores break the score sheet; issues lists every fault.",
        "Đối chiếu với bảng điểm của quy chế rồi sửa từng lỗi.", "Compare with the score sheet of the regulation and mend each of the issues.";
    AssignmentFaulty = "assignmentFaulty", BAD_REQUEST, "Assignment faulty",
        "Không giao được tiêu chí; mọi lỗi được liệt kê trong issues.", "Criteria cannot be assigned; issues lists every fault.",
        "Đối chiếu với bảng điểm và các phân công đang có rồi sửa từng lỗi.", "Compare with the score sheet and the assignments there are, and mend each of the issues.";
    NoAccessToken = "noAccessToken", UNAUTHORIZED, "No access token",
        "Thao tác này cần mã truy cập.", "This operation needs an access token.",
        "Gửi tiêu đề Authorization: Bearer <token>.", "Send the header Authorization: Bearer <token>.";
    InvalidAccessToken = "invalidAccessToken", UNAUTHORIZED, "Invalid access token",
        "Mã truy cập không được chấp nhận; reason cho biết lý do.", "The access token is not accepted; reason says why.",
        "Lấy mã mới từ máy chủ cấp quyền đã cấu hình.", "Get a new token from a configured authorisation server.";
    ExpiredAccessToken = "expiredAccessToken", UNAUTHORIZED, "Expired access token",
        "Mã truy cập đã hết hạn.", "The access token has expired.",
        "Lấy mã mới rồi gửi lại; có thể giữ nguyên Idempotency-Key.", "Get a new token and send again; the Idempotency-Key may stay the same.";
    MissingScope = "missingScope", FORBIDDEN, "Missing scope",
        "Mã truy cập không có phạm vi (scope) cần thiết.", "The access token lacks a scope.",
        "Xin mã có các phạm vi trong required_scopes.", "Ask for a token with the required_scopes.";
    MissingPermission = "missingPermission", FORBIDDEN, "Missing permission",
        "Hệ thống khách không giữ quyền nào cho phép việc này.", "The client holds no grant that allows this.",
        "Nhờ cơ quan quản lý cấp một trong các vai trò trong required_roles.", "Ask the registrar to grant one of the required_roles.";
    ConflictOfInterest = "conflictOfInterest", FORBIDDEN, "Conflict of interest",
        "Không ai được chấm điểm cho chính đơn vị mình ở bước này.", "Nobody scores a unit for itself in this step.",
        "Để đơn vị trong scorer chấm.", "Let the unit in scorer do it.";
    NotAnElector = "notAnElector", FORBIDDEN, "Not an elector",
        "Đơn vị không có tên trong danh sách cử tri.", "The unit is not on the list of electors.",
        "Chỉ các đơn vị trong danh sách khi mở cuộc bỏ phiếu mới được bỏ phiếu.", "Only the units listed when the ballot was opened may vote.";
    ResourceNotFound = "resourceNotFound", NOT_FOUND, "Resource not found",
        "Không có gì ở địa chỉ này, hoặc đối tượng được nhắc đến không tồn tại.", "There is nothing here, or the thing the request speaks of does not exist.",
        "Kiểm tra địa chỉ và mã; đối tượng có thể nằm ngoài quyền của hệ thống khách.", "Check the address and the ids; the thing may lie outside the client's grants.";
    ExportUnknown = "exportUnknown", NOT_FOUND, "No such export",
        "Không có lần xuất này: đã quá một ngày, hoặc dịch vụ đã khởi động lại.", "There is no such export: it is more than a day old, or the service was started again since.",
        "Yêu cầu lần xuất mới.", "Ask for another one.";
    MethodNotAllowed = "methodNotAllowed", METHOD_NOT_ALLOWED, "Method not allowed",
        "Địa chỉ này không nhận phương thức đó.", "This address does not take that method.",
        "Dùng một phương thức trong tiêu đề Allow.", "Use a method of the header Allow.";
    NotAcceptable = "notAcceptable", NOT_ACCEPTABLE, "Not acceptable",
        "Không có dạng trả lời nào khớp với tiêu đề Accept.", "No form of the answer fits the header Accept.",
        "Dùng một kiểu trong supported.", "Use one of supported.";
    StepOutOfOrder = "outOfOrder", CONFLICT, "Out of order",
        "Chưa đến lượt bước này: những việc trong missing phải có trước.", "It is not yet this step's turn: what missing lists must come first.",
        "Hoàn thành các việc trong missing.", "Do what missing lists.";
    AlreadyExists = "alreadyExists", CONFLICT, "Already exists",
        "Đối tượng này đã có.", "This is there already.",
        "Đọc đối tượng hiện có thay vì tạo mới.", "Read what is there instead of creating it.";
    Ended = "ended", CONFLICT, "Ended",
        "Đối tượng đã kết thúc và không nhận thêm việc nào.", "This has come to its end and takes no more acts.",
        "Dùng đối tượng kế thừa trong successors, nếu có.", "Use one of successors, where there are any.";
    Circular = "circular", CONFLICT, "Circular",
        "Đối tượng không thể nằm trong chính nó, trực tiếp hay qua đối tượng khác.", "A thing cannot stand within itself, directly or through others.",
        "Nêu một đối tượng khác.", "Name another one.";
    NotALocality = "notALocality", CONFLICT, "Not a locality",
        "Đơn vị được nêu không phải là địa phương.", "The unit named is not a locality.",
        "Nêu một đơn vị loại locality, hoặc dùng quan hệ superior.", "Name a unit of the kind locality, or use the relation superior.";
    IdentifierTaken = "identifierTaken", CONFLICT, "Identifier taken",
        "Mã này thuộc về đơn vị khác trong thời gian đó.", "The identifier belongs to another unit at that time.",
        "Kiểm tra mã, hoặc dùng đơn vị trong unit.", "Check the identifier, or use the unit in unit.";
    NotAMember = "notAMember", CONFLICT, "Not a member",
        "Đơn vị không là thành viên của khối, cụm vào ngày đó.", "The unit is not a member of the bloc on that day.",
        "Ghi nhận việc gia nhập trước, hoặc kiểm tra effective_on.", "Record the membership first, or check effective_on.";
    AlreadyAMember = "alreadyAMember", CONFLICT, "Already a member",
        "Đơn vị đang là thành viên của khối, cụm.", "The unit is a member of the bloc already.",
        "Không cần làm gì.", "Nothing needs to be done.";
    AlreadyDone = "alreadyDone", CONFLICT, "Already done",
        "Bước này đã thực hiện và không thực hiện lại được.", "This step was taken and cannot be taken again.",
        "Đọc kết quả đã ghi nhận.", "Read what was recorded.";
    AlreadyFiled = "alreadyFiled", CONFLICT, "Already filed",
        "Đơn vị đã nộp; muốn sửa phải nêu sự kiện được sửa.", "The unit has filed this already; a correction names what it corrects.",
        "Gửi lại với corrects là giá trị standing và lý do.", "Send again with corrects set to standing, and a reason.";
    NotInProcedure = "notInProcedure", CONFLICT, "Not in the procedure",
        "Quy chế của khối, cụm không có bước này.", "The bloc's regulation does not know this step.",
        "Đọc quy chế đã thông qua.", "Read the adopted regulation.";
    DeadlinePassed = "deadlinePassed", CONFLICT, "Deadline passed",
        "Đã quá hạn và quy chế không nhận nộp muộn.", "The deadline has passed and the regulation refuses late acts.",
        "Liên hệ khối trưởng hoặc cơ quan quản lý.", "Turn to the leader of the bloc or to the body above it.";
    RegulationFrozen = "regulationFrozen", CONFLICT, "Regulation frozen",
        "Quy chế đã khóa từ khi có điểm chấm đầu tiên.", "The regulation is frozen since the first score.",
        "Thay đổi cho năm sau.", "Change it for the next year.";
    WrongPeriod = "wrongPeriod", CONFLICT, "Wrong period",
        "Bảng điểm cộng dồn từng tháng thì phải nêu tháng; bảng điểm khác thì không.", "A sheet that adds up months needs the month of the scores; any other takes none.",
        "Nêu hoặc bỏ month theo bảng điểm.", "Give or leave out month, as the sheet has it.";
    AssignmentUsed = "assignmentUsed", CONFLICT, "Assignment used",
        "Đơn vị đã chấm các tiêu chí sẽ bị rút khỏi phân công.", "The unit has scored criteria that would be taken from it.",
        "Giữ các tiêu chí trong criteria.", "Leave it the criteria listed in criteria.";
    NotTied = "notTied", CONFLICT, "Not tied",
        "Danh sách không đúng là các đơn vị đang cùng hạng.", "The units are not exactly those that share a rank.",
        "Đọc bảng xếp hạng rồi nêu đủ các đơn vị cùng hạng.", "Read the standing and name all units of one rank.";
    OtherTieBreak = "otherTieBreak", CONFLICT, "Other tie-break",
        "Quy chế không cho phân định đồng hạng theo cách này.", "The regulation does not break ties in this way.",
        "Theo các cách trong tie_breaks.", "Follow tie_breaks.";
    UnitExcluded = "unitExcluded", CONFLICT, "Unit excluded",
        "Đơn vị không được xét thi đua trong năm này.", "The unit is excluded from consideration in this year.",
        "Xem quyết định loại trừ trong lịch sử.", "See the exclusion in the history.";
    NotTheStandingFact = "notTheStandingFact", CONFLICT, "Not the standing fact",
        "Sự kiện được sửa không phải sự kiện đang có hiệu lực.", "The corrected fact is not the one that stands.",
        "Dùng giá trị standing.", "Use standing.";
    PresentUnknown = "presentUnknown", CONFLICT, "Present unknown",
        "Quy chế tính theo số đơn vị có mặt nhưng chưa nêu đơn vị nào có mặt.", "The regulation counts who is present, and nobody said who is.",
        "Nêu các đơn vị có mặt trong present.", "List the units in present.";
    NoQuorum = "noQuorum", CONFLICT, "No quorum",
        "Số đơn vị có mặt chưa đủ theo quy chế.", "Fewer units are present than the regulation asks for.",
        "Chỉ mở khi có ít nhất least đơn vị.", "Open the ballot when at least as many as least are there.";
    BallotOpen = "ballotOpen", CONFLICT, "Ballot open",
        "Đang có cuộc bỏ phiếu về nội dung này.", "A ballot on this question is open.",
        "Đóng cuộc bỏ phiếu đó trước.", "Close that ballot first.";
    BallotClosed = "ballotClosed", CONFLICT, "Ballot closed",
        "Cuộc bỏ phiếu đã đóng.", "The ballot is closed.",
        "Xem kết quả kiểm phiếu.", "See its tally.";
    BallotDecided = "ballotDecided", CONFLICT, "Ballot decided",
        "Đã có kết quả bỏ phiếu về nội dung này; bỏ phiếu lại phải nêu lý do.", "A ballot has decided this question; another round needs a reason.",
        "Nêu lý do bỏ phiếu lại.", "Give a reason for another round.";
    BallotIncomplete = "ballotIncomplete", CONFLICT, "Ballot incomplete",
        "Số phiếu lưu giữ không khớp số đơn vị đã bỏ phiếu nên không thể kiểm trung thực.", "The choices kept do not match the units that voted, so they cannot be counted truthfully.",
        "Báo cho người vận hành; không mở vòng mới khi chưa rõ nguyên nhân.", "Tell the operator; open no other round before the cause is known.";
    AlreadyVoted = "alreadyVoted", CONFLICT, "Already voted",
        "Đơn vị đã bỏ phiếu.", "The unit has voted already.",
        "Mỗi đơn vị chỉ bỏ phiếu một lần.", "Each unit votes once.";
    NotACandidate = "notACandidate", CONFLICT, "Not a candidate",
        "Đơn vị được chọn không có trong danh sách bầu.", "The choice is not a candidate of this ballot.",
        "Chọn một đơn vị trong danh sách bầu.", "Choose one of the candidates.";
    CandidateNotAdmitted = "candidateNotAdmitted", CONFLICT, "Candidate not admitted",
        "Quy chế không cho đơn vị này vào danh sách bầu.", "The regulation does not admit this candidate.",
        "Bỏ đơn vị đó khỏi danh sách.", "Leave the candidate out.";
    NoMajority = "noMajority", CONFLICT, "No majority",
        "Cuộc bỏ phiếu không có đơn vị nào đạt tỷ lệ cần thiết.", "The ballot gave no majority.",
        "Mở vòng bỏ phiếu mới.", "Open another round.";
    NotChosen = "notChosen", CONFLICT, "Not chosen",
        "Đơn vị được nêu không phải đơn vị đã được chọn.", "The unit named is not the one that was chosen.",
        "Dùng kết quả của cuộc bỏ phiếu.", "Use the result of the ballot.";
    OtherMethod = "otherMethod", CONFLICT, "Other method",
        "Quy chế chọn khối trưởng theo cách khác.", "The regulation finds its leader in another way.",
        "Theo cách trong method.", "Follow method.";
    SameUnit = "sameUnit", CONFLICT, "Same unit",
        "Hai vai phải do hai đơn vị khác nhau giữ.", "Two parts must be taken by two different units.",
        "Nêu hai đơn vị khác nhau.", "Name two different units.";
    DraftRequired = "draftRequired", CONFLICT, "Draft required",
        "Quy chế đang áp dụng đòi hỏi dự thảo để các thành viên góp ý.", "The regulation in force asks for a draft that the members could comment on.",
        "Soạn dự thảo rồi thông qua bằng số của dự thảo.", "Draft the regulation and adopt it by the number of the draft.";
    CommentPeriodOpen = "commentPeriodOpen", CONFLICT, "Comment period open",
        "Thời gian góp ý chưa hết và các đơn vị trong waiting chưa góp ý.", "The members may still comment, and those in waiting have not.",
        "Đợi hết until, hoặc đến khi mọi thành viên đã góp ý.", "Wait until until is over, or until every member has commented.";
    PointsNowhere = "pointsNowhere", CONFLICT, "Points nowhere",
        "Con trỏ không dẫn đến giá trị nào của dự thảo.", "The pointer leads to no value of the draft.",
        "Đọc dự thảo và dùng JSON pointer đúng, hoặc bỏ pointer.", "Read the draft and use a JSON pointer into it, or leave pointer out.";
    NotYourScore = "notYourScore", CONFLICT, "Not your score",
        "Đơn vị chỉ kiến nghị về điểm của chính mình.", "A unit objects to its own scores only.",
        "Nêu sự kiện chấm điểm của đơn vị, bảng điểm hoặc xếp hạng.", "Name a score of the unit, the score table or the ranking.";
    NotARuling = "notARuling", CONFLICT, "Not a ruling",
        "Sự kiện nêu ở ruling không phải kết luận chấp nhận kiến nghị.", "The fact named as the ruling upheld no objection.",
        "Dùng kết luận có outcome là upheld, hoặc bỏ ruling.", "Use a ruling whose outcome is upheld, or leave ruling out.";
    VoteDoesNotAddUp = "voteDoesNotAddUp", CONFLICT, "Vote does not add up",
        "Các con số của cuộc bỏ phiếu không khớp nhau: số tham gia không quá số thành viên, số phiếu không quá số tham gia.", "The numbers of the vote do not add up: no more take part than there are members, and no more vote than take part.",
        "Đối chiếu các con số với biên bản.", "Compare the numbers with the minutes.";
    ChangeNotPossible = "changeNotPossible", CONFLICT, "Change not possible",
        "Không thể thay đổi như vậy đối với đơn vị này.", "The council cannot change this for the unit.",
        "Đối chiếu với xếp hạng đã thông qua và các mức xếp loại của quy chế.", "Compare with the adopted ranking and the classes of the regulation.";
    DeadlineOver = "deadlineOver", CONFLICT, "Deadline over",
        "Hạn đã qua: chỉ cơ quan cấp trên được dời.", "The deadline has passed: only the body above may move it.",
        "Đề nghị cơ quan cấp trên dời hạn.", "Ask the body above to move it.";
    DeadlineNotMoved = "deadlineNotMoved", CONFLICT, "Deadline not moved",
        "Hạn mới trùng hạn cũ, hoặc sớm hơn và đã qua.", "The deadline would stay where it is, or be brought forward into the past.",
        "Chọn ngày muộn hơn hạn cũ, hoặc một ngày chưa qua.", "Choose a day after the old deadline, or one that is still to come.";
    NotInTurn = "notInTurn", CONFLICT, "Not in turn",
        "Chưa đến lượt đơn vị này; bỏ qua đơn vị trong next phải nêu lý do.", "It is another unit's turn; passing over next needs a reason.",
        "Nêu đơn vị trong next, hoặc nêu lý do.", "Name next, or give a reason.";
    NotInOffice = "notInOffice", CONFLICT, "Not in office",
        "Đơn vị không đang giữ vai Trưởng khối hay Phó Trưởng khối.", "The unit is neither leader nor deputy.",
        "Đọc leaderships của năm.", "Read the leaderships of the year.";
    PeriodOver = "periodOver", CONFLICT, "Period over",
        "Khoảng thời gian kết thúc trước khi có thể bắt đầu.", "The period ends before it could begin.",
        "Chọn ngày cuối không sớm hơn today.", "Choose a last day no earlier than today.";
    AwardNotInRegulation = "awardNotInRegulation", CONFLICT, "Award not in the regulation",
        "Quy chế của khối, cụm không có quy định về danh hiệu, hình thức này.", "The bloc's regulation has no rule for this award.",
        "Đọc phần awards của quy chế đang áp dụng.", "Read awards of the regulation in force.";
    AwardForPersons = "awardForPersons", CONFLICT, "Award for persons",
        "Danh hiệu này chỉ trao cho cá nhân.", "The award is for persons alone.",
        "Đề nghị một danh hiệu, hình thức dành cho tập thể.", "Propose an award for collectives.";
    AwardForCollectives = "awardForCollectives", CONFLICT, "Award for collectives",
        "Danh hiệu này chỉ trao cho tập thể.", "The award is for collectives alone.",
        "Bỏ person, hoặc đề nghị một danh hiệu, hình thức dành cho cá nhân.", "Leave person out, or propose an award for persons.";
    NotTheHead = "notTheHead", CONFLICT, "Not the head",
        "Người này không phải người đứng đầu đơn vị vào ngày đó.", "The person is not the head of the unit on that day.",
        "Đọc /heads của đơn vị.", "Read the unit's /heads.";
    SecondApprover = "secondApprover", CONFLICT, "Second approver needed",
        "Hệ thống này, hoặc người đứng sau nó, đã duyệt việc xóa; cần người duyệt thứ hai.", "This client, or the person behind it, has approved the erasure already; another one must.",
        "Để một hệ thống khác có quyền duyệt.", "Let another client with the right to approve do it.";
    NotEligible = "notEligible", CONFLICT, "Not eligible",
        "Hồ sơ chưa đạt các điều kiện mà quy định đòi hỏi ở giai đoạn này; checks nêu từng điều kiện.", "The dossier does not fulfil what its rule asks for at this stage; checks lists every one.",
        "Khắc phục từng điều kiện trong checks; xem đầy đủ ở /eligibility của hồ sơ.", "Mend each of checks; the dossier's /eligibility lists all of them.";
    QuotaExhausted = "quotaExhausted", CONFLICT, "Quota exhausted",
        "Không còn chỉ tiêu, hoặc quy định không nêu chỉ tiêu cho khối, cụm này.", "Nothing is left of the quota, or the rule does not say how many there may be in this bloc.",
        "Hội đồng có thể cho vượt chỉ tiêu, phải nêu lý do và biên bản.", "The council may go beyond the quota, with its reason and its minutes.";
    QuotaNotExhausted = "quotaNotExhausted", CONFLICT, "Quota not exhausted",
        "Còn chỉ tiêu, không có chỉ tiêu, hoặc hồ sơ đã được cho vượt: không có gì để vượt.", "Something is left of the quota, there is none, or the dossier goes beyond it already.",
        "Không cần làm gì.", "Nothing needs to be done.";
    StateConflict = "stateConflict", CONFLICT, "State conflict",
        "Hồ sơ không ở trạng thái cho phép việc này.", "The dossier is not in a state in which this is done.",
        "Đọc lại hồ sơ; việc này làm được ở các trạng thái trong allowed.", "Read the dossier again; this is done in the states in allowed.";
    CouncilNotInRule = "councilNotInRule", CONFLICT, "No vote of a council",
        "Quy định của danh hiệu này không có bước hội đồng bỏ phiếu.", "The rule of this award knows no vote of a council.",
        "Ghi nhận quyết định.", "Record the decision.";
    ExportNotReady = "exportNotReady", CONFLICT, "Export not ready",
        "Lần xuất dữ liệu chưa xong, hoặc không làm được.", "The export is not done yet, or could not be made.",
        "Xem status; đợi theo Retry-After, hoặc yêu cầu lần xuất mới.", "See its status; wait for Retry-After, or ask for another one.";
    PreconditionFailed = "preconditionFailed", PRECONDITION_FAILED, "Precondition failed",
        "Đối tượng đã thay đổi sau phiên bản nêu trong If-Match.", "The thing has changed since the version in If-Match.",
        "Đọc lại, so với current_etag rồi quyết định.", "Read it again, compare with current_etag and decide anew.";
    PayloadTooLarge = "payloadTooLarge", PAYLOAD_TOO_LARGE, "Payload too large",
        "Nội dung gửi lên quá lớn.", "The body is too large.",
        "Giữ trong giới hạn max_bytes.", "Stay within max_bytes.";
    UnsupportedMediaType = "unsupportedMediaType", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type",
        "Nội dung phải là application/json và không nén.", "The body must be application/json, without a content coding.",
        "Gửi Content-Type: application/json, không có Content-Encoding.", "Send Content-Type: application/json and no Content-Encoding.";
    IdempotencyKeyReused = "idempotencyKeyReused", UNPROCESSABLE_ENTITY, "Idempotency key reused",
        "Idempotency-Key này đã dùng cho một yêu cầu khác.", "This Idempotency-Key came with another request before.",
        "Dùng khóa mới cho yêu cầu mới; gửi lại nguyên văn thì giữ khóa cũ.", "Use a new key for a new request; keep the key only to repeat the same request.";
    InternalServerError = "internalServerError", INTERNAL_SERVER_ERROR, "Internal server error",
        "Lỗi phía máy chủ.", "The server made a mistake.",
        "Gửi lại được an toàn với cùng Idempotency-Key; báo trace_id cho người vận hành.", "It is safe to repeat under the same Idempotency-Key; tell the operator the trace_id.";
    StorageUnavailable = "storageUnavailable", SERVICE_UNAVAILABLE, "Storage unavailable",
        "Không ghi được vào sổ lúc này.", "The log cannot be written at the moment.",
        "Đợi theo Retry-After rồi gửi lại với cùng Idempotency-Key.", "Wait for Retry-After and repeat under the same Idempotency-Key.";
    VaultClosed = "vaultClosed", SERVICE_UNAVAILABLE, "Vault closed",
        "Máy chủ này không mở kho dữ liệu cá nhân nên không nhận và không đọc dữ liệu cá nhân.", "This server has no open vault, so it takes and shows no personal data.",
        "Báo cho người vận hành; các việc khác không bị ảnh hưởng.", "Tell the operator; nothing else is affected.";
    PersonalDataDamaged = "personalDataDamaged", INTERNAL_SERVER_ERROR, "Personal data damaged",
        "Dữ liệu cá nhân lưu giữ bị thiếu hoặc không khớp với cam kết trong sổ.", "The personal data that is kept is missing, or is not what the log committed to.",
        "Báo cho người vận hành; không ghi đè trước khi rõ nguyên nhân.", "Tell the operator; record nothing over it before the cause is known.";
    ReadOnly = "readOnly", SERVICE_UNAVAILABLE, "Read only",
        "Máy chủ này chỉ cho đọc.", "This server only reads.",
        "Gửi yêu cầu ghi đến máy chủ chính, hoặc đợi.", "Send writes to the server that takes them, or wait.";
    ProjectionBehind = "projectionBehind", SERVICE_UNAVAILABLE, "Projection behind",
        "Máy chủ này chưa đọc đến Min-Event-Position.", "This server has not yet read up to Min-Event-Position.",
        "Đợi theo Retry-After rồi đọc lại.", "Wait for Retry-After and read again.";
    NotYetSigned = "notYetSigned", SERVICE_UNAVAILABLE, "Not yet signed",
        "Chưa có đầu sổ đã ký bao gồm sự kiện này.", "No signed head of the log covers this yet.",
        "Đợi theo Retry-After rồi đọc lại; nếu kéo dài, báo cho người vận hành.", "Wait for Retry-After and read again; if it lasts, tell the operator.";
    TooManyExports = "tooManyExports", SERVICE_UNAVAILABLE, "Too many exports",
        "Đã có nhiều lần xuất dữ liệu đang chờ.", "As many exports wait as may.",
        "Đợi theo Retry-After, hoặc dùng một lần xuất đã xong.", "Wait for Retry-After, or fetch one that is done.";
    ReadsNotNoted = "readsNotNoted", SERVICE_UNAVAILABLE, "Reads not noted",
        "Không ghi được nhật ký truy cập nên không trả dữ liệu không công khai.", "Reads cannot be noted at the moment, so nothing is shown that is not public.",
        "Báo cho người vận hành; dữ liệu công khai vẫn đọc được.", "Tell the operator; what is public can still be read.";
    TokenKeysUnavailable = "tokenKeysUnavailable", SERVICE_UNAVAILABLE, "Token keys unavailable",
        "Chưa lấy được khóa của máy chủ cấp quyền nên không kiểm tra được mã truy cập.", "The authorisation server's keys could not be obtained, so no token can be verified.",
        "Đợi theo Retry-After rồi gửi lại.", "Wait for Retry-After and send again.";
}
