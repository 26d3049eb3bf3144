// The page put together: head line, map, panel, foot line; and what a click does.

const root = document.getElementById('page');
const home = { zoom: 0 };
let map = null, board = null;

function drawFrame() {
  document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en';
  const languages = element('button', 'language', state.language === 'zh' ? 'English' : '中文');
  languages.id = 'language';
  languages.type = 'button';
  languages.lang = state.language === 'zh' ? 'en' : 'zh-CN';
  languages.onclick = function () { state.language = state.language === 'zh' ? 'en' : 'zh'; map.closePopup(); drawFrame(); changed(); document.getElementById('language').focus(); };
  const fold = element('button', 'fold', text(state.panel ? 'hide_panel' : 'show_panel'));
  fold.id = 'fold';
  fold.type = 'button';
  fold.setAttribute('aria-expanded', String(state.panel));
  fold.onclick = function () { state.panel = !state.panel; drawFrame(); map.invalidateSize(); document.getElementById('fold').focus(); };
  document.getElementById('head').replaceChildren(element('h1', '', META.title), element('span', 'buttons', [languages, fold]));
  document.getElementById('notice').replaceChildren(element('b', '', text('sketch')), META.notice ? ' · ' + META.notice : '');
  const review = META.review || text('no_review_number');
  document.getElementById('foot').replaceChildren(text('foot', { crs: META.crs, base: META.base_year, final: META.final_year }) + ' · ' + text('review_number') + ' ' + review + (META.people[state.language] || []).map(function (said) { return ' · ' + said; }).join(''));
  document.body.classList.toggle('folded', !state.panel);
  document.getElementById('map').setAttribute('aria-label', text('map_label', { title: META.title }));
}

function drawSkeleton() {
  for (const part of [['header', 'head'], ['div', 'notice'], ['main', 'stage'], ['footer', 'foot']]) {
    const made = element(part[0]);
    made.id = part[1];
    root.appendChild(made);
  }
  const stage = document.getElementById('stage');
  for (const part of [['div', 'map'], ['aside', 'panel']]) {
    const made = element(part[0]);
    made.id = part[1];
    stage.appendChild(made);
  }
  document.getElementById('map').setAttribute('role', 'application');
}

function drawMap() {
  const west = META.extent[0] / 1e5, south = META.extent[1] / 1e5, east = META.extent[2] / 1e5, north = META.extent[3] / 1e5;
  const bounds = L.latLngBounds([south, west], [north, east]);
  map = L.map('map', { attributionControl: false, zoomControl: false, fadeAnimation: false, zoomSnap: 0.25, zoomDelta: 0.75, wheelPxPerZoomLevel: 90, maxZoom: 18 });
  map.fitBounds(bounds, { padding: [16, 16] });
  home.zoom = map.getZoom();
  map.setMaxBounds(bounds.pad(0.6)).setMinZoom(home.zoom - 1.5);
  L.control.zoom({ zoomInTitle: '+', zoomOutTitle: '−' }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  board = new Board([landPainter, findingPainter, exclusionPainter, roadPainter, borderPainter, coveragePainter, namePainter, gapPainter, sitePainter, facilityPainter, findingPointPainter, planPainter]);
  board.addTo(map);
  map.on('click', function (event) { open(board.find(event.latlng)); });
  map.on('mousemove', function (event) {
    const found = board.find(event.latlng);
    map.getContainer().classList.toggle('over', Boolean(found && found.unit === undefined));
    map.getContainer().title = found && found.unit === undefined ? found.title : '';
  });
}

function open(found) {
  if (!found) return;
  L.popup({ maxWidth: 340, minWidth: 230, offset: [0, found.lift ? -24 : -2], autoPanPadding: [30, 30] }).setLatLng(found.at).setContent(found.content()).openOn(map);
}

// Go to something that was searched for, and say what it is.
function go(found) {
  if (!found) return;
  if (found.bounds) map.fitBounds(found.bounds, { padding: [60, 60], animate: false });
  else map.setView(found.at, Math.max(map.getZoom(), home.zoom + 2.5), { animate: false });
  open(found);
}

drawSkeleton();
drawFrame();
drawMap();
drawPanel();

// What a test or a curious reader may ask from the console.
window.plannerMap = {
  state: state, map: map, board: board, changed: changed,
  counts: { units: units.length, demand: demand.count, facilities: facilities.count, plan: plan.count, sites: sites.count },
  // Where the i-th place of a table is drawn, in pixels of the map.
  spot: function (table, i) {
    const places = { facilities: facilities, plan: plan, sites: sites, gaps: gaps[state.side] }[table];
    return map.latLngToContainerPoint(latLng(places.x[i], places.y[i]));
  },
};
