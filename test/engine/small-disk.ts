import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './open-library.ts'

/** Why no small disk can be mounted here; null where it can (Linux, as root, outside of a closed container). */
export const noSmallDisk = mountProblem()

function mountProblem(): string | null {
  if (process.platform !== 'linux') return 'only Linux mounts a file system in memory so simply'
  const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { encoding: 'utf8' })
  return tried.status === 0 ? null : `mounting is not allowed here: ${tried.stderr || tried.error?.message}`
}

/** A real file system of that size, unmounted when the test ends. Options as of `mount -t tmpfs`. */
export async function smallDisk(options: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'disk')
  await mkdir(folder)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { encoding: 'utf8' })
  if (mounted.status !== 0) throw new Error(mounted.stderr)
  onTestFinished(() => void spawnSync('umount', ['--lazy', folder]))
  return folder
}

/** The same disk, mounted again with other options (`remount,ro`). */
export function remount(folder: string, options: string): void {
  const mounted = spawnSync('mount', ['-o', options, folder], { encoding: 'utf8' })
  if (mounted.status !== 0) throw new Error(mounted.stderr)
}
