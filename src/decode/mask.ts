/** Masking, as decoders use it: texts, raw records, request parameters. */
export { cut, mark, maskSecrets, shortenRaw } from './mask-text.ts';
export { maskObject, maskValue } from './mask-value.ts';
