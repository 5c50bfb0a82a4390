// Areas in proportion to values, as square as they can be: the squarified treemap of Bruls, Huizing and
// van Wijk (2000). Pure geometry; the order of the values is the order of the boxes.

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box for each value, in its order; nothing overlaps, and together they fill `box`. Values of 0 have no area. */
export function treemap(values: readonly number[], box: Box): readonly Box[] {
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const boxes: Box[] = [];
  if (total <= 0 || box.width <= 0 || box.height <= 0)
    return values.map(() => ({ ...box, width: 0, height: 0 }));
  const areas = values.map((value) => (Math.max(0, value) / total) * box.width * box.height);
  let left = box;
  let from = 0;
  while (from < areas.length) {
    const to = rowEnd(areas, from, Math.min(left.width, left.height));
    const row = areas.slice(from, to);
    left = placeRow(row, left, to === areas.length, boxes);
    from = to;
  }
  return boxes;
}

/** As many areas as make a row along a side of length `side` without its worst box becoming less square. */
function rowEnd(areas: readonly number[], from: number, side: number): number {
  let sum = 0;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let worst = Number.POSITIVE_INFINITY;
  let at = from;
  for (; at < areas.length; at += 1) {
    const area = areas[at] ?? 0;
    if (area <= 0) continue;
    const nextSum = sum + area;
    const nextLeast = Math.min(least, area);
    const nextMost = Math.max(most, area);
    const square = side * side;
    const next = Math.max(
      (square * nextMost) / (nextSum * nextSum),
      (nextSum * nextSum) / (square * nextLeast),
    );
    if (next > worst) break;
    [sum, least, most, worst] = [nextSum, nextLeast, nextMost, next];
  }
  return Math.max(at, from + 1);
}

/** Puts a row along the shorter side of `box`; the rest of the box is the answer. */
function placeRow(row: readonly number[], box: Box, isLast: boolean, boxes: Box[]): Box {
  const sum = row.reduce((total, area) => total + area, 0);
  const isWide = box.width >= box.height;
  const side = isWide ? box.height : box.width;
  const whole = isWide ? box.width : box.height;
  const depth = isLast ? whole : Math.min(whole, side > 0 ? sum / side : 0);
  let along = 0;
  for (const area of row) {
    const length = sum > 0 ? (area / sum) * side : 0;
    boxes.push(
      isWide
        ? { x: box.x, y: box.y + along, width: area > 0 ? depth : 0, height: length }
        : { x: box.x + along, y: box.y, width: length, height: area > 0 ? depth : 0 },
    );
    along += length;
  }
  return isWide
    ? { ...box, x: box.x + depth, width: box.width - depth }
    : { ...box, y: box.y + depth, height: box.height - depth };
}
