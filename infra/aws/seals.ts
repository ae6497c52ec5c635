import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Key } from 'aws-cdk-lib/aws-kms'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { accept } from './findings.ts'
import { named, type Stage } from './stage.ts'

export type SealsProps = {
  readonly stage: Stage
  readonly key: Key
  readonly account: string
  readonly region: string
}

/**
 * The bucket of seals. Under Object Lock, a version of an object cannot be changed or removed before its time, so a changed
 * journal shows even when its author may write to every table.
 */
export class SealStore extends Construct {
  readonly bucket: Bucket

  constructor(scope: Construct, id: string, { stage, key, account, region }: SealsProps) {
    super(scope, id)
    this.bucket = new Bucket(this, 'bucket', {
      bucketName: `${named(stage, 'seals')}-${account}-${region}`,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      versioned: true,
      objectLockEnabled: true,
      // In the mode of compliance, no user can shorten the time, the owner of the account included. A stage for trials has to
      // be removable.
      objectLockDefaultRetention: stage.isProduction
        ? ObjectLockRetention.compliance(KEPT_FOR)
        : ObjectLockRetention.governance(Duration.days(1)),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: stage.isProduction ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    })
    accept(this.bucket, {
      S1: 'CloudTrail records who reads and writes; server access logs would be a second bucket of the same.',
    })
    if (stage.isProduction) this.bucket.addToResourcePolicy(removesNothing(this.bucket))
  }
}

/** Longer than any merchant's books have to be kept that we know of. */
const KEPT_FOR = Duration.days(10 * 366)

/** A deletion without a version removes nothing under Object Lock, but hides the object from readers. */
const removesNothing = (bucket: Bucket): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention'],
    resources: [bucket.arnForObjects('*')],
  })
