// Shapes and colours. Colours are those of Okabe and Ito, which people with any colour vision tell apart; every
// service has a shape of its own as well.

const COLOUR = {
  already: '#56b4e9', gained: '#009e73', gap: '#d55e00', lost: '#cc79a7', unknown: '#8a8f94',
  land: '#faf9f6', sea: '#dfe9ef', cell: '#a9b2b8', county: '#4d5a64', ink: '#1d2b36', selected: '#12344d',
};

const SERVICE_STYLES = {
  kindergarten: ['#e69f00', 'circle'],
  primary_school: ['#0072b2', 'square'],
  school: ['#0072b2', 'square'],
  township_health_centre: ['#cc79a7', 'cross'],
  fitness_park: ['#117a5a', 'triangle'],
  disaster_depot: ['#3c3c3c', 'diamond'],
};
const SPARE_STYLES = [['#f0e442', 'star'], ['#7a5195', 'hexagon'], ['#8c564b', 'pentagon'], ['#5a9bd4', 'triangle'], ['#999933', 'diamond'], ['#882255', 'circle']];

const services = (function () {
  const seen = [];
  for (const table of [DATA.facilities, DATA.plan]) {
    for (const name of table.service) if (!seen.includes(STRINGS[name])) seen.push(STRINGS[name]);
  }
  return seen;
})();

const serviceStyle = (function () {
  const found = new Map();
  let spare = 0;
  for (const service of services) {
    const known = Object.hasOwn(SERVICE_STYLES, service) ? SERVICE_STYLES[service] : SPARE_STYLES[spare++ % SPARE_STYLES.length];
    found.set(service, { colour: known[0], shape: known[1] });
  }
  return function (service) { return found.get(service) || { colour: COLOUR.ink, shape: 'circle' }; };
})();

function corners(ctx, x, y, radius, count, turn) {
  for (let i = 0; i < count; i += 1) {
    const angle = turn + 2 * Math.PI * i / count;
    ctx.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  ctx.closePath();
}

function starPath(ctx, x, y, r) {
  for (let i = 0; i < 10; i += 1) {
    const angle = -Math.PI / 2 + Math.PI * i / 5, at = i % 2 ? r * 0.5 : r * 1.2;
    ctx.lineTo(x + at * Math.cos(angle), y + at * Math.sin(angle));
  }
  ctx.closePath();
}

function crossPath(ctx, x, y, r) {
  const a = r * 0.38;
  const steps = [[-a, -r], [a, -r], [a, -a], [r, -a], [r, a], [a, a], [a, r], [-a, r], [-a, a], [-r, a], [-r, -a], [-a, -a]];
  for (const step of steps) ctx.lineTo(x + step[0], y + step[1]);
  ctx.closePath();
}

const SHAPES = {
  circle: function (ctx, x, y, r) { ctx.arc(x, y, r, 0, 2 * Math.PI); },
  square: function (ctx, x, y, r) { ctx.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76); },
  triangle: function (ctx, x, y, r) { corners(ctx, x, y + r * 0.18, r * 1.18, 3, -Math.PI / 2); },
  diamond: function (ctx, x, y, r) { corners(ctx, x, y, r * 1.18, 4, 0); },
  pentagon: function (ctx, x, y, r) { corners(ctx, x, y, r * 1.08, 5, -Math.PI / 2); },
  hexagon: function (ctx, x, y, r) { corners(ctx, x, y, r * 1.08, 6, 0); },
  star: starPath,
  cross: crossPath,
};

// One symbol: a white halo, the shape, a dark rim. `hollow` stands for what is not there yet.
function symbol(ctx, shape, x, y, r, colour, hollow) {
  ctx.beginPath();
  SHAPES[shape](ctx, x, y, r);
  ctx.lineJoin = 'round';
  ctx.strokeStyle = '#fff';
  ctx.lineWidth = 3;
  ctx.stroke();
  ctx.fillStyle = hollow ? '#fff' : colour;
  ctx.fill();
  ctx.strokeStyle = hollow ? colour : 'rgba(20, 30, 40, .75)';
  ctx.lineWidth = hollow ? 2 : 0.8;
  ctx.stroke();
}

// A pin whose tip is at x, y; solid for a new building, white with a coloured rim for work on an existing one.
function pin(ctx, x, y, size, style, isNew) {
  const head = y - size * 1.55;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.bezierCurveTo(x - size * 0.25, y - size * 0.6, x - size, head + size * 0.75, x - size, head);
  ctx.arc(x, head, size, Math.PI, 0);
  ctx.bezierCurveTo(x + size, head + size * 0.75, x + size * 0.25, y - size * 0.6, x, y);
  ctx.closePath();
  ctx.lineJoin = 'round';
  ctx.strokeStyle = '#fff';
  ctx.lineWidth = 4;
  ctx.stroke();
  ctx.fillStyle = isNew ? style.colour : '#fff';
  ctx.fill();
  ctx.strokeStyle = isNew ? COLOUR.ink : style.colour;
  ctx.lineWidth = isNew ? 1.3 : 2.4;
  ctx.stroke();
  ctx.beginPath();
  SHAPES[style.shape](ctx, x, head, size * 0.5);
  ctx.fillStyle = isNew ? '#fff' : style.colour;
  ctx.fill();
}

// Grey diagonal lines, for what could not be evaluated.
const hatching = (function () {
  let made = null;
  return function (ctx) {
    if (made) return made;
    const tile = document.createElement('canvas');
    tile.width = tile.height = 8;
    const pen = tile.getContext('2d');
    pen.fillStyle = 'rgba(200, 204, 208, .55)';
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = 'rgba(105, 112, 118, .9)';
    pen.lineWidth = 1.2;
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
    }
    pen.stroke();
    made = ctx.createPattern(tile, 'repeat');
    return made;
  };
})();
