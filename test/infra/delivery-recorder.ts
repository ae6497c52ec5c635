import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda'
import type { StreamHandler } from '#infra/local/deliver'

type Answer = (event: KinesisStreamEvent, delivery: number) => KinesisStreamBatchResponse | undefined

/** A handler that remembers what it was given, and lets a test wait for it. */
export const deliveryRecorder = (answer: Answer = () => undefined) => {
  const deliveries: string[][] = []
  const waiting = new Set<() => void>()

  const handler: StreamHandler = async (event) => {
    deliveries.push(textsOf(event))
    for (const look of waiting) look()
    return answer(event, deliveries.length)
  }
  const until = async (isEnough: () => boolean) =>
    await new Promise<void>((enough) => {
      const look = () => {
        if (!isEnough()) return
        waiting.delete(look)
        enough()
      }
      waiting.add(look)
      look()
    })

  return { handler, deliveries, until, untilCount: (count: number) => until(() => deliveries.flat().length >= count) }
}

export const textsOf = (event: KinesisStreamEvent): string[] =>
  event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString())

/** Reports the records with these texts as failed. */
export const failing = (event: KinesisStreamEvent, ...texts: string[]): KinesisStreamBatchResponse => ({
  batchItemFailures: event.Records.filter((_, index) => texts.includes(textsOf(event)[index] ?? '')).map(
    ({ kinesis }) => ({ itemIdentifier: kinesis.sequenceNumber }),
  ),
})
