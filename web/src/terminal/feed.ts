// What a terminal is still to take, handed over in pieces.
//
// A flood is handed over in large pieces, one at a time, each as large as can be taken between two
// frames: the screen is drawn less often then, and all that is left of the processor reads. The next
// follows by a message, for timers that follow timers are held back by the browser.

/** Bytes of a piece, least and most. */
const PIECE_BYTES_MIN = 32 << 10;
const PIECE_BYTES_MAX = 1 << 20;
/** A piece shall take so long, in ms: longer, and a key that is hit is felt to wait. */
const PIECE_MS_MIN = 20;
const PIECE_MS_MAX = 45;

/** Takes a piece, and says when it has. */
export type Take = (piece: Uint8Array, done: () => void) => void;

export class Feed {
  readonly #take: Take;
  readonly #channel = new MessageChannel();
  #waiting: Uint8Array[] = [];
  #pending = 0;
  #pieceBytes = PIECE_BYTES_MIN;
  #isBusy = false;
  #onTaken: () => void = () => undefined;

  constructor(take: Take) {
    this.#take = take;
    this.#channel.port1.onmessage = () => this.#next();
  }

  /** Bytes that were not taken yet. */
  get pending(): number {
    return this.#pending;
  }

  /** Hands bytes over after all before; `onTaken` is called after each piece from now on. */
  push(bytes: Uint8Array, onTaken: () => void): void {
    this.#onTaken = onTaken;
    if (bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.#pending += bytes.length;
    if (!this.#isBusy) this.#next();
  }

  /** Nothing is handed over any more. */
  close(): void {
    this.#waiting = [];
    this.#pending = 0;
    this.#channel.port1.close();
  }

  #next(): void {
    const piece = this.#piece();
    this.#isBusy = piece !== null;
    if (piece === null) return;
    const began = performance.now();
    this.#take(piece, () => {
      this.#pending -= piece.length;
      this.#suit(piece.length, performance.now() - began);
      if (this.#waiting.length === 0) this.#isBusy = false;
      else this.#channel.port2.postMessage(null);
      this.#onTaken();
    });
  }

  /** Up to so many bytes of what waits, as one. */
  #piece(): Uint8Array | null {
    const first = this.#waiting[0];
    if (first === undefined) return null;
    if (first.length >= this.#pieceBytes) {
      const piece = first.subarray(0, this.#pieceBytes);
      if (piece.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(piece.length);
      return piece;
    }
    const piece = new Uint8Array(Math.min(this.#pieceBytes, this.#pending));
    let length = 0;
    let count = 0;
    for (const part of this.#waiting) {
      const rest = part.subarray(0, piece.length - length);
      piece.set(rest, length);
      length += rest.length;
      if (rest.length < part.length) {
        this.#waiting[count] = part.subarray(rest.length);
        break;
      }
      count += 1;
      if (length === piece.length) break;
    }
    this.#waiting.splice(0, count);
    return piece;
  }

  #suit(bytes: number, tookMs: number): void {
    const isFull = bytes >= this.#pieceBytes;
    if (tookMs > PIECE_MS_MAX) this.#pieceBytes = Math.max(PIECE_BYTES_MIN, this.#pieceBytes >> 1);
    else if (isFull && tookMs < PIECE_MS_MIN) {
      this.#pieceBytes = Math.min(PIECE_BYTES_MAX, this.#pieceBytes << 1);
    }
  }
}
