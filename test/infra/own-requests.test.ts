/** A web page on the machine may not use the local services that ask for no credentials. */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'

const urlOf = (service: string) => new URL(String(process.env[`AWS_ENDPOINT_URL_${service}`]))

const answerTo = async (service: string, headers: Readonly<Record<string, string>>): Promise<string> => {
  const sent = request(urlOf(service), { headers }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return `${answer.statusCode} ${await text(answer)}`
}

const REFUSED = '403 This service is for programs of this machine, and not for web pages.\n'

describe.each(['KINESIS', 'S3', 'FIREHOSE'])('the local %s', (service) => {
  test.each([
    { from: 'a page of another site', headers: { origin: 'https://elsewhere.example' } },
    { from: 'a page of no site', headers: { origin: 'null' } },
    { from: 'a page whose name leads to this machine', headers: { host: 'rebound.example:80' } },
    { from: 'a page whose name begins like an address of ours', headers: { host: '127.0.0.1.rebound.example' } },
  ])('refuses a request of $from', async ({ headers }) => {
    expect(await answerTo(service, headers)).toBe(REFUSED)
  })

  test.each(['127.0.0.1', 'localhost', '[::1]'])('answers a program that calls it %s', async (host) => {
    expect(await answerTo(service, { host: `${host}:${urlOf(service).port}` })).not.toBe(REFUSED)
  })
})
