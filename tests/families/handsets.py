"""Families of cells asked of `normalize_imei`: handsets plainly written, and all else that is 14 to 16 digits long."""

from __future__ import annotations

from .family import HANDSET, Cell, Dice, One, enter_each, family, nothing, plainly, written
from .labels import ID_LABELS
from .labels_indic import LANGUAGES
from .parts import (
    BLANKS,
    DASHES,
    INVISIBLE,
    SCRIPTS,
    amount,
    clock,
    cut,
    date,
    day,
    handset,
    imei14,
    latitude,
    longitude,
    luhn,
    mobile,
    pin_code,
    script,
    written_mobile,
)

GROUPINGS = {
    14: ((8, 6), (2, 6, 6), (6, 2, 6)),
    15: ((2, 6, 6, 1), (6, 2, 6, 1), (8, 6, 1), (4, 4, 4, 3), (5, 5, 5)),
    16: ((8, 6, 2), (2, 6, 6, 2), (6, 2, 6, 2)),
}
# The project's words for a handset's number, and how they are written in Indian scripts.
WORDS = (
    "IMEI", "IMEI:", "IMEI No", "IMEI No.", "IMEI No:", "IMEI number", "IMEI Number:", "imei", "Imei no", "IMEI1",
    "IMEI1:", "IMEI2:", "IMEI-1:", "IMEI-2:", "IMEI(1):", "IMEI (2):", "handset", "Handset IMEI", "phone IMEI",
    "Handset:", "Phone IMEI No.", "Mobile IMEI", "आईएमईआई", "आईएमईआई नंबर", "आई.एम.ई.आई.", "आयएमईआय", "આઈએમઈઆઈ",
    "ਆਈਐਮਈਆਈ",
    "আইএমইআই", "ଆଇଏମଇଆଇ", "ஐஎம்இஐ", "ఐఎంఇఐ", "ಐಎಂಇಐ", "ഐഎംഇഐ", "آئی ایم ای آئی",
)  # fmt: skip
OTHER_IDS = tuple(
    label
    for label in ID_LABELS
    if label not in {"IMEI", "device id", "id", "ID", "I.D.", "code", "Serial Number", "serial no", "S/N", "UUID"}
)


def split(dice: Dice, body: str) -> tuple[str, ...]:
    return tuple(cut(body, dice.pick(GROUPINGS[len(body)])))


@family("handset: bare", "plain handset", HANDSET)
def bare(dice: Dice) -> Cell:
    body = handset(dice)
    return plainly(body, int(body[:14]))


@family("handset: groups of the listed lengths", "plain handset", HANDSET)
def groups(dice: Dice) -> Cell:
    body = handset(dice)
    return plainly(dice.pick((" ", "-", " ", "-", *BLANKS, *DASHES)).join(split(dice, body)), int(body[:14]))


@family("handset: groups with slashes and points", "handset", HANDSET)
def slashes(dice: Dice) -> Cell:
    body = handset(dice)
    return written(dice.pick(("/", ".", " - ", "  ")).join(split(dice, body)), int(body[:14]))


@family("handset: words of its own", "plain handset", HANDSET)
def words(dice: Dice) -> Cell:
    body = handset(dice)
    return plainly(dice.pick(WORDS) + dice.pick((" ", " - ", ": ")) + body, int(body[:14]))


@family("handset: words after", "plain handset", HANDSET)
def words_after(dice: Dice) -> Cell:
    body = handset(dice)
    return plainly(body + dice.pick((" (IMEI)", " IMEI", " (IMEI1)", " - IMEI")), int(body[:14]))


@family("handset: quotes, scripts, invisible marks", "plain handset", HANDSET)
def dressed(dice: Dice) -> Cell:
    body = handset(dice)
    place = dice.below(len(body))
    zero = SCRIPTS[dice.pick(tuple(SCRIPTS))]
    forms = (
        f"'{body}'",
        f'"{body}"',
        f"'{body}",
        f" {body} ",
        f'="{body}"',
        f"{body}.0",
        script(body, zero),
        body[:place] + dice.pick(INVISIBLE) + body[place:],
    )
    return plainly(dice.pick(forms), int(body[:14]))


@family("handset: a counter before", "handset", HANDSET)
def counter_before(dice: Dice) -> Cell:
    body = handset(dice)
    count = dice.pick(("1", "2", "1", "2", str(dice.between(3, 9999))))
    forms = (
        "IMEI {} {}",
        "IMEI {}: {}",
        "IMEI{} {}",
        "{} {}",
        "{}) {}",
        "{}. {}",
        "({}) {}",
        "{}- {}",
        "{}: {}",
        "IMEI No. {} {}",
        "SIM {} {}",
        "Slot {}: {}",
        "{}-{}",
        "{}/{}",
        "iPhone {} {}",
        "Redmi {} {}",
        "IMEI-{}-{}",
        "#{} {}",
        "{}\u00a0{}",
        "IMEI {}) {}",
        "आईएमईआई {} {}",
        "Galaxy A{} {}",
    )
    return written(dice.pick(forms).format(count, body), int(body[:14]))


@family("handset: a counter before 14 digits", "handset", HANDSET)
def counter_before_14(dice: Dice) -> Cell:
    body = imei14(dice)
    count = dice.pick(("1", "2"))
    forms = (
        "IMEI {} {}",
        "IMEI {}: {}",
        "{} {}",
        "{}) {}",
        "{}. {}",
        "({}) {}",
        "{}-{}",
        "{}: {}",
        "IMEI{} {}",
        "SIM{} {}",
        "{}/{}",
        "iPhone {} {}",
    )
    return written(dice.pick(forms).format(count, body), int(body))


@family("handset: a counter fills up one cut short", "handset", HANDSET)
def cut_and_counter(dice: Dice) -> Cell:
    length = dice.pick((13, 13, 12, 11, 10))
    body = handset(dice, 15)[:length]
    count = dice.digits(dice.between(14, 16) - length, "123456789")
    forms = ("IMEI {} {}", "{} {}", "{}) {}", "({}) {}", "{}. {}", "{}-{}", "{}: {}", "SIM {}: {}")
    if dice.chance():
        return nothing(dice.pick(forms).format(count, body))
    return nothing(
        body + dice.pick((" {}", " ({})", "-{}", "/{}", ", {}", " x{}", " {} times", " - {}", "[{}]")).format(count)
    )


@family("handset: a figure after", "handset", HANDSET)
def figure_after(dice: Dice) -> Cell:
    body = handset(dice)
    count = dice.digits(dice.between(1, 4), "123456789")
    forms = (" {}", " ({})", "-{}", "/{}", ", {}", " x{}", " {} times", " {} days", " - {}", "\t{}")
    return written(body + dice.pick(forms).format(count), int(body[:14]))


@family("handset: a date or time beside it", "handset", HANDSET)
def date_beside(dice: Dice) -> Cell:
    body = handset(dice)
    pair = [body, dice.pick((date, clock))(dice)]
    if dice.chance():
        pair.reverse()
    return written(dice.pick((" ", ", ", " - ", " / ", "  ", "\t")).join(pair), int(body[:14]))


@family("handset: too short or too long", "handset", HANDSET)
def wrong_length(dice: Dice) -> Cell:
    length = dice.pick((8, 10, 11, 12, 13, 13, 17, 18, 19, 20))
    body = (handset(dice, 15) + dice.digits(6))[:length]
    half = length // 2
    return nothing(
        dice.pick((body, body, f"{body[:half]} {body[half:]}", f"IMEI {body}", f"{body[:half]}-{body[half:]}"))
    )


@family("handset: two of them", "handset", HANDSET)
def two(dice: Dice) -> Cell:
    one, other = handset(dice, 15), handset(dice, 15)
    mark = dice.pick((" ", ", ", "/", " / ", ";", "\n", " & ", " and ", "-", " IMEI2: ", "  "))
    return nothing(dice.pick(("", "", "IMEI1: ", "IMEI ")) + one + mark + other)


@family("handset: two that share a beginning", "handset", HANDSET)
def endings(dice: Dice) -> Cell:
    body = handset(dice, 15)
    return written(body + dice.pick(("/", "-", ",", " / ", " & ")) + dice.digits(dice.between(1, 4)), int(body[:14]))


@family("handset: masked or spoiled", "handset", HANDSET)
def masked(dice: Dice) -> Cell:
    body = handset(dice, 15)
    place = dice.between(3, 12)
    forms = (
        body[:place] + "X" * (15 - place),
        "*" * place + body[place:],
        body[:place] + "O" + body[place + 1 :],
        body[:place] + ":" + body[place:],
        f"{body[0]}.{body[1:8]}E+14",
        f"{body[0]}.{body[1:13]}E+14",
        body[:place] + "?" + body[place + 1 :],
        body[:9] + " " + "X" * 6,
        body[:place] + "l" + body[place + 1 :],
    )
    return nothing(dice.pick(forms))


@family("handset: an IMSI", "handset", HANDSET)
def imsi(dice: Dice) -> Cell:
    body = dice.pick(("404", "405")) + dice.digits(12)
    forms = (
        "IMSI: {}",
        "IMSI {}",
        "{} (IMSI)",
        "IMSI No. {}",
        "imsi={}",
        "{} IMSI",
        "SIM IMSI {}",
        "IMSI/{}",
        '{{"imsi":"{}"}}',
        "IMSI-{}",
        "आईएमएसआई {}",
    )
    return nothing(dice.pick(forms).format(body))


@family("handset: a cell's identity", "handset", HANDSET)
def cell_identity(dice: Dice) -> Cell:
    pieces = dice.pick(("404", "405")), dice.digits(2), dice.digits(5, "1234"), dice.digits(5, "123456789")
    mark = dice.pick(("-", " ", "-"))
    forms = (
        mark.join(pieces),
        f"{pieces[0]}{pieces[1]}{mark}{pieces[2]}{mark}{pieces[3]}",
        mark.join((pieces[0], pieces[1], pieces[2], pieces[3][:4])),
        f"CGI {mark.join(pieces)}",
    )
    return nothing(dice.pick(forms))


@family("handset: card numbers", "handset", HANDSET)
def card(dice: Dice) -> Cell:
    body = dice.pick(("4", "5", "6", "35", "37")) + dice.digits(14)
    body = body[:14]
    number = body + dice.digits(1) + luhn(body + "0")
    mark = dice.pick((" ", "-", " ", "\u00a0"))
    return nothing(
        dice.pick(
            (
                mark.join(cut(number, (4, 4, 4, 4))),
                f"card {number}",
                f"Card No. {number}",
                mark.join(cut(number[:15], (4, 6, 5))),
                mark.join(cut(number, (4, 4, 8))),
            )
        )
    )


@family("handset: phone numbers", "handset", HANDSET)
def phones(dice: Dice) -> Cell:
    number = mobile(dice)
    other = mobile(dice)
    forms = (
        written_mobile(dice, number), f"{number} {number[:4]}", f"{number} {dice.digits(4)}",
        f"{number} {dice.digits(5)}", f"{number}, {dice.digits(4)}", f"{number} {pin_code(dice)}",
        f"0091 {number}", f"0091-{number[:5]}-{number[5:]}", f"00 91 {number}", f"0091{number}",
        f"{number}/{other[:5]}", f"+91 559 {number}",
        f"+91559{number}", f"{number} {dice.digits(6)}", f"{number} ({dice.digits(4)})",
        f"{dice.digits(4)} {number}", f"{dice.digits(5)}-{number}", f"{number} {date(dice)}",
        f"+{dice.digits(15, '1234')}",
    )  # fmt: skip
    return nothing(dice.pick(forms))


@family("handset: dates and times", "handset", HANDSET)
def times(dice: Dice) -> Cell:
    year, month, of_month = day(dice)
    hour, minute, second = dice.below(24), dice.below(60), dice.below(60)
    bare_day, bare_time = f"{year}{month:02}{of_month:02}", f"{hour:02}{minute:02}{second:02}"
    other = f"{of_month:02}{month:02}{year}"
    forms = (
        f"{bare_day} {bare_time}", f"{bare_day}-{bare_time}", f"{other} {bare_time}", f"{other}-{bare_time}",
        f"{year}-{month:02}-{of_month:02} {hour:02}:{minute:02}:{second:02}",
        f"{year}-{month:02}-{of_month:02} {bare_time}", f"{other} {bare_day}", f"{other}-{other}",
        f"{of_month:02}-{month:02}-{year} {of_month:02}-{month:02}-{year}", f"{date(dice)} {date(dice)}",
        f"{bare_time} {bare_day}", f"{bare_day}T{bare_time}", f"{bare_day} {bare_time} {dice.digits(1)}",
        f"{bare_day} {bare_time} {dice.digits(2)}", f"{year} {month:02}{of_month:02} {bare_time}",
    )  # fmt: skip
    return nothing(dice.pick(forms))


@family("handset: SIM cards' numbers", "handset", HANDSET)
def iccid(dice: Dice) -> Cell:
    body = "8991" + dice.digits(dice.pick((15, 16)))
    forms = (
        body,
        " ".join(body[at : at + 4] for at in range(0, len(body), 4)),
        f"ICCID {body}",
        f"ICCID: {body[:15]}",
        f"SIM serial no {body[:15]}",
        body + "F",
        f"{body[:8]} {body[8:14]} {body[14:]}",
        f"SIM No. {body}",
        f"{body[:16]} {body[16:]}",
    )
    return nothing(dice.pick(forms))


@family("handset: coordinates and amounts", "handset", HANDSET)
def quantities(dice: Dice) -> Cell:
    places = dice.between(2, 7)
    one, other = latitude(dice, places), longitude(dice, places)
    forms = (
        f"{one} {other}",
        f"{one}, {other}",
        f"{one}-{other}",
        f"{other} {one}",
        f"{one}/{other}",
        f"{amount(dice)} {amount(dice)} {amount(dice)}",
        f"{amount(dice)} {dice.digits(8)}",
        latitude(dice, 12),
        latitude(dice, 13),
        f"{dice.digits(14, '358')}.{dice.digits(2, '123456789')}",
    )
    return nothing(dice.pick(forms))


@family("handset: network addresses and versions", "handset", HANDSET)
def network(dice: Dice) -> Cell:
    ip = ".".join(str(dice.between(100, 254)) for _ in range(4))
    return nothing(
        dice.pick(
            (
                f"{ip}:{dice.between(1000, 9999)}",
                f"{ip} {dice.digits(3)}",
                f"{ip}, {ip}",
                f"{ip}-{dice.digits(4)}",
                "35:82:40:05:11:11:10:00",
                f"Chrome/{dice.digits(3)}.0.{dice.digits(4)}.{dice.digits(3)} {dice.digits(4)}",
                f"{ip}:{dice.digits(4)}/tcp",
            )
        )
    )


@family("handset: labels of other ids before", "handset", HANDSET)
def labels_before(dice: Dice) -> Cell:
    return nothing(
        dice.pick(OTHER_IDS)
        + dice.pick((" ", ": ", ":", "=", "_", " - ", "-", ".", " no ", " is ", "/"))
        + handset(dice)
    )


@family("handset: labels of other ids after", "handset", HANDSET)
def labels_after(dice: Dice) -> Cell:
    return nothing(
        handset(dice)
        + dice.pick((" ({})", " {}", " - {}", "_{}", " [{}]", "/{}", " is {}")).format(dice.pick(OTHER_IDS))
    )


@family("handset: accounts and acknowledgements", "handset", HANDSET)
def accounts(dice: Dice) -> Cell:
    body = dice.digits(dice.pick((14, 15, 16)), "123456789")
    forms = (
        "A/c {}",
        "A/c no. {}",
        "Account No. (SBI) {}",
        "Ack No {}",
        "NCRP {}",
        "{} account",
        "{} is account number",
        '{{"account":"{}"}}',
        "acct_{}",
        "UTR {}",
        "accountNo{}",
        "{}@ybl",
        "Rs {}",
        "{}.00 Rs",
        "bank {}",
        "ORDER-{}",
        "AB{}",
        "{}CD",
        "complaint {}",
        "-{}",
        "aadhaar VID {}",
    )
    return nothing(dice.pick(forms).format(body))


@family("handset: names and other words", "handset", HANDSET)
def names(dice: Dice) -> Cell:
    body = handset(dice)
    return written(
        dice.pick(
            (
                "Ravi {}",
                "{} (Ravi)",
                "{} Samsung",
                "Vivo Y20 {}",
                "OnePlus 9 {}",
                "{} black",
                "Nokia 3310 {}",
                "iPhone 15 Pro {}",
                "MEID {}",
                "{} - Oppo A54",
            )
        ).format(body),
        int(body[:14]),
    )


def of_language(ids: tuple[str, ...]) -> One:
    labels = [label for label in ids if label != "आईएमईआई"]

    def one(dice: Dice) -> Cell:
        label = dice.pick(labels)
        return nothing(f"{label} {handset(dice)}" if dice.chance() else f"{handset(dice)} ({label})")

    return one


enter_each("handset", [(f"handset: id labels, {name}", of_language(it.ids)) for name, it in LANGUAGES.items()], HANDSET)
