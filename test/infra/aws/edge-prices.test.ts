/** The figures of docs/decisions/0016-http-on-aws.md, computed again from the prices and written out as the page has them. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { dollars } from '../../../bench/rig/prices.ts'

const MILLION = 1_000_000
const BATCHES = MILLION / 50
const HOURS_IN_MONTH = 730

/** A call of a function of 1,769 MB: its CPU, and 15 ms until the stream has answered. */
const lambda = (requests: number, cpuMs: number): number =>
  dollars({ lambdaRequests: requests, lambdaGBSeconds: (requests * ((cpuMs + 15) / 1_000) * 1_769) / 1_024 })

const batched = lambda(BATCHES, 2.2)
const single = lambda(MILLION, 0.335)
const waf = (requests: number): number => dollars({ wafRequests: requests })
const rest = (requests: number): number => dollars({ restApiRequests: requests })
const http = (requests: number): number => dollars({ httpApiRequests: requests })
const cloudFront = (requests: number): number => dollars({ cloudFrontRequests: requests })

/** Units of the load balancer: a million entries are 0.4 GB in batches, and 1.2 GB with headers one by one. */
const units = (gigabytes: number, gigabytesOfUnit = 1): number =>
  dollars({ loadBalancerUnitHours: gigabytes / gigabytesOfUnit })

const tasks = (count: number): number =>
  dollars({
    fargateVcpuHours: count / 2,
    fargateGBHours: count,
    loadBalancerHours: 1,
    publicAddressHours: count + 2,
  })

/** What a request costs more behind API Gateway than behind the load balancer. */
const saved = (rest(1) + batched / BATCHES - units(0.4) / BATCHES) * 3_600

test.each([
  { what: 'REST API in batches', value: rest(BATCHES) + waf(BATCHES) + batched, digits: 3 },
  { what: 'REST API, single entries', value: rest(MILLION) + waf(MILLION) + single, digits: 2 },
  { what: 'HTTP API in batches', value: http(BATCHES) + batched, digits: 3 },
  { what: 'HTTP API, single entries', value: http(MILLION) + single, digits: 2 },
  { what: 'function URLs in batches', value: batched, digits: 3 },
  { what: 'function URLs, single entries', value: single, digits: 2 },
  { what: 'CloudFront in batches', value: cloudFront(BATCHES) + waf(BATCHES) + batched, digits: 3 },
  { what: 'CloudFront, single entries', value: cloudFront(MILLION) + waf(MILLION) + single, digits: 2 },
  { what: 'load balancer and Lambda in batches', value: units(0.4, 0.4) + waf(BATCHES) + batched, digits: 3 },
  { what: 'load balancer and Lambda, single entries', value: units(1.2, 0.4) + waf(MILLION) + single, digits: 2 },
  { what: 'Fargate in batches, without the fixed part', value: units(0.4) + waf(BATCHES), digits: 3 },
  { what: 'Fargate, single entries, without the fixed part', value: units(1.2) + waf(MILLION), digits: 2 },
  { what: 'an hour of four tasks', value: tasks(4), digits: 4 },
  { what: 'an hour of two tasks', value: tasks(2), digits: 3 },
  { what: 'a month of four tasks with the firewall', value: tasks(4) * HOURS_IN_MONTH + 8, digits: 0 },
  { what: 'an hour of a follower', value: lambda(1, 3_600_000), digits: 3 },
])('The decision about HTTP names the price of: $what', ({ value, digits }) => {
  expect(page).toContain(`$${value.toFixed(digits)}`)
})

test('The decision about HTTP names the rates from which on containers are cheaper.', () => {
  expect(page).toContain(`**${(tasks(4) / saved).toFixed(1)} requests/s**`)
  expect(page).toContain(`it is ${(tasks(2) / saved).toFixed(1)}.`)
})

test('The decision about HTTP names the price of containers at 6,000 entries a second.', () => {
  const fixed = tasks(4) / ((6_000 * 3_600) / MILLION)
  expect(page).toContain(`$${fixed.toFixed(4)} for the tasks`)
  expect(page).toContain(`$${(fixed + units(0.4)).toFixed(4)} with the load`)
  expect(page).toContain(`$${(fixed + units(0.4) + waf(BATCHES)).toFixed(3)} with WAF`)
})

const page = readFileSync('docs/decisions/0016-http-on-aws.md', 'utf8')
