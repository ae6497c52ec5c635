import { ListShardsCommand, type KinesisClient, type ListShardsOutput, type Shard } from '@aws-sdk/client-kinesis'

/** All shards of a stream, open and closed, from all pages. */
export const listShards = async (client: KinesisClient, streamName: string): Promise<Shard[]> => {
  const shards: Shard[] = []
  let token: string | undefined
  do {
    // Kinesis takes the stream's name with the first page only, and then only the token.
    const page = token === undefined ? { StreamName: streamName } : { NextToken: token }
    const { Shards = [], NextToken }: ListShardsOutput = await client.send(new ListShardsCommand(page))
    shards.push(...Shards)
    token = NextToken
  } while (token !== undefined)
  return shards
}
