"""What each NEXMark query has to give, computed from the lists of events: straight from the text of the query, without
regard to speed. `events` has the lists person, auction and bid in the order of the events. Times are JSON texts."""
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone
from decimal import Decimal
import re

# Queries that the engine refuses, and a part of what it says. One that it takes after all has to be right.
NOT_YET = {}

# Update streams: the columns that a later row replaces an earlier one by.
UPDATE_KEYS = {"q4": ["category"], "q9": ["id", "place"], "q12": ["starttime", "bidder"], "q15": ["day"],
               "q16": ["channel", "day"], "q17": ["auction", "day"],
               "q18": ["bidder", "auction", "place"], "q19": ["auction", "place"]}

DELAY_MS = 4000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def ms(text):
    return (datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // timedelta(milliseconds=1)


def text(milliseconds):
    time = EPOCH + timedelta(milliseconds=milliseconds)
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def pick(row, *names):
    return {name: row[name] for name in names}


def watermark(*lists):
    """Where the watermark stands when all events were read: the least of the inputs."""
    return min(max(ms(row["dateTime"]) for row in rows) for rows in lists) - DELAY_MS


def windows(time, size, slide):
    start = time // slide * slide
    while start > time - size:
        yield start
        start -= slide


def q0(events):
    return [pick(b, "auction", "bidder", "price", "dateTime", "extra") for b in events["bid"]]


def q1(events):
    return [dict(row, price=Decimal("0.908") * row["price"]) for row in q0(events)]


def q2(events):
    return [pick(b, "auction", "price") for b in events["bid"] if b["auction"] % 123 == 0]


def q3(events):
    sold = defaultdict(list)
    for a in events["auction"]:
        if a["category"] == 10:
            sold[a["seller"]].append(a["id"])
    return [dict(pick(p, "name", "city", "state"), id=a) for p in events["person"]
            if p["state"] in ("OR", "ID", "CA") for a in sold[p["id"]]]


def matched(events):
    """Auctions with the bids that came while they were open."""
    by_auction = defaultdict(list)
    for b in events["bid"]:
        by_auction[b["auction"]].append(b)
    return [(a, b) for a in events["auction"] for b in by_auction[a["id"]]
            if a["dateTime"] <= b["dateTime"] <= a["expires"]]


def q4(events):
    final = {}
    for a, b in matched(events):
        key = (a["category"], a["id"])
        final[key] = max(final.get(key, 0), b["price"])
    prices = defaultdict(list)
    for (category, _), price in final.items():
        prices[category].append(price)
    return [{"category": c, "average": sum(p) / len(p)} for c, p in prices.items()]


def q6(events, order):
    """Auctions close as the watermark, 34 s behind the latest closing time, reaches their closing time. `order` has their ids
    as they closed: what closes with one step of the watermark closes in any order."""
    final, closing = {}, {}
    for a, b in matched(events):
        final[a["id"]] = max(final.get(a["id"], 0), b["price"])
        closing[a["id"]] = ms(a["expires"])
    end, sellers = max(closing.values()) - 34000, {a["id"]: a["seller"] for a in events["auction"]}
    rows, prices = [], defaultdict(list)
    for closed in order + [other for other in final if other not in order]:
        if closing.get(closed, end + 1) <= end:
            last = prices[sellers[closed]]
            last.append(final[closed])
            rows.append({"id": closed, "seller": sellers[closed], "average": sum(last[-10:]) / len(last[-10:])})
    return rows


def q5(events):
    counts = defaultdict(Counter)
    for b in events["bid"]:
        for start in windows(ms(b["dateTime"]), 10000, 2000):
            counts[start][b["auction"]] += 1
    end = watermark(events["bid"])
    return [{"auction": a, "num": n, "starttime": text(start), "endtime": text(start + 10000)}
            for start, by in counts.items() if start + 10000 <= end
            for a, n in by.items() if n == max(by.values())]


def q7(events):
    by_window = defaultdict(list)
    for b in events["bid"]:
        by_window[ms(b["dateTime"]) // 10000].append(b)
    end = watermark(events["bid"])
    rows = []
    for number, bids in by_window.items():
        if (number + 1) * 10000 <= end:
            most = max(b["price"] for b in bids)
            rows += [pick(b, "auction", "price", "bidder", "dateTime", "extra")
                     for b in bids if b["price"] == most]
    return rows


def q8(events):
    sellers = {(ms(a["dateTime"]) // 10000, a["seller"]) for a in events["auction"]}
    end = watermark(events["person"], events["auction"])
    return [{"id": p["id"], "name": p["name"], "starttime": text(ms(p["dateTime"]) // 10000 * 10000)}
            for p in events["person"] if (ms(p["dateTime"]) // 10000, p["id"]) in sellers
            and (ms(p["dateTime"]) // 10000 + 1) * 10000 <= end]


def q9(events):
    best = {}
    for a, b in matched(events):
        held = best.get(a["id"])
        if held is None or (-b["price"], b["dateTime"]) < (-held[1]["price"], held[1]["dateTime"]):
            best[a["id"]] = (a, b)
    return [dict(a, auction=b["auction"], bidder=b["bidder"], price=b["price"], bidTime=b["dateTime"],
                 bidExtra=b["extra"], place=1) for a, b in best.values()]


def q10(events):
    return [dict(row, dt=row["dateTime"][:10], hm=row["dateTime"][11:16]) for row in q0(events)]


def q11(events):
    sessions = defaultdict(list)  # of each bidder: [start, end, bids]
    for b in events["bid"]:
        time, mine = ms(b["dateTime"]), sessions[b["bidder"]]
        if mine and time <= mine[-1][1]:  # sessions that touch are one
            mine[-1][1] = time + 10000
            mine[-1][2] += 1
        else:
            mine.append([time, time + 10000, 1])
    last = watermark(events["bid"])
    return [{"bidder": bidder, "bids": n, "starttime": text(start), "endtime": text(end)}
            for bidder, mine in sessions.items() for start, end, n in mine if end <= last]


def total_bids(rows):
    """Windows of the wall clock differ from run to run; their sums do not."""
    totals = Counter()
    for row in rows:
        totals[row["bidder"]] += row["bids"]
    return [{"bidder": bidder, "bids": n} for bidder, n in totals.items()]


def q12(events):
    return total_bids([{"bidder": b["bidder"], "bids": 1} for b in events["bid"]])


def q13(events):
    return [dict(pick(b, "auction", "bidder", "price", "dateTime"), value=str(b["auction"] % 10000))
            for b in events["bid"]]


def time_of_day(hour):
    if 8 <= hour <= 18:
        return "dayTime"
    return "nightTime" if hour <= 6 or hour >= 20 else "otherTime"


def q14(events):
    return [dict(row, bidTimeType=time_of_day(int(row["dateTime"][11:13])),
                 c_counts=row["extra"].count("c"))
            for row in q1(events) if 1000000 < row["price"] < 50000000]


def ranks(price):
    return ("total", "rank1" if price < 10000 else "rank2" if price < 1000000 else "rank3")


def statistics(bids, with_distinct):
    result = Counter({f"{rank}_bids": 0 for rank in ("total", "rank1", "rank2", "rank3")})
    seen = {(rank, who): set() for rank in ("total", "rank1", "rank2", "rank3")
            for who in ("bidder", "auction")}
    for b in bids:
        for rank in ranks(b["price"]):
            result[f"{rank}_bids"] += 1
            for who in ("bidder", "auction"):
                seen[rank, who].add(b[who])
    if with_distinct:
        result.update({f"{rank}_{who}s": len(ids) for (rank, who), ids in seen.items()})
        for rank, who in seen:
            result.setdefault(f"{rank}_{who}s", 0)
    return dict(result)


def grouped(events, key):
    groups = defaultdict(list)
    for b in events["bid"]:
        groups[key(b)].append(b)
    return groups.items()


def q15(events):
    return [dict(statistics(bids, True), day=day)
            for day, bids in grouped(events, lambda b: b["dateTime"][:10])]


def q16(events):
    return [dict(statistics(bids, True), channel=channel, day=day,
                 minute=max(b["dateTime"][11:16] for b in bids))
            for (channel, day), bids in grouped(events, lambda b: (b["channel"], b["dateTime"][:10]))]


def q17(events):
    rows = []
    for (auction, day), bids in grouped(events, lambda b: (b["auction"], b["dateTime"][:10])):
        prices = [b["price"] for b in bids]
        rows.append(dict(statistics(bids, False), auction=auction, day=day, min_price=min(prices),
                         max_price=max(prices), avg_price=sum(prices) / len(prices),
                         sum_price=sum(prices)))
    return rows


def q18(events):
    last = {}
    for b in events["bid"]:
        key = (b["bidder"], b["auction"])
        if key not in last or b["dateTime"] > last[key]["dateTime"]:
            last[key] = b
    return [dict(b, place=1) for b in last.values()]


def q19(events):
    rows = []
    for _, bids in grouped(events, lambda b: b["auction"]):
        highest = sorted(bids, key=lambda b: -b["price"])[:10]  # stable: the first of equals first
        rows += [dict(b, place=i + 1) for i, b in enumerate(highest)]
    return rows


def q20(events):
    auctions = {a["id"]: a for a in events["auction"] if a["category"] == 10}
    rows = []
    for b in events["bid"]:
        a = auctions.get(b["auction"])
        if a:
            rows.append(dict(b, **pick(a, "itemName", "description", "initialBid", "reserve", "expires",
                                       "seller", "category"),
                             auctionTime=a["dateTime"], auctionExtra=a["extra"]))
    return rows


def q21(events):
    known = {"apple": "0", "google": "1", "facebook": "2", "baidu": "3"}
    rows = []
    for b in events["bid"]:
        found = re.search("(&|^)channel_id=([^&]*)", b["url"])
        channel_id = known.get(b["channel"].lower(), found[2] if found else "")
        if channel_id:
            rows.append(dict(pick(b, "auction", "bidder", "price", "channel"), channel_id=channel_id))
    return rows


def q22(events):
    rows = []
    for b in events["bid"]:
        parts = b["url"].split("/")
        rows.append(dict(pick(b, "auction", "bidder", "price", "channel"), dir1=parts[3],
                         dir2=parts[4], dir3=parts[5]))
    return rows


def numeric(query, rows, events):
    """The variant without texts."""
    if query == "q1_numeric":
        rows = [dict(pick(b, "auction", "bidder", "dateTime"), price=b["price"] * 908 // 1000)
                for b in events["bid"]]
    return [{name: value for name, value in row.items() if name not in ("extra", "name")}
            for row in rows]
