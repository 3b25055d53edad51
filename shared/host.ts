/**
 * What a host can do beside carrying the contract. Every ability is optional: the window asks for the function,
 * not for the host's name.
 */
export interface HostAbilities {
  /** Lets a person choose a folder; null where she changed her mind. */
  readonly chooseFolder?: () => Promise<string | null>
  /** Lets a person choose a file of this machine; null where she changed her mind. */
  readonly chooseFile?: () => Promise<string | null>
  /** Shows a file or a folder in the system's file manager. */
  readonly reveal?: (path: string) => Promise<void>
  readonly notify?: (title: string, body: string) => void
  /** The number on the program's icon; 0 takes it away. */
  readonly setBadge?: (count: number) => void
}

/** What the desktop's preload script puts on `window` as `proofsheetDesktop`; absent in a browser. */
export interface DesktopBridge {
  readonly abilities: HostAbilities
  readonly platform: string
}

/** Posted by the page to itself with one end of a new MessageChannel; the preload script carries that end to the engine. */
export const connectMessage = 'proofsheet:connect'

/** Smaller copies for the screen: longest side in pixels; `full` is the provider's own file. */
export const renditions = { small: 256, thumb: 512, large: 1024, preview: 1600, full: null } as const
export type RenditionName = keyof typeof renditions

/**
 * Where a picture is read, below the host's own origin: `/media/42/thumb?v=0f3a9c2b71de`. The hash makes it the picture's
 * own address, whatever library is open there, so that it is cached for ever.
 */
export const mediaPath = (imageId: number, rendition: RenditionName, sha256: string): string =>
  `/media/${imageId}/${rendition}?v=${sha256.slice(0, 12)}`
