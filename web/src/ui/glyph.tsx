import { type ReactElement, useMemo } from "react";

interface GlyphProps {
  /** The outline's name; an unknown one is drawn as a circle. */
  readonly shape: string;
  /** Index of the group hue, -1 for none. */
  readonly hue: number;
  /** px */
  readonly size?: number;
}

const SIDES: Readonly<Record<string, number>> = {
  triangle: 3,
  dottedtriangle: 3,
  pentagon: 5,
  hexagon: 6,
  heptagon: 7,
  octagon: 8,
};

/** Corners of a regular polygon in a box of 24, one corner up. */
function polygon(sides: number): string {
  const turn = sides === 8 ? Math.PI / 8 : 0;
  return Array.from({ length: sides }, (_, index) => {
    const angle = (2 * Math.PI * index) / sides - Math.PI / 2 + turn;
    return `${(12 + 9.5 * Math.cos(angle)).toFixed(2)},${(12 + 9.5 * Math.sin(angle)).toFixed(2)}`;
  }).join(" ");
}

function outline(shape: string): ReactElement {
  const sides = SIDES[shape];
  if (sides !== undefined) return <polygon points={polygon(sides)} />;
  switch (shape) {
    case "square":
      return <rect x="4" y="4" width="16" height="16" rx="3" />;
    case "cloud":
      return <path d="M7 18a4 4 0 0 1-.6-7.95 6 6 0 0 1 11.5 1.2A3.5 3.5 0 0 1 17.5 18Z" />;
    case "cylinder":
    case "dottedcylinder":
      return <path d="M5 6.5C5 4 19 4 19 6.5v11c0 2.5-14 2.5-14 0Zm0 0C5 9 19 9 19 6.5" />;
    case "sheet":
      return <path d="M6 3h8l4 4v14H6ZM14 3v4h4" />;
    default:
      return <circle cx="12" cy="12" r="9" />;
  }
}

/** A node's outline in its hue, small: for legends, tables and headers. */
export function Glyph({ shape, hue, size = 16 }: GlyphProps) {
  const path = useMemo(() => outline(shape), [shape]);
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke={hue < 0 ? "var(--map-pseudo)" : `var(--hue-${hue})`}
      strokeWidth="2.5"
      strokeLinejoin="round"
      strokeDasharray={shape.startsWith("dotted") ? "3 2" : undefined}
      aria-hidden="true"
    >
      {path}
    </svg>
  );
}

/** The product's mark: three nodes that talk. */
export function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M6.5 7.5 17 6M6.5 7.5 12 18M17 6l-5 12" stroke="var(--line-strong)" strokeWidth="2" />
      <circle cx="6.5" cy="7.5" r="3.5" fill="var(--hue-0)" />
      <circle cx="17.5" cy="6" r="2.75" fill="var(--hue-1)" />
      <circle cx="12" cy="18" r="4" fill="var(--hue-2)" />
    </svg>
  );
}
