// What the page was given: columns of integers and one table of texts. Everything below reads it from here.

const DATA = JSON.parse(document.getElementById('planner-data').textContent);
const STRINGS = DATA.strings;
const META = DATA.meta;

// What the reader chose. Nothing else in the page is remembered.
const state = {
  language: META.language,
  side: 1, // 0 before, 1 after
  standard: 0,
  view: 0,
  panel: true,
  layers: { ground: true, land: true, roads: true, coverage: true, gaps: false, findings: false, facilities: false, plan: true, sites: false, exclusions: false },
  services: Object.create(null),
};

function text(key, values) {
  let found = DATA.texts[state.language].page[key];
  for (const name in values || {}) found = found.split('{' + name + '}').join(String(values[name]));
  return found;
}

// The word for an id of the data: the study's own, else the catalogue's, else the id itself.
function word(section, id) {
  const texts = DATA.texts[state.language];
  if (Object.hasOwn(texts.labels, id)) return texts.labels[id];
  return Object.hasOwn(texts[section], id) ? texts[section][id] : id;
}

function number(value, digits) {
  if (value === null || value === undefined) return '–';
  return value.toLocaleString(state.language === 'zh' ? 'zh-CN' : 'en-GB', { maximumFractionDigits: digits === undefined ? 1 : digits });
}

function percent(part, whole) {
  return whole ? (100 * part / whole).toFixed(1) + ' %' : '–';
}

function metres(value) {
  if (value === null) return '–';
  return value >= 1000 ? number(value / 1000, 1) + ' km' : number(value, 0) + ' m';
}

// ---------------------------------------------------------------------------------------------- coordinates

// The square of the web map: x to the east, y to the south, both from 0 to 1.
function worldX(lon) { return lon / 36e6 + 0.5; }

function worldY(lat) {
  const sine = Math.sin(lat / 1e5 * Math.PI / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

function latLng(x, y) {
  return L.latLng((2 * Math.atan(Math.exp(Math.PI * (1 - 2 * y))) - Math.PI / 2) * 180 / Math.PI, (x - 0.5) * 360);
}

// Columns of differences to places in the square.
function placed(table) {
  const count = table.x.length, x = new Float64Array(count), y = new Float64Array(count);
  let lon = 0, lat = 0;
  for (let i = 0; i < count; i += 1) {
    lon += table.x[i];
    lat += table.y[i];
    x[i] = worldX(lon);
    y[i] = worldY(lat);
  }
  return { x, y, count };
}

// A line or ring [x, y, dx, dy, …] to {points, box}.
function traced(steps) {
  const points = new Float64Array(steps.length), box = [1, 1, 0, 0];
  let lon = 0, lat = 0;
  for (let i = 0; i < steps.length; i += 2) {
    lon += steps[i];
    lat += steps[i + 1];
    const x = worldX(lon), y = worldY(lat);
    points[i] = x;
    points[i + 1] = y;
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  }
  return { points, box };
}

function shaped(rings) {
  if (!rings) return null;
  const parts = rings.map(traced), box = [1, 1, 0, 0];
  for (const part of parts) {
    box[0] = Math.min(box[0], part.box[0]);
    box[1] = Math.min(box[1], part.box[1]);
    box[2] = Math.max(box[2], part.box[2]);
    box[3] = Math.max(box[3], part.box[3]);
  }
  return parts.length ? { parts, box } : null;
}

function inside(shape, x, y) {
  let odd = false;
  for (const part of shape.parts) {
    const p = part.points;
    for (let i = 0, j = p.length - 2; i < p.length; j = i, i += 2) {
      if ((p[i + 1] > y) !== (p[j + 1] > y) && x < (p[j] - p[i]) * (y - p[i + 1]) / (p[j + 1] - p[i + 1]) + p[i]) odd = !odd;
    }
  }
  return odd;
}

// ---------------------------------------------------------------------------------------------- tables

const units = DATA.units.name.map(function (name, i) {
  return {
    name: STRINGS[name],
    code: STRINGS[DATA.units.code[i]],
    level: STRINGS[DATA.units.level[i]],
    parent: DATA.units.parent[i],
    shape: shaped(DATA.units.rings[i]),
    x: worldX(DATA.units.x[i]),
    y: worldY(DATA.units.y[i]),
  };
});

function unitPath(i) {
  const names = [];
  for (let at = i; at >= 0; at = units[at].parent) if (units[at].level !== 'city' || at === i) names.push(units[at].name);
  return names.reverse().join(' · ');
}

// Coverage of a unit: rows {group, total, covered} of one standard, both [before, after].
const coverageRows = (function () {
  const table = DATA.coverage, found = new Map();
  table.standard.forEach(function (standard, i) {
    const key = standard + ':' + table.unit[i];
    if (!found.has(key)) found.set(key, []);
    const before = (table.total_before || table.total)[i];  // another number where people change by year
    found.get(key).push({ group: STRINGS[table.group[i]], total: [before, table.total[i]], covered: [table.covered_before[i], table.covered_after[i]] });
  });
  return function (standard, unit) { return found.get(standard + ':' + unit) || []; };
})();

// The view with the most to tell comes first: the most gaps at present.
state.view = DATA.views.reduce(function (best, view, i) { return view.before[1] > DATA.views[best].before[1] ? i : best; }, 0);

// A number of persons of a group; of a group that is no persons (buildings that stand for them) the number alone.
function counted(value, group) {
  const persons = group !== 'buildings' && group !== 'places';
  return number(value, 0) + (persons ? '\u00a0' + text('persons') : '');
}

// The units that coverage of the whole is told for: the city, else the few units at the highest level that has any.
const wholeUnits = (function () {
  for (const level of ['city', 'county', 'township']) {
    const found = units.map(function (_, i) { return i; }).filter(function (i) { return units[i].level === level && DATA.coverage.unit.includes(i); });
    if (found.length) return found.length <= 4 ? found : [];
  }
  return [];
})();
