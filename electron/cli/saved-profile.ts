import type { Settings } from '#shared/contract/settings.ts'
import type { FinalProfile } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import type { Profile } from '#shared/generation-request.ts'

/** The profile that was saved under a name, whatever its case. Throws `not-found` with the names that there are. */
export const savedDraftProfile = ({ profiles }: Settings, name: string): Profile =>
  named(
    profiles.filter((one) => one.stage === 'draft'),
    'drafts',
    name,
  )

export const savedFinalProfile = ({ profiles }: Settings, name: string): FinalProfile =>
  named(
    profiles.filter((one) => one.stage === 'final'),
    'finals',
    name,
  )

function named<Of>(saved: readonly { name: string; profile: Of }[], what: string, name: string): Of {
  const found = saved.find((one) => one.name.toLowerCase() === name.trim().toLowerCase())
  if (found) return found.profile
  const names = saved.map((one) => `"${one.name}"`).join(', ')
  const there =
    names === '' ? 'None is saved: the window saves them, in Settings or beside a model.' : `There are: ${names}.`
  throw new AppError('not-found', `No profile for ${what} is called "${name}". ${there}`)
}
