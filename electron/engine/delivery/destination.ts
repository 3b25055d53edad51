/**
 * Where a delivery goes: a folder, a bucket, or addresses that take a file each. The delivery decides what is written, skipped and removed; a destination
 * only knows how. Paths are relative to the target, with `/`: `approved/A1-2.png`.
 *
 * Every method throws AppError: `storage` where the destination cannot be read or written (the sentence ends with the way
 * on), `auth` where it does not know us, and `invalid-input` where it refuses this one path.
 */
export interface Destination {
  /** What a person is told: `/clients/shoes/BATCH`, `s3://bucket/prefix/BATCH`. */
  readonly target: string
  /** A file's whole address, for a person to open or copy. */
  addressOf(path: string): string
  /** So many files are looked at and written at once. */
  readonly filesAtOnce: number
  /** Why nothing can be delivered there, as far as can be seen without writing; null where nothing speaks against it. */
  refusal(): Promise<string | null>
  /** The whole text of a file; null where there is none. */
  readText(path: string): Promise<string | null>
  /** What stands at a path; null for nothing. */
  look(path: string): Promise<Standing | null>
  /** Makes the target and these folders in it, and takes away what a killed delivery left in half. */
  prepare(folders: readonly string[]): Promise<void>
  /** Writes text over what is there, whole or not at all; it lasts when this resolves. */
  writeText(path: string, pieces: Iterable<string>): Promise<void>
  /**
   * Writes a file over what is there, whole or not at all; it lasts when the next `settle` resolves. Answers why the
   * library's own file could not be had (missing, unreadable, other bytes than its name says), null where all is well.
   */
  put(path: string, content: Content): Promise<string | null>
  /** Everything put and removed before lasts when this resolves. */
  settle(): Promise<void>
  /** Removes a file; nothing where there is none. */
  remove(path: string): Promise<void>
  /** Removes these folders where they are empty. */
  removeEmpty(folders: readonly string[]): Promise<void>
  /** An address that gives a file to whoever has it, for so many seconds; absent where there is no such thing. */
  readonly link?: (path: string, seconds: number) => Promise<string>
  /** Where a picture went that lies outside of the target, without what is secret in it; absent where none does. */
  readonly sentTo?: (path: string) => string | null
  /** Files and their SHA-256 that the library itself remembers to have put there; absent where it can be looked at. */
  readonly remembered?: () => Iterable<readonly [path: string, sha256: string]>
  /** Whether a file that is no longer wanted can be taken away; absent where every one can. */
  readonly canRemove?: (path: string) => boolean
  /** What the destination cannot do, and what was done instead, one sentence each. */
  readonly notes?: () => readonly string[]
  /** Ends what is under way: it rejects with `canceled`. Absent where nothing takes long. */
  readonly stop?: () => void
  /** Lets go of connections. */
  close(): Promise<void>
}

/** Something that stands at a path of the destination. */
export interface Standing {
  /** Null for what is no plain file (a folder, a link). */
  readonly byteLength: number | null
  /** Two paths with the same identity are one file (a disk that knows no letter case); null where that cannot be. */
  readonly identity: string | null
  /** SHA-256 (hex) of its bytes; null where they may not be read, or nobody can say. */
  sha256(): Promise<string | null>
}

/** What goes into a file. */
export type Content =
  /** A picture of the library as it is: `file` is its path on this machine. */
  | {
      readonly kind: 'picture'
      readonly file: string
      readonly sha256: string
      readonly byteLength: number
      /** Null for a picture that came before it was kept; then `learnCrc32` is told, once the SHA-256 was right. */
      readonly crc32: number | null
      readonly learnCrc32: (crc32: number) => void
      readonly contentType: string
      /** Whether it may share its place on the disk with the library's own file. */
      readonly mayLink: boolean
    }
  /** Bytes made for this delivery. */
  | {
      readonly kind: 'bytes'
      readonly bytes: Uint8Array
      readonly sha256: string
      readonly contentType: string
    }
