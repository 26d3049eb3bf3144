// The panel: before or after, layers with their legends, search, language. Made anew whenever something is chosen.

const LAYERS = ['coverage', 'gaps', 'findings', 'plan', 'facilities', 'sites', 'exclusions', 'land', 'roads'];

function layerThere(name) {
  return { coverage: DATA.standards.length, gaps: DATA.standards.length, findings: DATA.views.length, plan: plan.count, facilities: facilities.count, sites: sites.count, exclusions: exclusions.length, land: drawnUnits.length, roads: roads.length }[name] > 0;
}

function changed() {
  const focus = document.activeElement && document.activeElement.id;
  drawPanel();
  board.paint();
  if (focus && document.getElementById(focus)) document.getElementById(focus).focus();
}

function drawPanel() {
  const panel = document.getElementById('panel');
  const keep = panel.querySelector('.scroll') ? panel.querySelector('.scroll').scrollTop : 0;
  panel.replaceChildren(sideSwitch(), searchBox(), element('div', 'scroll', [headline()].concat(LAYERS.filter(layerThere).map(layerBlock))));
  panel.querySelector('.scroll').scrollTop = keep;
}

// Before or after: two buttons of which one is pressed.
function sideSwitch() {
  const make = function (side, words) {
    const button = element('button', state.side === side ? 'on' : '', words);
    button.id = 'side-' + side;
    button.type = 'button';
    button.setAttribute('aria-pressed', String(state.side === side));
    button.onclick = function () { state.side = side; map.closePopup(); changed(); };
    return button;
  };
  const group = element('div', 'sides', [make(0, text('before_year', { year: META.base_year })), make(1, text('after_year', { year: META.final_year }))]);
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', text('sides'));
  return group;
}

function headline() {
  const cell = function (value, words, className) { return element('div', 'figure ' + (className || ''), [element('b', '', value), element('span', '', words)]); };
  return element('div', 'headline', [
    cell(number(META.gaps[0], 0) + ' → ' + number(META.gaps[1], 0), text('gaps_of', { n: number(META.findings, 0) }), 'wide'),
    cell(number(META.projects, 0), text('projects')),
    META.cost_wan === null ? cell('–', text('cost') + ' (' + text('not_supplied') + ')') : cell(number(META.cost_wan, 0), text('cost') + ' (' + text('wan_yuan') + ')'),
  ]);
}

function layerBlock(name) {
  const tick = element('input');
  tick.type = 'checkbox';
  tick.id = 'layer-' + name;
  tick.checked = state.layers[name];
  tick.onchange = function () { state.layers[name] = tick.checked; changed(); };
  const caption = element('label', '', [tick, element('span', '', text('layer_' + name))]);
  caption.htmlFor = tick.id;
  const block = element('section', 'layer', caption);
  if (!state.layers[name]) return block;
  const body = element('div', 'legend', chooser(name));
  if (name === 'findings') body.appendChild(element('p', 'quote', mandateName(DATA.views[state.view])));
  for (const part of LEGENDS[name]()) if (part) body.appendChild(part);
  block.appendChild(body);
  return block;
}

// The choice that belongs to a layer: which standard, which mandate.
function chooser(name) {
  if (name === 'coverage' || (name === 'gaps' && !state.layers.coverage)) return select('standard', DATA.standards.map(function (_, i) { return standardName(i); }));
  if (name === 'findings') return select('view', DATA.views.map(viewName), DATA.views.map(mandateName));
  return null;
}

function viewName(view) {
  return word('levels', STRINGS[view.level]) + ' · ' + word('statuses', 'gap') + ' ' + view.before[1] + ' → ' + view.after[1];
}

// Names under a heading each, where headings are given.
function select(key, names, headings) {
  const made = element('select');
  made.id = 'choose-' + key;
  made.setAttribute('aria-label', text('choose_' + key));
  names.forEach(function (name, i) {
    const option = element('option', '', name);
    option.value = String(i);
    if (headings && (i === 0 || headings[i] !== headings[i - 1])) {
      made.appendChild(element('optgroup'));
      made.lastChild.label = headings[i];
    }
    (headings ? made.lastChild : made).appendChild(option);
  });
  made.value = String(state[key]);
  made.onchange = function () { state[key] = Number(made.value); map.closePopup(); changed(); };
  return made;
}

// ---------------------------------------------------------------------------------------------- search

const SEARCHED = 12;

function searchBox() {
  const box = element('input');
  box.type = 'search';
  box.id = 'search';
  box.placeholder = text('search');
  box.setAttribute('aria-label', text('search'));
  const list = element('div', 'results');
  list.setAttribute('aria-live', 'polite');
  box.value = state.search || '';
  box.oninput = function () { state.search = box.value; showResults(list, box.value); };
  box.onkeydown = function (event) {
    if (event.key === 'Escape') { box.value = state.search = ''; showResults(list, ''); }
    if (event.key === 'Enter' && list.querySelector('button')) list.querySelector('button').click();
  };
  showResults(list, box.value);
  return element('div', 'search', [box, list]);
}

function showResults(list, typed) {
  const wanted = typed.trim().toLowerCase();
  const found = wanted ? matches(wanted) : [];
  const items = found.slice(0, SEARCHED).map(function (hit) {
    const button = element('button', '', [element('span', 'name', hit.name || text('unnamed')), element('span', 'quiet', hit.kind)]);
    button.type = 'button';
    button.onclick = function () { go(hit.open()); };
    return button;
  });
  if (wanted && !found.length) items.push(note(text('nothing_found')));
  if (found.length > SEARCHED) items.push(note(text('more', { n: found.length - SEARCHED })));
  list.replaceChildren.apply(list, items);
}

function matches(wanted) {
  const found = [], has = function (name) { return name.toLowerCase().includes(wanted); };
  units.forEach(function (unit, i) {
    if ((has(unit.name) || unit.code === wanted) && outlined(i) >= 0) found.push({ name: unit.name, kind: word('levels', unit.level), open: function () { return unitFound(i); } });
  });
  const tables = [[DATA.plan, text('project'), planFound], [DATA.facilities, null, facilityFound], [DATA.sites, text('site'), siteFound]];
  for (const table of tables) {
    table[0].name.forEach(function (name, i) {
      if (has(STRINGS[name]) || STRINGS[table[0].id[i]].toLowerCase() === wanted) found.push({ name: STRINGS[name], kind: table[1] || word('services', facilityService[i]), open: function () { return table[2](i); } });
    });
  }
  const rank = function (hit) { return hit.name.toLowerCase() === wanted ? 0 : hit.name.toLowerCase().startsWith(wanted) ? 1 : 2; };
  return found.sort(function (a, b) { return rank(a) - rank(b); });
}

// A unit without an outline is shown by the one it lies in.
function outlined(i) {
  let at = i;
  while (at >= 0 && !units[at].shape) at = units[at].parent;
  return at;
}

function unitFound(i) {
  const at = outlined(i), box = units[at].shape.box;
  return { at: latLng(units[at].x, units[at].y), bounds: L.latLngBounds(latLng(box[0], box[3]), latLng(box[2], box[1])), content: function () { return unitPopup(i); } };
}
