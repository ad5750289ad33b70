/** The loop that `consume` is compared with: fetches the same answers, decodes base64 and parses each line as JSON, and does nothing else. */
export interface LoopUsage {
  cpuSeconds: number;
  lines: number;
}

async function main(endpoint: string, shards: readonly string[]): Promise<void> {
  const ask = async (iterator: string): Promise<{ Records: { Data: string }[]; NextShardIterator: string }> => {
    const response = await fetch(endpoint, { method: 'POST', headers: { 'x-amz-target': 'Kinesis_20131202.GetRecords', 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify({ ShardIterator: iterator, Limit: 10_000 }) });
    return JSON.parse(await response.text()) as { Records: { Data: string }[]; NextShardIterator: string };
  };
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  let lines = 0;
  const iterators = shards.map((shard) => `${shard}/0`);
  for (let left = shards.length; left > 0; ) {
    for (const [index, iterator] of iterators.entries()) {
      if (iterator === '') continue;
      const { Records, NextShardIterator } = await ask(iterator);
      for (const { Data } of Records) {
        for (const line of Buffer.from(Data, 'base64').toString('utf8').split('\n')) {
          if (line === '') continue;
          JSON.parse(line);
          lines += 1;
        }
      }
      iterators[index] = Records.length === 0 ? '' : NextShardIterator;
      if (Records.length === 0) left -= 1;
    }
  }
  const used = process.resourceUsage();
  const usage: LoopUsage = { cpuSeconds: (used.userCPUTime - userCPUTime + used.systemCPUTime - systemCPUTime) / 1e6, lines };
  process.send?.(usage);
}

if (process.send !== undefined) {
  const [endpoint = '', ...shards] = process.argv.slice(2);
  await main(endpoint, shards);
  process.disconnect();
}
