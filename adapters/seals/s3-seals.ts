import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import { sealKey, sealText, type SealName, type Seals } from '#ledger/seal'

/** One object for each seal, in a bucket of their own. */
export const s3Seals = (client: S3Client, bucket: string): Seals => {
  const read = async (name: SealName): Promise<string | undefined> => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: sealKey(name) }))
      return await Body?.transformToString()
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw error
    }
  }

  return {
    read,

    async keep(seal) {
      const text = sealText(seal)
      // The local S3 takes no notice of the condition below, so this look comes first. It also spares most of the calls that
      // would be refused.
      const standing = (await read(seal)) ?? (await putIfAbsent(client, bucket, sealKey(seal), text))
      return (standing ?? (await read(seal))) === text ? 'kept' : 'another'
    },
  }
}

/** The text, when it was put; undefined when the key was taken since it was looked at. */
const putIfAbsent = async (
  client: S3Client,
  bucket: string,
  key: string,
  text: string,
): Promise<string | undefined> => {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: text,
    ContentType: 'application/json',
    IfNoneMatch: '*',
    // A bucket under Object Lock asks for a checksum. This one is the hash of the seal.
    ChecksumAlgorithm: 'SHA256',
  })
  try {
    await client.send(put)
    return text
  } catch (error) {
    if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === PRECONDITION_FAILED) return undefined
    throw error
  }
}

const PRECONDITION_FAILED = 412
