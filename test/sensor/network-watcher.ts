/** Run by a test with fewer capabilities than the test has: tells who listens on the port it is given, and its ways, as JSON. */
import { runPart } from './network-support.ts';

const running = runPart({ without: process.argv[3] === undefined ? [] : ['packet-socket'] });
const listen = running.told.find(({ sighting }) => sighting.kind === 'socket' && sighting.localPort === Number(process.argv[2]));
console.log(JSON.stringify({ listen, ways: running.part.ways() }));
running.stop();
