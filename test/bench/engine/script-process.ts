/**
 * What people write by themselves, in two ways. `waves`: so many requests at once, wait for all, the next ones; each
 * picture is written as it came. `pool`: p-limit, retry and fetch, then the same decode, checks and renditions as
 * Proofsheet; writeFile without any durability.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { z } from 'zod'
import { inspectPicture } from '#engine/images/images.ts'
import { answerParent, measure } from './in-child.ts'
import { promptsFor, wish } from './wish.ts'

const input = z.object({
  kind: z.enum(['waves', 'pool']),
  folder: z.string(),
  url: z.string(),
  jobs: z.int(),
  concurrency: z.int(),
})
type Given = z.infer<typeof input>

const reply = z.object({ data: z.array(z.object({ b64_json: z.string() })) })

async function picture({ url }: Given, prompt: string): Promise<Buffer> {
  const { model, width, height, seed } = wish
  const response = await fetch(`${url}/v1/images/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, prompt, n: 1, size: `${width}x${height}`, seed, response_format: 'b64_json' }),
  })
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  const [first] = reply.parse(await response.json()).data
  return Buffer.from(first?.b64_json ?? '', 'base64')
}

/** As the `retry` and `p-retry` packages do it by default: ten more times, after 1 s, 2 s, 4 s ... */
async function retrying<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let retries = 0; ; retries++) {
    try {
      return await work()
    } catch (error) {
      if (retries === 10) throw error
      await sleep(1000 * 2 ** retries)
    }
  }
}

async function waves(given: Given): Promise<void> {
  const prompts = promptsFor(given.jobs)
  for (let at = 0; at < prompts.length; at += given.concurrency) {
    const wave = prompts.slice(at, at + given.concurrency)
    await Promise.all(
      wave.map(async (prompt, index) =>
        writeFile(join(given.folder, `${at + index}.png`), await picture(given, prompt)),
      ),
    )
  }
}

async function pool(given: Given): Promise<void> {
  const limit = pLimit(given.concurrency)
  const one = async (prompt: string, index: number): Promise<void> => {
    const bytes = await retrying(() => picture(given, prompt))
    const { small } = await inspectPicture(bytes)
    await writeFile(join(given.folder, `${index}.png`), bytes)
    await writeFile(join(given.folder, `${index}-small.webp`), small)
  }
  await Promise.all(promptsFor(given.jobs).map((prompt, index) => limit(() => one(prompt, index))))
}

await answerParent(input, async (given) => {
  await mkdir(given.folder, { recursive: true })
  const { effort } = await measure(() => (given.kind === 'waves' ? waves(given) : pool(given)))
  return effort
})
