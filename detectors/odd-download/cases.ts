/** Stories of what comes in: which must fire, and which stay quiet. */
import type { Case } from '#contract';
import { at, connectionLines, every, ordinary, program, teachUntil } from '../case-lines.ts';

const curl = program('/usr/bin/curl');
const shell = program('/bin/sh');
const taught = ordinary(0, 60);
const fires = (second: number, object: string): Case['fires'] => [{ from: at(second - 60), to: at(second + 1), object, severity: 'low' }];
/** A store from which much is read all day, and a tool that reads a little of it. */
const store = (from: number, to: number, size = 1): string[] =>
  every(4, from, to, (second) => [...connectionLines({ at: second, to: '52.218.1.9', received: 3_000_000 * size }), ...connectionLines({ at: second + 1, to: '52.218.1.9', received: 3_000 * size, by: curl, lineage: [shell] })]);

export const cases: Case[] = [
  { title: 'fires when far more comes from a peer than ever did', records: [...taught, ...ordinary(60, 120), ...connectionLines({ at: 150, received: 8_000_000 })], teachUntil, fires: fires(150, 'received from payments.example') },
  { title: 'fires when a database is read out in many answers', records: [...taught, ...every(0.5, 125, 145, (second) => connectionLines({ at: second, to: '10.0.9.10', port: 5_432, received: 900_000 }))], teachUntil, fires: fires(145, 'received from 10.0.9.0/24') },
  { title: 'fires when a tool fetches from a store in use what it never fetched', records: [...taught, ...store(0, 60), ...store(60, 120), ...connectionLines({ at: 150, to: '52.218.1.9', received: 9_000_000, by: curl, lineage: [shell] })], teachUntil, fires: fires(150, 'received by /bin/curl') },
  { title: 'fires once for a download, not for the drops that follow it in its minute', records: [...taught, ...ordinary(60, 120), ...connectionLines({ at: 130, received: 30_000_000 }), ...every(3, 133, 170, (second) => connectionLines({ at: second, to: '10.0.9.10', port: 5_432, received: 2_000 }))], teachUntil, fires: fires(130, 'received from payments.example') },
  { title: 'stays quiet for a peer never met, for what comes in, and below the floor', records: [...taught, ...connectionLines({ at: 130, to: '203.0.113.77', received: 90_000_000, by: undefined }), ...connectionLines({ at: 131, side: 'server', port: 8_080, sent: 1_000, received: 50_000_000 }), ...connectionLines({ at: 190, received: 1_500_000 })], teachUntil, fires: [] },
  { title: 'stays quiet at ten times what was taught', records: [...taught, ...store(0, 60), ...ordinary(60, 120, 10), ...store(60, 120, 10), ...store(120, 180, 0.1)], teachUntil, fires: [] },
];
