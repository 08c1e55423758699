//! The closed lists of results of a cell: its [`Kind`], and one [`Note`] with the reason why it is refused, doubted or
//! mended.
//!
//! This module owns the codes, their order and their sentences. It does not depend on how a cell is read. A released
//! code never changes its meaning: files, registries and other software store it.

macro_rules! closed_list {
    ($(#[$outer:meta])* $name:ident { $($variant:ident $code:literal $sentence:literal,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $(#[doc = $sentence] $variant,)+ }

        impl $name {
            /// Every value, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// One sentence for readers.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }
    };
}

closed_list! {
    /// The purpose of a number by its numbering plan.
    Kind {
        Mobile "mobile" "A mobile number.",
        Fixed "fixed" "A fixed line.",
        FixedOrMobile "fixed_or_mobile" "A number whose lead digits are used by both fixed lines and mobiles.",
        M2m "m2m" "An Indian machine-to-machine number of thirteen digits.",
        TollFree "toll_free" "A toll-free number (in India 1800).",
        SharedCost "shared_cost" "A shared-cost number (in India 1860).",
        Premium "premium" "A premium-rate number.",
        Service "service" "An Indian service or banking voice number (1600, 1601).",
        Telemarketing "telemarketing" "An Indian telemarketing number (140).",
        Foreign "foreign" "A number of another country.",
        Unknown "unknown" "Digits that no part of a numbering plan describes.",
        Voip "voip" "A number of an internet telephone.",
        Personal "personal" "A personal number, which follows its owner from line to line.",
        Pager "pager" "A pager.",
        Uan "uan" "A number of a company that is the same from everywhere (universal access number).",
        Voicemail "voicemail" "Access to voice messages.",
    }
}

closed_list! {
    /// Why a cell was refused, doubted or mended. The order is the order of precedence.
    Note {
        Empty "empty" "Nothing is written in the cell.",
        NotANumber "not_a_number" "The cell holds no number.",
        TooShort "too_short" "Too few digits for a number.",
        TooLong "too_long" "Too many digits for one number; the last ten are never taken for it.",
        SeveralNumbers "several_numbers" "The cell holds more than one number.",
        PlusWithoutCountryCode "plus_without_country_code" "A plus sign or two zeros, but what follows is no country's number.",
        AmbiguousPrefix "ambiguous_prefix" "Leading digits that can be read in two ways: as a prefix or as a part of the number, as a country prefix or a doubled trunk zero.",
        PrecisionLost "precision_lost" "Digits of the number were rounded away.",
        NotAnInteger "not_an_integer" "A fraction or an infinity.",
        SpreadsheetOverflow "spreadsheet_overflow" "The spreadsheet showed hash signs instead of the value.",
        StrayLetter "stray_letter" "A letter stands among the digits.",
        StrayCharacter "stray_character" "A character that no written number holds.",
        StraySign "stray_sign" "A minus sign before the number.",
        BrokenLine "broken_line" "A line break inside the cell.",
        TextWithDigits "text_with_digits" "Free text that also holds digits, or a word that says that the number is another thing's or another person's.",
        UnlistedWords "unlisted_words" "Words beside the number that no list knows: whose number it is, a person must say.",
        Masked "masked" "Some digits are masked.",
        UpiId "upi_id" "A UPI id, not a number.",
        LooksLikeId "looks_like_id" "Twelve digits written in fours, as an Aadhaar number is.",
        DialCode "dial_code" "A dial code for the handset or the network.",
        SenderId "sender_id" "The header of a commercial message.",
        ShortCode "short_code" "A short code of three to six digits.",
        UnknownRegion "unknown_region" "Digits without a plus, and the row's region is none of the numbering table or is not given.",
        Placeholder "placeholder" "Digits that stand for none: typed by people, or reported by phones that have no IMEI of their own, or an IMEI behind zeros.",
        UnlistedSeries "unlisted_series" "A well-formed mobile whose series the plan table does not list.",
        TrailingDecimal "trailing_decimal" "A decimal part of zeros was taken off.",
        Exponent "exponent" "A number in exponent form, every digit written, was read.",
        TrunkPrefixBeforeCountryCode "trunk_prefix_before_country_code" "A trunk zero before the country code was taken off.",
        ExtensionRemoved "extension_removed" "An extension was taken off.",
        TextRemoved "text_removed" "Words that say that it is a phone number were taken off.",
        FormulaRemoved "formula_removed" "A spreadsheet formula around the number was taken off.",
        GroupingRemoved "grouping_removed" "Thousands separators were taken out.",
        LinkRemoved "link_removed" "A chat link around the number was taken off.",
        RepeatedInCell "repeated_in_cell" "The same number was written more than once.",
    }
}

closed_list! {
    /// The form of an IMEI.
    Form {
        Imei14 "imei14" "Fourteen digits, no check digit.",
        LuhnOk "luhn_ok" "Fifteen digits with the right check digit.",
        SpareZero "spare_zero" "Fifteen digits with the network's spare zero in place of the check digit.",
        LuhnBad "luhn_bad" "Fifteen digits whose last is neither the check digit nor zero.",
        Imeisv "imeisv" "Sixteen digits: IMEI and software version.",
    }
}
