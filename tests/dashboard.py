"""Prints what the Grafana dashboard asks as a file of rules, so that promtool can say whether it can be asked; fails when a
panel has no place, lies on another, or asks nothing.

    python3 tests/dashboard.py > rules.yml
"""

import json
from pathlib import Path

DASHBOARD = Path(__file__).resolve().parents[1] / "deploy/monitoring/dashboard.json"


def main():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    taken, rules = set(), []
    for panel in panels:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        if cells & taken or max(x for x, _ in cells) >= 24 or not panel["targets"] or not panel["description"]:
            raise SystemExit(f"panel {panel['title']}: no place, nothing asked, or not described")
        taken |= cells
        for target in panel["targets"]:
            rules.append({"record": f"panel:{panel['id']}:{target['refId']}", "expr": target["expr"].replace("$log", ".*")})
    if len({panel["id"] for panel in panels}) != len(panels):
        raise SystemExit("two panels have one id")
    print(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))


if __name__ == "__main__":
    main()
