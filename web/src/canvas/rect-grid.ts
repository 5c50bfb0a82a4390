// Which rectangles of the screen are taken: a grid of buckets, so that asking is cheap and exact.
// Arrays grow and are kept between frames; a frame allocates nothing.

const CELL_WIDTH = 96;
const CELL_HEIGHT = 48;
/** Buckets in each direction: a screen of 12,000 × 6,000 px. */
const CELLS_MAX = 128;

export class RectGrid {
  private columns = 1;
  private rows = 1;
  private originX = 0;
  private originY = 0;
  private heads = new Int32Array(1);
  private next = new Int32Array(1024);
  private rectOf = new Int32Array(1024);
  private links = 0;
  private rects = new Float32Array(4096);
  private count = 0;

  /** Forgets everything and covers the given area; what lies outside falls into the outer buckets. */
  reset(x0: number, y0: number, x1: number, y1: number): void {
    this.originX = x0;
    this.originY = y0;
    this.columns = Math.min(CELLS_MAX, Math.max(1, Math.ceil((x1 - x0) / CELL_WIDTH)));
    this.rows = Math.min(CELLS_MAX, Math.max(1, Math.ceil((y1 - y0) / CELL_HEIGHT)));
    const cells = this.columns * this.rows;
    if (this.heads.length < cells) {
      this.heads = new Int32Array(cells);
    }
    this.heads.fill(-1, 0, cells);
    this.links = 0;
    this.count = 0;
  }

  add(x0: number, y0: number, x1: number, y1: number): void {
    if ((this.count + 1) * 4 > this.rects.length) {
      const rects = new Float32Array(this.rects.length * 2);
      rects.set(this.rects);
      this.rects = rects;
    }
    this.rects.set([x0, y0, x1, y1], this.count * 4);
    const [left, top, right, bottom] = this.cells(x0, y0, x1, y1);
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        this.link(row * this.columns + column, this.count);
      }
    }
    this.count++;
  }

  /** Whether any taken rectangle overlaps this one; touching sides do not. */
  hits(x0: number, y0: number, x1: number, y1: number): boolean {
    const [left, top, right, bottom] = this.cells(x0, y0, x1, y1);
    const { heads, next, rectOf, rects } = this;
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        for (let link = heads[row * this.columns + column] ?? -1; link >= 0; link = next[link] ?? -1) {
          const r = (rectOf[link] ?? 0) * 4;
          const apart =
            (rects[r] ?? 0) >= x1 ||
            (rects[r + 2] ?? 0) <= x0 ||
            (rects[r + 1] ?? 0) >= y1 ||
            (rects[r + 3] ?? 0) <= y0;
          if (!apart) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private cells(x0: number, y0: number, x1: number, y1: number): [number, number, number, number] {
    const column = (x: number) =>
      Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.originX) / CELL_WIDTH)));
    const row = (y: number) =>
      Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.originY) / CELL_HEIGHT)));
    return [column(x0), row(y0), column(x1), row(y1)];
  }

  private link(cell: number, rect: number): void {
    if (this.links === this.next.length) {
      const next = new Int32Array(this.links * 2);
      const rectOf = new Int32Array(this.links * 2);
      next.set(this.next);
      rectOf.set(this.rectOf);
      this.next = next;
      this.rectOf = rectOf;
    }
    this.next[this.links] = this.heads[cell] ?? -1;
    this.rectOf[this.links] = rect;
    this.heads[cell] = this.links;
    this.links++;
  }
}
