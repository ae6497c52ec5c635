/**
 * A separate disk for the data of a system: an ext4 file system in an image file behind a loop device. Writes of programs
 * stay in memory until they, or after a while the kernel, sync them to the device. The image has every write that the
 * device received. So a copy of the image equals the disk after a power cut at that moment.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '#infra/local/retry'

/** This machine does not let us have such a disk; the message says why. */
export class NoDiskHere extends Error {}

export class Disk {
  readonly #folder = mkdtempSync(join(tmpdir(), 'daybook-power-'))
  #cuts = 0

  /** Where the file system is mounted. */
  get mountPoint(): string {
    return join(this.#folder, 'disk')
  }

  static async make(): Promise<Disk> {
    if (process.getuid?.() !== 0) throw new NoDiskHere('only root may mount a file system')
    if (!existsSync('/dev/loop-control')) throw new NoDiskHere('there is no /dev/loop-control')
    const disk = new Disk()
    try {
      mkdirSync(disk.mountPoint)
      await run('truncate', '--size', IMAGE_SIZE, disk.#image)
      await run('mkfs.ext4', '-q', '-F', disk.#image)
      await disk.#mount()
      return disk
    } catch (error) {
      await disk.remove()
      throw new NoDiskHere(error instanceof Error ? error.message.trim() : String(error), { cause: error })
    }
  }

  /** Copies the image as it stands, while the file system is mounted and nothing writes to it. */
  async copy(): Promise<void> {
    // The kernel may still be writing something back. A copy that mixes two moments is none that a cut could leave.
    const copied = async () => {
      const { ctimeMs: before } = statSync(this.#image)
      // Older than a tick of the clock that dates changes, so that the next change gets another date.
      if (Date.now() - before < 50) return undefined
      await run('cp', '--sparse=always', this.#image, this.#nextImage)
      return statSync(this.#image).ctimeMs === before || undefined
    }
    await eventually(copied, { timeoutMs: 20_000, everyMs: 10 })
  }

  /** Puts the copy in the place of the disk. All that used the file system must have ended. */
  async becomeCopy(): Promise<void> {
    await this.#unmount()
    const before = this.#image
    this.#cuts += 1
    rmSync(before)
    await this.#mount()
  }

  async remove(): Promise<void> {
    // Lazily: a process of a system that never got ready may still use it, and ends with this one.
    await run('umount', '--lazy', this.mountPoint).catch(() => {})
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #image(): string {
    return join(this.#folder, `${this.#cuts}.img`)
  }

  get #nextImage(): string {
    return join(this.#folder, `${this.#cuts + 1}.img`)
  }

  async #mount(): Promise<void> {
    await run('mount', '-o', 'loop', this.#image, this.mountPoint)
  }

  async #unmount(): Promise<void> {
    // A process that was killed may take a moment to let go of its files.
    await eventually(async () => (await run('umount', this.mountPoint), true), { timeoutMs: 10_000 })
  }
}

const IMAGE_SIZE = '4G'

const run = async (program: string, ...args: string[]): Promise<void> => {
  await promisify(execFile)(program, args)
}
