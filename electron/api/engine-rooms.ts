import type { AnySchema, ContractProcedure, ErrorMap, InferSchemaOutput, Meta } from '@orpc/contract'
import type { Contract } from '#shared/contract/index.ts'
import type { RenditionName } from '#shared/host.ts'

type Answer<Procedure> =
  Procedure extends ContractProcedure<infer In extends AnySchema, infer Out extends AnySchema, ErrorMap, Meta>
    ? unknown extends InferSchemaOutput<In>
      ? () => InferSchemaOutput<Out> | Promise<InferSchemaOutput<Out>>
      : (input: InferSchemaOutput<In>) => InferSchemaOutput<Out> | Promise<InferSchemaOutput<Out>>
    : never

/** A stored picture: its file, its type, and an entity tag that changes when its bytes would (without quotes). */
export interface MediaFile {
  readonly file: string
  readonly contentType: string
  readonly etag: string
}

/** What the API asks of the engine: a function per procedure of the contract, by the same names, and the pictures. */
export type EngineRooms = {
  readonly [Room in Exclude<keyof Contract, 'events'>]: {
    readonly [Name in keyof Contract[Room]]: Answer<Contract[Room][Name]>
  }
} & { readonly media: (imageId: number, rendition: RenditionName) => Promise<MediaFile> }
