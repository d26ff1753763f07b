/**
 * Clients see positions, not places. They leave gaps, as in EventStoreDB, where a position is an offset in a file:
 * no client may count on the next one being one more. Position 0 is before the first event.
 */
const STEP = 64

export const positionOf = (place: number): number => place * STEP

/** The place at `position`; null when the position lies between two events. */
export const placeAt = (position: number): number | null => (position % STEP === 0 ? position / STEP : null)

/** The last place that is not behind `position`. */
export const placeUpTo = (position: number): number => Math.floor(position / STEP)
