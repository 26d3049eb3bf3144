// The quality report on a map: outlines of the units, what was found where, and the same as a list.

const DATA = JSON.parse(document.getElementById('planner-data').textContent);
const META = DATA.meta;
const COLOURS = ['#d55e00', '#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#7a5195', '#8c564b', '#3c3c3c', '#999933'];
const MOST_SHOWN = 200;
const state = { language: META.language, hidden: new Set(), open: new Set() };
const kinds = groups();
let map = null, points = null;

function text(key, values) {
  let found = DATA.texts[state.language][key];
  for (const name in values || {}) found = found.split('{' + name + '}').join(String(values[name]));
  return found;
}

function words(pair) { return pair[state.language === 'zh' ? 0 : 1]; }

// One group per kind of fault and layer, those that leave rows out first, then by number.
function groups() {
  const found = new Map();
  DATA.faults.forEach(function (fault) {
    const key = fault.code + '|' + fault.layer;
    if (!found.has(key)) found.set(key, { key: key, code: fault.code, layer: fault.layer, rows: [], out: fault.code.startsWith('left_out_') });
    found.get(key).rows.push(fault);
  });
  const sorted = Array.from(found.values()).sort(function (a, b) { return b.out - a.out || b.rows.length - a.rows.length || (a.key < b.key ? -1 : 1); });
  sorted.forEach(function (kind, i) { kind.colour = COLOURS[i % COLOURS.length]; });
  return sorted;
}

function title(kind) {
  const known = DATA.kinds[state.language];
  return Object.hasOwn(known, kind.code) ? known[kind.code] : kind.code;
}

function card(kind, fault) {
  const facts = element('table', 'facts');
  const rows = [['layer', words([fault.layer_zh, fault.layer])], ['row', fault.row], ['remedy', fault.remedy], ['others', fault.others]];
  for (const pair of rows) {
    if (pair[1]) facts.appendChild(element('tr', '', [element('th', '', text(pair[0])), element('td', '', pair[1])]));
  }
  return element('div', 'card', [element('div', 'kind', title(kind)), element('h3', '', words(fault.message)), facts]);
}

function show(kind, fault) {
  L.popup({ maxWidth: 360, autoPanPadding: [30, 30] }).setLatLng(fault.at).setContent(card(kind, fault)).openOn(map);
}

function mark(kind, fault) {
  const style = { radius: kind.out ? 7 : 5.5, color: kind.out ? '#1d2b36' : '#ffffff', weight: kind.out ? 2 : 1, fillColor: kind.colour, fillOpacity: 0.9 };
  return L.circleMarker(fault.at, style).on('click', function () { show(kind, fault); });
}

function drawPoints() {
  points.clearLayers();
  for (const kind of kinds.slice().reverse()) {
    if (state.hidden.has(kind.key)) continue;
    for (const fault of kind.rows) if (fault.at) points.addLayer(mark(kind, fault));
  }
}

function drawMap() {
  map = L.map('map', { attributionControl: false, preferCanvas: true, fadeAnimation: false, zoomSnap: 0.25 });
  const coarsest = DATA.units.length ? DATA.units[0].level : '';
  const outlines = L.featureGroup(DATA.units.map(function (unit) {
    const heavy = unit.level !== 'township' && unit.level !== 'village';
    return L.polygon(unit.rings, { color: '#4d5a64', weight: heavy ? 1.8 : 0.6, fillColor: '#faf9f6', fillOpacity: unit.level === coarsest ? 1 : 0, interactive: false });
  })).addTo(map);
  points = L.featureGroup().addTo(map);
  drawPoints();
  const bounds = outlines.getLayers().length ? outlines.getBounds() : points.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [16, 16] });
  else map.setView([0, 0], 1);
  L.control.scale({ imperial: false }).addTo(map);
}

function row(kind, fault) {
  const line = element('button', 'fault', [element('b', '', fault.row || '–'), element('span', '', words(fault.message)), element('span', 'quiet', fault.remedy)]);
  line.type = 'button';
  line.disabled = !fault.at;
  line.onclick = function () { map.setView(fault.at, Math.max(map.getZoom(), 14), { animate: false }); show(kind, fault); };
  return line;
}

function block(kind) {
  const box = element('input');
  box.type = 'checkbox';
  box.checked = !state.hidden.has(kind.key);
  box.setAttribute('aria-label', title(kind));
  box.onchange = function () { if (box.checked) state.hidden.delete(kind.key); else state.hidden.add(kind.key); drawPoints(); };
  const dot = element('span', kind.out ? 'dot out' : 'dot');
  dot.style.background = kind.colour;
  const placed = kind.rows.filter(function (fault) { return fault.at; }).length;
  const summary = element('summary', '', [box, dot, element('span', 'words', title(kind)), element('span', 'quiet', words([kind.rows[0].layer_zh, kind.layer]) + ' · ' + text('count', { rows: kind.rows.length, placed: placed }))]);
  const shown = kind.rows.slice(0, MOST_SHOWN).map(function (fault) { return row(kind, fault); });
  if (kind.rows.length > MOST_SHOWN) shown.push(element('p', 'quiet', text('more', { rows: kind.rows.length - MOST_SHOWN })));
  const made = element('details', 'kind', [summary].concat(shown));
  made.open = state.open.has(kind.key);
  made.ontoggle = function () { if (made.open) state.open.add(kind.key); else state.open.delete(kind.key); };
  return made;
}

function accounts() {
  const head = element('tr', '', ['layer', 'rows_in', 'chosen', 'left_out', 'kept'].map(function (key) { return element('th', '', text(key)); }));
  const lines = DATA.accounts.map(function (account) { return element('tr', '', account.map(function (cell) { return element('td', '', cell); })); });
  return element('table', 'shares', [head].concat(lines));
}

function drawPanel() {
  document.documentElement.lang = state.language === 'zh' ? 'zh-CN' : 'en';
  const languages = element('button', 'language', state.language === 'zh' ? 'English' : '中文');
  languages.type = 'button';
  languages.id = 'language';
  languages.onclick = function () { state.language = state.language === 'zh' ? 'en' : 'zh'; map.closePopup(); drawPanel(); };
  document.getElementById('head').replaceChildren(element('h1', '', text('title') + (META.title ? ' · ' + META.title : '')), element('span', 'buttons', [languages]));
  document.getElementById('notice').replaceChildren(text(kinds.length ? 'notice' : 'nothing'), META.notice ? ' · ' + META.notice : '');
  document.getElementById('panel').replaceChildren(element('div', 'scroll', kinds.map(block).concat([element('h4', '', text('accounts')), accounts()])));
}

for (const part of [['header', 'head'], ['div', 'notice'], ['main', 'stage']]) {
  const made = element(part[0]);
  made.id = part[1];
  document.getElementById('page').appendChild(made);
}
for (const part of [['div', 'map'], ['aside', 'panel']]) {
  const made = element(part[0]);
  made.id = part[1];
  document.getElementById('stage').appendChild(made);
}
document.getElementById('map').setAttribute('role', 'application');
drawPanel();
drawMap();

// What a test or a curious reader may ask from the console.
window.qualityMap = { state: state, kinds: kinds, map: map, drawn: function () { return points.getLayers().length; } };
