// What of the drawing is in sight: pan, zoom, and the way there.

const NEAR = 2.5;
const STEP = 1.2;
const MARGIN = 24;

export class Camera {
  /** @param {HTMLElement} stage @param {SVGGElement} layer @param {() => void} moved */
  constructor(stage, layer, moved) {
    this.stage = stage;
    this.layer = layer;
    this.moved = moved;
    this.scale = 1;
    this.x = 0;
    this.y = 0;
    this.world = { width: 1, height: 1 };
    this.pointers = new Map();
    this.waiting = 0;
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.drag(event));
    stage.addEventListener("pointerup", (event) => this.up(event));
    stage.addEventListener("pointercancel", (event) => this.taken(event));
  }

  get size() {
    return { width: this.stage.clientWidth || 1, height: this.stage.clientHeight || 1 };
  }

  /** The part of the drawing in sight, with so much around it as a share of its size. */
  sight(more = 0) {
    const [width, height] = [this.size.width / this.scale, this.size.height / this.scale];
    return { x: -this.x / this.scale - width * more, y: -this.y / this.scale - height * more, width: width * (1 + 2 * more), height: height * (1 + 2 * more) };
  }

  get least() {
    const { width, height } = this.size;
    return Math.min(1, 0.9 * Math.min(width / this.world.width, height / this.world.height));
  }

  /** The drawing never leaves the stage altogether. */
  set(x, y, scale) {
    const { width, height } = this.size;
    Object.assign(this, { x: touching(x, this.world.width * scale, width), y: touching(y, this.world.height * scale, height), scale });
    if (!this.waiting) {
      this.waiting = requestAnimationFrame(() => {
        this.waiting = 0;
        this.layer.setAttribute("transform", `translate(${this.x} ${this.y}) scale(${this.scale})`);
        this.moved();
      });
    }
  }

  pan(dx, dy) {
    this.set(this.x + dx, this.y + dy, this.scale);
  }

  /** Closer or farther, around a point of the stage. */
  zoom(factor, point = { x: this.size.width / 2, y: this.size.height / 2 }) {
    const scale = Math.min(NEAR, Math.max(this.least, this.scale * factor));
    const share = scale / this.scale;
    this.set(point.x - (point.x - this.x) * share, point.y - (point.y - this.y) * share, scale);
  }

  closer() {
    this.zoom(STEP);
  }

  farther() {
    this.zoom(1 / STEP);
  }

  /** All of it. */
  fit() {
    const { width, height } = this.size;
    const scale = Math.min(1.1, this.least);
    this.set((width - this.world.width * scale) / 2, (height - this.world.height * scale) / 2, scale);
  }

  /** A place in the middle, readable, or as near to it as leaves nothing empty. @param {import("./scene.js").Rect} rect */
  centre(rect, scale = Math.max(this.scale, 0.9)) {
    const { width, height } = this.size;
    const x = width / 2 - (rect.x + rect.width / 2) * scale;
    const y = height / 2 - (rect.y + Math.min(rect.height, height / scale) / 2) * scale;
    this.set(filling(x, this.world.width * scale, width), filling(y, this.world.height * scale, height), scale);
  }

  /** Move no further than needed for a place to be in sight. */
  follow(rect) {
    const sight = this.sight(-0.08);
    const within = rect.x >= sight.x && rect.y >= sight.y && rect.x + rect.width <= sight.x + sight.width && rect.y + rect.height <= sight.y + sight.height;
    if (!within) this.centre(rect);
  }

  /** The wheel alone is the page's; with Ctrl, as which a pinch on a touchpad comes too, it goes closer. */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.stage.getBoundingClientRect();
    const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.01);
    this.zoom(factor, { x: event.clientX - box.left, y: event.clientY - box.top });
  }

  down(event) {
    if (event.button > 0) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.before = { x: this.x, y: this.y };
    this.dragged = false;
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    if (!this.dragged && Math.hypot(now.x - before.x, now.y - before.y) < 4) return;
    if (!this.dragged) this.stage.setPointerCapture(event.pointerId);
    this.dragged = true;
    if (this.pointers.size === 2) this.pinch(event.pointerId, before, now);
    else this.pan(now.x - before.x, now.y - before.y);
    this.pointers.set(event.pointerId, now);
  }

  pinch(moving, before, now) {
    const still = [...this.pointers].find(([id]) => id !== moving)[1];
    const box = this.stage.getBoundingClientRect();
    const spread = (point) => Math.max(1, Math.hypot(point.x - still.x, point.y - still.y));
    this.zoom(spread(now) / spread(before), { x: still.x - box.left, y: still.y - box.top });
  }

  up(event) {
    this.pointers.delete(event.pointerId);
  }

  /** The page scrolls with the finger: what it has moved so far goes back. */
  taken(event) {
    if (this.dragged && this.pointers.size === 1) this.set(this.before.x, this.before.y, this.scale);
    this.up(event);
  }
}

const touching = (start, whole, room) => Math.max(2 * MARGIN - whole, Math.min(room - 2 * MARGIN, start));

/** Where the drawing begins so that it fills the stage; one that is smaller stands in the middle. */
function filling(start, whole, room) {
  return whole < room ? (room - whole) / 2 : Math.max(room - whole - MARGIN, Math.min(MARGIN, start));
}
