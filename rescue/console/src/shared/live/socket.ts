// The line to the service: opened, resumed where it broke off, and opened again for as long as somebody listens.
//
// Knows nothing of cases: who listens is told each message, in order, and says from where to go on.

import type { ConsoleMessage, Failure, Heartbeat, Hello, ServerMessage } from "../api/types";

const PAUSES_MS = [250, 500, 1000, 2000, 5000];
/** Without a word for so long the line is taken for dead, though nobody has closed it. */
const DEAD_AFTER_MS = 8000;

const SESSION_OVER = 4401;

export type Told = Exclude<ServerMessage, Hello | Heartbeat | Failure>;

export interface Listener {
  /** The line is open; return where to go on from, nulls to be told everything. */
  onHello(hello: Hello): { epoch: string | null; seq: number | null };
  onMessages(messages: readonly Told[]): void;
  onHeartbeat(heartbeat: Heartbeat): void;
  onFrame?(frame: ArrayBuffer): void;
  /** The line broke; it is opened again by itself. */
  onBroken(): void;
  /** Nobody is let in with this session; `connect` again after logging in. */
  onSessionOver(): void;
  /** Asked before the line is opened again: is the session still good? */
  isWelcome(): Promise<boolean>;
}

export class LiveSocket {
  private socket: WebSocket | null = null;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly listener: Listener,
    private readonly url = liveUrl(),
  ) {}

  /** Open the line, if it is not open. */
  connect(): void {
    if (this.socket !== null) return;
    clearTimeout(this.timer);
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => this.hear(socket, data);
    socket.onclose = ({ code }) => this.lose(socket, code);
    this.socket = socket;
    this.watch();
  }

  /** Close the line and leave it closed. */
  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.watchdog);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** Close the line and open it again: what we know is of no use. */
  restart(): void {
    const socket = this.socket;
    this.lose(socket, 0);
    socket?.close();
  }

  say(message: ConsoleMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private hear(socket: WebSocket, data: string | ArrayBuffer): void {
    if (socket !== this.socket) return;
    this.watch();
    if (typeof data !== "string") {
      this.listener.onFrame?.(data);
      return;
    }
    const messages = data
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ServerMessage);
    let told: Told[] = [];
    const flush = () => {
      if (told.length > 0) this.listener.onMessages(told);
      told = [];
    };
    for (const message of messages) {
      if (message.type === "hello" || message.type === "heartbeat" || message.type === "error") {
        flush();
        this.answer(message);
      } else told.push(message);
    }
    flush();
  }

  private answer(message: Hello | Heartbeat | Failure): void {
    if (message.type === "hello") {
      this.tries = 0;
      this.say({ type: "resume", ...this.listener.onHello(message) });
    } else if (message.type === "heartbeat") this.listener.onHeartbeat(message);
    // After an error the server closes, and the close code says what to do.
  }

  private watch(): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(() => this.restart(), DEAD_AFTER_MS);
  }

  private lose(socket: WebSocket | null, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    clearTimeout(this.watchdog);
    this.listener.onBroken();
    if (code === SESSION_OVER) this.listener.onSessionOver();
    else this.timer = setTimeout(() => this.tryAgain(), this.pause());
  }

  private pause(): number {
    const pause_ms = PAUSES_MS[Math.min(this.tries, PAUSES_MS.length - 1)] ?? 0;
    this.tries += 1;
    // Hundreds of screens lose one service at one moment; they need not all come back at one.
    return pause_ms * (0.75 + Math.random() / 2);
  }

  private async tryAgain(): Promise<void> {
    // A browser's script is not told why it was not let in: the service is asked who we are.
    if (await this.listener.isWelcome().catch(() => true)) this.connect();
    else this.listener.onSessionOver();
  }
}

function liveUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/api/v1/live`;
}
