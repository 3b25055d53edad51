import { monitorEventLoopDelay } from 'node:perf_hooks'
import { z } from 'zod'

/** The whole life of a measuring process: what to do comes as its argument, what it measured goes back as one message. */
export async function answerParent<Input, Result>(
  input: z.ZodType<Input>,
  work: (given: Input) => Promise<Result>,
): Promise<void> {
  const result = await work(input.parse(JSON.parse(process.argv[2] ?? 'null')))
  await new Promise<void>((sent, failed) =>
    process.send?.(result, (error: Error | null) => (error ? failed(error) : sent())),
  )
  process.disconnect()
}

export const effort = z.object({
  wallMs: z.number(),
  /** User and system time of all this process's threads. */
  cpuMs: z.number(),
  /** How late timers fired, 99th percentile and the worst. */
  loopP99Ms: z.number(),
  loopMaxMs: z.number(),
  /** The most processor time of the main thread between two timers: the same, but for what others did on the machine. */
  turnMaxMs: z.number(),
})
export type Effort = z.infer<typeof effort>

const resolutionMs = 5

/** Time, processor time and event loop delay of `work`, in this process. */
export async function measure<Result>(work: () => Promise<Result>): Promise<{ result: Result; effort: Effort }> {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  const cpuBefore = process.cpuUsage()
  const startMs = performance.now()
  delays.enable()
  const turns = watchTurns()
  const result = await work()
  delays.disable()
  const turnMaxMs = turns.end()
  const wallMs = performance.now() - startMs
  const cpu = process.cpuUsage(cpuBefore)
  // The histogram holds the whole time between two samples: what was asked for, and the delay.
  const delayMs = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs)
  return {
    result,
    effort: {
      wallMs,
      cpuMs: (cpu.user + cpu.system) / 1000,
      loopP99Ms: delayMs(delays.percentile(99)),
      loopMaxMs: delayMs(delays.max),
      turnMaxMs,
    },
  }
}

function watchTurns(): { end: () => number } {
  let before = process.threadCpuUsage()
  let most = 0
  const look = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    before = process.threadCpuUsage()
    most = Math.max(most, (user + system) / 1000)
  }
  const timer = setInterval(look, 1)
  return {
    end() {
      look()
      clearInterval(timer)
      return most
    },
  }
}
