// The ground: land, roads by class, excluded land, borders and names.

const drawnUnits = units.map(function (unit, i) { return i; }).filter(function (i) { return units[i].shape; });

const topLevel = (function () {
  for (const level of ['county', 'city', 'township']) if (drawnUnits.some(function (i) { return units[i].level === level; })) return level;
  return '';
})();

// From which zoom beyond the whole study each class is drawn, how broad and in which colour.
const ROADS = {
  motorway: [-9, 2.6, '#c9a66b'], trunk: [-9, 2.2, '#cfae78'], primary: [-9, 1.6, '#cdbd9f'], secondary: [-0.5, 1.1, '#d3ccbf'],
  tertiary: [1.5, 1.1, '#d2cec6'], residential: [2.5, 0.9, '#d9d6d0'], other: [3, 0.8, '#dedbd6'],
};

const roads = DATA.roads.map(function (entry) {
  return { name: entry.class, style: ROADS[entry.class], lines: entry.lines.map(traced) };
});

const borders = {};
for (const level in DATA.borders) borders[level] = DATA.borders[level].map(traced);

const landPainter = {
  layer: 'ground',
  paint: function (ctx, view) {
    ctx.fillStyle = COLOUR.land;
    for (const i of drawnUnits) {
      if (units[i].level !== topLevel || !overlaps(units[i].shape.box, view)) continue;
      outline(ctx, units[i].shape, view);
      ctx.fill('evenodd');
    }
  },
};

const roadPainter = {
  layer: 'roads',
  paint: function (ctx, view) {
    let drawn = 0;
    ctx.lineJoin = ctx.lineCap = 'round';
    for (const road of roads.slice().reverse()) {
      if (!roadShown(road, view)) continue;
      ctx.beginPath();
      for (const line of road.lines) {
        if (!overlaps(line.box, view)) continue;
        trace(ctx, line, view);
        drawn += 1;
      }
      ctx.strokeStyle = road.style[2];
      ctx.lineWidth = road.style[1] * Math.min(2.5, 1 + 0.22 * Math.max(0, view.detail));
      ctx.stroke();
    }
    return drawn;
  },
};

// A study small enough to show every street from the start does so.
function roadShown(road, view) {
  return view.detail >= road.style[0] || view.zoom >= 14.5;
}

const exclusions = DATA.exclusions.rings.map(function (rings, i) { return { rule: STRINGS[DATA.exclusions.rule[i]], shape: shaped(rings) }; });

const exclusionPainter = {
  layer: 'exclusions',
  paint: function (ctx, view) {
    let drawn = 0;
    for (const area of exclusions) {
      if (!area.shape || !overlaps(area.shape.box, view)) continue;
      outline(ctx, area.shape, view);
      ctx.fillStyle = 'rgba(122, 81, 149, .22)';
      ctx.fill('evenodd');
      ctx.strokeStyle = '#7a5195';
      ctx.lineWidth = 1.2;
      ctx.setLineDash([4, 3]);
      ctx.stroke();
      drawn += 1;
    }
    return drawn;
  },
  hit: function (view, x, y) {
    const wx = (x + view.ox) / view.scale, wy = (y + view.oy) / view.scale;
    const area = exclusions.find(function (entry) { return entry.shape && inside(entry.shape, wx, wy); });
    return area ? { at: latLng(wx, wy), title: area.rule, content: function () { return exclusionPopup(area); } } : null;
  },
};

const borderPainter = {
  layer: 'land',
  paint: function (ctx, view) {
    const close = view.detail >= 0.5;
    ctx.lineJoin = 'round';
    if (topLevel !== 'township') stroke(ctx, view, borders.township || [], COLOUR.cell, close ? 1 : 0.6, []);
    stroke(ctx, view, borders[topLevel] || [], 'rgba(255, 255, 255, .85)', 4, []);
    stroke(ctx, view, borders[topLevel] || [], COLOUR.county, 1.5, topLevel === 'county' ? [8, 2.5, 1.5, 2.5] : []);
    return drawnUnits.length;
  },
  hit: function (view, x, y) {
    const i = unitAt(view, x, y, ['township', 'county', 'city']);
    return i < 0 ? null : { at: latLng((x + view.ox) / view.scale, (y + view.oy) / view.scale), title: units[i].name, unit: i, content: function () { return unitPopup(i); } };
  },
};

function stroke(ctx, view, lines, colour, width, dashes) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dashes);
  ctx.beginPath();
  for (const line of lines) if (overlaps(line.box, view)) trace(ctx, line, view);
  ctx.stroke();
}

// The smallest unit of these levels under a point of the canvas.
function unitAt(view, x, y, levels) {
  const wx = (x + view.ox) / view.scale, wy = (y + view.oy) / view.scale;
  for (const level of levels) {
    for (const i of drawnUnits) {
      const box = units[i].shape.box;
      if (units[i].level === level && wx >= box[0] && wx <= box[2] && wy >= box[1] && wy <= box[3] && inside(units[i].shape, wx, wy)) return i;
    }
  }
  return -1;
}

const namePainter = {
  layer: 'land',
  paint: function (ctx, view) {
    const townships = view.detail >= 1.6 || topLevel === 'township';
    for (const i of drawnUnits) {
      const unit = units[i], x = unit.x * view.scale - view.ox, y = unit.y * view.scale - view.oy;
      if (unit.level === 'county') label(ctx, view, unit.name, x, y, '600 ' + (view.detail > 1 ? 17 : 14) + 'px ' + FONT, '#3a4853');
    }
    for (const i of drawnUnits) {
      const unit = units[i], x = unit.x * view.scale - view.ox, y = unit.y * view.scale - view.oy;
      if (unit.level === 'township' && townships) label(ctx, view, unit.name, x, y, '12px ' + FONT, '#53606a');
    }
  },
};
