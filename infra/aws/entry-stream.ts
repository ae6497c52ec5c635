import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis'
import { Construct } from 'constructs'
import { accept } from './findings.ts'
import { named, type Stage } from './stage.ts'

export type EntryStreamProps = { readonly stage: Stage; readonly key: Key }

/**
 * The stream of entries. A record goes to the shard that its explicit hash key names, which is Kinesis' default. With the
 * distribution strategy AUTO Kinesis would ignore that key and order would be lost, so the strategy is never set.
 */
export class EntryStream extends Construct {
  readonly stream: Stream

  constructor(scope: Construct, id: string, { stage, key }: EntryStreamProps) {
    super(scope, id)
    this.stream = new Stream(this, 'entries', {
      streamName: named(stage, 'entries'),
      streamMode: StreamMode.ON_DEMAND,
      // The consumers retry for ever, so this is the time that a person has to mend what they stumble over.
      retentionPeriod: Duration.days(7),
      encryption: StreamEncryption.KMS,
      encryptionKey: key,
      removalPolicy: stage.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    accept(this.stream, { KDS3: 'A key of our own, so that its policy says who may read entries.' })
  }
}
