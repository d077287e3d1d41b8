// The service's time, told by its words and by how long ago it said them. The PC's own clock may say what it likes.

const TOLERANCE_MS = 250;

export class ServerClock {
  private ahead_ms: number | null = null;

  /** `steady` counts milliseconds since some moment and is never set, as performance.now is not. */
  constructor(private readonly steady: () => number) {}

  /** Take the service's word; true if it was news. What differs by the way of a message is left as it is. */
  set(now_ms: number): boolean {
    const ahead_ms = now_ms - this.steady();
    if (this.ahead_ms !== null && Math.abs(ahead_ms - this.ahead_ms) <= TOLERANCE_MS) return false;
    this.ahead_ms = ahead_ms;
    return true;
  }

  /** It is at least so late: what happened then has been told. */
  advance(now_ms: number): void {
    if (now_ms > this.now()) this.set(now_ms);
  }

  /** The service's time in milliseconds; before it has said any, the PC's. */
  now(): number {
    return this.ahead_ms === null ? Date.now() : this.steady() + this.ahead_ms;
  }
}
