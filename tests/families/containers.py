"""Families of cells in which the digits stand inside of something: a link, an address, a card, a chat, a record.

Some hold a number and say so; most hold ten digits that mean something else.
"""

from __future__ import annotations

import phonenumbers

from .family import Cell, Dice, family, nothing, plainly, written
from .parts import INDIA, clock, date, five_five, joinable, key, mobile, written_mobile

HOSTS = (
    "bit.ly",
    "example.com",
    "tinyurl.com",
    "www.example.in",
    "facebook.com",
    "instagram.com",
    "youtube.com",
    "paytm.me",
    "linkedin.com/in",
    "t.co",
    "amzn.in",
    "rb.gy",
    "wame.pro",
    "wa.link",
    "notwa.me",
    "wa.me.example.com",
    "example.com/wa.me",
    "t.me",
    "telegram.me",
)
PAGES = (
    "",
    "/u",
    "/p",
    "/user",
    "/item",
    "/watch",
    "/posts",
    "/pay",
    "/track",
    "/s",
    "/profile.php?id=",
    "/index.php?q=",
    "?id=",
    "/?ref=",
    "#",
    "/a/b/c",
)
HANDLES = (
    "ybl",
    "paytm",
    "okaxis",
    "oksbi",
    "okhdfcbank",
    "okicici",
    "upi",
    "ibl",
    "axl",
    "apl",
    "sbi",
    "ptaxis",
    "pthdfc",
    "yesg",
    "airtel",
    "jio",
    "kotak",
)


@family("links of other sites", "container")
def link(dice: Dice) -> Cell:
    page = dice.pick(PAGES)
    end = (
        page
        + ("" if page.endswith(("=", "#")) else "/")
        + dice.pick((mobile(dice), "91" + mobile(dice), mobile(dice) + dice.pick(("", ".html", "?x=1", "/", "&y=2"))))
    )
    return nothing(
        dice.pick(("https://", "http://", "", "https://www.", "HTTPS://", "hxxp://")) + dice.pick(HOSTS) + end
    )


@family("numbers in other links of messengers", "container")
def messenger(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"https://wa.me/91{number}?text=Hello%20{dice.digits(2)}",
        f"https://wa.me/+91{number}", f"wa.me/91{number}/",
        f"https://api.whatsapp.com/send/?phone=91{number}&text=hi&type=phone_number&app_absent=0",
        f"whatsapp://send?phone=91{number}",
        f"https://web.whatsapp.com/send?phone=91{number}", f"signal.me/#p/+91{number}",
        f"viber://chat?number=%2B91{number}", f"https://wa.me/91{number} ({dice.digits(2)})",
    )  # fmt: skip
    return written(dice.pick(forms), key(number), found=None)


@family("joining behind a messenger's link", "container")
def messenger_joined(dice: Dice) -> Cell:
    number = joinable(dice)
    tail = dice.digits(2)
    return nothing(
        dice.pick(
            (
                f"wa.me/{number}{tail[:1]}",
                f"wa.me/{number[:9]}",
                f"wa.me/91{number}{tail}",
                f"wa.me/message/{number}",
                f"wa.me/qr/{number}",
                f"t.me/{number}",
                f"https://chat.whatsapp.com/{number}",
            )
        ),
        found=None,
    )


@family("a messenger's link without a country code", "container")
def messenger_bare(dice: Dice) -> Cell:
    """Such a link takes all of its digits for an international number: only that reading may be accepted."""
    number = mobile(dice)
    literal = phonenumbers.PhoneNumber(country_code=int(number[:2]), national_number=int(number[2:]))
    valid = number[2] != "0" and phonenumbers.is_valid_number(literal)
    return written(dice.pick(("wa.me/", "https://wa.me/")) + number, int(number) if valid else 0, found=None)


@family("e-mail addresses", "container")
def email(dice: Dice) -> Cell:
    number = mobile(dice)
    host = dice.pick(("gmail.com", "yahoo.co.in", "rediffmail.com", "example.org", "outlook.com"))
    name = dice.pick(
        (number, f"ravi{number}", f"{number}.ravi", f"ravi_{number}", f"{number[:5]}.{number[5:]}", f"ravi.{number}")
    )
    return nothing(dice.pick(("", "", "email: ", "mailto:", "<")) + f"{name}@{host}")


@family("UPI ids", "container")
def upi(dice: Dice) -> Cell:
    number = mobile(dice)
    at = dice.pick(("@", "@", " @", "@ ", "-1@", ".pay@", "＠"))
    return nothing(dice.pick(("", "", "UPI ", "upi://pay?pa=", "VPA: ", "UPI ID: ")) + number + at + dice.pick(HANDLES))


@family("tel: with the context of another country", "container")
def phone_context(dice: Dice) -> Cell:
    number = mobile(dice)
    code = dice.pick(("+44", "+1", "+977", "+92", "+971", "example.com", "+880"))
    head = dice.pick(("tel:", "sms:", "TEL:")) + dice.pick((number, five_five(number, "-")))
    text = head + dice.pick((";phone-context=", ";PHONE-CONTEXT=", ";ext=5;phone-context=")) + code
    abroad = int(code + number) if code[0] == "+" else 0
    return written(text, abroad, found=None)


@family("tel: with other parameters", "container")
def tel_parameters(dice: Dice) -> Cell:
    number = mobile(dice)
    end = dice.pick(
        (
            ";ext=12",
            ";isub=12345",
            f";cpc={dice.digits(2)}",
            "?body=24",
            ";phone-context=+91",
            ";isub=24;ext=3",
            ",24",
            "%2024",
        )
    )
    return written(
        f"{dice.pick(('tel:', 'sms:', 'callto:'))}{dice.pick(('+91' + number, '+91-' + number, number))}{end}",
        key(number),
        found=None,
    )


@family("tel: cut short or crowded", "container")
def tel_cut(dice: Dice) -> Cell:
    number = joinable(dice)
    return nothing(
        dice.pick(
            (
                f"tel:{number[:9]}",
                f"tel:+{number}",
                f"tel:+91{number[:9]}",
                f"tel:{number}{dice.digits(2)}7",
                f"tel:91-{number[:8]}",
                f"tel:{number[:2]}-{number[2:]}",
                f"tel:+91-{number}-{dice.digits(2)}",
            )
        )
    )


@family("entities that hide digits", "container")
def entities(dice: Dice) -> Cell:
    number = mobile(dice)
    code = ord(number[0])
    form = dice.below(9)
    if form == 0:
        return nothing(f"&#{code};{number}", found=None)  # eleven digits
    if form == 1:
        return written(f"&#{code};{number[1:]}", key(number), found=None)
    if form == 2:
        return written(f"&#x{code:x};{number[1:]}", key(number), found=None)
    if form == 3:
        return written(f"{number[:5]}&nbsp;{number[5:]}", key(number), found=None)
    if form == 4:
        return written(f"&#43;91{number}", key(number), found=None)
    if form == 5:
        return nothing(f"{number[:9]}&#{dice.between(48, 57)};{number[9:]}", found=None)
    if form == 6:
        return nothing(f"{number[:8]}&#{dice.between(32, 47)};", found=None)
    if form == 7:
        return written(f"&quot;{number}&quot;", key(number), found=None)
    return nothing(f"{number[:9]}&#{dice.between(1, 9)};", found=None)


@family("percent codes", "container")
def percents(dice: Dice) -> Cell:
    number = joinable(dice)
    form = dice.below(5)
    if form == 0:
        return written(f"%2B91{number}", key(number), found=None)
    if form == 1:
        return written(f"{number}%20{dice.digits(2)}", key(number), found=None)
    if form == 2:
        return nothing(f"{number[:5]}%20{number[5:8]}", found=None)
    if form == 3:
        return written(f"%20{number}", key(number), found=None)
    return nothing(f"{number[:8]}%{number[8:]}", found=None)


@family("records that hold a number and say so", "container")
def records(dice: Dice) -> Cell:
    number = mobile(dice)
    text = written_mobile(dice, number)
    forms = (
        f'{{"mobile":"{text}"}}', f'{{"phone": "{text}"}}', f"mobile={text}", f"phone_number={text}",
        f"<mobile>{text}</mobile>",
        f"['{text}']", f'["{text}"]', f"[{text}]", f"mobile_no: {text}", f"contactNumber={text}",
        f"?phone={number}", f'"mobile";"{text}"',
        f"<a href='tel:{number}'>{number}</a>", f"phoneNumber: {text}", f"mobile\t{text}", f"{{{text}}}",
        f"|{text}|",
    )  # fmt: skip
    return written(dice.pick(forms), key(number), found=None)


@family("records with another field", "container")
def records_crowded(dice: Dice) -> Cell:
    number = joinable(dice)
    count = dice.digits(2, "123456789")
    forms = (
        f'{{"mobile":"{number}","calls":{count}}}', f'{{"mobile":{number},"n":{count}}}',
        f"{number},{count},{date(dice)}", f"{number};{count}",
        f"mobile={number}&calls={count}", f"{number}|{count}|{clock(dice)}", f"[{number}, {count}]",
        f"({number}, {count})", f"{number}\t{count}",
        f"'{number}','{count}'", f"{{'m': {number}, 'id': {count}}}",
    )  # fmt: skip
    return written(dice.pick(forms), key(number), found=None)


@family("contact cards", "container")
def cards(dice: Dice) -> Cell:
    number = mobile(dice)
    text = dice.pick((number, "+91" + number, "+91 " + five_five(number)))
    forms = (
        f"TEL;TYPE=CELL:{text}", f"TEL;CELL:{text}", f"TEL;TYPE=CELL,VOICE;PREF=1:{text}",
        f"TEL;VALUE=uri:tel:+91{number}", f"item1.TEL;waid=91{number}:{text}",
        f"BEGIN:VCARD\nVERSION:3.0\nFN:Ravi\nTEL;TYPE=CELL:{text}\nEND:VCARD",
        f"BEGIN:VCARD VERSION:2.1 N:Ravi TEL;CELL:{text} END:VCARD",
        f"TEL;TYPE=HOME;TYPE=VOICE:{text}", f"MECARD:N:Ravi;TEL:{text};;",
    )  # fmt: skip
    return written(dice.pick(forms), key(number), found=None)


@family("lines of a chat export", "container")
def chats(dice: Dice) -> Cell:
    number = mobile(dice)
    who = dice.pick(("+91 " + five_five(number), five_five(number), "+91" + number, number))
    day, time = date(dice), clock(dice)
    forms = (
        f"[{day}, {time}] {who}: hello", f"{day}, {time} - {who}: ok",
        f"{day}, {time} - {who} joined using a group link", f"[{day} {time}] {who} changed the subject",
        f"‎[{day}, {time}] ‎{who}: ‎image omitted", f"{who}: {dice.digits(2)} missed calls",
        f"{day}, {time} - {who}: {dice.digits(4)}", f"{time} {who}",
    )  # fmt: skip
    return nothing(dice.pick(forms), found=(key(number),))


@family("call logs", "container")
def logs(dice: Dice) -> Cell:
    number = joinable(dice) if dice.chance() else mobile(dice)
    seconds = dice.between(1, 999)
    forms = (
        f"{number} IN {seconds}", f"OUT {number} {seconds}", f"{number},{seconds},OUT",
        f"{date(dice)} {clock(dice)} {number} {seconds} IN", f"{number} {clock(dice)} {seconds}s",
        f"{number} {seconds} sec", f"{number} ({seconds}s)", f"Missed call {number} ({dice.between(2, 30)})",
        f"{number} x{dice.between(2, 30)}", f"SMT {number} {seconds}",
    )  # fmt: skip
    return written(dice.pick(forms), key(number), found=None)


@family("paths, tags and handles", "container")
def handles(dice: Dice) -> Cell:
    number = mobile(dice)
    forms = (
        f"#{number}",
        f"C:\\calls\\{number}.amr",
        f"/sdcard/{number}.3gp",
        f"REC_{number}_{dice.digits(8)}.mp3",
        f"user_{number}",
        f"id{number}",
        f"fb.com/{number}",
        f"ftp://{number}",
        f"{number}.com",
        f"www.{number}.in",
        f"{number}@c.us",
        f"{number}@s.whatsapp.net",
        f"ig:{number}",
        f"urn:x:{number}",
        f"sip:{number}@example.com",
    )
    return nothing(dice.pick(forms), found=None)


@family("formulas", "container")
def formulas(dice: Dice) -> Cell:
    number = joinable(dice)
    return nothing(
        dice.pick(
            (
                f"={number}+24",
                f"={number[:5]}*{number[5:]}",
                f'="{number[:9]}"',
                f"=SUM({number},24)",
                f'=CONCATENATE("{number}","24")',
                f'="{number}"&"24"',
                f"={number}/24",
                f"+{number}+24",
                f'=HYPERLINK("{number[:9]}")',
                f'="{number}24"&""',
            )
        ),
        found=None,
    )


@family("a formula around one number", "container")
def formula(dice: Dice) -> Cell:
    number = mobile(dice)
    return written(
        dice.pick(
            (
                f"={number}",
                f'=T("{number}")',
                f'=TEXT({number},"0")',
                f"=+91{number}",
                f"=+{INDIA + int(number)}",
                f'=("{number}")',
            )
        ),
        key(number),
        found=None,
    )


@family("a link of a messenger and phone words", "container")
def link_words(dice: Dice) -> Cell:
    number = mobile(dice)
    return plainly(
        dice.pick(("WhatsApp: ", "whatsapp ", "mob: ")) + dice.pick((f"wa.me/91{number}", f"https://wa.me/91{number}")),
        key(number),
    )
