import { type PointerEvent, useState } from "react";

export interface SparkPoint {
  /** Unix milliseconds. */
  readonly at: number;
  readonly value: number;
}

interface SparklineProps {
  readonly label: string;
  readonly points: readonly SparkPoint[];
  /** Called with the point under the pointer, null when it leaves. */
  readonly onPoint: (point: SparkPoint | null) => void;
}

const WIDTH = 100;
const HEIGHT = 32;
const HEADROOM = 1.12;

/** A small time series from zero up, with a read-out under the pointer. */
export function Sparkline({ label, points, onPoint }: SparklineProps) {
  const [at, setAt] = useState<number | null>(null);
  const first = points[0];
  const last = points[points.length - 1];
  if (first === undefined || last === undefined)
    return <div className="spark spark-none" aria-hidden="true" />;

  const span = Math.max(1, last.at - first.at);
  const top = Math.max(...points.map((point) => point.value), Number.MIN_VALUE) * HEADROOM;
  const x = (point: SparkPoint) => (points.length === 1 ? WIDTH : ((point.at - first.at) / span) * WIDTH);
  const y = (point: SparkPoint) => HEIGHT - 1 - (Math.max(0, point.value) / top) * (HEIGHT - 2);
  const line = points.map((point) => `${x(point).toFixed(2)},${y(point).toFixed(2)}`).join(" ");
  const marked = at === null ? undefined : points[at];

  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / Math.max(1, box.width);
    let nearest = 0;
    points.forEach((point, index) => {
      const best = points[nearest] ?? first;
      if (Math.abs(x(point) / WIDTH - share) < Math.abs(x(best) / WIDTH - share)) nearest = index;
    });
    setAt(nearest);
    onPoint(points[nearest] ?? null);
  };
  const leave = () => {
    setAt(null);
    onPoint(null);
  };

  return (
    <div className="spark" role="img" aria-label={label} onPointerMove={follow} onPointerLeave={leave}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        <polygon className="spark-area" points={`${x(first)},${HEIGHT} ${line} ${x(last)},${HEIGHT}`} />
        <polyline className="spark-line" points={line} vectorEffect="non-scaling-stroke" />
      </svg>
      {marked && (
        <span
          className="spark-dot"
          style={{ left: `${x(marked)}%`, top: `${(y(marked) / HEIGHT) * 100}%` }}
        />
      )}
    </div>
  );
}
