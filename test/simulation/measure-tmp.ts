import { explore, BrokenHistory } from './explore.ts'
import { SMALL_WORLDS } from './small-worlds.ts'
import { liveSmall } from './live-small.ts'
const limit = Number(process.argv[2] ?? 20)
for (const [name, world] of Object.entries(SMALL_WORLDS)) {
  if (process.argv[3] !== undefined && !name.includes(process.argv[3])) continue
  const t = process.cpuUsage().user
  const start = Date.now()
  let lives = 0,
    turns = 0
  class Stop extends Error {}
  try {
    const r = await explore(async (c) => {
      lives += 1
      if ((process.cpuUsage().user - t) / 1e6 > limit) throw new Stop('time')
      return await liveSmall(world, {
        next(w) {
          turns += 1
          return c.next(w)
        },
      })
    }, world.bounds)
    console.log(
      name,
      JSON.stringify(world.bounds),
      r.histories,
      'histories',
      lives,
      'lives',
      (turns / lives).toFixed(0),
      'turns',
      r.states.size,
      'states',
      ((process.cpuUsage().user - t) / 1e6).toFixed(1),
      's cpu',
      ((Date.now() - start) / 1000).toFixed(0),
    )
  } catch (e) {
    console.log(
      name,
      JSON.stringify(world.bounds),
      e instanceof BrokenHistory ? `${e.histories} ${e.message} ${e.path.slice(0, 300)}` : e,
      lives,
      ((process.cpuUsage().user - t) / 1e6).toFixed(1),
    )
  }
}
