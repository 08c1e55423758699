"""Writes the reports that are not one of the four operators' call records: sessions, answers by handset, other headers.

As `operator_files`, it is independent of the readers. A session has no other end, so that of a call only the served
party, the handset, the card, the moment and mostly the duration stand in it.
"""

from __future__ import annotations

import datetime as dt

from operator_files import WRITERS, Call, OperatorFile

AIRTEL_IPDR_HEADER = (
    "MSISDN_userID,IMEI,IMSI,Downlink_Vol,Uplink_Vol,Event_Start_Time,Session_Start_Time,Session_End_Time,Pre_Post,"
    "Roaming_Circle,ICR_Operator_Name,Home_Circle,Source_Public_IPv4,Source_Public_Port,Duration,Charging_ID,"
    "Access_Point_Name,2g/4g/5g, CGI Latitude, CGI Longitude, CGI"
)
AIRTEL_GPRS_HEADER = (
    " Mobile No.,IP Address,IMEI,IMSI,Downlink Vol,Uplink Vol,Total Vol,Session Start Time,Session End Time, Pre/Post,"
    "Roaming Circle,2g/4g/5g,ICR Operator Name,Home Circle,IP,  CGI Latitude, CGI Longitude, CGI"
)
BSNL_NODAL_HEADER = (
    "SL_NO,Mobile_No,Call_Type,Type_Of_Conn,Other_Party_No,LRN_B_Party_No,LRN_DESCRIPTION,Call_Date,"
    "Call_Initiation_Time(CIT),Call_Duration,First_Cell_Desc,First_Cell_id,Last_Cell_Desc,Last_Cell_ID,SMSC_No,"
    "Service_Type,IMEI,IMSI,Call_FOW_No,Circle_NW,MSC_ID,IN_TG,OUT_TG"
)
JIO_WITH_TARGET_HEADER = (
    "Target / A Party Number,Call Type (In/Out),Type of Connection,B Party Number,LRN Called No,"
    "LRN Operator Name with LSA,Call Date,Call Time,Call Duration,First BTS Location-Address,First Cell ID,"
    "Last BTS Location-Address,Last Cell ID,SMS Center Number,Service Type (Voice/SMS),IMEI,IMSI,"
    "Call Forwarding Number,Roaming Circle Name,Switch ID / MSC ID,In TG,Out TG"
)
VI_GPRS_HEADER = (
    "Target /A PARTY NUMBER,Type of Connection,Call date,Call Initiation Time,Call Duration,First BTS Location,"
    "First Cell Global Id,Service Type,IMEI,IMSI,MAC ID,IP Address,APN,Data Uplink Volume,Data Downlink Volume,"
    "Data Volume,Roaming Network/Circle,PGW IP"
)
VI_IPDR_HEADER = (
    "SR.NO.,IMSI,IMEI,MSISDN,MAC ID,Source IP,Source Port,Destination IP,Destination Port,Translated IP,"
    "Translated Port,First Cell ID-Name/Location,Session Start date & time,Session End date & time,Duration in sec,"
    "Data Volume Uplink,Data Volume Downlink,PGW IP address,Charging ID,Access Point Name,CGI-ld,RAT,PDP-type,ESIM,"
    "IP_TYPE"
)
DOT_HEADER = (
    "Calling Party Telephone Number,Called Party Telephone Number,Call Date,Call Time,Call duration (in seconds),"
    "Complete First Cell ID,Complete Last Cell ID,Call Type (IN/OUT/SMS_IN/SMS_OUT),IMEI of Party,IMSI of Party,"
    "Type of Connection (Pre-paid/Post-paid),SMS Centre Number / GGSN Address/SGSN address,"
    "First Roaming Network Circle ID"
)
DOT_IPDR_HEADER = (
    "Landline/MSISDN/MDN/Leased Circuit ID for Internet Access,Source IP Address,Source Port,Public IP Address,"
    "Public IP Port,Destination IP Address,Destination Port,Start Date,Start Time,End Date,End Time,"
    "Static/Dynamic IP Address Allocation,User Id,Source MAC-ID Address/Other device Identification number,IMSI,"
    "PGW IP address,Access Point Name,CGI ID,Roaming Circle,Session Duration,Data Volume Up Link,Data Volume Down Link"
)
GENERIC_HEADER = "Subject,Opposite Number,Direction,Timestamp,Duration (sec),IMEI,IMSI,Tower,Remark,Officer"

#: What a session's row does not say.
SESSIONS = {"airtel_ipdr", "airtel_gprs", "vi_gprs", "vi_ipdr", "dot_ipdr"}


def _ends(call: Call) -> dt.datetime:
    return call.when + dt.timedelta(seconds=call.seconds)


def airtel_ipdr(calls: list[Call]) -> OperatorFile:
    rows = []
    for c in calls:
        cells = [str(c.served), c.imei + "01", c.imsi, "10", "20", *[f"{c.when:%d-%b-%Y %H:%M:%S}"] * 2]
        cells += [f"{_ends(c):%d-%b-%Y %H:%M:%S}", "Post", "DELHI", "", "BIHAR", "-", "44784", str(c.seconds), "1019"]
        rows.append([*cells, "invented", "4G", "28.65", "77.10", "404-10-2330-1"])
    preamble = ["BHARTI AIRTEL LTD", "Pan India", "Dynamic IPDR from 01-Jan-2026 00:00:00 to 30-Jun-2026 23:59:59"]
    return OperatorFile("airtel_ipdr", preamble, AIRTEL_IPDR_HEADER.split(","), rows, [], calls)


def airtel_gprs(calls: list[Call]) -> OperatorFile:
    rows = []
    for c in calls:
        cells = [str(c.served), "10.0.0.1", c.imei + "0", c.imsi, "1", "2", "3", f"{c.when:%d-%b-%Y %H:%M:%S}"]
        cells += [f"{_ends(c):%d-%b-%Y %H:%M:%S}", "Pre", "BIHAR", "4G", "", "BIHAR", "-", "28.65", "77.10", "404-10-1"]
        rows.append(cells)
    preamble = ["BHARTI AIRTEL LTD", "", "Pan India", "", "GPRS from 01-Jan-2026 00:00:00", ""]
    footer = [" This is System generated report, and needs no signature.", "", " 11-Oct-2026 19:18:29"]
    return OperatorFile("airtel_gprs", preamble, AIRTEL_GPRS_HEADER.split(","), rows, footer, calls)


def bsnl_nodal(calls: list[Call]) -> OperatorFile:
    rows = []
    for k, c in enumerate(calls, start=1):
        cells = [str(k), str(c.served), "IN" if c.incoming else "OUT", "PRE", c.other, "3104", "Jio"]
        cells += [f"{c.when:%d/%m/%Y}", f"{c.when:%H:%M:%S}", str(c.seconds), *["Tower", "404-81-724"] * 2, "-"]
        cells += ["SMS" if c.sms else "Voice", c.imei + "0", c.imsi, "", "WB", "MSC", "A", "B"]
        rows.append(cells)
    preamble = ["Nodaloffice BSNL", "Search Criteria :,Mobile No"]
    return OperatorFile("bsnl_nodal", preamble, BSNL_NODAL_HEADER.split(","), rows, [], calls)


def jio_with_target(calls: list[Call]) -> OperatorFile:
    rows = []
    for c in calls:
        other = f"'91{c.other}'" if len(c.other) == 10 else f"'{c.other}'"
        cells = [f"'91{c.served}'", "In" if c.incoming else "Out", "Prepaid", other, "", ""]
        cells += [f"{c.when:%d/%m/%Y}", f"{c.when:%H:%M:%S}", str(c.seconds), *["Tower", "'405856001'"] * 2, ""]
        cells += ["SMS" if c.sms else "Voice", f"'{c.imei}0'", f"'{c.imsi}'", "", "BH", "MSC", "", ""]
        rows.append(cells)
    preamble = ["Ticket Number :,LEA2", f"Total Records :,{len(calls)}"]
    return OperatorFile("jio_with_target", preamble, JIO_WITH_TARGET_HEADER.split(","), rows, [], calls)


def vi_gprs(calls: list[Call]) -> OperatorFile:
    rows = []
    for c in calls:
        cells = [f"91{c.served}", "PREPAID", f"{c.when:%d-%m-%Y}", f"{c.when:%H:%M:%S}", str(c.seconds), "Tower A"]
        cells += ["405701", "GPRS", c.imei + "00", c.imsi, "-", "10.0.0.1", "www", "1", "2", "3", "Bihar", "10.0.0.2"]
        rows.append(cells)
    footer = ["Note :- This is a System generated Report."]
    preamble = ["Vodafone Idea Call Data Records", "Report Type :- GPRS Report"]
    return OperatorFile("vi_gprs", preamble, VI_GPRS_HEADER.split(","), rows, footer, calls)


def vi_ipdr(calls: list[Call]) -> OperatorFile:
    rows = []
    for k, c in enumerate(calls, start=1):
        cells = [
            str(k),
            c.imsi,
            c.imei + "00",
            f"91{c.served}",
            "-",
            "10.0.0.1",
            "1",
            "10.0.0.3",
            "443",
            "10.0.0.2",
            "2",
        ]
        cells += ["Tower", f"{c.when:%Y-%m-%d %H:%M:%S}", f"{_ends(c):%Y-%m-%d %H:%M:%S}", str(c.seconds), "1", "2"]
        rows.append([*cells, "10.0.0.9", "7", "www", "405701", "4G", "IPv4", "N", "4"])
    preamble = ["VIL Call Data Records", "Report Type:-DOT Report", "From Date:-2026-01-01"]
    return OperatorFile("vi_ipdr", preamble, VI_IPDR_HEADER.split(","), rows, ["Note :- System generated."], calls)


def dot(calls: list[Call]) -> OperatorFile:
    rows = []
    for c in calls:
        pair = [c.other, str(c.served)] if c.incoming else [str(c.served), c.other]
        cells = [*pair, f"{c.when:%d/%m/%Y}", f"{c.when:%H:%M:%S}", str(c.seconds), "404-10-1", "404-10-2"]
        cells += [f"{'SMS_' if c.sms else ''}{'IN' if c.incoming else 'OUT'}", c.imei + "7", c.imsi]
        rows.append([*cells, "Pre-paid", "9800000000", "DL"])
    return OperatorFile("dot", [], DOT_HEADER.split(","), rows, [], calls)


def dot_ipdr(calls: list[Call]) -> OperatorFile:
    rows = []
    for c in calls:
        cells = [f"91{c.served}", "10.0.0.1", "1", "10.0.0.2", "2", "10.0.0.3", "443"]
        cells += [f"{c.when:%d/%m/%Y}", f"{c.when:%H:%M:%S}", f"{_ends(c):%d/%m/%Y}", f"{_ends(c):%H:%M:%S}", "Dynamic"]
        cells += ["-", c.imei + "0", c.imsi, "10.0.0.9", "www", "405856001", "BH", str(c.seconds), "1", "2"]
        rows.append(cells)
    return OperatorFile("dot_ipdr", [], DOT_IPDR_HEADER.split(","), rows, [], calls)


def generic(calls: list[Call]) -> OperatorFile:
    rows = []
    for k, c in enumerate(calls):
        served = [f"+91 {c.served}", f"0{c.served}", str(c.served)][k % 3]
        direction = f"{'sms-' if c.sms else ''}{'in' if c.incoming else 'out'}"
        when = [f"{c.when:%Y-%m-%dT%H:%M:%S}", f"{c.when:%d/%m/%Y %H:%M:%S}", f"{c.when:%d-%b-%Y %I:%M:%S %p}"][k % 3]
        rows.append([served, c.other, direction, when, str(c.seconds), c.imei, c.imsi, "Tower", "-", "-"])
    return OperatorFile("generic", ["Case diary extract"], GENERIC_HEADER.split(","), rows, [], calls)


EVERY_WRITER = WRITERS | {
    write.__name__: write
    for write in (airtel_ipdr, airtel_gprs, bsnl_nodal, jio_with_target, vi_gprs, vi_ipdr, dot, dot_ipdr, generic)
}
