"""The page of `matrix --format html` in a real browser: looking, keys, narrow windows, and nothing from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from auditlint.cli import run
from tests.report.test_matrix import HOSTILE, hostile_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Open

    Make = Callable[..., Path]

POLICIES = Path(__file__).parents[1] / "report" / "matrix"
POLICY, OLD = str(POLICIES / "audit-policy.yaml"), str(POLICIES / "old-policy.yaml")
PAGES = {"one policy": (POLICY,), "two policies": (POLICY, "--compare", OLD)}
READABLE = 4.5
"""The least contrast of text, WCAG 2 level AA; of what only marks something, 3."""
SEEN = 3.0
PANEL = "#panel:not([hidden])"

CONTRASTS = """() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      const [, , , alpha] = channels(color);
      if (alpha === undefined || alpha === 1) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const found = {};
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, style")) continue;
    const color = getComputedStyle(element).color;
    found[`${color} on ${ground(element)}`] = ratio(color, ground(element));
  }
  const focus = getComputedStyle(document.documentElement).getPropertyValue("--focus").trim();
  const probe = document.createElement("i");
  document.body.append(probe);
  probe.style.color = focus;
  return { texts: found, focus: ratio(getComputedStyle(probe).color, ground(document.body)) };
}"""


def cell(page: Page, name: str, verb: str, people: int = 0) -> Locator:
    return page.locator(f"[id='cell-{people}-{name}-{verb}']")


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.id")
    return found


def shown_rows(page: Page) -> list[str]:
    rows: list[str] = page.locator("tr[data-name]:visible").evaluate_all("rows => rows.map(row => row.dataset.name)")
    return rows


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("policies", PAGES)
def test_every_text_is_readable(policies: str, scheme: str, make: Make, open_page: Open) -> None:
    page = open_page(make(*PAGES[policies]), color_scheme=scheme, viewport={"width": 1280, "height": 900})
    cell(page, "configmaps", "update").click()
    page.locator(PANEL).wait_for()
    found = page.evaluate(CONTRASTS)
    assert len(found["texts"]) > 6
    assert {pair: ratio for pair, ratio in found["texts"].items() if ratio < READABLE} == {}
    assert found["focus"] >= SEEN


def test_light_and_dark_differ(make: Make, open_page: Open) -> None:
    path = make(POLICY)
    grounds = [
        open_page(path, color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert grounds[0] != grounds[1]


@pytest.mark.parametrize("policies", PAGES)
def test_every_cell_opens_the_rules_that_decide(
    policies: str, make: Make, open_page: Open, capfd: pytest.CaptureFixture[str]
) -> None:
    page = open_page(make(*PAGES[policies]))
    run(["matrix", *PAGES[policies], "--format", "json"])
    document = json.loads(capfd.readouterr().out)
    expected = {}
    for number, table in enumerate(document["tables"]):
        for row in table["rows"]:
            for found in row["cells"]:
                place = f"cell-{number}-{row['name'].replace(' ', '_')}-{found['verb']}"
                expected[place] = sorted(rules_of(found, document))
    opened: dict[str, list[list[Any]]] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#people-0 .cell, .cell.differs")].map((cell) => {
          document.getElementById("who").value = cell.closest(".people").id.replace("people-", "");
          document.getElementById("who").dispatchEvent(new Event("change"));
          cell.click();
          const rules = [...document.querySelectorAll("#panel .rule")].map((rule) => [
            rule.querySelector("ol")?.start ?? 0,
            rule.querySelector(".swatch").textContent,
            [...rule.querySelectorAll("li")].map((line) => line.textContent).join("\\n"),
          ]);
          return [cell.id, rules];
        }))"""
    )
    assert {place: sorted(map(tuple, rules)) for place, rules in opened.items()}.items() <= expected.items()
    rows = {place.rpartition("-")[0] for place in expected if place.startswith("cell-0-")}
    assert {place.rpartition("-")[0] for place in opened if place.startswith("cell-0-")} == rows


def rules_of(found: dict[str, Any], document: dict[str, Any]) -> set[tuple[int, str, str]]:
    """Return first line, level and text of the rules that decide on the requests of a cell."""
    rules = set()
    for case in found["cases"]:
        for decision, policy in ((case, document["policy"]), (case["was"], document["against"])):
            if decision is not None and decision["rule"] is not None:
                rule = policy["rules"][decision["rule"]]
                rules.add((rule["line"], rule["level"], "\n".join(rule["text"])))
            elif decision is not None:
                rules.add((0, "None", ""))
    return rules


def test_keys(make: Make, open_page: Open) -> None:
    page = open_page(make(POLICY))
    while "cell" not in focused(page):
        page.keyboard.press("Tab")
    assert focused(page) == "cell-0-secrets-get"
    for key, expected in (
        ("ArrowRight", "cell-0-secrets-list"),
        ("ArrowDown", "cell-0-configmaps-list"),
        ("ArrowDown", "cell-0-roles.rbac.authorization.k8s.io-list"),
        ("End", "cell-0-roles.rbac.authorization.k8s.io-deletecollection"),
        ("ArrowRight", "cell-0-roles.rbac.authorization.k8s.io-deletecollection"),
        ("Home", "cell-0-roles.rbac.authorization.k8s.io-get"),
        ("ArrowUp", "cell-0-nodes/proxy-get"),
        ("Control+End", "cell-0-any_other_path-head"),
        ("ArrowLeft", "cell-0-any_other_path-get"),
        ("Control+Home", "cell-0-secrets-get"),
        ("ArrowUp", "cell-0-secrets-get"),
    ):
        page.keyboard.press(key)
        assert focused(page) == expected, key
    outline = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert outline >= 2


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_rule_is_opened_and_closed_with_keys(key: str, make: Make, open_page: Open) -> None:
    page = open_page(make(POLICY))
    cell(page, "tokenreviews.authentication.k8s.io", "create").focus()
    page.keyboard.press(key)
    panel = page.locator(PANEL)
    assert panel.get_by_role("heading").first.inner_text() == "create tokenreviews.authentication.k8s.io"
    assert focused(page) == "panel"
    lines = Path(POLICY).read_text(encoding="utf-8").splitlines()
    start = int(panel.locator("ol").get_attribute("start") or 0)
    assert panel.locator("li").all_inner_texts() == lines[start - 1 : start + 5]
    assert "tokenreviews" in lines[start + 4]
    page.keyboard.press("Escape")
    assert page.locator(PANEL).count() == 0
    assert focused(page) == "cell-0-tokenreviews.authentication.k8s.io-create"


def test_the_mouse_and_a_link_open_the_same(make: Make, open_page: Open) -> None:
    path = make(POLICY)
    page = open_page(path)
    page.select_option("#who", label="system:kube-proxy – 2 cells differ")
    cell(page, "services", "watch", 1).click()
    text = page.locator(PANEL).inner_text()
    assert "system:kube-proxy" in text
    fragment = page.evaluate("location.hash")
    page.get_by_role("button", name="Close").click()
    assert page.locator(PANEL).count() == 0
    assert open_page(path, fragment).locator(PANEL).inner_text() == text


def test_choosing_people_and_finding_rows(make: Make, open_page: Open) -> None:
    page = open_page(make(POLICY))
    whole = shown_rows(page)
    assert page.locator(".people:visible").count() == 1
    page.get_by_label("Find").fill("RBAC")
    assert shown_rows(page) == [name for name in whole if "rbac" in name]
    assert page.locator("#found").inner_text() == f"{len(shown_rows(page))} rows"
    page.get_by_label("Find").fill("")
    page.select_option("#who", label="system:kube-proxy – 2 cells differ")
    page.get_by_label("only what differs").check()
    assert shown_rows(page) == ["services", "endpoints"]
    page.keyboard.press("Tab")
    assert focused(page) == "cell-1-services-get"
    page.get_by_label("Find").fill("nothing is called so")
    assert shown_rows(page) == []
    page.select_option("#who", index=0)
    page.get_by_label("Find").fill("")
    assert shown_rows(page) == whole


def test_hostile_values_do_nothing(tmp_path: Path, make: Make, open_page: Open) -> None:
    page = open_page(make(hostile_policy(tmp_path)))
    assert page.evaluate("document.scripts.length") == 1
    options = page.locator("#who option").all_inner_texts()
    assert [option for option in options if option.startswith(HOSTILE[0])]
    for number in range(5):
        page.select_option("#who", index=number)
        page.locator(".people:visible .cell").first.click()
        page.keyboard.press("Escape")
    page.get_by_label("Find").fill("<script>")
    assert shown_rows(page)


def test_only_the_pages_own_script_may_run(make: Make, open_page: Open, complaints: list[str]) -> None:
    path = make(POLICY)
    path.write_text(path.read_text("utf-8").replace("<main>", "<main><script>document.title='x'</script>"), "utf-8")
    page = open_page(path)
    assert page.title() != "x"
    (complaint,) = complaints
    assert "Content Security Policy" in complaint
    complaints.clear()


@pytest.mark.parametrize("width", [320, 390, 768])
@pytest.mark.parametrize("policies", PAGES)
def test_a_narrow_window_is_usable(policies: str, width: int, make: Make, open_page: Open) -> None:
    page = open_page(make(*PAGES[policies]), viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".people:visible .cell .letter").first.is_visible()
    cell(page, "configmaps", "update").click()
    box = page.locator(PANEL).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_everything_is_there(make: Make, open_page: Open) -> None:
    page = open_page(make(POLICY), java_script_enabled=False)
    assert page.locator("#controls").is_hidden()
    assert page.locator(".people").count() == page.locator(".people:visible").count() > 1
    cell(page, "secrets", "create").click()
    rule = page.locator("article:target")
    assert "Metadata" in rule.inner_text()
    assert rule.is_visible()


def test_it_is_a_table_for_who_does_not_see_it(make: Make, open_page: Open) -> None:
    page = open_page(make(POLICY))
    table = page.get_by_role("table", name="Level by resource and verb")
    assert table.get_by_role("columnheader").all_inner_texts() == [
        *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
    ]
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="pods/exec"))
    assert row.get_by_role("link").all_inner_texts() == ["mixed", "Request"]
    assert page.get_by_role("table", name="Level by path and HTTP method").count() == 1


def test_print_leaves_out_what_cannot_be_used(make: Make, open_page: Open) -> None:
    page = open_page(make(POLICY))
    cell(page, "secrets", "create").click()
    page.emulate_media(media="print")
    assert page.locator("#controls").is_hidden()
    assert page.locator("#panel").is_hidden()
    assert page.locator(".people .cell").first.is_visible()


def test_two_policies_show_what_was_and_what_is(make: Make, open_page: Open) -> None:
    page = open_page(make(POLICY, "--compare", OLD))
    changed = cell(page, "tokenreviews.authentication.k8s.io", "create")
    assert changed.text_content() == "Req+RespRR to MetadataM"
    changed.click()
    text = page.locator(PANEL).inner_text()
    assert "RequestResponse" in text
    assert "before, now" in text
    assert page.locator(f"{PANEL} .rule").count() == 2
