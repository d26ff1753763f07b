import { describe } from "vitest"
import type { EventStore } from "../../src/commands/ports/event-store.ts"
import { appendContract } from "./event-store/append.ts"
import { lossContract } from "./event-store/loss.ts"
import { readContract } from "./event-store/read.ts"
import { subscribeAllContract } from "./event-store/subscribe-all.ts"
import { subscribeStreamContract } from "./event-store/subscribe-stream.ts"

/** A store on a log that others may use too: every test writes streams of its own. */
export interface StoreUnderTest {
  readonly store: EventStore
  close(): Promise<void>
}

/** A log whose server may be killed. */
export interface KillableStore extends StoreUnderTest {
  /** Ends the server at once, as a crash would. */
  kill(): Promise<void>
  /** Starts it again on the same data and resolves when it takes calls. */
  restart(): Promise<void>
}

/** What every event store holds to. */
export function eventStoreContract(open: () => Promise<StoreUnderTest>): void {
  describe("append", () => appendContract(open))
  describe("read", () => readContract(open))
  describe("subscribe to a stream", () => subscribeStreamContract(open))
  describe("subscribe to all", () => subscribeAllContract(open))
}

/** What an event store holds to when its server is lost. */
export function eventStoreLossContract(open: () => Promise<KillableStore>): void {
  describe("loss of the server", () => lossContract(open))
}
