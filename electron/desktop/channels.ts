/** The only messages between the page's preload script and the main process. */
export const channels = {
  connect: 'proofsheet:connect',
  chooseFolder: 'proofsheet:choose-folder',
  chooseFile: 'proofsheet:choose-file',
  reveal: 'proofsheet:reveal',
  notify: 'proofsheet:notify',
  setBadge: 'proofsheet:set-badge',
} as const
