/** `npm run demo` sends a day of five shops to the running system, as tills do, and compares the totals with the expected ones. */
import { localToken } from '../local-token.ts'
import { useRunningSystem } from '../running-system.ts'
import { demoCallers, runDemo } from './run-demo.ts'

try {
  if (!(await runDemo(useRunningSystem(), demoCallers(localToken)))) process.exitCode = 1
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
