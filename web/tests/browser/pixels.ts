// How different two pictures are, as a browser sees them.

import type { Session } from "./session";

/** A channel may differ by so much before the eye sees it: text is smoothed a little differently each time. */
const CHANNEL_SLACK = 40;

/** The share of pixels that differ, 0 to 1; 1 for another size. */
export async function difference(session: Session, one: Buffer, other: Buffer): Promise<number> {
  return session.onBlankPage(compare, [
    one.toString("base64"),
    other.toString("base64"),
    CHANNEL_SLACK,
  ] as const);
}

/** Runs in a page. */
async function compare([one, other, slack]: readonly [string, string, number]): Promise<number> {
  const pixels = async (base64: string) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context?.drawImage(image, 0, 0);
    return {
      size: `${image.width} ${image.height}`,
      data: context?.getImageData(0, 0, image.width, image.height).data,
    };
  };
  const [a, b] = [await pixels(one), await pixels(other)];
  if (a.size !== b.size || !a.data || !b.data) return 1;
  let differing = 0;
  for (let o = 0; o < a.data.length; o += 4) {
    const differs = [0, 1, 2].some((k) => Math.abs((a.data?.[o + k] ?? 0) - (b.data?.[o + k] ?? 0)) > slack);
    if (differs) differing += 1;
  }
  return differing / (a.data.length / 4);
}
