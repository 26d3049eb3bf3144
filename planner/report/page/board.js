// The board: one canvas over the map on which painters draw, one after another, from the ground up.
//
// A painter is {layer, paint(ctx, view), hit(view, x, y)}; `layer` names the tick that shows it; hit returns
// {at, content, title} for what lies under a point of the canvas, or null.

const Board = L.Renderer.extend({
  options: { padding: 0.2 },

  initialize: function (painters) {
    L.Renderer.prototype.initialize.call(this, {});
    this._painters = painters;
  },

  _initContainer: function () {
    this._container = document.createElement('canvas');
    this._container.className = 'board';
    this._ctx = this._container.getContext('2d');
  },

  _destroyContainer: function () {
    this._container.remove();
    this._container = this._ctx = null;
  },

  _update: function () {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize(), ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = Math.round(size.x * ratio);
    this._container.height = Math.round(size.y * ratio);
    this._container.style.width = size.x + 'px';
    this._container.style.height = size.y + 'px';
    this.paint();
  },

  view: function () {
    const origin = this._map.getPixelOrigin().add(this._bounds.min), size = this._bounds.getSize(), zoom = this._map.getZoom();
    const scale = 256 * Math.pow(2, zoom);
    return {
      scale: scale, ox: origin.x, oy: origin.y, width: size.x, height: size.y, zoom: zoom, detail: zoom - home.zoom,
      box: [origin.x / scale, origin.y / scale, (origin.x + size.x) / scale, (origin.y + size.y) / scale],
      labels: [],
    };
  },

  paint: function () {
    const ctx = this._ctx, ratio = window.devicePixelRatio || 1, view = this.view();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, view.width, view.height);
    this.drawn = {};
    for (const painter of this._painters) {
      if (!state.layers[painter.layer]) continue;
      ctx.save();
      this.drawn[painter.layer] = (this.drawn[painter.layer] || 0) + (painter.paint(ctx, view) || 0);
      ctx.restore();
    }
    document.documentElement.dataset.painted = Math.round(performance.now());
  },

  // What lies under a point of the map, the topmost first.
  find: function (latlng) {
    const view = this.view(), point = this._map.project(latlng, view.zoom);
    for (const painter of this._painters.slice().reverse()) {
      const found = state.layers[painter.layer] && painter.hit && painter.hit(view, point.x - view.ox, point.y - view.oy);
      if (found) return found;
    }
    return null;
  },
});

function overlaps(box, view) {
  return box[0] < view.box[2] && box[2] > view.box[0] && box[1] < view.box[3] && box[3] > view.box[1];
}

function trace(ctx, line, view) {
  const p = line.points;
  ctx.moveTo(p[0] * view.scale - view.ox, p[1] * view.scale - view.oy);
  for (let i = 2; i < p.length; i += 2) ctx.lineTo(p[i] * view.scale - view.ox, p[i + 1] * view.scale - view.oy);
}

function outline(ctx, shape, view) {
  ctx.beginPath();
  for (const part of shape.parts) {
    trace(ctx, part, view);
    ctx.closePath();
  }
}

// The index of the point of `table` nearest to x, y of the canvas within `reach` pixels, among those that `counts`.
function nearest(table, view, x, y, reach, counts) {
  let best = -1, least = reach * reach;
  for (let i = 0; i < table.count; i += 1) {
    const dx = table.x[i] * view.scale - view.ox - x, dy = table.y[i] * view.scale - view.oy - y, far = dx * dx + dy * dy;
    if (far <= least && (!counts || counts(i))) {
      least = far;
      best = i;
    }
  }
  return best;
}

// A name with a white halo, unless it would lie on another one.
function label(ctx, view, name, x, y, font, colour) {
  ctx.font = font;
  const width = ctx.measureText(name).width + 8, height = parseFloat(font.match(/[\d.]+px/)[0]) + 6;
  const box = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  if (box[2] < 0 || box[0] > view.width || box[3] < 0 || box[1] > view.height) return false;
  for (const other of view.labels) if (box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]) return false;
  view.labels.push(box);
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = 'rgba(255, 255, 255, .9)';
  ctx.strokeText(name, x, y);
  ctx.fillStyle = colour;
  ctx.fillText(name, x, y);
  return true;
}

const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", sans-serif';
