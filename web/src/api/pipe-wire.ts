// One connection to a pipe. Where the browser can (WebSocketStream), nothing is read before what
// was read is taken, so that a slow page holds up the program at the far end instead of its own
// memory. Where it cannot, what waits is bounded: beyond the bound the connection is given up.

/** Bytes that may wait in a browser that cannot be made to read slower. */
const WAITING_BYTES_MAX = 32 << 20;

/** The longest message sent; the app refuses more than a mebibyte. */
const MESSAGE_BYTES_MAX = 64 << 10;

export interface WireHandlers {
  onOpen(): void;
  /** Takes bytes; the promise is kept once more may come, null for at once. */
  onBytes(bytes: Uint8Array): Promise<void> | null;
  /** Called once, whatever the reason; `overrun` says that output was given up. */
  onClose(overrun: boolean): void;
}

export interface PipeWire {
  send(bytes: Uint8Array): void;
  close(): void;
}

/** The part of WebSocketStream that is used; the platform's types do not have it yet. */
interface SocketStream {
  readonly opened: Promise<{
    readonly readable: ReadableStream<string | ArrayBuffer | Uint8Array>;
    readonly writable: WritableStream<Uint8Array>;
  }>;
  readonly closed: Promise<unknown>;
  close(): void;
}

type SocketStreamMaker = new (url: string) => SocketStream;

function streamMaker(): SocketStreamMaker | null {
  const maker: unknown = Reflect.get(globalThis, "WebSocketStream");
  return typeof maker === "function" ? (maker as SocketStreamMaker) : null;
}

export function openWire(url: string, handlers: WireHandlers): PipeWire {
  const Maker = streamMaker();
  return Maker === null ? openSocket(url, handlers) : openStream(new Maker(url), handlers);
}

const encoder = new TextEncoder();

function bytesOf(message: string | ArrayBuffer | Uint8Array): Uint8Array {
  if (typeof message === "string") return encoder.encode(message);
  return message instanceof Uint8Array ? message : new Uint8Array(message);
}

/** In pieces that the app takes. */
function* pieces(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.length; at += MESSAGE_BYTES_MAX) yield bytes.slice(at, at + MESSAGE_BYTES_MAX);
}

function openStream(stream: SocketStream, handlers: WireHandlers): PipeWire {
  let writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    handlers.onClose(false);
  };
  const carry = async () => {
    const { readable, writable } = await stream.opened;
    writer = writable.getWriter();
    if (isOver) return;
    handlers.onOpen();
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done || isOver) return;
      const busy = handlers.onBytes(bytesOf(value));
      if (busy !== null) await busy;
    }
  };
  carry().then(end, end);
  stream.closed.then(end, end);
  return {
    send: (bytes) => {
      for (const piece of pieces(bytes)) {
        // A connection that breaks is told by `closed`.
        writer?.write(piece).catch(() => undefined);
      }
    },
    close: () => {
      isOver = true;
      try {
        stream.close();
      } catch {
        // It was closed already.
      }
    },
  };
}

function openSocket(url: string, handlers: WireHandlers): PipeWire {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let isBusy = false;
  let isOver = false;
  let isClosed = false;
  let overrun = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    handlers.onClose(overrun);
  };
  const take = async () => {
    isBusy = true;
    for (let next = waiting.shift(); next !== undefined && !isOver; next = waiting.shift()) {
      waitingBytes -= next.length;
      const busy = handlers.onBytes(next);
      if (busy !== null) await busy;
    }
    isBusy = false;
    // What came before the end is shown before the end is told.
    if (isClosed) end();
  };
  socket.onopen = () => handlers.onOpen();
  socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
    const bytes = bytesOf(event.data);
    waiting.push(bytes);
    waitingBytes += bytes.length;
    if (waitingBytes > WAITING_BYTES_MAX) {
      overrun = true;
      socket.close();
    }
    if (!isBusy) void take();
  };
  socket.onclose = () => {
    isClosed = true;
    if (!isBusy) end();
  };
  return {
    send: (bytes) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      for (const piece of pieces(bytes)) socket.send(piece);
    },
    close: () => {
      isOver = true;
      waiting = [];
      socket.onclose = null;
      socket.close();
    },
  };
}
