import { type DesktopBridge, type HostAbilities, mediaPath, type RenditionName } from '#shared/host.ts'

declare global {
  interface Window {
    /** Put there by the desktop's preload script; absent in a browser. */
    readonly proofsheetDesktop?: DesktopBridge
  }
}

/** What this host can do beside the contract. Ask for the function, not for the host's name. */
export const abilities: HostAbilities = window.proofsheetDesktop?.abilities ?? {}

/** Whether the page runs in the desktop program and reaches the engine over a message port. */
export const hasMessagePort: boolean = window.proofsheetDesktop !== undefined

/** Where a picture is read: always below the page's own origin, in every host. */
export const mediaUrl = (image: { readonly id: number; readonly sha256: string }, rendition: RenditionName): string =>
  mediaPath(image.id, rendition, image.sha256)

/** Whether the Mod key is Command (macOS) and not Ctrl. */
export const isApple: boolean = /mac|darwin|iphone|ipad/i.test(window.proofsheetDesktop?.platform ?? navigator.platform)
