// People: demand points by whether they are covered, and the areas where they are not.

const demand = placed(DATA.demand);
demand.people = DATA.demand.people;

const typicalPeople = (function () {
  const sorted = demand.people.slice().sort(function (a, b) { return a - b; });
  return Math.max(1, sorted[Math.floor(sorted.length / 2)] || 1);
})();

// What a point is, by its digit (1 covered before, 2 after): before the plan, and after it.
const STATES = [['gap', 'already', 'gap', 'already'], ['gap', 'lost', 'gained', 'already']];
const ORDER = ['already', 'gap', 'lost', 'gained'];

const pointsByState = (function () {
  let key = '', found = {};
  return function () {
    if (key === state.standard + ':' + state.side) return found;
    const digits = DATA.demand.covered[state.standard] || '', names = STATES[state.side];
    key = state.standard + ':' + state.side;
    found = { already: [], gained: [], gap: [], lost: [] };
    for (let i = 0; i < digits.length; i += 1) found[names[digits.charCodeAt(i) - 48]].push(i);
    return found;
  };
})();

const coveragePainter = {
  layer: 'coverage',
  paint: function (ctx, view) {
    const groups = pointsByState(), size = Math.min(4.2, Math.max(1.15, 1.3 * Math.pow(1.24, view.detail)));
    let drawn = 0;
    for (const name of ORDER) {
      ctx.fillStyle = COLOUR[name];
      ctx.globalAlpha = name === 'already' ? 0.75 : 0.9;
      for (const i of groups[name] || []) {
        const x = demand.x[i] * view.scale - view.ox, y = demand.y[i] * view.scale - view.oy;
        if (x < -8 || y < -8 || x > view.width + 8 || y > view.height + 8) continue;
        dot(ctx, x, y, size * Math.min(1.7, Math.max(0.7, Math.sqrt(demand.people[i] / typicalPeople))));
        drawn += 1;
      }
    }
    return drawn;
  },
};

function dot(ctx, x, y, r) {
  if (r < 1.6) {
    ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
    return;
  }
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fill();
}

// ---------------------------------------------------------------------------------------------- gap areas

const gaps = DATA.gaps.map(function (table) { return Object.assign(placed(table), { table: table }); });

// The people of a large gap area (nine in ten are smaller) of the standard shown: what the circles are sized by.
const largeGap = (function () {
  const known = {};
  return function () {
    if (known[state.standard]) return known[state.standard];
    const side = gaps[0], people = side.table.people.filter(function (_, i) { return gapShown(side, i); });
    people.sort(function (a, b) { return a - b; });
    known[state.standard] = Math.max(1, people[Math.floor(people.length * 0.9)] || 1);
    return known[state.standard];
  };
})();

function gapRadius(view, people) {
  return Math.min(40, Math.max(3, 8.5 * Math.sqrt((people || 0) / largeGap()) * Math.min(2, 1 + 0.2 * Math.max(0, view.detail))));
}

function gapShown(side, i) { return side.table.standard[i] === state.standard; }

const gapPainter = {
  layer: 'gaps',
  paint: function (ctx, view) {
    const side = gaps[state.side];
    let drawn = 0;
    for (let i = 0; i < side.count; i += 1) {
      if (!gapShown(side, i)) continue;
      const x = side.x[i] * view.scale - view.ox, y = side.y[i] * view.scale - view.oy, r = gapRadius(view, side.table.people[i]);
      if (x < -r || y < -r || x > view.width + r || y > view.height + r) continue;
      ctx.beginPath();
      ctx.arc(x, y, r, 0, 2 * Math.PI);
      ctx.fillStyle = 'rgba(213, 94, 0, .14)';
      ctx.fill();
      ctx.strokeStyle = '#a34700';
      ctx.lineWidth = 1.4;
      ctx.stroke();
      if (r > 13) label(ctx, view, number(side.table.people[i], 0), x, y, '600 11.5px ' + FONT, '#7a3500');
      drawn += 1;
    }
    return drawn;
  },
  hit: function (view, x, y) {
    const side = gaps[state.side];
    let best = -1;
    for (let i = 0; i < side.count; i += 1) {
      const r = gapRadius(view, side.table.people[i]);
      if (gapShown(side, i) && Math.hypot(side.x[i] * view.scale - view.ox - x, side.y[i] * view.scale - view.oy - y) <= r) best = i;
    }
    return best < 0 ? null : { at: latLng(side.x[best], side.y[best]), title: text('gap_area'), content: function () { return gapPopup(side.table, best); } };
  },
};
