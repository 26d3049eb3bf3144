"""The map as a reader uses it: offline, layer by layer, by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit, opened

LAYERS = ["coverage", "gaps", "findings", "plan", "facilities", "sites", "exclusions", "land", "roads"]


def _quiet(visit: Visit) -> None:
    """Assert that the page asked for nothing but itself and had nothing to complain about."""
    assert len(visit.requests) == 1
    assert visit.requests[0].startswith("file:")
    assert visit.messages == []
    assert visit.dialogs == []


def test_opens_without_a_network(visit: Visit) -> None:
    """The file asks for nothing else, complains of nothing, and draws every point."""
    assert visit.drawn()["coverage"] == visit.run("plannerMap.counts.demand") == 2000
    visit.page.wait_for_timeout(300)
    _quiet(visit)


def test_title_and_notice_always_in_sight(visit: Visit) -> None:
    """What it is, that it is a sketch, and what it must not be taken for, stand above the map in both languages."""
    assert visit.page.inner_text("#head h1") == "滨海三县基本公共服务设施布局研究"
    assert visit.page.inner_text("#notice").startswith("示意图 · 示例数据")
    assert "审图号" in visit.page.inner_text("#foot")
    visit.page.click("#language")
    assert visit.page.inner_text("#notice").startswith("Sketch map · 示例数据")
    visit.page.click("#fold")
    assert visit.page.is_visible("#notice")
    assert not visit.page.is_visible("#panel")


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_toggles(visit: Visit, layer: str) -> None:
    """A tick shows the layer and its legend, without it both are gone."""
    tick = f"#layer-{layer}"
    visit.page.check(tick)
    assert visit.drawn()[layer] > 0
    assert visit.page.locator(f"section:has({tick}) .legend").inner_text().strip()
    visit.page.uncheck(tick)
    assert layer not in visit.drawn()
    assert visit.page.locator(f"section:has({tick}) .legend").count() == 0
    _quiet(visit)


def test_before_and_after(visit: Visit) -> None:
    """The switch changes what is drawn: fewer gap areas with the plan, and the legend says which side it is."""
    visit.page.check("#layer-gaps")
    after = visit.drawn()["gaps"]
    assert "规划新增覆盖" in visit.page.inner_text("#panel")
    visit.page.click("#side-0")
    assert visit.page.get_attribute("#side-0", "aria-pressed") == "true"
    assert visit.drawn()["gaps"] >= after
    assert "规划新增覆盖" not in visit.page.inner_text("#panel")
    _quiet(visit)


def test_each_standard_and_each_mandate_is_drawn(visit: Visit) -> None:
    """Every choice of both lists draws something on either side."""
    visit.page.check("#layer-findings")
    for choice, layer in (("standard", "coverage"), ("view", "findings")):
        for number in range(visit.page.locator(f"#choose-{choice} option").count()):
            visit.page.select_option(f"#choose-{choice}", str(number))
            for side in ("#side-0", "#side-1"):
                visit.page.click(side)
                assert visit.drawn()[layer] > 0
    _quiet(visit)


def test_popup_of_a_project(visit: Visit) -> None:
    """A click on a pin tells name, service, action, years, cost, people and what it closes."""
    visit.page.uncheck("#layer-coverage")
    number = visit.run("plannerMap.counts.plan") - 1
    spot = visit.run(f"plannerMap.spot('plan', {number})")
    visit.page.click("#map", position={"x": spot["x"], "y": spot["y"] - 12})
    told = visit.page.inner_text(".leaflet-popup .card")
    for words in ("规划项目", "万元", "年建成", "新增覆盖", "覆盖标准"):
        assert words in told
    _quiet(visit)


def test_popup_of_a_unit_has_both_rates(visit: Visit) -> None:
    """A click on a township tells share of people and share of places, before and after, with denominators."""
    visit.page.uncheck("#layer-plan")
    visit.page.click("#map", position={"x": 500, "y": 400})
    told = visit.page.inner_text(".leaflet-popup .card")
    for words in ("人口覆盖率", "居住点覆盖率", "现状", "规划后", "分母"):
        assert words in told


def test_services_can_be_hidden(visit: Visit) -> None:
    """Without its tick a service has neither facilities nor projects on the map."""
    visit.page.check("#layer-facilities")
    before = visit.drawn()
    visit.page.click("#service-facilities-0")
    after = visit.drawn()
    assert after["facilities"] < before["facilities"]
    _quiet(visit)


def test_search_by_keyboard(visit: Visit) -> None:
    """Typing a name and Enter leads to its popup; Escape clears the list."""
    visit.page.focus("#search")
    visit.page.keyboard.type("青山县")
    visit.page.keyboard.press("Enter")
    assert visit.page.inner_text(".leaflet-popup h3") == "青山县"
    visit.page.focus("#search")
    visit.page.keyboard.press("Escape")
    assert visit.page.locator(".results button").count() == 0


def test_layers_by_keyboard(visit: Visit) -> None:
    """Ticks are reached by Tab and changed by Space, and keep the focus."""
    visit.page.focus("#search")
    for _ in range(10):
        visit.page.keyboard.press("Tab")
        if visit.run("document.activeElement.id") == "layer-gaps":
            break
    visit.page.keyboard.press("Space")
    assert visit.run("document.activeElement.id") == "layer-gaps"
    assert visit.drawn()["gaps"] > 0


def test_both_languages(visit: Visit) -> None:
    """The switch turns every word of the page, and back."""
    visit.page.check("#layer-findings")
    chinese = visit.page.inner_text("#panel")
    visit.page.click("#language")
    english = visit.page.inner_text("#panel")
    assert visit.run("document.documentElement.lang") == "en"
    assert "Residential points covered" in english
    assert "居民点覆盖情况" not in english
    visit.page.click("#language")
    assert visit.page.inner_text("#panel") == chinese
    _quiet(visit)


def test_moving_and_zooming(visit: Visit) -> None:
    """Wheel, drag and buttons redraw without complaint; minor roads come with nearness."""
    roads = visit.drawn()["roads"]
    visit.page.mouse.move(500, 450)
    for _ in range(4):
        visit.page.mouse.wheel(0, -240)
        visit.page.wait_for_timeout(250)
    visit.page.mouse.down()
    visit.page.mouse.move(420, 400, steps=4)
    visit.page.mouse.up()
    visit.page.wait_for_timeout(300)
    assert visit.run("plannerMap.board.view().detail") > 1
    assert visit.drawn()["roads"] != roads
    _quiet(visit)


def test_narrow_window(browser: Any, report: Path) -> None:
    """On a small screen the panel can be put away, and nothing sticks out."""
    with browser.new_context(viewport={"width": 400, "height": 700}, offline=True) as context:
        visit = opened(context, report / "map.html")
        visit.page.click("#fold")
        assert not visit.page.is_visible("#panel")
        assert visit.run("document.documentElement.scrollWidth") <= 400


def test_picture_is_not_blank(visit: Visit) -> None:
    """The canvas holds many colours: land, roads, dots and pins."""
    colours = """(function () {
        const canvas = document.querySelector('canvas.board');
        const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = new Set();
        for (let i = 0; i < all.length; i += 16) seen.add(all[i] + ',' + all[i + 1] + ',' + all[i + 2]);
        return seen.size;
    })()"""
    assert visit.run(colours) > 50
