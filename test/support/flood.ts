/** A flood: records of one service and one principal, each with names that were never used before. */
import { cloudTrailRecord, containerInsightsLine, fireLensLine, flowLine, kubernetesAuditLine } from '#contract';

/** A small generator with a fixed seed (mulberry32): the same flood every time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Letters alone, so that nothing is masked away. */
function word(random: () => number): string {
  return Array.from({ length: 10 }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join('');
}

export function flood(count: number, seed = 1): string[] {
  const random = seeded(seed);
  const startMs = Date.UTC(2026, 0, 5);
  const records: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const at = startMs + index * 700;
    const name = word(random);
    const kind = index % 5;
    if (kind === 0) records.push(fireLensLine({ at, service: 'target', task: 1, log: `${name} ${word(random)} ${word(random)}` }));
    else if (kind === 1) records.push(flowLine({ at, service: 'target', task: 1, to: `${1 + Math.floor(random() * 200)}.${index & 255}.${(index >> 8) & 255}.7`, port: 1 + (index % 60_000), bytes: 1 + Math.floor(random() * 1e9) }));
    else if (kind === 2) records.push(cloudTrailRecord({ at, id: `${name}-${index}`, role: 'target', source: `${name}.amazonaws.com`, name: `Put${name}`, request: { name } }));
    else if (kind === 3) records.push(kubernetesAuditLine({ at, id: `${name}-${index}`, user: 'target', verb: 'create', resource: name, namespace: word(random), name }));
    else records.push(containerInsightsLine({ at, service: 'target', task: index, cpu: random() * 1e9, memory: random() * 1e9 }));
  }
  return records;
}
