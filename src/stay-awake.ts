/**
 * Holds the process until the returned function is called. The timers of the application do not keep a process alive, so
 * that nothing forgotten does; a program that waits for one of them, also in a close, would end in the middle, with code 13.
 */
export function stayAwake(): () => void {
  const awake = setInterval(() => {}, 2 ** 30)
  return () => clearInterval(awake)
}
