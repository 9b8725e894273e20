//! One fault in what a client sent: where it is, its code, and words for people.

use crate::{json::Why, words::Words};
use std::borrow::Cow;

/// The part of the request a fault is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The JSON body; the fault has a JSON pointer.
    Body,
    /// A header field.
    Header,
    /// A path parameter.
    Path,
    /// A query parameter.
    Query,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The part of the request.
    pub place: Place,
    /// JSON pointer in a body; elsewhere the name of the parameter or header.
    pub at: String,
    /// What is wrong.
    pub flaw: Flaw,
}

impl Place {
    /// Every place, in the order of this list.
    pub const ALL: [Self; 4] = [Self::Body, Self::Header, Self::Path, Self::Query];

    /// The name in a problem's `in`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Header => "header",
            Self::Path => "path",
            Self::Query => "query",
        }
    }
}

/// Declares the flaws: each with its code and its words in Vietnamese and English.
macro_rules! flaws {
    ($($(#[$doc:meta])* $name:ident $(($($part:ident: $type:ty),+))? => $code:literal, $vi:literal, $en:literal;)+) => {
        /// What can be wrong with one value.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Flaw {
            $($(#[$doc])* $name $(($($type),+))?,)+
            /// A rule of the regulation or of its score sheet is broken.
            Rule(&'static str, Words),
        }

        impl Flaw {
            /// The codes of all flaws that lie in the form of a value.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable code, in lower camel case.
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$name $(($(flaws!(@any $part)),+))? => $code,)+
                    Self::Rule(code, _) => code,
                }
            }

            /// What is wrong and what would be right, for people.
            pub fn words(&self) -> Words {
                match self {
                    $(Self::$name $(($($part),+))? => Words::new(format!($vi), format!($en)),)+
                    Self::Rule(_, words) => words.clone(),
                }
            }
        }
    };
    (@any $part:ident) => { _ };
}

flaws! {
    /// The body is not JSON.
    NotJson(line: usize, column: usize) => "notJson",
        "Không phải JSON hợp lệ (dòng {line}, cột {column}).", "Not valid JSON (line {line}, column {column}).";
    /// The body ended too early.
    Incomplete => "incomplete", "Nội dung gửi lên bị ngắt giữa chừng.", "The body broke off.";
    /// A member is named twice.
    DuplicateKey => "duplicateKey", "Tên này xuất hiện hai lần trong cùng một đối tượng.",
        "This name appears twice in the same object.";
    /// Nested too deep.
    TooDeep(most: usize) => "tooDeep", "Lồng nhau quá {most} tầng.", "Nested deeper than {most} levels.";
    /// Not UTF-8.
    NotUtf8 => "notUtf8", "Không phải UTF-8.", "Not UTF-8.";
    /// Something follows the value.
    TrailingData => "trailingData", "Có dữ liệu thừa sau giá trị JSON.", "There is data after the JSON value.";
    /// A required value is not there.
    Missing => "missing", "Thiếu giá trị bắt buộc.", "A required value is missing.";
    /// A member the contract does not know.
    UnknownField => "unknownField", "Trường này không có trong đặc tả.", "The contract has no such member.";
    /// A query parameter the contract does not know.
    UnknownParameter => "unknownParameter", "Tham số này không có trong đặc tả.", "The contract has no such parameter.";
    /// A query parameter given twice.
    DuplicateParameter => "duplicateParameter", "Tham số này được gửi hai lần; danh sách viết cách nhau bằng dấu phẩy.",
        "This parameter is given twice; lists are written with commas.";
    /// `null`, where a value is left out instead.
    Null => "nullNotAllowed", "Không nhận null: hãy bỏ hẳn trường này.", "null is not accepted: leave the member out.";
    /// A value of another JSON type.
    WrongType(expected: &'static str) => "wrongType", "Sai kiểu: cần {expected}.", "Wrong type: {expected} expected.";
    /// A number where a decimal string belongs.
    DecimalMustBeString => "decimalMustBeString", "Điểm phải viết thành chuỗi, ví dụ \"97.25\", để không bị làm tròn.",
        "Points are written as a string, such as \"97.25\", so that nothing rounds them.";
    /// Not a decimal.
    NotDecimal => "notDecimal", "Không phải số thập phân có nhiều nhất 6 chữ số trước và 2 chữ số sau dấu chấm.",
        "Not a decimal with at most 6 digits before the point and 2 after it.";
    /// Not in Normalisation Form C.
    NotNfc => "notNfc", "Chuỗi không ở dạng Unicode NFC (dựng sẵn).", "Not in Unicode Normalisation Form C.";
    /// Too many characters.
    TooLong(most: usize) => "tooLong", "Dài quá {most} ký tự.", "Longer than {most} characters.";
    /// No text.
    Empty => "empty", "Chuỗi trống.", "Empty text.";
    /// A control character.
    ControlCharacter => "controlCharacter", "Có ký tự điều khiển hoặc ký tự đổi chiều chữ.",
        "Contains a control character or a bidirectional override.";
    /// White space at an end.
    Untrimmed => "untrimmed", "Có khoảng trắng ở đầu hoặc cuối.", "White space at the start or the end.";
    /// Not a day.
    BadDate => "badDate", "Không phải ngày có thật dạng YYYY-MM-DD, từ năm 1945 đến 2199.",
        "Not a real date YYYY-MM-DD between 1945 and 2199.";
    /// Not a moment.
    BadTimestamp => "badTimestamp", "Không phải thời điểm RFC 3339 có múi giờ.", "Not an RFC 3339 time with an offset.";
    /// Not a UUID.
    BadId => "badId", "Không phải UUID dạng 8-4-4-4-12.", "Not a UUID of the form 8-4-4-4-12.";
    /// Not an identifier of its scheme.
    BadIdentifier => "badIdentifier", "Giá trị không đúng dạng của loại mã (scheme).",
        "The value does not have the form its scheme demands.";
    /// Not a client id.
    BadClient => "badClient", "Không phải mã hệ thống khách: 1 đến 64 ký tự a-z, 0-9, '.', '_', '-'.",
        "Not a client id: 1 to 64 of a-z, 0-9, '.', '_' and '-'.";
    /// Not a criterion id.
    BadCriterion => "badCriterion", "Không phải mã tiêu chí: 1 đến 15 chữ cái không dấu, chữ số, '.', '-', '_'.",
        "Not a criterion id: 1 to 15 of unaccented letters, digits, '.', '-' and '_'.";
    /// Not a SHA-256 digest.
    BadDigest => "badDigest", "Không phải SHA-256 viết theo base64url (43 ký tự).",
        "Not a SHA-256 digest in base64url (43 characters).";
    /// Not one of a closed list.
    UnknownValue(allowed: String) => "unknownValue", "Không có trong danh sách: {allowed}.", "Not one of: {allowed}.";
    /// A number out of its range.
    OutOfRange(least: i128, most: i128) => "outOfRange", "Phải từ {least} đến {most}.", "Must be from {least} to {most}.";
    /// Too few items.
    TooFew(least: usize) => "tooFew", "Cần ít nhất {least} mục.", "At least {least} items are needed.";
    /// Too many items.
    TooMany(most: usize) => "tooMany", "Nhiều nhất {most} mục.", "At most {most} items.";
    /// The same item twice.
    DuplicateItem => "duplicateItem", "Mục này đã có trong danh sách.", "This item is in the list already.";
    /// A malformed cursor, version, position or other opaque value.
    BadValue(form: &'static str) => "badValue", "Không đúng dạng: {form}.", "Not of the form: {form}.";
    /// What serde says about a part that it reads.
    NotAccepted(said: Cow<'static, str>) => "notAccepted", "Không đọc được: {said}.", "Not accepted: {said}.";
}

impl From<Why> for Flaw {
    fn from(why: Why) -> Self {
        match why {
            Why::Syntax => Self::NotJson(0, 0),
            Why::DuplicateKey => Self::DuplicateKey,
            Why::TooDeep => Self::TooDeep(crate::json::MAX_DEPTH),
            Why::NotUtf8 => Self::NotUtf8,
            Why::TrailingData => Self::TrailingData,
        }
    }
}

impl From<crate::json::Malformed> for Issue {
    fn from(fault: crate::json::Malformed) -> Self {
        let flaw = match fault.why {
            Why::Syntax => Flaw::NotJson(fault.line, fault.column),
            why @ (Why::DuplicateKey | Why::TooDeep | Why::NotUtf8 | Why::TrailingData) => why.into(),
        };
        Self {
            place: Place::Body,
            at: fault.pointer,
            flaw,
        }
    }
}
