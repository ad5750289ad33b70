/** The source `s3` held to what every live source is held to. */
import { openNotices } from '../support/aws/s3-notices.ts';
import { contentOf, liveContract } from './live-contract.ts';

liveContract({
  name: 's3',
  async open(context) {
    const bench = await openNotices(context);
    return {
      source: () => bench.source(),
      async put(texts) {
        for (let at = 0; at < texts.length; at += 4) await bench.put(`app/${texts[at]}.log`, `${texts.slice(at, at + 4).join('\n')}\n`);
      },
      asked: () => bench.stub.requests.length,
      async texts(record) {
        return (await contentOf(record)).toString().trimEnd().split('\n');
      },
    };
  },
});
