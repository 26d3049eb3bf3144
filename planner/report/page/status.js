// Findings: units by whether they meet a mandate, one mandate and level at a time.

const findings = DATA.findings;
const STATUS = ['met', 'gap', 'not_evaluable'];

// The findings of each view, by the unit or facility that draws them.
const viewRows = DATA.views.map(function () { return { all: [], shapes: new Map(), points: new Map() }; });
findings.view.forEach(function (view, i) {
  const rows = viewRows[view];
  rows.all.push(i);
  const onPoint = findings.facility[i] >= 0 && findings.shape[i] < 0;
  const map = onPoint ? rows.points : rows.shapes, key = onPoint ? findings.facility[i] : findings.shape[i];
  if (key < 0) return;
  if (!map.has(key)) map.set(key, []);
  map.get(key).push(i);
});

function statusOf(i, side) { return side ? findings.status_after[i] : findings.status_before[i]; }

// What several findings drawn as one are: a gap if any is, then not evaluable if any is, else met; gained where the
// plan did it.
function jointStatus(rows) {
  let worst = 'met', gained = false;
  for (const i of rows) {
    const now = STATUS[statusOf(i, state.side)], before = STATUS[statusOf(i, 0)];
    if (now === 'gap') return 'gap';
    if (now === 'not_evaluable' || now === undefined) worst = 'not_evaluable';
    if (now === 'met' && before === 'gap') gained = true;
  }
  return worst === 'met' && gained ? 'gained' : worst;
}

const FILLS = { met: 'rgba(86, 180, 233, .42)', gained: 'rgba(0, 158, 115, .55)', gap: 'rgba(213, 94, 0, .62)' };

const findingPainter = {
  layer: 'findings',
  paint: function (ctx, view) {
    if (!viewRows.length) return 0;
    let drawn = 0;
    viewRows[state.view].shapes.forEach(function (rows, i) {
      if (!overlaps(units[i].shape.box, view)) return;
      const status = jointStatus(rows);
      outline(ctx, units[i].shape, view);
      ctx.globalAlpha = units[i].level === 'city' ? 0.5 : 1;
      ctx.fillStyle = status === 'not_evaluable' ? hatching(ctx) : FILLS[status];
      ctx.fill('evenodd');
      ctx.strokeStyle = 'rgba(255, 255, 255, .9)';
      ctx.lineWidth = 0.8;
      ctx.stroke();
      drawn += 1;
    });
    return drawn;
  },
};

function statusSymbol(ctx, status, x, y, r) {
  const colour = { met: COLOUR.already, gained: COLOUR.gained, gap: COLOUR.gap, not_evaluable: COLOUR.unknown }[status];
  symbol(ctx, status === 'gap' ? 'diamond' : 'circle', x, y, r, colour, status === 'not_evaluable');
}

// Findings without an outline stand at their facility.
const findingPointPainter = {
  layer: 'findings',
  paint: function (ctx, view) {
    if (!viewRows.length) return 0;
    let drawn = 0;
    const r = symbolSize(view) + 1.5;
    const gapsLast = Array.from(viewRows[state.view].points, function (pair) { return { at: pair[0], status: jointStatus(pair[1]) }; });
    gapsLast.sort(function (a, b) { return (a.status === 'gap') - (b.status === 'gap'); });
    for (const one of gapsLast) {
      const x = facilities.x[one.at] * view.scale - view.ox, y = facilities.y[one.at] * view.scale - view.oy;
      if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
      statusSymbol(ctx, one.status, x, y, one.status === 'gap' ? r + 1.5 : r);
      drawn += 1;
    }
    return drawn;
  },
  hit: function (view, x, y) {
    if (!viewRows.length) return null;
    const points = viewRows[state.view].points;
    const i = nearest(facilities, view, x, y, symbolSize(view) + 4, function (at) { return points.has(at); });
    return i < 0 ? null : { at: latLng(facilities.x[i], facilities.y[i]), title: STRINGS[findings.name[points.get(i)[0]]], content: function () { return findingPopup(points.get(i)); } };
  },
};
