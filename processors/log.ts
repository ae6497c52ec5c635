/** A processor's messages to people. A warning can wait until the next morning. An error raises an alarm. */
export type Log = {
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}
