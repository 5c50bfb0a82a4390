"""The share of time that processors wait for disks, or idle: a control switches between them."""

import sys
import plugin_server

PATH, HOST = sys.argv[1], sys.argv[2]
SPEC = plugin_server.spec(PATH, "IOWait", "Shows waiting for disks.", ["reporter", "controller"])
CONTROLS = {
    "switch-to-idle": {"id": "switch-to-idle", "human": "Show idle time", "icon": "fa-hourglass"},
    "switch-to-iowait": {"id": "switch-to-iowait", "human": "Show waiting", "icon": "fa-clock"},
}
shown = "iowait"


def percent():
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(word) for word in stat.readline().split()[1:]]
    return 100.0 * ticks[4 if shown == "iowait" else 3] / sum(ticks)


def report():
    date = plugin_server.now()
    sample = {"date": date, "value": percent()}
    label = "Waiting for disks" if shown == "iowait" else "Idle"
    offered = "switch-to-idle" if shown == "iowait" else "switch-to-iowait"
    node = {
        "metrics": {shown: {"samples": [sample], "min": 0, "max": 100}},
        "latestControls": {offered: {"timestamp": date, "value": {"dead": False}}},
        "id": HOST + ";<host>",
        "topology": "host",
    }
    template = {"id": shown, "label": label, "format": "percent", "priority": 0.1}
    host = {
        "nodes": {HOST + ";<host>": node},
        "metric_templates": {shown: template},
        "controls": CONTROLS,
    }
    return {"Host": host, "Plugins": [SPEC]}


def control(invocation):
    global shown
    if invocation["NodeID"] != HOST + ";<host>":
        return {"error": "there is no such host here"}
    shown = invocation["Control"].removeprefix("switch-to-")
    return {"value": shown, "shortcutReport": report()}


plugin_server.Server(PATH, report, control).serve_forever()
