#!/usr/bin/env python3
"""scsup-audit report: the page in a browser, and its file."""

import json
import os
import shutil
import re
import unittest

from browser import Browser, missing
from shipped import BUILD, Shipped, run

AUDIT = os.path.join(BUILD, "bin", "scsup-audit")
POLICY = """{"supervise": {"default": {"action": "allow"}, "rules": [
  {"id": "no-chmod", "syscalls": ["@chmod"], "action": "deny", "errno": "EXDEV"},
  {"id": "no-secret", "syscalls": ["@mkdir"], "path": "/**/secret", "action": "deny", "errno": "EACCES"},
  {"id": "never", "syscalls": ["chown"], "action": "deny"},
  {"id": "make", "syscalls": ["@mkdir"], "path": "/**", "action": "allow", "audit": true}]}}
"""
HOSTILE = ["</script><script>window.owned=1</script>", "<img src=x onerror=window.owned=1>", "<!--<script>", "\"'`${window.owned=1}",
           "\u202egpj.exe", "\u2066x\u2069", "\u2028window.owned=1\u2029", "\x1b[31m\x9b2J", "javascript:window.owned=1",
           "&lt;b&gt;", "@{json}", "__proto__", "constructor", "toString", "</style><style>body{background:url(http://127.0.0.1:9/)}",
           "\\u003c/script>", "a\nb\r\tc", "\U0001f4a3", "'; alert(1); '"]


class Report(Shipped):
    def setUp(self):
        super().setUp()
        self.page = os.path.join(self.work, "r.html")

    def record(self):
        policy = os.path.join(self.work, "p.json")
        with open(policy, "w") as file:
            file.write(POLICY)
        done = run(os.environ["SCSUP"], "--policy", policy, "--audit", self.audit, "--quiet", "--", "sh", "-c",
                   "mkdir a b; mkdir secret; chmod 700 a; chmod 700 b; true", cwd=self.space)
        self.assertEqual(done.returncode, 0, done.stderr)

    def report(self, *options, logs=None, out=None):
        return run(AUDIT, "report", *options, out or self.page, *(logs or [self.audit]))

    def forged(self, records):
        path = os.path.join(self.work, "forged.jsonl")
        with open(path, "w") as file:
            file.writelines(json.dumps(record) + "\n" for record in records)
        return path

    def hostile(self):
        records = []
        for i, words in enumerate(HOSTILE):
            sha = f"{i:016x}"
            text = json.dumps({"supervise": {"rules": [{"id": words, "syscalls": ["mkdir"], "action": "deny"}]}}, indent=1)
            records.append({"type": "policy", "run": "ab", "policy": {"name": words, "file": words, "sha": sha, "gen": 1, "text": text + words}})
            records.append({"type": "call", "run": "ab", "seq": i, "time": f"2026-01-31T08:31:{i:02}.000000000Z",
                            "proc": {"tid": i + 1, "pid": i + 1, "ppid": i, "comm": words, "exe": words, "cwd": words, "uid": 0, "gid": 0},
                            "sys": {"arch": "x86_64", "nr": 83, "name": words, "args": [words]}, "obj": {"path": words, "resolved": words},
                            "act": "deny", "how": "answered", "errno": words, "rule": {"id": words, "at": words + ":2:3", "default": False},
                            "policy": {"sha": sha, "gen": 1}, "out": "delivered", "dec_ns": 1000 + i})
            records.append({"type": "call", "time": words, "seq": words, "act": words})
        return self.forged(records)


class TheFile(Report):
    def test_is_its_owners_alone_and_replaces_nothing_by_itself(self):
        self.record()
        done = self.report()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, "3 of 5 calls were denied, by 2 rules; most often fchmodat from /usr/bin/chmod, by no-chmod (2).\n")
        self.assertEqual(os.stat(self.page).st_mode & 0o7777, 0o600)
        again = self.report()
        self.assertEqual((again.returncode, again.stderr), (125, f"scsup: '{self.page}' is there already; --force replaces it\n"))
        self.assertEqual(self.report("--force").returncode, 0)
        self.assertEqual(os.listdir(self.work).count("r.html"), 1)
        self.assertFalse([name for name in os.listdir(self.work) if name.startswith("r.html.")])

    def test_is_never_written_through_a_link(self):
        self.record()
        aim = os.path.join(self.work, "aim")
        os.symlink(aim, self.page)
        self.assertEqual(self.report().returncode, 125)
        with open(aim, "w") as file:
            file.write("mine")
        self.assertEqual(self.report("--force").returncode, 0)
        with open(aim) as file:
            self.assertEqual(file.read(), "mine")
        self.assertFalse(os.path.islink(self.page))

    def test_holds_one_script_element_of_data_that_nothing_in_the_log_can_end(self):
        self.assertEqual(self.report(logs=[self.hostile()]).returncode, 0)
        with open(self.page, encoding="ascii") as file:  # the data is ASCII, and so is the page
            text = file.read()
        self.assertEqual(len(re.findall("(?i)<script", text)), 2)
        self.assertEqual(len(re.findall("(?i)</script", text)), 2)
        data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)[1]
        self.assertFalse(re.search("[<>&]", data))
        self.assertEqual(json.loads(data)["total"]["denied"], 2 * len(HOSTILE))

    def test_adds_up_to_the_log(self):
        self.record()
        data = json.loads(self.report("--json", out="-").stdout)
        with open(self.audit) as file:
            calls = [r for r in map(json.loads, file) if r["type"] == "call"]
        self.assertEqual(data["total"]["calls"], len(calls))
        self.assertEqual(data["total"]["denied"], sum(r["act"] == "deny" for r in calls))
        self.assertEqual(sum(d["calls"] for d in data["denials"]), data["total"]["denied"])
        self.assertEqual(sum(c["calls"] for c in data["calls"]), len(calls))
        self.assertEqual(sum(cell[1] for row in data["times"]["rows"] for cell in row["cells"]), len(calls))
        self.assertEqual(sum(count for _, count in data["latency"]), len(calls))
        self.assertEqual(sum(p["calls"] for p in data["processes"]), len(calls))
        for denial in data["denials"]:
            self.assertEqual(denial["why"]["verdict"].split(" by ")[0], "Denied with " + denial["errno"])
        marks = {m["words"]: m["calls"] for m in data["policies"][0]["marks"]}
        self.assertEqual(marks, {"no-chmod": 2, "no-secret": 1, "never": 0, "make": 2})
        one = json.loads(self.report("--json", "--syscall", "mkdir", out="-").stdout)
        self.assertEqual(one["total"]["calls"], 3)

    def test_keeps_its_size_and_says_what_it_left_out(self):
        def call(i):
            return {"type": "call", "run": "ab", "seq": i, "time": "2026-01-31T08:31:00.000000000Z",
                    "proc": {"tid": i, "pid": i, "ppid": 1, "comm": "c", "exe": f"/bin/{i}" + 500 * "x"},
                    "sys": {"name": f"call{i}"}, "obj": {"path": f"/{i}/" + 3000 * "p"}, "act": "deny",
                    "rule": {"id": f"r{i}", "at": f"p.json:{i}:1", "default": False}, "dec_ns": 5}
        log = self.forged(map(call, range(1, 5000)))
        self.assertEqual(self.report(logs=[log]).returncode, 0)
        self.assertLess(os.path.getsize(self.page), 1000000)
        self.assertEqual(self.report("--force", "--size", "150000", logs=[log]).returncode, 0)
        self.assertLess(os.path.getsize(self.page), 150000)
        cut = json.loads(self.report("--json", out="-", logs=[log]).stdout)["cut"]
        self.assertRegex("; ".join(cut), r"groups of denials: \d+ with [\d,]+ calls.*processes: \d+")

    def test_of_a_damaged_log_says_so(self):
        self.record()
        self.audit = shutil.copy(self.audit, os.path.join(self.work, "damaged.jsonl"))  # no record of scsup's any more
        with open(self.audit, "a") as file:
            file.write('{"type":"gap","lost":7}\nno log\n{"type":"ca')
        done = self.report()
        self.assertEqual(done.returncode, 1)
        self.assertIn("no record of scsup's", done.stderr)
        data = json.loads(self.report("--json", out="-").stdout)
        self.assertEqual(data["notes"], ["7 records were lost, as the log itself says.", "2 lines of the log are no records; the rest was used."])
        self.assertEqual(data["total"]["calls"], 5)


class InABrowser(Report):
    @classmethod
    def setUpClass(cls):
        if why := missing():
            raise unittest.SkipTest(why)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, log=None, quiet=True):
        done = self.report(logs=[log] if log else None)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.browser.open(self.page)
        if quiet:
            self.addCleanup(self.was_quiet)
        self.assertEqual(self.browser.evaluate("document.documentElement.dataset.ready"), "yes")

    # In every test: the page requested itself and nothing else, and nothing was refused because nothing was tried.
    def was_quiet(self):
        self.assertEqual([url for url in self.browser.asked_for() if not url.startswith("data:")], ["file://" + self.page])
        self.assertEqual(self.browser.complaints(), [])

    def texts(self, selector):
        return self.browser.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})]"
                                     ".filter((e) => e.checkVisibility()).map((e) => e.textContent)")

    def test_it_opens_with_the_verdict_and_all_of_its_parts(self):
        self.record()
        self.open()
        self.assertTrue(self.texts("#verdict")[0].startswith("3 of 5 calls were denied, by 2 rules"))
        self.assertEqual(self.texts("#denial-table tr.row td:nth-child(4)"), ["no-chmod", "no-secret"])
        self.assertEqual(sorted(self.texts("#call-table tbody td:first-child")), ["fchmodat", "mkdir"])
        self.assertIn("unused", self.texts("#policies .hits"))
        self.assertEqual(len(self.texts("#process-tree li")), 5)
        for canvas in ("heat", "histogram"):
            self.assertTrue(self.browser.evaluate(f"""(() => {{
                const c = document.getElementById('{canvas}');
                return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((x) => x !== 0); }})()"""), canvas)

    def test_a_denial_opens_by_click_and_by_key_and_shows_its_rule(self):
        self.record()
        self.open()
        self.browser.click("#denial-table tr.row")
        self.assertEqual(self.texts("tr.detail pre"), ['{"id": "no-chmod", "syscalls": ["@chmod"], "action": "deny", "errno": "EXDEV"}'])
        shown = self.texts("tr.detail")[0]
        for words in (os.path.join(self.work, "p.json") + ":2:3", "Denied with EXDEV by rule no-chmod", "/usr/bin/chmod", "scsup-audit why "):
            self.assertIn(words, shown)
        self.browser.click("#denial-table tr.row")
        self.assertEqual(self.texts("tr.detail"), [])
        self.browser.press("j")
        self.browser.press("j")
        self.browser.press("Enter", "\r")
        self.assertIn("no-secret", self.texts("tr.detail")[-1])

    def test_a_filter_leaves_what_fits(self):
        self.record()
        self.open()
        self.browser.press("/")
        self.browser.type("secret")
        self.assertEqual(self.texts("#denial-table tr.row td:nth-child(4)"), ["no-secret"])
        self.assertEqual(self.texts("#found"), ["1 denials, 0 calls, 0 processes, 1 rules"])
        self.browser.press("Escape")
        self.assertEqual(len(self.texts("#denial-table tr.row")), 2)

    def test_columns_sort_both_ways(self):
        self.record()
        self.open()
        self.browser.click("#denial-table th:nth-child(4) button")
        self.assertEqual(self.texts("#denial-table tr.row td:nth-child(4)"), ["no-chmod", "no-secret"])
        self.browser.click("#denial-table th:nth-child(4) button")
        self.assertEqual(self.texts("#denial-table tr.row td:nth-child(4)"), ["no-secret", "no-chmod"])
        self.assertEqual(self.browser.evaluate("document.querySelector('#denial-table th:nth-child(4)').ariaSort"), "descending")

    def test_it_is_dark_when_asked_and_where_the_reader_likes_that(self):
        self.record()
        background = "getComputedStyle(document.body).backgroundColor"
        self.browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.open()
        self.assertEqual(self.browser.evaluate(background), "rgb(20, 23, 26)")
        self.browser.press("d")
        self.assertEqual(self.browser.evaluate(background), "rgb(251, 251, 249)")
        self.browser.click("#theme")
        self.assertEqual(self.browser.evaluate(background), "rgb(20, 23, 26)")
        self.browser.call("Emulation.setEmulatedMedia", features=[])

    def test_nothing_in_a_log_runs_or_turns_the_text_around(self):
        self.open(self.hostile())
        self.browser.evaluate("for (const row of document.querySelectorAll('tr.row')) row.click()")
        self.assertEqual(self.browser.evaluate("typeof window.owned"), "undefined")
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('img, iframe, object, embed, svg, link, form').length"), 0)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('script').length"), 2)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('style').length"), 1)
        shown = self.browser.evaluate("document.body.textContent + document.title")
        self.assertNotRegex(shown, "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")
        self.assertIn("<img src=x onerror=window.owned=1>", shown)  # as the words that it is
        self.assertEqual(len(self.texts("tr.detail")), len(self.texts("tr.row")))

    def test_an_empty_log_is_a_page_too(self):
        self.open(self.forged([{"type": "end", "run": "ab"}]))
        self.assertEqual(self.texts("#verdict"), ["The log holds no calls."])

    # The page's security policy, not its script's good behaviour, keeps it offline.
    def test_the_page_could_not_ask_for_anything(self):
        self.record()
        self.open(quiet=False)
        tried = self.browser.evaluate("""Promise.allSettled([fetch('http://127.0.0.1:9/'), new Promise((done, fail) => {
            const image = new Image(); image.onload = done; image.onerror = fail; image.src = 'http://127.0.0.1:9/i'; })])
            .then((all) => all.map((one) => one.status))""")
        self.assertEqual(tried, ["rejected", "rejected"])
        self.assertEqual(self.browser.evaluate("window.violations"),
                         ["connect-src http://127.0.0.1:9/", "img-src http://127.0.0.1:9/i"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
