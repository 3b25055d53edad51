import { type Command, InvalidArgumentError } from 'commander'
import type { RunInput } from '#shared/contract/generation.ts'
import { type RunRoute, type RunStart, runRoute } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import { profileName } from '#shared/generation-request.ts'
import { providerAndModel } from './call.ts'

/** How a run's requests go, and when. */
export interface RouteOptions {
  readonly route?: Routes
  readonly startAt?: number
  readonly window?: Extract<RunStart, { kind: 'window' }>
  readonly wait?: boolean
}

/** `all` for every model, and others for single ones. */
interface Routes {
  readonly all?: RunRoute
  readonly models: Readonly<Record<string, RunRoute>>
}

export const addRouteOptions = (command: Command): Command =>
  command
    .option(
      '--route <route>',
      'live, batch (within a day, for less) or auto; for one model: PROVIDER/MODEL=batch; again for more',
      routeOf,
    )
    .option('--start-at <time>', 'not before 02:00 (UTC, the next one) or 2026-12-01T02:00Z', timeOf)
    .option('--window <from-to>', 'start requests only between these times of every day, UTC: 02:00-08:00', windowOf)
    .option('--wait', 'with remote batches: wait for their pictures, and not only until they are sent')

function routeOf(text: string, before: Routes = { models: {} }): Routes {
  const [, name, word] = /^(?:(.+)=)?(\w+)$/.exec(text.trim()) ?? []
  const route = runRoute.safeParse(word).data
  if (route === undefined) throw new InvalidArgumentError('It is live, batch or auto, or PROVIDER/MODEL=batch.')
  if (name === undefined) return { ...before, all: route }
  return { ...before, models: { ...before.models, [profileName(providerAndModel(name))]: route } }
}

const dayMs = 86_400_000
const minuteMs = 60_000

function minuteOf(text: string): number {
  const [, hours = '', minutes = ''] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? []
  const minute = Number(hours) * 60 + Number(minutes)
  if (hours !== '' && Number(hours) < 24 && Number(minutes) < 60) return minute
  throw new InvalidArgumentError('Write times as 02:00, in UTC.')
}

/** A time of the day is the next one, from now on. */
function timeOf(text: string): number {
  if (/^\d{4}-\d{2}-\d{2}T/.test(text.trim())) {
    const ms = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(text.trim()) ? text.trim() : `${text.trim()}Z`)
    if (Number.isFinite(ms)) return ms
  }
  const minute = minuteOf(text)
  const nowMs = Date.now()
  const today = nowMs - (nowMs % dayMs) + minute * minuteMs
  return today > nowMs ? today : today + dayMs
}

function windowOf(text: string): Extract<RunStart, { kind: 'window' }> {
  const [from = '', to, ...more] = text.split('-')
  if (to === undefined || more.length > 0)
    throw new InvalidArgumentError('Write it as FROM-TO in UTC, such as 02:00-08:00.')
  return { kind: 'window', fromMinute: minuteOf(from), toMinute: minuteOf(to) }
}

/** What a run is asked for by these options; without any, what an unfinished batch was asked for before stays. */
export function routeWish({ route, startAt, window }: RouteOptions): Pick<RunInput, 'route' | 'routes' | 'start'> {
  if (startAt !== undefined && window)
    throw new AppError(
      'invalid-input',
      'A run starts at a time (--start-at) or within a window (--window). Take one of them.',
    )
  const start: RunStart | undefined = startAt === undefined ? window : { kind: 'at', atMs: startAt }
  return {
    ...(route?.all ? { route: route.all } : {}),
    ...(route && Object.keys(route.models).length > 0 ? { routes: route.models } : {}),
    ...(start ? { start } : {}),
  }
}
