/** `npm run demo` sends a day of five shops to the running system, as tills do, and compares the totals with the expected ones. */
import { messageLines } from '#operations/command'
import { processTerminal } from '#operations/terminal'
import { localToken } from '../local-token.ts'
import { useRunningSystem } from '../running-system.ts'
import { demoCallers, runDemo } from './run-demo.ts'

const terminal = processTerminal()
try {
  if (!(await runDemo(useRunningSystem(), demoCallers(localToken), terminal))) process.exitCode = 1
} catch (error) {
  terminal.complain('', ...messageLines(error))
  process.exitCode = 1
}
