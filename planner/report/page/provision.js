// Provision: facilities that stand, sites that may be used, projects of the plan.

const facilities = placed(DATA.facilities);
const facilityService = DATA.facilities.service.map(function (i) { return STRINGS[i]; });
const sites = placed(DATA.sites);
const plan = placed(DATA.plan);
const planService = DATA.plan.service.map(function (i) { return STRINGS[i]; });

for (const service of services) state.services[service] = true;

function facilityShown(i) { return state.services[facilityService[i]]; }

function symbolSize(view) { return Math.min(8, Math.max(3.6, 4.2 + 0.8 * view.detail)); }

const facilityPainter = {
  layer: 'facilities',
  paint: function (ctx, view) {
    const r = symbolSize(view);
    let drawn = 0;
    for (let i = 0; i < facilities.count; i += 1) {
      if (!facilityShown(i)) continue;
      const x = facilities.x[i] * view.scale - view.ox, y = facilities.y[i] * view.scale - view.oy;
      if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
      const style = serviceStyle(facilityService[i]);
      symbol(ctx, style.shape, x, y, r, style.colour, STRINGS[DATA.facilities.status[i]] !== '现状');
      drawn += 1;
    }
    return drawn;
  },
  hit: function (view, x, y) {
    const i = nearest(facilities, view, x, y, symbolSize(view) + 3, facilityShown);
    return i < 0 ? null : facilityFound(i);
  },
};

function facilityFound(i) {
  return { at: latLng(facilities.x[i], facilities.y[i]), title: STRINGS[DATA.facilities.name[i]], content: function () { return facilityPopup(i); } };
}

const sitePainter = {
  layer: 'sites',
  paint: function (ctx, view) {
    const r = Math.min(6, Math.max(2.4, 3 + 0.6 * view.detail));
    let drawn = 0;
    for (let i = 0; i < sites.count; i += 1) {
      const x = sites.x[i] * view.scale - view.ox, y = sites.y[i] * view.scale - view.oy;
      if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
      siteSymbol(ctx, x, y, r, DATA.sites.excluded[i]);
      drawn += 1;
    }
    return drawn;
  },
  hit: function (view, x, y) {
    const i = nearest(sites, view, x, y, 8);
    return i < 0 ? null : siteFound(i);
  },
};

function siteFound(i) {
  return { at: latLng(sites.x[i], sites.y[i]), title: STRINGS[DATA.sites.name[i]], content: function () { return sitePopup(i); } };
}

// A hollow square, crossed out where a rule excludes the site.
function siteSymbol(ctx, x, y, r, excluded) {
  ctx.beginPath();
  ctx.rect(x - r, y - r, 2 * r, 2 * r);
  ctx.fillStyle = excluded ? 'rgba(225, 225, 225, .9)' : 'rgba(255, 255, 255, .9)';
  ctx.fill();
  ctx.strokeStyle = excluded ? '#8a8f94' : '#7a5195';
  ctx.lineWidth = 1.5;
  if (excluded) {
    ctx.moveTo(x - r, y - r);
    ctx.lineTo(x + r, y + r);
    ctx.moveTo(x + r, y - r);
    ctx.lineTo(x - r, y + r);
  }
  ctx.stroke();
}

function pinSize(view) { return Math.min(12, Math.max(6, 6.6 + 1.5 * view.detail)); }

function planShown(i) { return state.services[planService[i]]; }

const planPainter = {
  layer: 'plan',
  paint: function (ctx, view) {
    const size = pinSize(view);
    let drawn = 0;
    ctx.globalAlpha = state.side ? 1 : 0.3; // not there yet
    for (const i of southward) {
      if (!planShown(i)) continue;
      const x = plan.x[i] * view.scale - view.ox, y = plan.y[i] * view.scale - view.oy;
      if (x < -20 || y < -20 || x > view.width + 20 || y > view.height + 40) continue;
      pin(ctx, x, y, size, serviceStyle(planService[i]), STRINGS[DATA.plan.action[i]] === 'build');
      if (view.detail >= 1.5) label(ctx, view, String(DATA.plan.complete[i]), x, y + 8, '600 11px ' + FONT, COLOUR.ink);
      drawn += 1;
    }
    return drawn;
  },
  hit: function (view, x, y) {
    const i = nearest(plan, view, x, y + pinSize(view) * 1.55, pinSize(view) + 3, planShown);
    return i < 0 ? null : planFound(i);
  },
};

// Pins farther south cover those behind them.
const southward = Array.from({ length: plan.count }, function (_, i) { return i; }).sort(function (a, b) { return plan.y[a] - plan.y[b]; });

function planFound(i) {
  return { at: latLng(plan.x[i], plan.y[i]), title: STRINGS[DATA.plan.name[i]], lift: true, content: function () { return planPopup(i); } };
}
