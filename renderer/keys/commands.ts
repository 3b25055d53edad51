/** The parts of the page whose keys differ: the grid and the views over it. */
export type Region = 'grid' | 'loupe' | 'compare' | 'survey' | 'shoot-out'

/** Where a command's keys work: in one region, in those that show pictures large, in all of them, or on the whole page. */
export type Where = Region | 'large' | 'review' | 'page'

export interface Command {
  readonly id: string
  readonly title: string
  readonly group: 'Decide' | 'Mark' | 'Move' | 'View' | 'Select' | 'Batch' | 'Window'
  /** As `Mod+Shift+Z`; letters by what they type, digits and brackets by their place on the keyboard. */
  readonly keys: readonly string[]
  readonly where: Where
  /** Its keys work in text fields and dialogs too: only for those that text editing does not use. */
  readonly inText?: true
  /** Holding the key down says it again and again. */
  readonly repeats?: true
  /** Lasts as long as its key is held down. */
  readonly held?: true
}

/** Every command with its keys: the key map, the palette, the key sheet and the tooltips read this one table. */
export const commands = [
  { id: 'approve', title: 'Approve', group: 'Decide', keys: ['P'], where: 'review', repeats: true },
  { id: 'reject', title: 'Reject', group: 'Decide', keys: ['X'], where: 'review', repeats: true },
  { id: 'undecide', title: 'Undecide', group: 'Decide', keys: ['U'], where: 'review', repeats: true },
  { id: 'keepOnly', title: 'Keep only this of its row', group: 'Decide', keys: ['K'], where: 'review', repeats: true },
  {
    id: 'rejectRow',
    title: 'Reject the whole row',
    group: 'Decide',
    keys: ['Shift+K'],
    where: 'review',
    repeats: true,
  },
  {
    id: 'stepBack',
    title: 'Step back one decision',
    group: 'Decide',
    keys: ['Backspace'],
    where: 'review',
    repeats: true,
  },
  { id: 'undo', title: 'Undo', group: 'Decide', keys: ['Mod+Z'], where: 'page', repeats: true },
  { id: 'redo', title: 'Redo', group: 'Decide', keys: ['Mod+Shift+Z'], where: 'page', repeats: true },
  { id: 'autoAdvance', title: 'Auto-advance on or off', group: 'Decide', keys: ['A', 'CapsLock'], where: 'review' },

  { id: 'hires', title: 'Approve and mark for full size', group: 'Mark', keys: ['H'], where: 'review', repeats: true },
  { id: 'reroll', title: 'Mark for a re-roll', group: 'Mark', keys: ['R'], where: 'review', repeats: true },
  { id: 'unmark', title: 'Take full-size and re-roll marks back', group: 'Mark', keys: [], where: 'review' },
  { id: 'rate1', title: '1 star', group: 'Mark', keys: ['1'], where: 'review' },
  { id: 'rate2', title: '2 stars', group: 'Mark', keys: ['2'], where: 'review' },
  { id: 'rate3', title: '3 stars', group: 'Mark', keys: ['3'], where: 'review' },
  { id: 'rate4', title: '4 stars', group: 'Mark', keys: ['4'], where: 'review' },
  { id: 'rate5', title: '5 stars', group: 'Mark', keys: ['5'], where: 'review' },
  { id: 'rate0', title: 'No stars', group: 'Mark', keys: ['0'], where: 'review' },
  { id: 'labelRed', title: 'Red label', group: 'Mark', keys: ['6'], where: 'review' },
  { id: 'labelYellow', title: 'Yellow label', group: 'Mark', keys: ['7'], where: 'review' },
  { id: 'labelGreen', title: 'Green label', group: 'Mark', keys: ['8'], where: 'review' },
  { id: 'labelBlue', title: 'Blue label', group: 'Mark', keys: ['9'], where: 'review' },
  { id: 'labelNone', title: 'No label', group: 'Mark', keys: [], where: 'review' },
  { id: 'asReference', title: 'Use as a reference picture', group: 'Mark', keys: ['Shift+R'], where: 'review' },

  { id: 'left', title: 'Left', group: 'Move', keys: ['ArrowLeft'], where: 'review', repeats: true },
  { id: 'right', title: 'Right', group: 'Move', keys: ['ArrowRight'], where: 'review', repeats: true },
  { id: 'up', title: 'Up', group: 'Move', keys: ['ArrowUp'], where: 'review', repeats: true },
  { id: 'down', title: 'Down', group: 'Move', keys: ['ArrowDown'], where: 'review', repeats: true },
  { id: 'pageUp', title: 'A screen up', group: 'Move', keys: ['PageUp'], where: 'grid', repeats: true },
  { id: 'pageDown', title: 'A screen down', group: 'Move', keys: ['PageDown'], where: 'grid', repeats: true },
  { id: 'first', title: 'First tile', group: 'Move', keys: ['Home'], where: 'review' },
  { id: 'last', title: 'Last tile', group: 'Move', keys: ['End'], where: 'review' },
  { id: 'nextUndecided', title: 'Next undecided', group: 'Move', keys: ['J'], where: 'review', repeats: true },
  {
    id: 'previousUndecided',
    title: 'Previous undecided',
    group: 'Move',
    keys: ['Shift+J'],
    where: 'review',
    repeats: true,
  },

  { id: 'openGrid', title: 'Grid', group: 'View', keys: ['G'], where: 'review' },
  { id: 'openLoupe', title: 'Loupe: one picture, large', group: 'View', keys: ['E'], where: 'review' },
  { id: 'openTile', title: 'Open this draft in the loupe', group: 'View', keys: ['Space', 'Enter'], where: 'grid' },
  { id: 'compare', title: 'Compare two pictures', group: 'View', keys: ['C'], where: 'review' },
  { id: 'survey', title: 'Survey the selection', group: 'View', keys: ['N'], where: 'review' },
  { id: 'siblings', title: 'Survey all drafts of the row', group: 'View', keys: ['B'], where: 'review' },
  { id: 'shootOut', title: 'Shoot-out: rows beside models', group: 'View', keys: ['M'], where: 'review' },
  { id: 'zoom', title: 'Fit or 100 %', group: 'View', keys: ['Space'], where: 'large' },
  { id: 'peek', title: 'Look at 100 % while held', group: 'View', keys: ['Z'], where: 'review', held: true },
  { id: 'crown', title: 'The challenger becomes champion', group: 'View', keys: ['Enter'], where: 'compare' },
  { id: 'swap', title: 'Swap champion and challenger', group: 'View', keys: ['Shift+C'], where: 'compare' },
  { id: 'champion', title: 'Champion active', group: 'View', keys: ['Shift+ArrowLeft'], where: 'compare' },
  { id: 'challenger', title: 'Challenger active', group: 'View', keys: ['Shift+ArrowRight'], where: 'compare' },
  { id: 'beforeAfter', title: 'Draft, slider or final', group: 'View', keys: ['D'], where: 'loupe' },
  { id: 'stack', title: 'Open or close the row’s stack', group: 'View', keys: ['S'], where: 'grid' },
  { id: 'stacks', title: 'Open or close all stacks', group: 'View', keys: ['Shift+S'], where: 'grid' },
  { id: 'overlays', title: 'Next overlay on tiles', group: 'View', keys: ['I'], where: 'review' },
  { id: 'smaller', title: 'Smaller tiles', group: 'View', keys: ['['], where: 'grid', repeats: true },
  { id: 'larger', title: 'Larger tiles', group: 'View', keys: [']'], where: 'grid', repeats: true },
  { id: 'history', title: 'History of decisions on or off', group: 'View', keys: ['Shift+H'], where: 'page' },
  { id: 'filterBar', title: 'Filter bar on or off', group: 'View', keys: ['\\'], where: 'review' },
  { id: 'search', title: 'Search prompts and columns', group: 'View', keys: ['/'], where: 'page' },
  { id: 'clearFilter', title: 'Clear the filter', group: 'View', keys: [], where: 'review' },
  { id: 'dim', title: 'Dim the surround', group: 'View', keys: ['L'], where: 'review' },
  { id: 'fullScreen', title: 'Full screen', group: 'View', keys: ['F'], where: 'review' },

  { id: 'extendLeft', title: 'Extend left', group: 'Select', keys: ['Shift+ArrowLeft'], where: 'grid', repeats: true },
  {
    id: 'extendRight',
    title: 'Extend right',
    group: 'Select',
    keys: ['Shift+ArrowRight'],
    where: 'grid',
    repeats: true,
  },
  { id: 'extendUp', title: 'Extend up', group: 'Select', keys: ['Shift+ArrowUp'], where: 'grid', repeats: true },
  { id: 'extendDown', title: 'Extend down', group: 'Select', keys: ['Shift+ArrowDown'], where: 'grid', repeats: true },
  { id: 'extendFirst', title: 'Extend to the first', group: 'Select', keys: ['Shift+Home'], where: 'grid' },
  { id: 'extendLast', title: 'Extend to the last', group: 'Select', keys: ['Shift+End'], where: 'grid' },
  { id: 'selectAll', title: 'Select all', group: 'Select', keys: ['Mod+A'], where: 'grid' },
  { id: 'selectUndecided', title: 'Select all undecided', group: 'Select', keys: ['Mod+Shift+A'], where: 'grid' },
  { id: 'selectNone', title: 'Select none', group: 'Select', keys: ['Mod+D'], where: 'grid' },

  { id: 'tileMenu', title: 'Menu of this draft', group: 'Batch', keys: ['Shift+F10', 'ContextMenu'], where: 'review' },
  // They may pay: no bare key, but every one of them is a step from the card in focus (Tab), its menu and the palette.
  { id: 'retryTile', title: 'Retry this draft', group: 'Batch', keys: [], where: 'review' },
  { id: 'editTile', title: 'Edit the prompt of this draft', group: 'Batch', keys: [], where: 'review' },
  { id: 'otherModel', title: 'Send this draft to another model', group: 'Batch', keys: [], where: 'review' },
  { id: 'dismissTile', title: 'Dismiss this failure', group: 'Batch', keys: [], where: 'review' },
  {
    id: 'tray',
    title: 'Make full sizes and re-rolls',
    group: 'Batch',
    keys: ['Mod+Enter'],
    where: 'page',
    inText: true,
  },
  { id: 'sendNow', title: 'Make the plan now', group: 'Batch', keys: [], where: 'page' },
  { id: 'sendBatch', title: 'Make the plan within a day, for less', group: 'Batch', keys: [], where: 'page' },
  { id: 'sendAuto', title: 'Make the plan now or within a day, as it fits', group: 'Batch', keys: [], where: 'page' },
  { id: 'schedule', title: 'Schedule the run', group: 'Batch', keys: [], where: 'page' },
  { id: 'lookRemote', title: 'Look at batches at providers now', group: 'Batch', keys: [], where: 'page' },
  { id: 'writeBatchFiles', title: 'Write the plan as batch files', group: 'Batch', keys: [], where: 'page' },
  { id: 'readBatchResults', title: 'Read in batch results', group: 'Batch', keys: [], where: 'page' },
  { id: 'pause', title: 'Pause or resume the queue', group: 'Batch', keys: ['Mod+.'], where: 'page', inText: true },
  { id: 'deliver', title: 'Deliver', group: 'Batch', keys: ['Mod+E'], where: 'page', inText: true },

  { id: 'palette', title: 'Commands', group: 'Window', keys: ['Mod+K'], where: 'page', inText: true },
  { id: 'keySheet', title: 'Keys', group: 'Window', keys: ['?'], where: 'page' },
  { id: 'shortcuts', title: 'Change keys', group: 'Window', keys: [], where: 'page' },
  { id: 'batchesPane', title: 'Batches pane on or off', group: 'Window', keys: ['Mod+B'], where: 'page' },
  { id: 'detailsPane', title: 'Details pane on or off', group: 'Window', keys: ['Mod+I'], where: 'page' },
  { id: 'nextRegion', title: 'Next part of the window', group: 'Window', keys: ['F6'], where: 'page', inText: true },
  { id: 'escape', title: 'One level up', group: 'Window', keys: ['Escape'], where: 'page' },
  { id: 'goLibrary', title: 'Go to the library', group: 'Window', keys: [], where: 'page' },
  { id: 'goQueue', title: 'Go to the queue', group: 'Window', keys: [], where: 'page' },
  { id: 'goSettings', title: 'Go to the settings', group: 'Window', keys: ['Mod+,'], where: 'page' },
] as const satisfies readonly Command[]

export type CommandId = (typeof commands)[number]['id']
