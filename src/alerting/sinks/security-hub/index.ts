/**
 * The sink `security-hub`: an alert as a finding of AWS Security Hub (ASFF), imported under the account's default product.
 * Format: AWS Security Hub API reference, BatchImportFindings; the answer is 200 although a finding failed.
 */
import type { SecurityHubClient } from '@aws-sdk/client-securityhub';
import { SinkError, type Sink } from '#contract';
import { awsFailure, entryFailure, type AwsPlace } from '../../aws/failure.ts';
import { clientSettings, type AwsDependencies } from '../../aws/settings.ts';
import { securityFinding } from './finding.ts';
import type { SecurityHubOptions } from './options.ts';

export function securityHub(options: SecurityHubOptions, dependencies: AwsDependencies = {}): Sink {
  const { account, region, onResolve = 'archive' } = options;
  const place: AwsPlace = { service: 'Security Hub', target: `account ${account} in ${region}`, permission: 'securityhub:BatchImportFindings' };
  let made: Promise<SecurityHubClient> | undefined;

  async function client(): Promise<SecurityHubClient> {
    const kit = await import('@aws-sdk/client-securityhub');
    return new kit.SecurityHubClient(clientSettings(region, options, dependencies));
  }

  return {
    name: 'security-hub',
    async send(alert) {
      const { BatchImportFindingsCommand } = await import('@aws-sdk/client-securityhub');
      made ??= client();
      const command = new BatchImportFindingsCommand({ Findings: [securityFinding(alert, { account, region, onResolve })] });
      const answer = await (await made).send(command).catch((error: unknown) => {
        throw failure(error, place);
      });
      if ((answer.FailedCount ?? 0) > 0 || (answer.SuccessCount ?? 0) < 1) throw entryFailure(answer.FailedFindings?.[0]?.ErrorCode, place);
    },
    async close() {
      (await made)?.destroy();
    },
  };
}

function failure(error: unknown, place: AwsPlace): SinkError {
  // The service's way of saying that nobody switched it on.
  if (error instanceof Error && error.name === 'InvalidAccessException') {
    return new SinkError('target-missing', `Security Hub is not switched on for ${place.target}; switch it on, or correct the configuration.`, false);
  }
  return awsFailure(error, place);
}
