// Loaded into a host with --import: tells its parent, when asked, how late its timers fire, and how much its own thread
// worked between two of them: that is what its lateness would be where nothing else has the processor. Ends with the host.
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 5
const delays = monitorEventLoopDelay({ resolution: resolutionMs })
const delayMs = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - resolutionMs)

const worked = { ms: [], timer: null, before: 0 }
const workMs = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
const look = () => {
  const now = workMs()
  worked.ms.push(now - worked.before)
  worked.before = now
}

process.on('message', (message) => {
  if (message === 'watch') {
    worked.ms = []
    worked.before = workMs()
    worked.timer = setInterval(look, resolutionMs).unref()
    delays.reset()
    delays.enable()
  } else if (message === 'tell') {
    delays.disable()
    clearInterval(worked.timer)
    process.send({
      p99Ms: delayMs(delays.percentile(99)),
      maxMs: delayMs(delays.max),
      mostWorkMs: worked.ms.reduce((most, ms) => Math.max(most, ms), 0),
    })
  }
})
// The channel alone keeps no host alive.
process.channel?.unref()
