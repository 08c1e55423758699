"""Words that stand beside numbers, in English and in the Hindi that is written in Latin letters.

Written down from forms, portals and complaints as they are in use, and not from any list of the package: a word that
the package lacks must show here.
"""

from __future__ import annotations

# Labels of a phone number, and of nothing else.
PHONE_WORDS = (
    "mobile", "mob", "mob.", "mobile no", "mobile no.", "mobile number", "mob no", "mob no.", "mob.no.",
    "mobile num",
    "phone", "phone no", "phone no.", "phone number", "ph", "ph.", "ph no", "ph.no.", "ph no.", "telephone",
    "telephone no.", "tel", "tel.", "tel no.", "cell", "cell no.", "cell phone", "cell number", "contact",
    "contact no", "contact no.", "contact number", "whatsapp", "whatsapp no", "whatsapp no.", "whatsapp number",
    "wa", "call", "sim", "sim no.", "number", "no.", "no", "m", "m.", "mobile phone", "mobile phone no.",
    "calling number", "phone contact", "mobile/whatsapp",
)  # fmt: skip
HINGLISH_PHONE_WORDS = ("mobile nambar", "mob nambar", "phone nambar", "fone no", "whatsapp nambar", "mobail number")

# What is no phone number, though ten digits of it look like one.
ID_LABELS = (
    "PNR", "PNR No", "PNR number", "Complaint No.", "Complaint Number", "Complaint ID", "complaint ref",
    "Customer ID",
    "customer no", "Customer Number", "CIF", "CIF No.", "account", "Account No", "Account No.",
    "Account Number", "acct",
    "acct no", "acc no", "acc. no.", "A/c", "A/C No", "a/c no.", "A.C. No", "A/c number", "bank account",
    "bank account number", "savings account", "SB account", "current account", "loan account", "Loan No.",
    "loan id",
    "beneficiary account", "Beneficiary A/c", "UTR", "UTR No", "UTR number", "RRN", "txn id", "Txn No",
    "transaction",
    "transaction id", "Transaction No.", "Transaction Reference", "ref", "Ref No", "ref. no.", "reference",
    "Reference Number", "UPI ref", "UPI Ref No", "UPI transaction id", "IMPS ref", "NEFT ref", "order", "Order No",
    "order id", "Order Number", "AWB", "AWB No.", "tracking id", "Tracking Number", "consignment no", "docket no",
    "shipment", "parcel no.", "ticket", "Ticket No", "ticket number", "case", "Case No", "Case No.", "case id",
    "FIR", "FIR No", "FIR No.", "GD No", "DD No.", "NCR No", "acknowledgement", "Acknowledgement No",
    "acknowledgement number", "Ack No", "ack. no.", "NCRP", "NCRP No.", "consumer", "Consumer No",
    "consumer number",
    "meter no", "Meter Number", "bill no", "Bill Number", "invoice", "Invoice No", "invoice number", "Inv No.",
    "receipt no", "Receipt Number", "challan", "Challan No.", "policy", "Policy No", "policy number", "IMSI",
    "IMEI",
    "ICCID", "SIM serial no", "Aadhaar", "Aadhaar No", "Aadhar number", "UID", "UIDAI", "Enrolment No", "EID",
    "PAN",
    "PAN No", "GST", "GSTIN", "GST No", "TAN", "CIN", "DIN", "passport", "Passport No", "Voter ID", "EPIC No",
    "DL No", "driving licence", "licence no", "License Number", "ration card", "Ration Card No", "OTP", "PIN",
    "pin code", "pincode", "serial no", "Serial Number", "S/N", "Sr. No.", "roll no", "Roll Number",
    "registration no",
    "Reg. No.", "Regn No", "employee id", "Emp ID", "Emp Code", "staff no", "student id", "member id",
    "Membership No",
    "user id", "User ID", "userid", "login id", "username", "client id", "Client Code", "demat", "Demat A/c",
    "DP ID",
    "folio", "Folio No", "card", "Card No", "card number", "debit card", "credit card no", "cheque", "Cheque No",
    "cheque number", "DD number", "IFSC", "MICR", "merchant id", "MID", "TID", "terminal id", "device id",
    "session id", "request id", "Application No", "application id", "file no", "File Number", "token", "Token No",
    "job id", "booking id", "Booking No", "reservation no", "flight no", "train no", "vehicle no", "chassis no",
    "engine no", "plot no", "house no", "flat no", "khasra", "khata no", "survey no", "cell id", "Cell ID", "LAC",
    "CGI", "MAC", "port", "tower id", "lat", "lon", "version", "build", "batch no", "lot no", "item code", "SKU",
    "product id", "model no", "part no", "barcode", "EAN", "ISBN", "telegram id", "facebook id", "instagram id",
    "page id", "chat id", "group id", "post id", "tweet id", "channel id", "gaming id", "player id", "wallet id",
    "Trading account", "LRN", "LAN", "URN", "UAN", "PF No", "ESIC No", "PPO No", "SRN", "CRN", "MRN", "SR No", "ID",
    "id", "I.D.", "code", "UUID",
)  # fmt: skip
HINGLISH_ID_LABELS = (
    "khata", "khata no", "khata sankhya", "khata nambar", "bank khata", "aadhar no", "aadhar card", "shikayat no",
    "shikayat sankhya", "parchi no", "rasid no", "bijli bill no", "gaadi no", "makan no", "grahak id", "mukadma no",
    "pehchan patra", "ration card no",
)  # fmt: skip
# Money, counts and measures that ten digits can be.
QUANTITY_LABELS = (
    "amount", "Amount", "Amt", "Amt.", "amount lost", "Rs", "Rs.", "INR", "₹", "rupees", "total", "Total amount",
    "balance", "Balance", "Bal", "credit", "debit", "Cr.", "Dr.", "price", "cost", "fee", "tax", "USD", "$", "€",
    "withdrawal", "loss of", "fraud amount", "salary",
)  # fmt: skip
UNITS_AFTER = (
    "rupees", "Rs", "Rs.", "INR", "/-", "/- only", "/=", "bytes", "KB", "kg", "km", "metres", "ms", "seconds",
    "sec",
    "units", "pcs", "USD", "paise", "lakh", "crore", "Cr", "Dr", "%", "points", "votes", "views", "followers",
)  # fmt: skip
COUNTS_AFTER = (
    "calls", "times", "days", "call", "time", "day", "minutes", "mins", "min", "sec", "hours", "hrs", "sms", "msgs",
    "messages", "missed calls", "rupees", "complaints", "transactions", "months", "years", "hits", "weeks", "baar",
    "din", "calls made", "calls received", "x", "nos", "outgoing calls", "incoming",
)  # fmt: skip

# Who holds the number, where it is not the suspect; or that it is denied.
OWNERS_BEFORE = (
    "complainant", "Complainant:", "complainant mobile", "complainant's number", "Complainant No.", "victim",
    "Victim:", "victim's own number", "victim mobile", "victim no.", "helpline", "bank helpline", "Helpline No.",
    "customer care", "Customer Care No.", "customer care number", "bank", "bank number", "bank official number",
    "self", "me", "self number", "own", "own number", "my own number", "own mobile", "informant", "applicant",
    "applicant mobile", "not", "not this number", "not suspect", "not the suspect", "victim's father",
    "registered mobile of complainant", "complainant contact", "nodal officer", "IO mobile", "SHO mobile",
    "police station", "PS mobile", "do not block", "not involved", "wrong number", "genuine number",
)  # fmt: skip
OWNERS_AFTER = (
    "(complainant)", "- complainant", "is complainant", "(victim)", "- victim", "(victim's number)", "(self)",
    "self",
    "(own)", "- own number", "is my own number", "(helpline)", "- helpline", "(bank)", "(customer care)",
    "- not the suspect", "not suspect", "(not suspect)", "not the suspect", "(not to be blocked)", "- do not block",
    "(me)", "is not the fraudster", "_victim", "_complainant", "/victim", "[complainant]", "{victim}", "(informant)",
    "- bank helpline", "belongs to complainant", "belongs to victim", "(not involved)", "is not involved",
    "is the victim's", "(applicant)", "<complainant>", ".complainant", "Victim", "COMPLAINANT", "is victim number",
)  # fmt: skip
HINGLISH_OWNERS = (
    "mera number", "mera apna number", "apna number", "khud ka number", "pidit", "pidit ka number", "shikayatkarta",
    "shikayatkarta ka no", "nahi", "ye nahi", "prarthi", "peedit ka mobile", "vaadi", "mere papa ka number",
)  # fmt: skip
COUNTRIES = (
    "Nepal", "Pakistan", "Bangladesh", "Sri Lanka", "China", "USA", "US", "U.S.A.", "UK", "Dubai", "UAE", "Cambodia",
    "Myanmar", "Vietnam", "Nigeria", "Thailand", "Malaysia", "Singapore", "Hong Kong", "Philippines", "Indonesia",
    "Canada", "Australia", "Russia", "Iran", "Bhutan", "Afghanistan", "Saudi Arabia", "Qatar", "Kuwait", "Oman",
    "Germany", "France", "Laos", "Kenya", "England", "नेपाल", "पाकिस्तान", "बांग्लादेश", "चीन", "دبئی", "پاکستان",
)  # fmt: skip

# Words without meaning for the number beside them: an officer has to look.
NAMES = (
    "Ravi", "Axel", "Sunita Devi", "Mohd. Salim", "Rakesh Kumar", "Imran", "S. Kumar", "Pooja", "Harpreet Singh",
    "Anil s/o Ram Lal", "Shyam Lal", "Mr. Verma", "Smt. Kamla", "Dr. Gupta", "Vikas", "Rajesh (Nuh)", "Deepak@Monu",
    "Jyoti w/o Sunil", "Meena", "Abdul Rehman", "R K Sharma", "Neha", "Amit kr", "Guddu", "Pintu", "Kallu",
    "Gurugram", "Mewat", "Jamtara", "Bharatpur", "Sector 14", "near temple", "shop", "driver",
    "agent", "loan app", "courier boy", "landlord", "telegram group", "job offer", "crypto", "trader",
    "xyz", "abc", "unknown person", "asdf", "Airtel Haryana", "electricity", "lottery",
    "रवि", "सुनीता देवी", "राम लाल", "ਹਰਪ੍ਰੀਤ", "રમેશ", "রহিম", "ରମେଶ", "முருகன்", "రాజు", "ರಮೇಶ್", "രാജൻ", "عمران",
)  # fmt: skip
