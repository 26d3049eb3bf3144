// The legend: what each layer that is shown means, in which unit and of how many.

function swatch(draw, width) {
  const canvas = document.createElement('canvas'), ratio = window.devicePixelRatio || 1, w = width || 26, h = 20;
  canvas.width = w * ratio;
  canvas.height = h * ratio;
  canvas.style.width = w + 'px';
  canvas.style.height = h + 'px';
  canvas.setAttribute('aria-hidden', 'true');
  const ctx = canvas.getContext('2d');
  ctx.scale(ratio, ratio);
  draw(ctx, w / 2, h / 2);
  return canvas;
}

function entry(draw, words, value) {
  return element('div', 'entry', [swatch(draw), element('span', 'words', words), value === undefined ? null : element('span', 'value', value)]);
}

function note(words) { return element('p', 'quiet', words); }

function dotSwatch(colour) {
  return function (ctx, x, y) {
    ctx.fillStyle = colour;
    for (const at of [[-5, 2], [1, -3], [6, 3]]) {
      ctx.beginPath();
      ctx.arc(x + at[0], y + at[1], 3, 0, 7);
      ctx.fill();
    }
  };
}

function boxSwatch(fill) {
  return function (ctx, x, y) {
    ctx.fillStyle = typeof fill === 'function' ? fill(ctx) : fill;
    ctx.fillRect(x - 10, y - 7, 20, 14);
    ctx.strokeStyle = '#9aa3a9';
    ctx.strokeRect(x - 10, y - 7, 20, 14);
  };
}

const LEGENDS = {
  land: function () {
    return [
      entry(function (ctx, x, y) { lineSwatch(ctx, x, y, COLOUR.county, 1.5, [7, 2, 1.5, 2]); }, word('levels', topLevel)),
      topLevel === 'township' ? null : entry(function (ctx, x, y) { lineSwatch(ctx, x, y, COLOUR.cell, 1, []); }, word('levels', 'township')),
    ];
  },
  roads: function () {
    const found = roads.map(function (road) { return entry(function (ctx, x, y) { lineSwatch(ctx, x, y, road.style[2], road.style[1] * 1.4, []); }, word('road_classes', road.name)); });
    return found.concat(note(text('roads_note')));
  },
  coverage: coverageLegend,
  gaps: function () {
    const side = gaps[state.side], chosen = Array.from({ length: side.count }, function (_, i) { return i; }).filter(function (i) { return gapShown(side, i); });
    const people = chosen.reduce(function (sum, i) { return sum + (side.table.people[i] || 0); }, 0);
    return [
      entry(function (ctx, x, y) {
        ctx.beginPath();
        ctx.arc(x, y, 8, 0, 7);
        ctx.fillStyle = 'rgba(213, 94, 0, .14)';
        ctx.fill();
        ctx.strokeStyle = '#a34700';
        ctx.stroke();
      }, text('gaps_legend'), text('n_places', { n: number(chosen.length, 0) })),
      note(text('gaps_note', { people: counted(people, STRINGS[DATA.standards[state.standard].group]), group: leadGroup() })),
    ];
  },
  findings: findingLegend,
  facilities: function () { return serviceEntries('facilities', facilityService, 'n_places').concat(note(text('facilities_note'))); },
  plan: function () {
    const style = { colour: '#777', shape: 'circle' };
    return serviceEntries('plan', planService, 'n_projects').concat([
      entry(function (ctx, x) { pin(ctx, x, 18, 6, style, true); }, text('plan_build')),
      entry(function (ctx, x) { pin(ctx, x, 18, 6, style, false); }, text('plan_upgrade')),
      note(text('plan_note')),
    ]);
  },
  sites: function () {
    const out = DATA.sites.excluded.filter(Boolean).length;
    return [
      entry(function (ctx, x, y) { siteSymbol(ctx, x, y, 5, 0); }, text('site_usable'), number(sites.count - out, 0)),
      entry(function (ctx, x, y) { siteSymbol(ctx, x, y, 5, 1); }, text('site_excluded'), number(out, 0)),
    ];
  },
  exclusions: function () {
    const names = Array.from(new Set(exclusions.map(function (area) { return area.rule; })));
    return names.map(function (name) { return entry(boxSwatch('rgba(122, 81, 149, .25)'), name); });
  },
};

function lineSwatch(ctx, x, y, colour, width, dashes) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dashes);
  ctx.beginPath();
  ctx.moveTo(x - 12, y);
  ctx.lineTo(x + 12, y);
  ctx.stroke();
}

// Services with a tick each; a service is ticked for facilities and projects alike.
function serviceEntries(layer, names, unitKey) {
  return services.filter(function (service) { return names.includes(service); }).map(function (service) {
    const style = serviceStyle(service), count = names.filter(function (name) { return name === service; }).length;
    const tick = element('input');
    tick.type = 'checkbox';
    tick.id = 'service-' + layer + '-' + services.indexOf(service);
    tick.checked = state.services[service];
    tick.onchange = function () { state.services[service] = tick.checked; changed(); };
    const made = element('label', 'entry', [
      tick,
      swatch(function (ctx, x, y) { symbol(ctx, style.shape, x, y, 6, style.colour, false); }),
      element('span', 'words', word('services', service)),
      element('span', 'value', text(unitKey, { n: number(count, 0) })),
    ]);
    made.htmlFor = tick.id;
    return made;
  });
}

function leadGroup() { return word('groups', STRINGS[DATA.standards[state.standard].group]); }

function coverageLegend() {
  const found = [entry(dotSwatch(COLOUR.already), text(state.side ? 'already_covered' : 'covered'))];
  if (state.side) found.push(entry(dotSwatch(COLOUR.gained), text('newly_covered')));
  found.push(entry(dotSwatch(COLOUR.gap), text('uncovered')));
  if (state.side && pointsByState().lost.length) found.push(entry(dotSwatch(COLOUR.lost), text('no_longer_covered')));
  const standard = DATA.standards[state.standard];
  const straight = STRINGS[standard.mode] === 'straight';
  const kind = [straight ? '' : word('modes', STRINGS[standard.mode]), word('cost_kinds', STRINGS[standard.kind]), straight ? '' : word('directions', STRINGS[standard.direction]), '≤\u00a0' + unbroken(STRINGS[standard.limit])].filter(Boolean);
  found.push(note(kind.join(' · ')));
  for (const unit of wholeUnits) {
    if (wholeUnits.length > 1) found.push(element('h4', '', units[unit].name));
    found.push(shareBars(unit));
  }
  found.push(note(text('coverage_note', { group: word('groups', META.group) })));
  if (META.people_year) found.push(note(text('people_drawn', { year: META.people_year, final: META.final_year })));
  return found;
}

// Two rates with their denominators, before and after.
function shareBars(unit) {
  const wanted = [STRINGS[DATA.standards[state.standard].group], 'places'];
  const bars = coverageRows(state.standard, unit).filter(function (row) { return wanted.includes(row.group); }).sort(function (a) { return a.group === 'places' ? 1 : -1; });
  return element('div', 'bars', bars.map(function (row) {
    const places = row.group === 'places', share = function (side) { return row.total[side] ? 100 * row.covered[side] / row.total[side] : 0; };
    const bar = element('div', 'bar', [element('i', 'before'), element('i', 'after')]);
    bar.firstChild.style.width = Math.min(share(0), share(1)) + '%';
    bar.lastChild.style.width = Math.max(0, share(1) - share(0)) + '%';
    const name = places ? text('share_places') : text('share_people', { group: word('groups', row.group) });
    return element('div', '', [
      element('div', 'line', [element('span', '', name), element('b', '', percent(row.covered[0], row.total[0]) + ' → ' + percent(row.covered[1], row.total[1]))]),
      bar,
      note(text('covered_of', { covered: number(row.covered[state.side], 0), total: places ? number(row.total[state.side], 0) + ' ' + text('points') : counted(row.total[state.side], row.group) })),
    ]);
  }));
}

function findingLegend() {
  const view = DATA.views[state.view], now = state.side ? view.after : view.before, rowsOfView = viewRows[state.view];
  const before = view.before, onPoints = rowsOfView.points.size > 0;
  const count = function (i) { return before[i] === view.after[i] ? number(now[i], 0) : number(before[i], 0) + ' → ' + number(view.after[i], 0); };
  const mark = function (status, fill) {
    return onPoints ? function (ctx, x, y) { statusSymbol(ctx, status, x, y, 6); } : boxSwatch(fill);
  };
  const found = [entry(mark('met', FILLS.met), word('statuses', 'met'), count(0))];
  if (state.side) found.push(entry(mark('gained', FILLS.gained), text('met_by_plan')));
  found.push(entry(mark('gap', FILLS.gap), word('statuses', 'gap'), count(1)));
  found.push(entry(mark('not_evaluable', hatching), word('statuses', 'not_evaluable'), count(2)));
  found.push(note(text('findings_note', { n: number(rowsOfView.all.length, 0) })));
  const years = yearChips(rowsOfView.all);
  if (years) found.push(years);
  found.push(note([STRINGS[view.section], STRINGS[view.lead_department]].filter(Boolean).join(' · ')));
  const confirmed = view.confirmed === null ? '' : text(view.confirmed ? 'standard_confirmed' : 'standard_unconfirmed');
  if (STRINGS[view.standard]) found.push(note(text('standard') + ': ' + [STRINGS[view.standard], STRINGS[view.limit], confirmed].filter(Boolean).join(' · ')));
  if (joined(rowsOfView)) found.push(note(text('joined_note')));
  const lost = rowsOfView.all.filter(function (i) { return findings.shape[i] < 0 && findings.facility[i] < 0; }).length;
  if (lost) found.push(note(text('not_drawn', { n: lost })));
  return found;
}

// A mandate that counts years and speaks of one unit shows each year.
function yearChips(rowsOfOne) {
  const counted = rowsOfOne.filter(function (i) { return findings.year[i]; });
  if (!counted.length || counted.length > 12) return null;
  return element('div', 'years', counted.map(function (i) {
    const status = STATUS[statusOf(i, state.side)];
    return chip(status || 'not_evaluable', findings.year[i] + ' ' + (status ? word('statuses', status) : '–'));
  }));
}

function joined(rowsOfView) {
  return Array.from(rowsOfView.shapes.values()).some(function (list) { return list.length > 1; });
}
