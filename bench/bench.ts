/**
 * Measures the cost and the speed of Daybook, one question after the other.
 *
 *     npm run bench                      # all questions; writes bench/results.json
 *     npm run bench -- write-units cold  # only these; writes no file
 *
 * Fails when a question could not be measured. A figure that misses its target is marked and is no failure.
 */
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { refuseArguments } from '#test/script-arguments'
import type { Figure } from './rig/figure.ts'
import { figureTable } from './rig/figure-table.ts'
import { machine, versions } from './rig/machine.ts'
import { questions } from './questions.ts'

/** The figures of a question, and the load of the machine before it. */
type Answer = {
  readonly question: string
  readonly seconds: number
  readonly loadAverageBefore: number
  readonly figures: readonly Figure[]
}

const PATIENCE_MS = 150_000

const ask = async (question: string): Promise<Answer> => {
  const loadAverageBefore = round(loadavg()[0] ?? Number.NaN)
  const startedMs = performance.now()
  const figures = await figuresOf(question)
  return { question, seconds: round((performance.now() - startedMs) / 1_000), loadAverageBefore, figures }
}

const figuresOf = (question: string): Promise<readonly Figure[]> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('ask.ts', import.meta.url)), [question])
    const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
    let figures: readonly Figure[] | undefined
    child.once('message', (message) => (figures = message as readonly Figure[]))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(patience)
      if (figures !== undefined && code === 0) resolve(figures)
      else reject(new Error(`"${question}" was not answered (${signal ?? `exit code ${code}`})`))
    })
  })

const round = (value: number): number => Math.round(value * 10) / 10

const USAGE = 'npm run bench -- [QUESTION]...'
const wanted = process.argv.slice(2)
const known = questions.map(({ name }) => name)
const unknown = wanted.find((name) => !known.includes(name))
if (unknown !== undefined) {
  refuseArguments(`There is no question "${unknown}". The questions are: ${known.join(', ')}.`, USAGE)
}

const answers: Answer[] = []
const failures: string[] = []
for (const question of wanted.length > 0 ? wanted : known) {
  process.stderr.write(`${question} …`)
  try {
    const answer = await ask(question)
    answers.push(answer)
    process.stderr.write(` ${answer.seconds} s (load average before: ${answer.loadAverageBefore})\n`)
  } catch (error) {
    failures.push(question)
    process.stderr.write(` ${String(error)}\n`)
  }
}

const { cpu, cores, memoryGiB } = machine()
console.log(figureTable(answers.flatMap(({ figures }) => figures)))
console.log(`\n${cores} × ${cpu}, ${memoryGiB} GiB, Node ${process.version}`)
if (failures.length > 0) {
  console.error(`not measured: ${failures.join(', ')}`)
  process.exitCode = 1
} else if (wanted.length === 0) {
  const results = { takenAt: new Date().toISOString(), machine: machine(), versions: versions(), answers }
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
}
