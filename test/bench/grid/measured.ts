import type { BenchPage } from './browser-page.ts'
import type { MadeLibrary } from './make-library.ts'
import type { WebHost } from './web-host.ts'

/** What is measured on a library that is made and open in a window. */
export interface Measured {
  readonly library: MadeLibrary
  readonly host: WebHost
  readonly window: BenchPage
  readonly quick: boolean
  /** `50,000`: the rows' name for the library. */
  readonly size: string
  readonly say: (line: string) => void
}
