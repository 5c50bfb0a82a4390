// The little of `ws` that the tests use; the package brings no types of its own.
declare module "ws" {
  import type { Server } from "node:http";

  export interface WebSocket {
    send(text: string): void;
    terminate(): void;
    on(event: "close", heard: () => void): void;
  }

  export class WebSocketServer {
    constructor(options: { server: Server });
    on(event: "connection", heard: (socket: WebSocket) => void): void;
  }
}
