"""Families of cells in which another quantity stands: amounts, coordinates, dates, versions, addresses, counts.

No number may be accepted, however well ten digits come out when the separators are taken off.
"""

from __future__ import annotations

from .family import Cell, Dice, family, nothing
from .parts import (
    MACHINE_MONTHS,
    MONTHS,
    amount,
    clock,
    cut,
    date,
    day,
    indian_commas,
    latitude,
    longitude,
    luhn,
    mobile,
    money,
    pin_code,
)


@family("two amounts", "quantity")
def amounts(dice: Dice) -> Cell:
    mark = dice.pick((" ", "  ", " / ", "/", " - ", "-", ", ", "\t", " + ", "; ", " | "))
    return nothing(amount(dice) + mark + amount(dice))


@family("an amount and a whole figure", "quantity")
def amount_and_figure(dice: Dice) -> Cell:
    whole = dice.digits(dice.between(3, 8), "123456789")
    pair = [amount(dice), whole]
    if dice.chance():
        pair.reverse()
    return nothing(dice.pick((" ", "-", "/", "  ")).join(pair))


@family("one amount, with decimals", "quantity")
def decimals(dice: Dice) -> Cell:
    whole = dice.between(3, 9)
    places = dice.pick((2, 3, 4))
    if whole >= 6:  # five and five, or an area code and the rest, is a way to write a number
        places = dice.pick((places, 10 - whole))
    return nothing(f"{dice.digits(whole, '123456789')}.{dice.digits(places)}")


@family("one amount, with commas", "quantity")
def commas(dice: Dice) -> Cell:
    whole = int(dice.digits(10, "6789"))
    forms = (
        f"{indian_commas(whole)}.{dice.pick((dice.digits(2), '00', '50'))}",
        f"₹{indian_commas(whole)}",
        f"Rs {indian_commas(whole)}",
        f"₹ {whole}",
        f"${whole:,}",
        f"{whole}/-",
        f"{indian_commas(whole)}/-",
        f"{whole} /-",
        f"{whole}/- only",
        indian_commas(whole // 10),
    )
    return nothing(dice.pick(forms))


@family("a range of amounts", "quantity")
def ranges(dice: Dice) -> Cell:
    low = dice.between(60, 97)
    high = dice.between(low + 1, 99)
    mark = dice.pick(("-", " - ", "/", " to ", "–", " ", "~", ".."))
    least, most = f"{low}000", f"{high}000"
    return nothing(
        dice.pick(
            (f"{least}{mark}{most}", f"Rs {least}{mark}{most}", f"{low},000{mark}{high},000", f"{low}k{mark}{high}k")
        )
    )


@family("coordinates in pairs", "quantity")
def coordinates(dice: Dice) -> Cell:
    places = dice.between(2, 15)
    pair = [latitude(dice, places), longitude(dice, places)]
    if dice.chance():
        pair.reverse()
    one, other = pair
    forms = (
        f"{one} {other}", f"{one}, {other}", f"{one},{other}", f"({one} {other})", f"({one}, {other})",
        f"{one}/{other}",
        f"{one}-{other}", f"{one} - {other}", f"{one}  {other}", f"[{one}, {other}]", f"{one} ({other})",
        f"{one} (({other})", f"{one}\t{other}", f"{one};{other}", f"{one} / {other}", f"{one}\u00a0{other}",
    )  # fmt: skip
    return nothing(dice.pick(forms))


@family("coordinates of unequal length", "quantity")
def uneven(dice: Dice) -> Cell:
    pair = [latitude(dice, dice.between(0, 8) or 1), longitude(dice, dice.between(1, 8))]
    if dice.chance():
        pair.reverse()
    return nothing(dice.pick((" ", ", ", ",", "/", "-")).join(pair))


@family("coordinates whose digits make a mobile", "quantity")
def ten_digit_coordinates(dice: Dice) -> Cell:
    places = dice.between(1, 5)
    pair = f"{dice.between(68, 97)}.{dice.digits(places)}", f"{dice.between(10, 36)}.{dice.digits(6 - places)}"
    return nothing(dice.pick((" ", "-", ", ", "/", "  ", "\u00a0")).join(pair))


@family("one coordinate", "quantity")
def coordinate(dice: Dice) -> Cell:
    places = dice.between(2, 15)
    value = dice.pick((latitude, longitude))(dice, places)
    return nothing(dice.pick((value, value, f"-{value}", f"{value}°", f"{value} N", f"{value}E", f"({value})")))


@family("one coordinate with eight decimals", "quantity")
def coordinate_eight(dice: Dice) -> Cell:
    whole = dice.pick(("11", "20", "22", "33", "79", "80", "77", "91", "88"))
    return nothing(f"{whole}.{dice.digits(8)}")


@family("degrees, minutes, seconds", "quantity")
def degrees(dice: Dice) -> Cell:
    north = dice.between(8, 36), dice.below(60), dice.below(60), dice.below(100)
    east = dice.between(68, 97), dice.below(60), dice.below(60), dice.below(100)
    forms = ("{}°{:02}'{:02}\"", "{}°{:02}'{:02}.{:02}\"", "{} {:02} {:02}.{:02}", "{}-{:02}-{:02}", "{}:{:02}:{:02}")
    form = dice.pick(forms)
    return nothing(
        form.format(*north) + dice.pick((" ", ", ", "N ", " N, ")) + form.format(*east) + dice.pick(("", "E", " E"))
    )


@family("a date", "quantity")
def dates(dice: Dice) -> Cell:
    return nothing(date(dice))


@family("a date and a time", "quantity")
def date_time(dice: Dice) -> Cell:
    pair = [date(dice), clock(dice)]
    if dice.chance(0.4):
        pair.reverse()
    return nothing(dice.pick((" ", ", ", "-", "  ", "/", " at ", "T", " @ ", "_", ".")).join(pair))


@family("a date and bare hours, minutes, seconds", "quantity")
def date_bare_time(dice: Dice) -> Cell:
    year, month, of_month = day(dice)
    time = f"{dice.below(24):02}{dice.below(60):02}{dice.below(60):02}"
    mark = dice.pick("-/.")
    written = (
        f"{of_month}{mark}{month}{mark}{year % 100:02}",
        f"{of_month:02}{mark}{month:02}{mark}{year % 100:02}",
        f"{of_month}{mark}{month}{mark}{year}",
        f"{month}{mark}{of_month}{mark}{year % 100:02}",
        f"{year}{mark}{month:02}{mark}{of_month:02}",
        f"{of_month:02}-{MACHINE_MONTHS[month - 1]}-{year % 100:02}",
        f"{of_month} {MONTHS[month - 1]} {year}",
    )
    pair = [
        dice.pick(written),
        dice.pick((time, time[:4], f"{time[:2]}.{time[2:4]}", f"{time[:2]} {time[2:4]} {time[4:]}")),
    ]
    if dice.chance(0.4):
        pair.reverse()
    return nothing(dice.pick((" ", "-", "  ", "/", ".")).join(pair))


@family("a date and a time with one separator", "quantity")
def date_time_groups(dice: Dice) -> Cell:
    year, month, of_month = dice.between(2015, 2026), dice.between(1, 12), dice.between(10, 28)
    hour, minute = dice.below(24), dice.below(60)
    mark = dice.pick((" ", "-", ".", "/"))
    forms = (
        (f"{of_month}", f"{month:02}", f"{year % 100:02}", f"{hour:02}{minute:02}"),
        (f"{of_month}", f"{month:02}", f"{year}", f"{hour:02}"),
        (f"{year}", f"{month:02}", f"{of_month}", f"{hour:02}"),
        (f"{of_month}", f"{month:02}", f"{year}", f"{hour:02}", f"{minute:02}"),
        (f"{year}", f"{month:02}", f"{of_month}", f"{hour:02}", f"{minute:02}", f"{dice.below(60):02}"),
        (f"{hour:02}", f"{minute:02}", f"{of_month}", f"{month:02}", f"{year}"),
        (f"{of_month}", f"{month:02}", f"{year % 100:02}", f"{hour:02}", f"{minute:02}"),
    )
    return nothing(mark.join(dice.pick(forms)))


@family("two dates", "quantity")
def two_dates(dice: Dice) -> Cell:
    return nothing(date(dice) + dice.pick((" ", " to ", " - ", "-", ", ", "/", " & ")) + date(dice))


@family("timestamps of machines", "quantity")
def timestamps(dice: Dice) -> Cell:
    year, month, of_month = day(dice)
    hour, minute, second = dice.below(24), dice.below(60), dice.below(60)
    bare = f"{year}{month:02}{of_month:02}"
    forms = (
        f"{year}-{month:02}-{of_month:02}T{hour:02}:{minute:02}:{second:02}",
        f"{year}-{month:02}-{of_month:02}T{hour:02}:{minute:02}:{second:02}.{dice.digits(3)}Z",
        f"{year}-{month:02}-{of_month:02} {hour:02}:{minute:02}:{second:02}+05:30",
        f"{bare}T{hour:02}{minute:02}{second:02}Z",
        f"{bare}{hour:02}{minute:02}{second:02}",
        f"{bare} {hour:02}{minute:02}",
        f"17{dice.digits(8)}.{dice.digits(3, '123456789')}",
        f"17{dice.digits(11)}",
    )
    return nothing(dice.pick(forms))


@family("times and durations", "quantity")
def durations(dice: Dice) -> Cell:
    def one() -> str:
        return f"{dice.between(1, 23):02}{mark}{dice.below(60):02}{mark}{dice.below(60):02}"

    mark = dice.pick((":", ".", ":", "-"))
    return nothing(
        dice.pick(
            (
                f"{one()} {one()}",
                f"{one()}-{one()}",
                f"{one()} {dice.digits(4)}",
                f"{one()}.{dice.digits(4)}",
                f"{one()} to {one()}",
            )
        )
    )


@family("versions", "quantity")
def versions(dice: Dice) -> Cell:
    pieces = [dice.between(1, 145), dice.below(12), dice.between(100, 9999), dice.between(1, 300)]
    version = ".".join(map(str, pieces))
    product = dice.pick(
        (
            "Chrome/",
            "v",
            "Version ",
            "",
            "Android ",
            "iOS ",
            "Firefox/",
            "build ",
            "ver. ",
            "Safari/",
            "WhatsApp/",
            "SDK-",
        )
    )
    return nothing(
        product
        + dice.pick((version, version + dice.pick(("-beta", " (64-bit)", "-r2", "")), ".".join(map(str, pieces[:3]))))
    )


@family("user agents", "quantity")
def agents(dice: Dice) -> Cell:
    chrome = f"Chrome/{dice.between(60, 145)}.0.{dice.between(1000, 9999)}.{dice.between(10, 300)}"
    forms = (
        f"Mozilla/5.0 (Linux; Android {dice.between(8, 15)}; SM-G{dice.digits(3)}F) {chrome} Mobile Safari/537.36",
        f"{chrome} Mobile Safari/537.36",
        f"Dalvik/2.1.0 (Linux; U; Android {dice.between(8, 15)}; Build/{dice.digits(6)}.{dice.digits(3)})",
        f"{chrome} Edg/{dice.between(60, 145)}.0.{dice.between(1000, 9999)}.{dice.between(10, 99)}",
        f"okhttp/{dice.below(5)}.{dice.below(12)}.{dice.below(10)} {dice.digits(7)}",
    )
    return nothing(dice.pick(forms))


@family("network addresses", "quantity")
def addresses(dice: Dice) -> Cell:
    def ip() -> str:
        return ".".join(str(dice.between(1, 254)) for _ in range(4))

    port = dice.between(1, 65535)
    hexes = ":".join(f"{dice.below(65536):x}" for _ in range(8))
    mac = dice.pick(":-").join(("AC", *(dice.digits(2) for _ in range(5))))
    return nothing(
        dice.pick(
            (
                ip(),
                f"{ip()}:{port}",
                f"{ip()} {port}",
                f"{ip()}/{dice.between(8, 32)}",
                f"{ip()}, {ip()}",
                f"{ip()}-{ip()}",
                hexes,
                mac,
                f"{ip()} - {port}",
            )
        )
    )


@family("case numbers with a year", "quantity")
def cases(dice: Dice) -> Cell:
    year = dice.between(2015, 2026)
    case = dice.digits(dice.pick((6, 6, 6, 5, 4, 3, 7)), "6789")
    mark = dice.pick(("/", "/", " / ", " of ", "-", " dt "))
    forms = (
        f"{case}{mark}{year}",
        f"{case}/{year}",
        f"{year}/{case}",
        f"{case}/{year}-{(year + 1) % 100:02}",
        f"{case}/{year % 100:02}",
        f"{year}-{(year + 1) % 100:02}/{case}",
        f"FIR {case}/{year}",
        f"{case}/{dice.between(1, 12):02}/{year}",
        f"Cr. No. {case}/{year}",
    )
    return nothing(dice.pick(forms))


@family("case numbers with a year, by a dash", "quantity")
def cases_dash(dice: Dice) -> Cell:
    year = dice.between(2015, 2026)
    return nothing(
        dice.pick(
            (
                f"{dice.digits(6, '6789')}-{year}",
                f"{year}-{dice.digits(6, '123456789')}",
                f"{dice.digits(6, '6789')} {year}",
            )
        )
    )


@family("lists of counts", "quantity")
def counts(dice: Dice) -> Cell:
    many = dice.between(3, 9)
    values = [str(dice.between(1, dice.pick((9, 99, 999, 9999)))) for _ in range(many)]
    mark = dice.pick((", ", ",", " | ", ";", " + ", " ", "/", "\t", " - "))
    if mark in {" ", " - ", "/", "\t"}:  # pairs and single digits alone are a way to write a mobile
        values.insert(1, dice.digits(3, "123456789"))
        values.append(str(dice.between(1, 9)))
    if mark == ",":  # and groups of three are how spreadsheets write one figure
        values.append(str(dice.between(1, 99)))
    return nothing(mark.join(values))


@family("marks and scores", "quantity")
def marks(dice: Dice) -> Cell:
    pairs = [(dice.between(0, 100), dice.pick((100, 50, 75))) for _ in range(dice.between(2, 4))]
    forms = (
        " ".join(f"{got}/{of}" for got, of in pairs),
        ", ".join(f"{got}/{of}" for got, of in pairs),
        " ".join(f"{got}%" for got, _ in pairs),
        " ".join(f"{got}.{dice.digits(2)}%" for got, _ in pairs),
        "-".join(f"{got}:{of}" for got, of in pairs),
        " ".join(f"{dice.below(10)}-{dice.below(10)}" for _ in range(5)),
        f"{dice.between(100, 180)}/{dice.between(60, 99)} {dice.between(95, 104)}.{dice.below(10)} {dice.below(90)}",
    )
    return nothing(dice.pick(forms))


@family("sizes and dimensions", "quantity")
def sizes(dice: Dice) -> Cell:
    one, other = dice.digits(dice.between(3, 5), "6789"), dice.digits(dice.between(3, 5), "6789")
    return nothing(
        dice.pick(
            (
                f"{one}x{other}",
                f"{one} x {other}",
                f"{one}×{other}",
                f"{one}*{other}",
                f"{one}:{other}",
                f"{one} by {other}",
                f"{one}mm {other}mm",
            )
        )
    )


@family("house and PIN code", "quantity")
def house(dice: Dice) -> Cell:
    pin = pin_code(dice)
    number = dice.digits(dice.between(1, 4), "123456789")
    forms = (
        f"{number}, {pin}", f"H.No. {number} {pin}", f"House No {number}, {pin}",
        f"{number}/{dice.between(1, 99)}, {pin}",
        f"{pin}, {number}", f"PIN {pin} {number}", f"Flat {number} {pin}",
        f"B-{number}, Sector {dice.between(1, 99)}, {pin}",
        f"{number} Sector {dice.between(1, 99)} {pin}", f"Plot {number}-{dice.between(1, 99)} PIN {pin}",
        f"W.No. {number} {pin}",
        f"{pin[:3]} {pin[3:]}, {number}", f"म.नं. {number} {pin}", f"#{number}, {pin}", f"PIN-{pin}/{number}",
    )  # fmt: skip
    return nothing(dice.pick(forms))


@family("mixed letters and digits", "quantity")
def mixed(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"{number}AB", f"AB{number}", f"UTIB000{number}", f"IMPS{number}", f"IMPS-{number}", f"N{number}",
        f"SBIN{number}",
        f"INV/{number[:5]}/{number[5:]}", f"HR26{number}", f"DL-{number}", f"ORD-{number}", f"OD{number}",
        f"TXN{number}",
        f"{number}abcdef", f"0x{number}", f"NEFT/{number}", f"UPI/{number}/CR", f"P2M/{number}",
        f"{number}.pdf", f"IMG_{number}.jpg",
        f"VID-{number}.mp4", f"scan{number}", f"{number[:5]}-{number[5:]}.png", f"#{number}", f"CRN{number}",
        f"#{number[:5]}-{number[5:]}",
        f"{number}-A", f"A-{number}", f"{number}/A", f"ABCD{number}E", f"{number[:8]}-{number[8:]}ab-4{number[:3]}",
    )  # fmt: skip
    return nothing(dice.pick(forms), found=None)


@family("cards, Aadhaar and long accounts", "quantity")
def long_ids(dice: Dice) -> Cell:
    card = dice.pick("456") + dice.digits(14)
    card += luhn(card)
    twelve = dice.digits(12, "23456789") if dice.chance(0.5) else "91" + dice.digits(10, "6789")
    account = dice.digits(dice.between(14, 18), "12345678")
    mark = dice.pick((" ", "-", "  ", "."))
    return nothing(
        dice.pick(
            (
                mark.join(cut(card, (4, 4, 4, 4))),
                card,
                mark.join(cut(twelve, (4, 4, 4))),
                account,
                f"{account[:4]} {account[4:]}",
            )
        )
    )


@family("dial codes", "quantity")
def codes(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"*401*{number}#",
        f"**21*{number}#",
        f"*21*{number}#",
        "*#06#",
        f"##{number}#",
        f"*121*{number}#",
        f"*#21*{number}#",
        f"**61*{number}*11*20#",
        f"*401#{number}",
    )
    return nothing(dice.pick(forms))


@family("short codes and senders", "quantity")
def senders(dice: Dice) -> Cell:
    name = "".join(dice.pick("ABCDEFGHIKLMNOPRSTUVWXYZ") for _ in range(6))
    operator = dice.pick(("AD", "VM", "JX", "BZ", "AX", "JD"))
    forms = (
        "1930",
        "112",
        "100",
        dice.digits(5, "5"),
        dice.digits(6, "6"),
        f"{operator}-{name}",
        f"{operator}-{name}-S",
        f"{operator}-{dice.digits(6, '6')}",
        f"{operator}{dice.digits(6)}",
    )
    return nothing(dice.pick(forms))


@family("words for money beside ten digits", "quantity")
def sums(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"Rs {number}",
        f"Rs.{number}",
        f"₹{number}",
        f"{number} rupees",
        f"{number} INR",
        f"INR{number}",
        f"{number}/-",
        f"{number} Cr",
        f"{number} /- only",
        f"${number}",
        f"{number} paise",
        f"-{number}",
        f"{number}%",
        f"{money(dice)} {number[:6]}",
    )
    return nothing(dice.pick(forms))
