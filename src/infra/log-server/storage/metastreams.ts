const METASTREAM = "$$"

export const isMetastream = (name: string): boolean => name.startsWith(METASTREAM)
export const metastreamOf = (name: string): string => METASTREAM + name
export const originalOf = (metastream: string): string => metastream.slice(METASTREAM.length)
