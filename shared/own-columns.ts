/** Columns that Proofsheet adds to a sheet it writes back. Where a sheet is read they are passed over. */
export const ownColumns = [
  'proofsheet status',
  'proofsheet decision',
  'proofsheet file',
  'proofsheet model',
  'proofsheet seed',
  'proofsheet price',
] as const

export const isOwnColumn = (name: string): boolean => ownColumns.some((own) => own === name.trim().toLowerCase())
