// What is said of one thing. Text enters the page only here and in the panel, and only as text nodes.

function rows(pairs) {
  const table = element('table', 'facts');
  for (const pair of pairs) {
    if (pair[1] === null || pair[1] === undefined || pair[1] === '') continue;
    table.appendChild(element('tr', '', [element('th', '', pair[0]), element('td', '', pair[1])]));
  }
  return table;
}

function popup(kind, title, parts) {
  return element('div', 'card', [element('div', 'kind', kind), element('h3', '', title || text('unnamed'))].concat(parts));
}

function chip(status, words) { return element('span', 'chip ' + status, words); }

// A quantity does not part from its unit at the end of a line.
function unbroken(words) { return words.split(' ').join('\u00a0'); }

function statusChip(i, side) {
  const status = STATUS[statusOf(i, side)];
  return status ? chip(status, word('statuses', status)) : '–';
}

function standardName(i) {
  const standard = DATA.standards[i];
  if (!standard) return '';
  const parts = [word('services', STRINGS[standard.service]), word('modes', STRINGS[standard.mode]), unbroken(STRINGS[standard.limit])];
  return parts.filter(Boolean).join(' · ');
}

function facilityPopup(i) {
  const table = DATA.facilities, say = function (section, column) { return STRINGS[table[column][i]] && word(section, STRINGS[table[column][i]]); };
  return popup(word('services', facilityService[i]), STRINGS[table.name[i]], [
    rows([
      [text('unit'), unitPath(table.unit[i])],
      [text('status'), word('facility_statuses', STRINGS[table.status[i]])],
      [text('opened'), STRINGS[table.status[i]] === '现状' ? null : table.opened[i]],
      [text('owner'), say('owners', 'owner')],
      [text('rank'), say('ranks', 'rank')],
      [text('capacity'), table.capacity[i] === null ? null : number(table.capacity[i])],
      [text('classes'), table.classes[i]],
      [text('largest_class'), table.largest_class[i]],
      [text('id'), STRINGS[table.id[i]]],
    ]),
  ]);
}

function sitePopup(i) {
  const table = DATA.sites;
  return popup(text('site'), STRINGS[table.name[i]], [
    table.excluded[i] ? chip('not_evaluable', text('site_excluded'))
      : STRINGS[table.adjust[i]] ? chip('gap', text('needs_adjustment')) : chip('met', text('site_usable')),
    rows([
      [text('unit'), unitPath(table.unit[i])],
      [text('land_use'), STRINGS[table.use[i]] && word('labels', STRINGS[table.use[i]])],
      [text('area'), table.area[i] === null ? null : number(table.area[i], 0) + ' m²'],
      [text('rules'), STRINGS[table.rules[i]]],
      [text('id'), STRINGS[table.id[i]]],
    ].concat(landRows(i))),
  ]);
}

// What the land-use review asks of a site; a row that nobody supplied is not shown.
function landRows(i) {
  const table = DATA.sites, need = function (name) {
    if (table[name][i] < 0) return null;
    return text(table[name][i] ? 'needed' : 'not_needed') + ' (' + word('bases', STRINGS[table[name + '_basis'][i]]) + ')';
  };
  const proposed = STRINGS[table.origin[i]] && STRINGS[table.origin[i]] !== 'supplied';
  return [
    [text('needs_adjustment'), STRINGS[table.adjust[i]]],
    [text('origin'), proposed ? word('origins', STRINGS[table.origin[i]]) + ' · ' + text('no_parcel') : null],
    [text('parcel'), STRINGS[table.parcel[i]]],
    [text('tenure'), STRINGS[table.tenure[i]]],
    [text('current_use'), STRINGS[table.current[i]]],
    [text('supply_status'), STRINGS[table.supply[i]]],
    [text('supply_mode'), STRINGS[table.mode[i]]],
    [text('conversion'), need('conversion')],
    [text('expropriation'), need('expropriation')],
    [text('village_plan'), STRINGS[table.village_plan[i]]],
  ];
}

function planPopup(i) {
  const table = DATA.plan, group = STRINGS[table.group[i]];
  const kind = word('actions', STRINGS[table.action[i]]) + ' · ' + word('services', planService[i]);
  return popup(text('project') + ' · ' + kind, STRINGS[table.name[i]], [
    rows([
      [text('unit'), unitPath(table.unit[i])],
      [text('years'), text('from_to', { start: table.start[i], complete: table.complete[i] })],
      [text('cost'), table.cost_wan[i] === null ? text('not_supplied') : number(table.cost_wan[i]) + ' ' + text('wan_yuan')],
      [text('gained'), table.gained[i] === null ? null : counted(table.gained[i], group) + ' (' + word('groups', group) + ')'],
      [text('alone'), table.alone[i] === null ? null : counted(table.alone[i], group)],
      [text('by_standard'), table.standard[i] < 0 ? null : standardName(table.standard[i])],
    ].concat(table.site[i] < 0 ? [] : landRows(table.site[i]))),
    closedList(table.closes[i]),
  ]);
}

function closedList(indexes) {
  if (!indexes.length) return element('p', 'quiet', text('closes_none'));
  const items = indexes.slice(0, 8).map(function (i) {
    const view = DATA.views[findings.view[i]], year = findings.year[i] ? ' · ' + findings.year[i] : '';
    return element('li', '', [element('b', '', STRINGS[findings.name[i]] + year), element('br'), mandateName(view)]);
  });
  if (indexes.length > 8) items.push(element('li', 'quiet', text('more', { n: indexes.length - 8 })));
  return element('div', '', [element('h4', '', text('closes', { n: indexes.length })), element('ul', 'closed', items)]);
}

function mandateName(view) {
  const id = STRINGS[view.mandate], own = word('labels', id);
  return own === id && state.language === 'zh' && STRINGS[view.quote] ? STRINGS[view.quote] : own;
}

function gapPopup(table, i) {
  const standard = DATA.standards[table.standard[i]], time = STRINGS[standard.kind] === 'travel_time_s';
  const cost = table.cost[i] === null ? '' : ' · ' + (time ? number(table.cost[i] / 60) + ' min' : metres(table.cost[i]));
  return popup(text('gap_area'), standardName(table.standard[i]), [
    rows([
      [text('gap_people'), counted(table.people[i], STRINGS[standard.group]) + ' (' + word('groups', STRINGS[standard.group]) + ')'],
      [text('gap_points'), number(table.points[i], 0)],
      [text('unit'), unitPath(table.unit[i])],
      [text('gap_reason'), word('gap_reasons', STRINGS[table.reason[i]])],
      [text('nearest'), (STRINGS[table.nearest[i]] || text('none_reachable')) + cost],
    ]),
  ]);
}

function exclusionPopup(area) { return popup(text('layer_exclusions'), area.rule, []); }

function unitPopup(i) {
  const place = unitPath(units[i].parent), parts = [];
  const drawn = state.layers.findings && viewRows.length ? viewRows[state.view].shapes.get(i) : null;
  if (drawn) parts.push(findingList(drawn));
  if (!drawn || state.layers.coverage || state.layers.gaps) parts.push(coverageTable(i));
  return popup(word('levels', units[i].level) + (place ? ' · ' + place : ''), units[i].name, parts);
}

function coverageTable(unit) {
  const found = DATA.standards.length ? coverageRows(state.standard, unit) : [];
  if (!found.length) return null;
  const head = element('tr', '', [element('th', '', ''), element('th', '', text('before')), element('th', '', text('after')), element('th', '', text('of'))]);
  const lines = found.map(function (row) {
    const places = row.group === 'places', name = places ? text('share_places') : text('share_people', { group: word('groups', row.group) });
    const last = places ? number(row.total[1], 0) + ' ' + text('points') : counted(row.total[1], row.group);
    const whole = row.total[0] === row.total[1] ? last : number(row.total[0], 0) + ' → ' + last;
    return element('tr', '', [element('th', '', name), element('td', '', percent(row.covered[0], row.total[0])), element('td', 'strong', percent(row.covered[1], row.total[1])), element('td', 'quiet', whole)]);
  });
  return element('div', '', [element('h4', '', text('coverage_of', { standard: standardName(state.standard) })), element('table', 'shares', [head].concat(lines))]);
}

function findingPopup(indexes) {
  return popup(word('levels', STRINGS[DATA.views[state.view].level]), STRINGS[findings.name[indexes[0]]], [findingList(indexes)]);
}

function findingList(indexes) {
  const view = DATA.views[state.view], parts = [element('h4', '', mandateName(view))];
  if (indexes.length > 1) parts.push(element('p', 'quiet', countsOf(indexes)));
  const unmet = indexes.filter(function (i) { return rank(i) > 0; });
  const worst = (unmet.length ? unmet : indexes).slice().sort(function (a, b) { return rank(b) - rank(a); });
  for (const i of worst.slice(0, indexes.length > 1 ? 6 : 1)) parts.push(findingFacts(i, indexes.length > 1));
  if (worst.length > 6) parts.push(element('p', 'quiet', text('more', { n: worst.length - 6 })));
  return element('div', 'findings', parts);
}

function rank(i) { return { gap: 2, not_evaluable: 1 }[STATUS[statusOf(i, state.side)]] || 0; }

function countsOf(indexes) {
  return STATUS.map(function (status) {
    const count = indexes.filter(function (i) { return STATUS[statusOf(i, state.side)] === status; }).length;
    return word('statuses', status) + ' ' + count;
  }).join(' · ');
}

function findingFacts(i, named) {
  const measured = state.side ? findings.measured_after[i] : findings.measured_before[i];
  const people = state.side ? findings.people_affected_after[i] : findings.people_affected_before[i];
  const suffix = (state.language === 'zh' ? '' : '_en') + (state.side ? '_after' : '_before');
  const title = [named ? STRINGS[findings.name[i]] + ' ' : '', findings.year[i] ? findings.year[i] + ' ' : ''].join('');
  return element('div', 'finding', [
    element('div', 'line', [title, statusChip(i, 0), ' → ', statusChip(i, 1)]),
    rows([
      [text('measured'), measured === null ? null : number(measured, 2) + ' / ' + number(findings.required[i], 2) + ' ' + word('units', STRINGS[findings.measure[i]])],
      [text('affected'), people ? counted(people, META.group) : null],
      [text('reason'), STRINGS[findings['reason' + suffix][i]]],
    ]),
  ]);
}
