/** Addresses of an API beneath the address that a user gave. */

/** `base` with more path behind it, whether or not it ends in a slash; its query stays. */
export function below(base: URL, path: string): URL {
  const target = new URL(base);
  target.pathname = `${target.pathname.replace(/\/+$/, '')}/${path}`;
  return target;
}
