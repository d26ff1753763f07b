/** Measures each side in turn, `rounds` times; every second round begins with the last side, so that none has the better place. */
export async function inTurn<Name extends string>(
  rounds: number,
  sides: Readonly<Record<Name, (round: number) => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(sides) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 0; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed())
      measured[name].push(await sides[name](round))
  return measured
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Ours to the baseline, round by round: what changes on the machine from round to round falls out. */
export const ratios = (ours: readonly number[], baseline: readonly number[]): number[] =>
  ours.map((value, round) => value / baseline[round]!)
