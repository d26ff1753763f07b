import type { Draw, Random } from "./random.ts"
import type { Owner, Timeline } from "./timeline.ts"

/** How likely it is that a call of one server goes wrong; each from 0 to 1. */
export interface Rates {
  /** It never arrives. */
  readonly lost: number
  /** It takes effect, and the answer never arrives. */
  readonly answerLost: number
  /** It takes effect after its caller has given up, and perhaps after other calls. */
  readonly late: number
  /** It takes tens of milliseconds instead of one or two. */
  readonly slow: number
}

export interface Weather {
  readonly log: Rates
  readonly gate: Rates
  /** Of the database, the leases and the payment provider. */
  readonly other: Rates
  /** How likely a message of a sale's subscription is to be late. */
  readonly lag: number
  /** The same of the workers' subscriptions. */
  readonly workersLag: number
  /** How likely an append is to find that somebody else was faster. */
  readonly beaten: number
}

/** A late call arrives at most so long after its caller has given up. */
export const LATEST_MS = 1_000

const fine: Rates = { lost: 0, answerLost: 0, late: 0, slow: 0 }
export const calm: Weather = { log: fine, gate: fine, other: fine, lag: 0, workersLag: 0, beaten: 0 }

/** A call of a process to a server. */
export interface Call<Reply> {
  /** `gate.load`, `log.append` and so on. */
  readonly name: string
  /** For the history. */
  readonly detail?: () => string
  /** The effect and the answer, at once. */
  readonly perform: () => Promise<Reply> | Reply
  readonly timeoutMs: number
  /** What the caller is told when no answer has come in time. May throw. */
  readonly unanswered: () => Reply
}

export interface WireDeps {
  readonly timeline: Timeline
  readonly draw: Draw
  readonly weather: () => Weather
  /** Told of every call before it leaves and after its effect: faults that wait for that moment strike then. */
  readonly passing: (owner: Owner, name: string, moment: "before" | "after") => void
  /** Whether nothing that the process sends to this server arrives. */
  readonly isCutOff: (owner: Owner, name: string) => boolean
  readonly note: (line: () => string) => void
}

export type Wire = <Reply>(owner: Owner, call: Call<Reply>) => Promise<Reply>

type Fate = "answered" | "lost" | "answer lost" | "late"

/**
 * The way to every server. Each call leaves, takes effect and is answered in steps of their own, so that all that other
 * processes do may come in between; what becomes of it is drawn. A dead caller's call still takes effect once it has left.
 */
export function createWire({ timeline, draw, weather, passing, isCutOff, note }: WireDeps): Wire {
  const ratesOf = (name: string): Rates => {
    const { log, gate, other } = weather()
    return name.startsWith("log.") ? log : name.startsWith("gate.") ? gate : other
  }
  const delayMs = (name: string, random: Random) =>
    random.chance(ratesOf(name).slow) ? random.between(5, 150) : random.between(0.1, 3)

  return <Reply>(owner: Owner, call: Call<Reply>) => {
    const { name, detail, perform, timeoutMs, unanswered } = call
    return new Promise<Reply>((resolve, reject) => {
      if (owner.state === "dead") return
      const random = draw(`${owner.name} ${name}`)
      passing(owner, name, "before")
      // One that falls asleep here sends it when it wakes.
      if (owner.state === "asleep") timeline.after(0, owner, leave)
      else if (owner.state === "awake") leave()

      function leave(): void {
        const fate = isCutOff(owner, name) ? "lost" : drawFate(name, random)
        const sentAtMs = timeline.nowMs()
        if (fate !== "lost") {
          const onWayMs = fate === "late" ? timeoutMs + random.between(0, LATEST_MS) : delayMs(name, random)
          timeline.after(onWayMs, null, () => void arrive(fate))
        } else note(() => line("lost"))
        if (fate !== "answered") timeline.after(timeoutMs - (timeline.nowMs() - sentAtMs), owner, giveUp)
      }

      async function arrive(fate: Fate): Promise<void> {
        let answer: () => void
        try {
          const reply = await perform()
          note(() => line(`${fate === "answered" ? "" : `(${fate}) `}${show(reply)}`))
          answer = () => resolve(reply)
        } catch (cause) {
          note(() => line(`${cause}`))
          answer = () => reject(cause)
        }
        passing(owner, name, "after")
        if (fate === "answered") timeline.after(delayMs(name, random), owner, answer)
      }

      function giveUp(): void {
        try {
          resolve(unanswered())
        } catch (cause) {
          reject(cause)
        }
      }
    })

    function line(outcome: string): string {
      return `${owner.name} ${name}${detail ? ` ${detail()}` : ""} -> ${outcome}`
    }
  }

  function drawFate(name: string, random: Random): Fate {
    const { lost, answerLost, late } = ratesOf(name)
    const drawn = random.next()
    if (drawn < lost) return "lost"
    if (drawn < lost + answerLost) return "answer lost"
    return drawn < lost + answerLost + late ? "late" : "answered"
  }
}

/** A reply in a line; big ones are shortened. */
export function show(value: unknown): string {
  const text = JSON.stringify(value, (_, each) => {
    if (typeof each === "bigint") return `${each}`
    if (each instanceof Map || each instanceof Set) return [...each]
    return each instanceof Error ? each.message : each
  })
  return text === undefined ? "done" : text.length > 200 ? `${text.slice(0, 200)}...` : text
}
