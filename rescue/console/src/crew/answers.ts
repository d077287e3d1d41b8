// A crew's answers on their way: kept in the phone until the service has taken or refused each, and sent in their order.
//
// Each bears its own idempotency key, its attempt and the time at which it was pressed, so that sending it again after a
// network that swallowed the reply changes nothing. Must not know how anything is shown.

import { ask, newKey, Refusal } from "../shared/api/client";
import type { Shelf } from "./shelf";

export type Said = "accept" | "decline" | "en_route" | "on_scene" | "cannot_reach" | "released" | "cause";

export interface Details {
  readonly reason?: string;
  readonly people_released?: number;
  readonly injured?: number;
  readonly release_method?: string;
  readonly cause_code?: string;
}

export interface WaitingAnswer {
  /** Its place in the order, given by the shelf. */
  readonly place?: number;
  readonly key: string;
  readonly crewId: string;
  readonly assignmentId: string;
  readonly attempt: number;
  readonly said: Said;
  readonly details: Details;
  /** When it was pressed, by the phone's clock. */
  readonly at: string;
  /** What the crew knows the case by. */
  readonly label: string;
}

export interface RefusedAnswer {
  readonly answer: WaitingAnswer;
  /** The service's own words. */
  readonly why: string;
}

/** What became of an answer; null when one was only put on the shelf. */
export type Fate = { readonly taken: WaitingAnswer } | { readonly refused: RefusedAnswer } | null;
export type Listener = (waiting: readonly WaitingAnswer[], fate: Fate) => void;

const LOCK = "crew-answers";

export class Answers {
  private sending: Promise<boolean> | null = null;

  constructor(
    private readonly shelf: Shelf<WaitingAnswer>,
    private readonly tell: Listener,
  ) {}

  /** Keep an answer; it is on the shelf when this is done, whatever becomes of the phone. */
  async give(answer: Omit<WaitingAnswer, "key" | "at" | "place">): Promise<void> {
    await this.shelf.add({ ...answer, key: newKey(), at: new Date().toISOString() });
    this.tell(await this.shelf.all(), null);
  }

  async waiting(): Promise<readonly WaitingAnswer[]> {
    return this.shelf.all();
  }

  /** Send what this crew has waiting, the oldest first; whether nothing of it is left. One at a time, over all tabs. */
  send(crewId: string): Promise<boolean> {
    this.sending ??= alone(() => this.sendAll(crewId)).finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  private async sendAll(crewId: string): Promise<boolean> {
    for (;;) {
      const next = (await this.shelf.all()).find((one) => one.crewId === crewId);
      if (next === undefined) return true;
      const refused = await post(next);
      if (refused === "later") return false;
      await this.shelf.remove(next.place ?? 0);
      this.tell(
        await this.shelf.all(),
        refused === null ? { taken: next } : { refused: { answer: next, why: refused } },
      );
    }
  }
}

/** null once it is taken, the reason if it never will be, `later` if the network or the service is away. */
async function post(answer: WaitingAnswer): Promise<string | "later" | null> {
  const body = { ...answer.details, attempt: answer.attempt, ...(answer.said !== "cause" && { ts: answer.at }) };
  const path = `/assignments/${encodeURIComponent(answer.assignmentId)}/${answer.said}`;
  try {
    await ask("POST", path, body, { "Idempotency-Key": answer.key });
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const isFinal = error.status >= 400 && error.status < 500 && ![401, 408, 429].includes(error.status);
    return isFinal ? error.message : "later";
  }
}

/** Two tabs of one phone would send out of order. Where a browser has no locks, there is one tab for all we know. */
async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
  return navigator.locks ? await navigator.locks.request(LOCK, work) : work();
}
