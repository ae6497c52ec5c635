import { expect, test } from 'vitest'
import { furthestPositions } from '#ledger/positions'

const at = (shardId: string, sequenceNumber: string, index = 0) => ({ shardId, sequenceNumber, index })

test.each([
  { given: 'none', positions: [], furthest: [] },
  { given: 'one', positions: [at('a', '5')], furthest: [at('a', '5')] },
  { given: 'one twice', positions: [at('a', '5'), at('a', '5')], furthest: [at('a', '5')] },
  { given: 'the furthest first', positions: [at('a', '6'), at('a', '5')], furthest: [at('a', '6')] },
  { given: 'a number with more digits', positions: [at('a', '10'), at('a', '9')], furthest: [at('a', '10')] },
  { given: 'two in one record', positions: [at('a', '5', 10), at('a', '5', 9)], furthest: [at('a', '5', 10)] },
  {
    given: 'two shards in turns',
    positions: [at('b', '5'), at('a', '9'), at('b', '7'), at('a', '8')],
    furthest: [at('a', '9'), at('b', '7')],
  },
])(
  'merging positions keeps the furthest of each shard, in the order of shards, given $given',
  ({ positions, furthest }) => {
    expect(furthestPositions(positions)).toEqual(furthest)
  },
)
