#!/usr/bin/env node
// The `proofsheet` command, on any Node from 16 on: TypeScript is loaded only after preflight found the Node for it.
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { preflight } from './preflight.js'

const args = process.argv.slice(2)
if (await preflight(fileURLToPath(import.meta.url), args)) {
  // What was compiled once is kept in the system's place for such things: a command starts in half the processor time.
  module.enableCompileCache()
  const { main } = await import('./main.ts')
  process.exitCode = await main(args)
}
