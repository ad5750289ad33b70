/** Which objects of a queue were read: the last so many, so that a notification delivered again is dropped. */
import { hash } from 'node:crypto';

/** Characters of a hash: 48 bits, so that among thousands none is like another. */
const idLength = 8;

export class Applied {
  /** In the order in which they were read. */
  private readonly ids: Set<string>;
  private readonly most: number;

  /** `saved` is a text that `toString` gave, or anything. */
  constructor(saved: unknown, most: number) {
    this.most = most;
    this.ids = new Set(typeof saved === 'string' ? saved.match(/.{8}/g)?.slice(-most) : []);
  }

  has(identity: string): boolean {
    return this.ids.has(idOf(identity));
  }

  add(identity: string): void {
    this.ids.add(idOf(identity));
    if (this.ids.size <= this.most) return;
    for (const oldest of this.ids) {
      this.ids.delete(oldest);
      return;
    }
  }

  toString(): string {
    return [...this.ids].join('');
  }
}

function idOf(identity: string): string {
  return hash('sha1', identity, 'base64url').slice(0, idLength);
}
