/** Words by which miners are known: their programs, what they are told, and the pools they talk to. */

const programs = /^(?:xmrig(?:-\w+)?|xmr-stak\S*|minerd|cpuminer\S*|ccminer|ethminer|cgminer|bfgminer|nbminer|t-rex|lolminer|phoenixminer|gminer|teamredminer|kdevtmpfsi|kinsing|srbminer\S*|nanominer|nheqminer|claymore\S*|wildrig\S*|verthashminer|hellminer|moneroocean)$/i;
const told = /stratum\d?\+(?:tcp|ssl|tls|udp)|\b(?:randomx|cryptonight|kawpow|ethash|argon2\/chukwa|rx\/0|cn\/r)\b|--(?:donate-level|nicehash|cpu-priority|randomx-\w+|coin=|cpu-max-threads-hint)|\bxmrig\b|minexmr|supportxmr|nanopool|moneroocean|hashvault|2miners|f2pool|herominers|unmineable/i;
const pools = /(?:^|[.-])(?:xmr|monero|minexmr|supportxmr|nanopool|moneroocean|hashvault|2miners|f2pool|herominers|unmineable|nicehash|ethermine|c3pool|kryptex|zpool|prohashing|antpool|viabtc|slushpool|miningpoolhub|minergate|dwarfpool|crypto-pool|miningocean|stratum\d?)(?:[.-]|$)|(?:^|\.)(?:pool|mine|mining)\d?[.-]/i;

export function isMinerName(name: string): boolean {
  return programs.test(name.slice(0, 64));
}

/** The word that tells, among the arguments of a program; undefined where none does. */
export function minerWord(words: readonly string[]): string | undefined {
  for (const word of words) {
    const found = told.exec(word.slice(0, 256));
    if (found !== null) return found[0];
  }
  return undefined;
}

export function isPoolName(name: string): boolean {
  return pools.test(name.slice(0, 253));
}

/** Ports on which pools speak Stratum; services that are not found there by chance. */
export const poolPorts: ReadonlySet<number> = new Set([3032, 3333, 3334, 3357, 4444, 5555, 6666, 7777, 8888, 9999, 10_128, 10_300, 10_343, 13_333, 14_433, 14_444, 18_081, 20_128, 33_333, 45_560, 45_700, 55_555]);
