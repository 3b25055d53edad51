// Loaded into a host with --import: tells its parent how late its timers fire, when asked. Ends with the host.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 5
const delays = monitorEventLoopDelay({ resolution: resolutionMs })
const delayMs = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs)

process.on('message', (message) => {
  if (message === 'watch') {
    delays.reset()
    delays.enable()
  } else if (message === 'tell') {
    delays.disable()
    process.send({ p99Ms: delayMs(delays.percentile(99)), maxMs: delayMs(delays.max) })
  }
})
// The channel alone keeps no host alive.
process.channel?.unref()
