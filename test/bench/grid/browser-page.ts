import { readFile } from 'node:fs/promises'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright'
import { z } from 'zod'
import { chromiumFlags } from '#test/run/browser.ts'
import { installProbe } from './probe.ts'

/** One window on a web host, in a browser of its own. */
export interface BenchPage {
  readonly page: Page
  /** Opens the batch anew, as after a reload with an empty page. */
  readonly openBatch: (batchId: number) => Promise<void>
  /** Private memory of the page's process, MB; null where the system does not say. */
  readonly privateMb: () => Promise<number | null>
  readonly collectGarbage: () => Promise<void>
  /** The longest task on the page's main thread while `work` goes on, from Chromium's own trace. */
  readonly longestTask: (work: () => Promise<void>) => Promise<Task>
  readonly close: () => Promise<void>
}

export interface Task {
  /** From its begin to its end: what a person feels. */
  readonly ms: number
  /** What the processor spent on it: less, where others had the processor meanwhile. */
  readonly workMs: number
}

export async function openBenchPage(executablePath: string, address: string): Promise<BenchPage> {
  const browser = await chromium.launch({
    executablePath,
    args: [...chromiumFlags],
    // A scroll bar that can be dragged.
    ignoreDefaultArgs: ['--hide-scrollbars'],
  })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.addInitScript(installProbe)
  await page.goto(address)
  await page.getByRole('main').waitFor()
  const session = await context.newCDPSession(page)
  return {
    page,
    async openBatch(batchId) {
      await page.goto('about:blank')
      await page.goto(new URL(`#/batch/${batchId}`, new URL('/', address)).href)
    },
    privateMb: () => privateMb(browser),
    collectGarbage: () => session.send('HeapProfiler.collectGarbage').then(() => undefined),
    longestTask: (work) => longestTask(browser, page, session, work),
    close: () => browser.close(),
  }
}

/** Private pages of the largest renderer process (`/proc/PID/smaps_rollup`): the spare one that Chromium keeps is small. */
async function privateMb(browser: Browser): Promise<number | null> {
  const session = await browser.newBrowserCDPSession()
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    const sizes = await Promise.all(
      processInfo
        .filter(({ type }) => type === 'renderer')
        .map(async ({ id }) => {
          const text = await readFile(`/proc/${id}/smaps_rollup`, 'utf8').catch(() => '')
          const kilobytes = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)].map((match) =>
            Number(match[1]),
          )
          return kilobytes.reduce((sum, value) => sum + value, 0) / 1024
        }),
    )
    const most = Math.max(0, ...sizes)
    return most === 0 ? null : most
  } finally {
    await session.detach()
  }
}

const traceEvent = z.object({
  name: z.string(),
  pid: z.number(),
  tid: z.number(),
  dur: z.number().optional(),
  tdur: z.number().optional(),
  ts: z.number().optional(),
  args: z.looseObject({ name: z.string().optional() }).optional(),
})
const trace = z.object({ traceEvents: z.array(traceEvent) })

async function longestTask(
  browser: Browser,
  page: Page,
  session: CDPSession,
  work: () => Promise<void>,
): Promise<Task> {
  // The trace begins and ends with the work: what came before it is not counted.
  await page.waitForTimeout(300)
  await session.send('HeapProfiler.collectGarbage')
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', 'toplevel'] })
  await work()
  const { traceEvents } = trace.parse(JSON.parse((await browser.stopTracing()).toString('utf8')))
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && mainThreads.has(`${pid} ${tid}`))
  if (tasks.length === 0) throw new Error('Chromium’s trace holds no task of the page: nothing was measured.')
  return {
    ms: Math.max(...tasks.map(({ dur = 0 }) => dur / 1000)),
    workMs: Math.max(...tasks.map(({ dur = 0, tdur = dur }) => tdur / 1000)),
  }
}
