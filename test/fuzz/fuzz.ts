/**
 * npm run test:fuzz -- [--requests N] [--seed S] [--operation sendEntry] [--path P]
 *
 * Sends N generated requests to every operation of both OpenAPI documents, over memory adapters, and holds each answer
 * against the document. Exit 0 only when each is as documented and memory stays flat. A failure prints the command that
 * makes it again.
 */
import { EXIT } from '#operations/command'
import { readOptions, refuseArguments, wholeNumber } from '#test/script-arguments'
import {
  fuzzOperation,
  MOST_HEAP_GROWTH_BYTES,
  TARGETS,
  type Failure,
  type Outcome,
  type Target,
} from './fuzz-operation.ts'
import { curlOf } from './requests.ts'

const USAGE = 'npm run test:fuzz -- [--requests N] [--seed S] [--operation NAME] [--path P]'
const values = readOptions(
  {
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    operation: { type: 'string' },
    path: { type: 'string' },
  },
  USAGE,
)
const requests = wholeNumber('--requests', values.requests, USAGE)
const seed = wholeNumber('--seed', values.seed, USAGE)

const main = async (): Promise<number> => {
  const targets = TARGETS.filter(({ operation }) => [undefined, operation.operationId].includes(values.operation))
  if (targets.length === 0) {
    const names = [...new Set(TARGETS.map(({ operation }) => operation.operationId))]
    refuseArguments(`--operation is one of: ${names.join(', ')}.`, USAGE)
  }
  console.log(`seed ${seed}`)
  console.log('service operation           requests      s  slowest     heap  statuses')
  let failures = 0
  for (const target of targets) {
    const outcome = await fuzzOperation(target, { requests, seed, path: values.path, measuresHeap: true })
    console.log(lineOf(target, outcome))
    const { failure, heapGrowthBytes = 0 } = outcome
    if (failure !== undefined) console.log(explain(target, failure))
    if (heapGrowthBytes > MOST_HEAP_GROWTH_BYTES)
      console.log(`memory is not flat: it may grow by ${MOST_HEAP_GROWTH_BYTES} bytes`)
    if (failure !== undefined || heapGrowthBytes > MOST_HEAP_GROWTH_BYTES) failures += 1
  }
  console.log(failures === 0 ? 'Every answer is as documented.' : `${failures} of ${targets.length} operations fail.`)
  return failures === 0 ? EXIT.done : EXIT.refused
}

const lineOf = (
  { service, operation }: Target,
  { requests, statuses, durationMs, slowestMs, heapGrowthBytes }: Outcome,
): string =>
  [
    service.padEnd(7),
    operation.operationId.padEnd(19),
    String(requests).padStart(8),
    (durationMs / 1_000).toFixed(1).padStart(6),
    `${slowestMs.toFixed(0)} ms`.padStart(8),
    (heapGrowthBytes === undefined ? '' : `${Math.round(heapGrowthBytes / 1_024)} KB`).padStart(8),
    '',
    [...statuses]
      .toSorted(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', '),
  ].join(' ')

const explain = ({ operation }: Target, { message, request, path, failsAlone }: Failure): string => {
  const again = `npm run test:fuzz -- --operation ${operation.operationId} --seed ${seed} --requests ${requests}`
  if (request === undefined) return `${message}\nAgain: ${again}`
  const alone = `${again} --path ${path}`
  return [
    `${operation.operationId}: ${request.what}`,
    message,
    `Again: ${failsAlone === true ? alone : `${again} (it depends on what was sent before)`}`,
    curlOf(request),
  ].join('\n')
}

process.exitCode = await main()
