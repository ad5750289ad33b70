/**
 * What CloudWatch Logs checks of a line in the embedded metric format, written from the Amazon CloudWatch user guide, "Specification: Embedded metric format"
 * (root node, metadata object, MetricDirective, DimensionSet, MetricDefinition, target members) and the API reference, Dimension.
 */
import assert from 'node:assert/strict';

interface Directive {
  Namespace: string;
  Dimensions: string[][];
  Metrics: { Name: string; Unit?: string; StorageResolution?: number }[];
}

/** Gives the metrics that CloudWatch would make: name, dimensions and value. */
export function assertEmbeddedMetrics(line: string): { name: string; dimensions: Record<string, string>; value: number }[] {
  assert.match(line, /^\{.*\}\n$/);
  assert.ok(Buffer.byteLength(line) <= 262_144 - 26);
  const root = JSON.parse(line) as Record<string, unknown>;
  const { _aws: metadata } = root as { _aws: { Timestamp: number; CloudWatchMetrics: Directive[] } };
  assert.deepEqual(Object.keys(metadata).toSorted(), ['CloudWatchMetrics', 'Timestamp']);
  assert.ok(Number.isSafeInteger(metadata.Timestamp) && metadata.Timestamp > 1e12);
  return metadata.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) => {
    assert.match(Namespace, /^[\x21-\x7e]{1,256}$/);
    assert.ok(Metrics.length >= 1 && Metrics.length <= 100);
    return Dimensions.flatMap((set) => {
      assert.ok(set.length <= 30);
      const dimensions = Object.fromEntries(set.map((name) => [name, root[name]])) as Record<string, string>;
      for (const value of Object.values(dimensions)) assert.match(value, /^(?=.*\S)[\x20-\x7e]{1,1024}$/);
      return Metrics.map(({ Name, Unit }) => {
        assert.equal(Unit, 'Count');
        assert.equal(typeof root[Name], 'number', `${Name} has no target member`);
        return { name: Name, dimensions, value: root[Name] as number };
      });
    });
  });
}
