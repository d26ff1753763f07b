/** Lets everything else that waits have its turn of the event loop. Work without an end does so between its pages. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
