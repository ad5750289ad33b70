/** Unit prices of us-east-1 in dollars, each with where it was read; `isConfirmed` where two independent places agree. */

export interface Price {
  dollars: number;
  unit: string;
  source: string;
  isConfirmed: boolean;
}

export const prices = {
  shardHour: { dollars: 0.015, unit: 'provisioned shard and hour', source: 'trek10.com, 2023-09', isConfirmed: false },
  putUnit: { dollars: 0.014e-6, unit: 'PUT unit of 25 KB', source: 'trek10.com, 2023-09', isConfirmed: false },
  streamHour: { dollars: 0.04, unit: 'on-demand stream and hour', source: 'trek10.com, 2023-09', isConfirmed: false },
  onDemandInGb: { dollars: 0.08, unit: 'GB into an on-demand stream, records rounded up to 1 KB', source: 'trek10.com, 2023-09; the rounding: aws.amazon.com/kinesis/data-streams/pricing', isConfirmed: false },
  onDemandOutGb: { dollars: 0.04, unit: 'GB out of an on-demand stream', source: 'trek10.com, 2023-09', isConfirmed: false },
  lambdaGbSecond: { dollars: 0.0000133334, unit: 'GB-second on arm64', source: 'cloudchipr.com, 2024; git.mcrn.ar, 2026-05', isConfirmed: true },
  lambdaRun: { dollars: 0.2e-6, unit: 'run', source: 'git.mcrn.ar, 2026-05; from memory', isConfirmed: false },
  writeUnit: { dollars: 0.625e-6, unit: 'on-demand write of 1 KB', source: 'airbyte.com, 2025-07', isConfirmed: false },
  readUnit: { dollars: 0.125e-6, unit: 'on-demand consistent read of 4 KB', source: 'airbyte.com, 2025-07', isConfirmed: false },
  putObject: { dollars: 5e-6, unit: 'S3 PUT or LIST', source: 'c3x.dev', isConfirmed: false },
  getObject: { dollars: 0.4e-6, unit: 'S3 GET', source: 'c3x.dev', isConfirmed: false },
  storageGbMonth: { dollars: 0.023, unit: 'GB and month in S3 Standard', source: 'from memory', isConfirmed: false },
  tableGbMonth: { dollars: 0.45, unit: 'GB and month in DynamoDB with point-in-time recovery', source: 'from memory (0.25 and 0.20)', isConfirmed: false },
  key: { dollars: 1, unit: 'KMS key and month', source: 'factualminds.com', isConfirmed: false },
  keyRequest: { dollars: 3e-6, unit: 'request to KMS', source: 'factualminds.com', isConfirmed: false },
  alarm: { dollars: 0.1, unit: 'alarm (or metric of a computed one) and month', source: 'c3x.dev; per metric: from memory', isConfirmed: false },
  metric: { dollars: 0.3, unit: 'custom metric and month', source: 'cal53.calculator.city', isConfirmed: false },
  logGb: { dollars: 0.5, unit: 'GB into CloudWatch Logs', source: 'c3x.dev, 2026-06', isConfirmed: false },
  guardDutyFirst: { dollars: 1.5, unit: 'vCPU and month, the first 500', source: 'from memory', isConfirmed: false },
  guardDutyNext: { dollars: 0.75, unit: 'vCPU and month, the next 4,500', source: 'from memory', isConfirmed: false },
  guardDutyRest: { dollars: 0.25, unit: 'vCPU and month, what is over 5,000', source: 'from memory', isConfirmed: false },
} as const satisfies Record<string, Price>;
