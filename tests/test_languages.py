"""Files of desks that do not write English: headings, titles, words and digits of the languages of India."""

from __future__ import annotations

import csv
import unicodedata
from importlib import resources
from pathlib import Path

import pyarrow as pa
import pytest

import numguard as ng
from numguard.errors import ColumnError, InputError
from numguard.number_list import read_numbers
from numguard.number_list.titles import is_of_victims
from numguard.registry.sheets.amounts import amounts
from numguard.registry.sheets.headings import AMBIGUOUS, COLUMNS, SEVERAL, find_columns, heading
from numguard.registry.sheets.moments import moments
from numguard.source.languages import heading_words
from numguard.source.non_data import TOTAL_WORDS, NonData
from numguard.source.scripts import plain_cells, plain_letters

SUSPECT, VICTIM = "9876543210", "9811112222"

#: Language -> a suspects' heading, a complainants' one, a bare one of phones, one of the status, a title, one victim.
DESKS = {
    "hi": ("संदिग्ध का मो0 नं0", "पीड़ित का मोबाइल नंबर", "मोबाइल नंबर (Mobile No)", "स्थिति", "पीड़ितों की सूची", "पीड़ित"),
    "hi-Latn": ("Aaropi No", "Shikayatkarta ka mobile", "Mobile (मोबाइल)", "Sthiti", "Fariyadi suchi", "Peedit"),
    "mr": ("संशयिताचा मोबाईल क्रमांक", "तक्रारदाराचा मोबाईल क्र.", "भ्रमणध्वनी क्रमांक", "सद्यस्थिती",
           "तक्रारदारांची यादी", "फिर्यादी"),
    "gu": ("શંકાસ્પદ મોબાઇલ નંબર", "ફરિયાદીનો મોબાઇલ નંબર", "મોબાઈલ નંબર", "સ્થિતિ", "ફરિયાદીઓની યાદી", "અરજદાર"),
    "pa": ("ਸ਼ੱਕੀ ਮੋਬਾਈਲ ਨੰਬਰ", "ਪੀੜਤ ਦਾ ਫ਼ੋਨ ਨੰਬਰ", "ਮੋਬਾਈਲ ਨੰਬਰ", "ਸਥਿਤੀ", "ਪੀੜਤਾਂ ਦੀ ਸੂਚੀ", "ਸ਼ਿਕਾਇਤਕਰਤਾ"),
    "bn": ("অভিযুক্তের মোবাইল নম্বর", "অভিযোগকারীর মোবাইল নম্বর", "মোবাইল নং", "অবস্থা", "ভুক্তভোগীদের তালিকা", "ভুক্তভোগী"),
    "as": ("অভিযুক্তৰ মোবাইল নম্বৰ", "অভিযোগকাৰীৰ ম'বাইল নম্বৰ", "মোবাইল নম্বৰ", "অৱস্থা", "অভিযোগকাৰীৰ তালিকা", "অভিযোগকাৰী"),
    "or": ("ଅଭିଯୁକ୍ତଙ୍କ ମୋବାଇଲ ନମ୍ବର", "ପୀଡ଼ିତଙ୍କ ମୋବାଇଲ ନମ୍ବର", "ମୋବାଇଲ ନମ୍ବର", "ସ୍ଥିତି", "ଅଭିଯୋଗକାରୀଙ୍କ ତାଲିକା", "ପୀଡ଼ିତ"),
    "ta": ("சந்தேக நபரின் கைபேசி எண்", "புகார்தாரர் மொபைல் எண்", "மொபைல் எண்", "நிலை", "பாதிக்கப்பட்டவர்கள் பட்டியல்",
           "புகார்தாரர்"),
    "te": ("నిందితుడి మొబైల్ నంబర్", "బాధితుడి ఫోన్ నంబర్", "మొబైల్ నెంబర్", "స్థితి", "బాధితుల జాబితా", "ఫిర్యాదుదారు"),
    "kn": ("ಆರೋಪಿಯ ಮೊಬೈಲ್ ಸಂಖ್ಯೆ", "ದೂರುದಾರರ ಮೊಬೈಲ್ ಸಂಖ್ಯೆ", "ಮೊಬೈಲ್ ಸಂಖ್ಯೆ", "ಸ್ಥಿತಿ", "ಸಂತ್ರಸ್ತರ ಪಟ್ಟಿ", "ದೂರುದಾರ"),
    "ml": ("പ്രതിയുടെ മൊബൈൽ നമ്പർ", "പരാതിക്കാരന്റെ മൊബൈൽ നമ്പർ", "ഫോൺ നമ്പർ", "സ്ഥിതി", "ഇരകളുടെ പട്ടിക", "പരാതിക്കാരൻ"),
    "ur": ("ملزم کا موبائل نمبر", "شکایت کنندہ کا موبائل نمبر", "موبائل نمبر", "صورت حال",
           "متاثرین کی فہرست", "شکایت کنندہ"),
}  # fmt: skip


def spellings(text: str) -> list[str]:
    """A text as keyboards and spreadsheets write it: composed, decomposed, with marks that are not seen, and padded."""
    return [
        text,
        unicodedata.normalize("NFD", text),
        f"\ufeff{text}\u200f",
        f"\u2066{text.replace(' ', chr(0xA0))}\u2069 :",
        text.replace("\u093c", "").replace("\u0a3c", ""),
    ]


def words() -> list[dict[str, str]]:
    text = (resources.files("numguard.source") / "languages.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def sheet(**columns: str) -> pa.Table:
    return pa.table({"acknowledgement_no": ["31"], "source": ["1930"]} | {name: [it] for name, it in columns.items()})


def test_each_word_of_the_table_has_one_meaning() -> None:
    meant: dict[str, set[str]] = {}
    for row in words():
        assert row["language"] in DESKS
        assert row["meaning"]
        for phrase in row["words"].split(";"):
            meant.setdefault(" ".join(heading_words(phrase)), set()).add(row["english"])
    assert len(meant) > 300
    assert {phrase: english for phrase, english in meant.items() if len(english) > 1 or not phrase} == {}


def test_a_word_for_victims_is_none_for_suspects() -> None:
    """In titles too: a word for suspects is not one for victims in any form."""
    of = {
        side: [word.strip() for row in words() if row["english"] == side for word in row["words"].split(";")]
        for side in ("suspect", "complainant")
    }
    assert min(map(len, of.values())) > 60
    assert [word for word in of["suspect"] if is_of_victims(word)] == []
    assert [word for word in of["complainant"] if not is_of_victims(word)] == []


@pytest.mark.parametrize("language", DESKS)
def test_a_sheet_with_headings_of_a_language(language: str) -> None:
    for suspects, victims in zip(*map(spellings, DESKS[language][:2]), strict=True):
        with ng.Registry(by="HC 1234") as registry:
            intake = registry.add_complaints(sheet(**{victims: VICTIM, suspects: SUSPECT}))
            assert intake.added == 1, (suspects, victims)
            assert registry.numbers().to_array().to_pylist() == [int(f"91{SUSPECT}")]
            assert registry.numbers("protected").contains([VICTIM])[0].as_py()


@pytest.mark.parametrize("language", DESKS)
def test_a_column_of_phones_alone_is_a_question(language: str) -> None:
    """It was not read, and the victims whose numbers it had were not protected."""
    for phones in spellings(DESKS[language][2]):
        with (
            ng.Registry(by="HC 1234") as registry,
            pytest.raises(ColumnError, match=r"or complainant_mobile; .*=ignore"),
        ):
            registry.add_complaints(sheet(suspect_mobiles=SUSPECT, **{phones: VICTIM}))


@pytest.mark.parametrize("language", DESKS)
def test_a_complaint_with_a_status_in_a_language_waits(language: str) -> None:
    """A rejected complaint counted, as the column of the status was not known."""
    for status in spellings(DESKS[language][3]):
        with ng.Registry(by="HC 1234") as registry:
            intake = registry.add_complaints(sheet(suspect_mobiles=SUSPECT, **{status: "XYZ"}))
            assert intake.waiting["why"].to_pylist() == ["status_unclear"], status
            assert not len(registry.numbers())


def check_that_it_stops_a_list(path: Path, text: str, encoding: str) -> None:
    """Checks that a text is one of victims, as a title of a list and as a heading among its rows."""
    path.write_text(f'"{text}"\nS.No,mobile,x\n1,{VICTIM},y\n', encoding="utf-8")
    with pytest.raises(ColumnError, match="names victims"):
        read_numbers(path)
    path.write_text(f'S.No,mobile,x\n1,{SUSPECT},y\n,"{text}",\n2,{VICTIM},y\n', encoding=encoding)
    with pytest.raises(ColumnError, match="row 3 is a heading of victims"):
        read_numbers(path)


@pytest.mark.parametrize("language", DESKS)
def test_a_list_of_victims(tmp_path: Path, language: str) -> None:
    """Their numbers were taken for numbers to block."""
    path = tmp_path / "list.csv"
    *_, title, victim = DESKS[language]
    for text in spellings(title):
        check_that_it_stops_a_list(path, text, encoding="utf-16")
        assert len(read_numbers(path, actions=None).keys) == 2
    for text in spellings(victim):
        path.write_text(f"S.No,mobile,Role\n1,{SUSPECT},\n2,{VICTIM},{text}\n", encoding="utf-8")
        with pytest.raises(ColumnError, match="says in row 3 that the number is a victim's"):
            read_numbers(path)


@pytest.mark.parametrize(
    ("heading_of", "cell"),
    [
        ("Remarks", "ब्लॉक करू नये"), ("Remarks", "block na karein"), ("Remarks", "ব্লক করবেন না"),
        ("Remarks", "தடை செய்ய வேண்டாம்"), ("Remarks", "బ్లాక్ చేయవద్దు"), ("Remarks", "ಬ್ಲಾಕ್ ಮಾಡಬೇಡಿ"),
        ("Remarks", "ബ്ലോക്ക് ചെയ്യരുത്"), ("Remarks", "بلاک نہ کریں"), ("Remarks", "ਬਲਾਕ ਨਾ ਕਰੋ"), ("स्थिती", "मागे घेतले"),
        ("स्थिति", "वापस लिया गया"), ("decision", "संरक्षित"), ("निर्णय", "अस्वीकृत"), ("நிலை", "நிராகரிக்கப்பட்டது"),
        ("ಸ್ಥಿತಿ", "ತಿರಸ್ಕರಿಸಲಾಗಿದೆ"),
    ],
)  # fmt: skip
def test_a_number_that_a_cell_beside_it_spares(tmp_path: Path, heading_of: str, cell: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"S.No,mobile,{heading_of}\n1,{SUSPECT},\n2,{VICTIM},{cell}\n", encoding="utf-8")
    with pytest.raises(ColumnError, match=r"not to be blocked|decided against|no known yes"):
        read_numbers(path)


@pytest.mark.parametrize("legacy", ["eksckby uEcj", "lafnX/k uEcj", "Mobile Neeche", "சிறப்பு"])
def test_a_column_of_numbers_that_is_not_read_is_named(legacy: str) -> None:
    """With a heading in a font of its own, such as Kruti Dev, or in words that are not known."""
    given = sheet(suspect_mobiles=SUSPECT, **{legacy: f"{VICTIM[:5]}\u0967{VICTIM[6:]}"})
    with ng.Registry(by="HC 1234") as registry:
        (warning,) = registry.add_complaints(given, dry_run=True).warnings
        assert f'--map "{legacy}=complainant_mobile"' in warning
        assert f'"{legacy}=suspect_mobiles"' in warning
        assert VICTIM not in warning
        assert registry.add_complaints(given, mapping={"ignore": legacy}, dry_run=True).warnings == []
        assert registry.add_complaints(sheet(suspect_mobiles=SUSPECT, X="Sector 14"), dry_run=True).warnings == []


@pytest.mark.parametrize(("cells", "warnings"), [((VICTIM, "Rohtak"), 1), ((VICTIM, "Rohtak", "Nuh"), 0)])
def test_a_column_of_which_half_is_numbers_is_named(cells: tuple[str, ...], warnings: int) -> None:
    """As much of a column that names victims is an error."""
    rows = [sheet(acknowledgement_no=str(n), suspect_mobiles=SUSPECT, X=cell) for n, cell in enumerate(cells)]
    with ng.Registry(by="HC 1234") as registry:
        assert len(registry.add_complaints(pa.concat_tables(rows), dry_run=True).warnings) == warnings


@pytest.mark.parametrize(
    "written",
    ["१२/०९/२०२६", "1২/0৯/2026", "१२ सितंबर २०२६", "12 सप्टेंबर 2026", "12 સપ્ટેમ્બર 2026", "12 ਸਤੰਬਰ 2026", "১২ সেপ্টেম্বর ২০২৬",
     "12 ছেপ্টেম্বৰ 2026", "12 ସେପ୍ଟେମ୍ବର 2026", "12 செப்டம்பர் 2026", "12 సెప్టెంబరు 2026", "12 ಸೆಪ್ಟೆಂಬರ್ 2026", "12 സെപ്റ്റംബർ 2026",
     "۱۲ ستمبر ۲۰۲۶", "12\u200f/09\u200f/2026", "\u206612/09/2026\u2069"],
)  # fmt: skip
def test_days_of_every_language(written: str) -> None:
    for text in (written, unicodedata.normalize("NFD", written), written.replace(" ", "\u00a0")):
        assert moments(pa.array([text])) == moments(pa.array(["12/09/2026"]))


@pytest.mark.parametrize("written", ["12 भाद्रपद 1948", "12 XYZ 2026", "१२ रमज़ान २०२६", "⑫/09/2026", "12/09/26²"])
def test_other_calendars_are_not_guessed(written: str) -> None:
    assert moments(pa.array([written]))[0].null_count == 1


@pytest.mark.parametrize(
    "written",
    ["२ लाख", "2 लाख रुपये मात्र", "২ লক্ষ টাকা", "૨ લાખ રૂપિયા", "2 ਲੱਖ ਰੁਪਏ", "2 லட்சம்", "ரூ. 2 லட்சம்", "2 లక్షలు", "2 ಲಕ್ಷ",
     "2 ലക്ഷം രൂപ", "۲ لاکھ روپے", "₹ २,\u0966\u0966,\u0966\u0966\u0966/-", "\u200f200000", "200 हज़ार", "0.02 கோடி",
     "২,\u09e6\u09e6,\u09e6\u09e6\u09e6"],
)  # fmt: skip
def test_sums_of_every_language(written: str) -> None:
    for text in (written, unicodedata.normalize("NFD", written)):
        assert amounts(pa.array([text]))[0].to_pylist() == [200_000_00]


@pytest.mark.parametrize("written", ["डेढ़ लाख", "2 लाख 50 हजार", "2 অজানা", "200000²", "②"])
def test_other_sums_are_not_guessed(written: str) -> None:
    assert amounts(pa.array([written]))[1].to_pylist() == ["not_an_amount"]


@pytest.mark.parametrize("number", ["३१", "৩1", "\u200e31", "੩੧", "۳۱", "3\u200b1"])
def test_a_complaint_is_one_in_whatever_digits_its_number_is_written(number: str) -> None:
    """It was two, and a complaint that was taken back in one script stood in the other."""
    with ng.Registry(by="HC 1234") as registry:
        registry.add_complaints(sheet(suspect_mobiles=SUSPECT, status="registered"))
        again = sheet(suspect_mobiles=SUSPECT, status="खारिज").set_column(0, "acknowledgement_no", [[number]])
        intake = registry.add_complaints(again)
        assert intake.ended["msisdn"].to_pylist() == [int(f"91{SUSPECT}")]
        kept = sheet(suspect_mobiles=SUSPECT, status="दर्ज").set_column(0, "acknowledgement_no", [[number]])
        assert registry.add_complaints(kept).added == 0


@pytest.mark.parametrize("label", [*TOTAL_WORDS, "कुल (Total)", "Total / कुल", "Grand Total / महायोग", "कुल:", "মোট ="])
def test_a_total_is_no_row(label: str) -> None:
    lines = NonData(["name", "mobile", "amount"])
    assert lines.kind([label, "", "१,२३,४५६"]) == "total"
    assert lines.kind([label, SUSPECT, "1"]) is None
    assert lines.kind([label, "Delhi", "1"]) is None


@pytest.mark.parametrize("name", ["योगी", "कुली", "जोड़ी", "মোটা", "کلیم", "ਕੁਲਦੀਪ", "योगेश", "आकेश", "Total Singh"])
def test_a_name_that_begins_as_a_total_is_a_row(name: str) -> None:
    """`Yogi` is the word for a total and a vowel sign: its row was left out as a total."""
    assert NonData(["name", "mobile", "amount"]).kind([name, "987 654 3210", "1200"]) is None


#: Headings of an operator's report: in two languages, in the other order, in one alone.
REPORTS = (
    "Target No / लक्ष्य नंबर,B Party No / बी पार्टी नंबर,Call Date / दिनांक,Call Time / समय,Duration,Call Type / प्रकार,IMEI",
    "Calling No / कॉलिंग नंबर,Called No / कॉल्ड नंबर,Call Date / दिनांक,Call Time / समय,Duration,Call Type / प्रकार,IMEI",
    "मोबाइल नंबर (Mobile No),अन्य नंबर (Other Number),दिनांक (Date),समय (Time),अवधि,प्रकार (Call Type),आईएमईआई (IMEI)",
    "मोबाइल नंबर,अन्य नंबर,दिनांक,समय,अवधि,कॉल प्रकार,आईएमईआई",
    "मोबाईल क्रमांक (Mobile Number),इतर क्रमांक,दिनांक,वेळ,कालावधी,Call Type,IMEI",
)
CALLS = (
    "9876543210,9811112222,12/09/2026,10:00:05,65,OUT,490154203237518",
    "९८७६५४३२१०,९८११११२२२२,१२/०९/२०२६,१०:००:०५,६५,आउटगोइंग,४९०१५४२०३२३७५१८",  # noqa: RUF001
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("names", REPORTS)
@pytest.mark.parametrize("call", CALLS)
def test_an_operators_report_in_two_languages(tmp_path: Path, names: str, call: str, encoding: str) -> None:
    path = tmp_path / "report.csv"
    title = "कॉल विवरण दिनांक 01-09-2026 से 30-09-2026"
    path.write_text(f"{title}\n{names}\n{call}\nकुल,,,,65,,\n", encoding=encoding)
    report = ng.read_cdr(path)
    rows = report.read_all()
    wanted = ("served_msisdn", "other_msisdn", "imei14", "direction", "duration_s")
    assert rows.select(wanted).to_pylist() == [
        dict(zip(wanted, (919876543210, 919811112222, 49015420323751, "out", 65), strict=True))
    ]
    assert rows["at"].cast(pa.string()).to_pylist() == ["2026-09-12 10:00:05.000000+0530"]
    assert report.refused.num_rows == 0


@pytest.mark.parametrize("served", ["Mobile No (पीड़ित)", "Victim No / पीड़ित नंबर", "Target No / बी पार्टी नंबर", "कल नंबर"])
def test_a_report_whose_languages_disagree_is_refused(tmp_path: Path, served: str) -> None:
    path = tmp_path / "report.csv"
    path.write_text(f"{served},Other No,Call Date,Call Time,Duration,Call Type,IMEI\n{CALLS[0]}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r'Name them: --msisdn, .* or numguard cdr read --map "COLUMN=served"'):
        ng.read_cdr(path).read_all()
    assert ng.read_cdr(path, layout={"served": served, "imei": "IMEI"}).read_all().num_rows == 1


def test_names_that_differ_in_a_vowel_are_two_columns(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_text("पता,पिता,IMEI\n9876543210,9811112222,490154203237518\n", encoding="utf-8")
    rows = ng.read_cdr(path, layout={"served": "पता", "imei": "IMEI"}).read_all()
    assert rows["served_msisdn"].to_pylist() == [919876543210]


@pytest.mark.parametrize("name", ["मोबाइल नंबर", "मोबा0 नं0 (Mobile No)", "Mobile Number / મોબાઇલ નંબર", "மொபைல் எண்"])
def test_a_list_with_the_numbers_below_such_a_heading(tmp_path: Path, name: str) -> None:
    path = tmp_path / "list.csv"
    for heading_of, amount in ((f"क्र,{name},शहर", 1), (f"क्र,{name} (पीड़ित),शहर", 0), (f"क्र,{name} (খ),शहर", 0)):
        path.write_text(f"{heading_of}\n1,{SUSPECT},x\n", encoding="utf-8")
        if amount:
            assert len(read_numbers(path).keys) == amount
        else:
            with pytest.raises(ColumnError, match="no column is certainly that of the numbers"):
                read_numbers(path)


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ("पावती संख्या,स्रोत,आरोपी,,शिकायतकर्ता,", ",,नाम,मोबाइल नंबर,नाम,मोबाइल नंबर"),
        ("तक्रार क्रमांक,source,संशयित तपशील,,तक्रारदार तपशील,", ",,नाव,मोबाईल,नाव,मोबाईल"),
        ("অভিযোগ নং,source,অভিযুক্তের বিবরণ,,অভিযোগকারীর বিবরণ,", ",,নাম,মোবাইল নং,নাম,মোবাইল নং"),
        ("புகார் எண்,source,சந்தேக நபர் விவரங்கள்,,புகார்தாரர் விவரங்கள்,", ",,பெயர்,மொபைல் எண்,பெயர்,மொபைல் எண்"),
        ("شکایت نمبر,source,ملزم تفصیلات,,مدعی تفصیلات,", ",,نام,موبائل نمبر,نام,موبائل نمبر"),
    ],
)
def test_headings_of_groups(tmp_path: Path, groups: str, names: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(f"{groups}\n{names}\n31,1930,क,{SUSPECT},ख,{VICTIM}\n", encoding="utf-8")
    with ng.Registry(by="HC 1234") as registry:
        assert registry.add_complaints(path).added == 1
        assert registry.numbers().to_array().to_pylist() == [int(f"91{SUSPECT}")]
        assert registry.numbers("protected").contains([VICTIM])[0].as_py()


@pytest.mark.parametrize("header", ["पावती संख्या,स्रोत,पीड़ित मोबाइल,शहर", "অভিযোগ নং,source,অভিযোগকারীর মোবাইল,শহর"])
def test_a_second_header_in_a_language_ends_the_table(tmp_path: Path, header: str) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(
        f"acknowledgement_no,source,संदिग्ध मोबाइल,शहर\n31,1930,{SUSPECT},क\n{header}\n32,1930,{VICTIM},ख\n",
        encoding="utf-8",
    )
    with ng.Registry(by="HC 1234") as registry:
        assert registry.add_complaints(path).refusals["note"].to_pylist() == ["another_header"] * 2
        assert registry.numbers().to_array().to_pylist() == [int(f"91{SUSPECT}")]


@pytest.mark.parametrize(
    "typed",
    ["ihfM+r dk eksckby uEcj", "f'kdk;rdrkZ eksckby", "f\u2019kdk;rdrkZ", "vkosnd dk uEcj", "oknh dk uEcj"],
)
def test_victims_in_the_letters_of_a_font_of_a_typewriter(tmp_path: Path, typed: str) -> None:
    """Kruti Dev stores Hindi as Latin letters, in which a title of victims was one without meaning."""
    path = tmp_path / "list.csv"
    check_that_it_stops_a_list(path, typed, encoding="utf-8")
    with ng.Registry(by="HC 1234") as registry:
        given = sheet(suspect_mobiles=SUSPECT, **{typed: VICTIM})
        with pytest.raises(ColumnError, match=r"could be complainant_mobile; .*=ignore"):
            registry.add_complaints(given)
        registry.add_complaints(given, mapping={"complainant_mobile": typed})
        assert registry.numbers("protected").contains([VICTIM])[0].as_py()
    assert not is_of_victims("lafnX/k eksckby uEcj")


def test_headings_that_name_both_sides_or_another_person_are_not_guessed() -> None:
    known = {heading(name) for word, names in COLUMNS.items() for name in (word, *names)} | set(map(heading, AMBIGUOUS))
    for written in (
        "Suspect Mobile (शिकायतकर्ता)",
        "फरियादी/आरोपी मोबाइल",
        "आरोपी के पिता का मोबाइल",
        "জামিনদার মোবাইল",
        "मोबाइल मॉडल",
    ):
        assert heading(written) not in known


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("Police Station (थाना)", "police_station"), ("થાણું / Police Station", ""), ("পুলিশ জেলা", ""),
        ("ज़िला / District", "district"),
        ("Complaint No. (शिकायत संख्या)", "acknowledgement_no"), ("শিকায়ত", ""),
        ("Amount (राशि) Rs.", "amount_lost"),
        ("Suspect Mobile 1 / संदिग्ध मोबाइल 1", "suspect_mobiles"),
        ("Date of Complaint / शिकायत की तारीख", "reported_at"),
        ("Victim Phone No (पीड़ित मोबाइल नंबर)", "complainant_mobile"), ("Source / स्रोत", "source"),
        ("Name & Mobile of Complainant / शिकायतकर्ता का नाम व मोबाइल", "complainant_mobile"),
        ("संदिग्ध खाता संख्या", ""),
        ("कावल் நிலையம்", ""), ("காவல் நிலையம்", "police_station"), ("புகார் தேதி", "reported_at"),
        ("శాఖ", ""), ("تاریخ شکایت", "reported_at"),
    ],
)  # fmt: skip
def test_the_field_of_a_heading(written: str, field: str) -> None:
    table = pa.table([[""]], names=[written])
    found = find_columns(table, COLUMNS, (), None, "desk.csv", several=SEVERAL, ambiguous=AMBIGUOUS)
    assert "".join(found) == field


@pytest.mark.parametrize("word", ["گواہاٹی", "ഇരട്ട", "প্রতিবাদী", "বাদল", "مدعا علیہ", "प्रतिवादी", "ଅଭିଯୁକ୍ତ", "ఫిర్యాదు"])
def test_words_that_begin_alike_are_none_for_victims(word: str) -> None:
    assert not is_of_victims(word)


def test_texts_are_folded_alike_one_by_one_and_as_a_column() -> None:
    texts = [text for row in DESKS.values() for name in row for text in spellings(name)]
    texts += ["كيفية", "مدعىٰ", "സൺൽർൾ", "പരാതിക്കാരന്\u200dറെ", "ৎৰৱ", "ක", "ﷺ", "Å", ""]
    assert [text.lower() for text in plain_cells(pa.array(texts)).to_pylist()] == list(map(plain_letters, texts))
