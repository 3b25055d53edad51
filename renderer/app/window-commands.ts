import { useLookNow, useQueueControl } from '../api/changes.ts'
import { useQueue, useRemoteBatches } from '../api/queries.ts'
import { useCommands } from '../keys/command-center.tsx'
import { countText } from '../ui/time-text.ts'
import { notify, notifyError } from '../ui/toast.tsx'
import { usePanels } from './panels.tsx'
import { goTo } from './use-route.ts'

/** The commands that work on every page. */
export function useWindowCommands(): void {
  const panels = usePanels()
  const queue = useQueue().data
  const control = useQueueControl()
  const look = useLookNow()
  const hasRemotes = (useRemoteBatches({ open: true }).data?.length ?? 0) > 0

  const lookRemote = () =>
    look.mutate(
      { remoteBatchId: null },
      {
        onSuccess: ({ looked }) => notify({ title: `Looked at ${countText(looked, 'batch', 'batches')} at providers` }),
        onError: (error) => notifyError('The providers could not be asked', error),
      },
    )

  const pauseOrResume = () => {
    const isPaused = queue !== undefined && queue.batches.length > 0 && queue.batches.every((batch) => batch.paused)
    control.mutate(
      { action: isPaused ? 'resume' : 'pause', of: { kind: 'all' } },
      {
        onSuccess: () => notify({ title: isPaused ? 'The queue goes on' : 'The queue is paused' }),
        onError: (error) =>
          notifyError(isPaused ? 'The queue could not go on' : 'The queue could not be paused', error),
      },
    )
  }

  useCommands({
    palette: () => panels.show({ paletteOpen: true }),
    keySheet: () => panels.show({ keySheetOpen: true }),
    shortcuts: () => panels.show({ shortcutsOpen: true, keySheetOpen: false }),
    batchesPane: () => panels.show({ batchesShown: !panels.batchesShown }),
    detailsPane: () => panels.show({ detailsShown: !panels.detailsShown }),
    pause: pauseOrResume,
    ...(hasRemotes && { lookRemote }),
    nextRegion: focusNextRegion,
    goLibrary: () => goTo({ page: 'library' }),
    goQueue: () => goTo({ page: 'queue' }),
    goSettings: () => goTo({ page: 'settings' }),
  })
}

const focusable = 'button:not(:disabled), a[href], input, [tabindex="0"]'

/** F6: the next of the window's parts takes the focus, at its first control. What is covered or hidden is none. */
function focusNextRegion(): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter(
    (region) => !region.closest('[inert], [aria-hidden=true]'),
  )
  // A part may hold others: the innermost one is where she is, and a part's own controls are those in none of these.
  const innermost = document.activeElement?.closest<HTMLElement>('[data-region]')
  const now = innermost ? regions.indexOf(innermost) : -1
  for (let step = 1; step <= regions.length; step += 1) {
    const region = regions[(now + step + regions.length) % regions.length]
    const target = region && firstControl(region)
    if (target) {
      target.focus()
      return
    }
  }
}

const firstControl = (region: HTMLElement): HTMLElement | undefined =>
  region.matches('[tabindex]')
    ? region
    : [...region.querySelectorAll<HTMLElement>(focusable)].find(
        (control) => control.closest('[data-region]') === region && !control.closest('[inert]'),
      )
