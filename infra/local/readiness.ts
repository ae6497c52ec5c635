import { setTimeout as sleep } from 'node:timers/promises'

/** Returns when the service says that it is ready, however long that takes. */
export const untilReady = async (baseUrl: string): Promise<void> => {
  while (!(await isReady(baseUrl))) await sleep(50)
}

const isReady = async (baseUrl: string): Promise<boolean> => {
  try {
    const response = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(5_000) })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

/** Returns when the service answers anything, however long that takes. */
export const untilAnswering = async (url: string): Promise<void> => {
  while (!(await answers(url))) await sleep(50)
}

const answers = async (url: string): Promise<boolean> => {
  try {
    await fetch(url, { signal: AbortSignal.timeout(2_000) })
    return true
  } catch {
    return false
  }
}
