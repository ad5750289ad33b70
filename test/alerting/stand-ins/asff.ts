/**
 * What Security Hub checks of a finding, written from the AWS Security Hub API reference: AwsSecurityFinding, Resource, Severity, Recommendation,
 * FindingProviderFields ("Length Constraints", "Array Members", "Pattern"), and its page on timestamps.
 */
import assert from 'node:assert/strict';

const required = ['SchemaVersion', 'Id', 'ProductArn', 'GeneratorId', 'AwsAccountId', 'CreatedAt', 'UpdatedAt', 'Title', 'Description', 'Resources'];
/** Attributes that are used here; anything else the service does not know. */
const known = new Set([...required, 'FirstObservedAt', 'LastObservedAt', 'FindingProviderFields', 'RecordState', 'Remediation', 'ProductFields', 'Severity', 'Types']);
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
const namespaces = ['Software and Configuration Checks', 'TTPs', 'Effects', 'Unusual Behaviors', 'Sensitive Data Identifications'];

function text(value: unknown, most: number, name: string): void {
  assert.ok(typeof value === 'string' && /\S/.test(value), `${name} is empty`);
  assert.ok(value.length <= most, `${name} has ${value.length} characters of ${most}`);
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(value, /[\u0000-\u001f\u007f]/, name);
  assert.ok(value.isWellFormed(), name);
}

export function assertAsff(finding: Record<string, unknown>, account: string, region: string): void {
  for (const name of required) assert.ok(finding[name] !== undefined, `${name} is missing`);
  for (const name of Object.keys(finding)) assert.ok(known.has(name), `${name} is unknown`);
  assert.equal(finding['SchemaVersion'], '2018-10-08');
  text(finding['Id'], 512, 'Id');
  text(finding['GeneratorId'], 512, 'GeneratorId');
  text(finding['Title'], 256, 'Title');
  text(finding['Description'], 1_024, 'Description');
  assert.equal(finding['ProductArn'], `arn:aws:securityhub:${region}:${account}:product/${account}/default`);
  assert.equal(finding['AwsAccountId'], account, 'the account of the caller');
  for (const name of ['CreatedAt', 'UpdatedAt', 'FirstObservedAt', 'LastObservedAt']) assert.match(String(finding[name]), timestamp, name);
  const provided = finding['FindingProviderFields'] as { Severity?: { Label?: string; Original?: string }; Types?: string[] } | undefined;
  assert.ok(['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'].includes(provided?.Severity?.Label ?? ''), 'Severity');
  text(provided?.Severity?.Original, 64, 'Severity.Original');
  assert.ok((provided?.Types ?? []).length <= 50);
  for (const type of provided?.Types ?? []) assert.ok(namespaces.includes(type.split('/')[0] ?? '') && type.split('/').length <= 3, type);
  assert.ok(['ACTIVE', 'ARCHIVED'].includes(String(finding['RecordState'])));
  const { Recommendation } = finding['Remediation'] as { Recommendation: { Text: string } };
  text(Recommendation.Text, 512, 'Recommendation.Text');
  const fields = Object.entries(finding['ProductFields'] as Record<string, unknown>);
  assert.ok(fields.length <= 50);
  for (const [name, value] of fields) {
    text(name, 128, 'a key of ProductFields');
    text(value, 2_048, `ProductFields.${name}`);
  }
  const resources = finding['Resources'] as Record<string, unknown>[];
  assert.ok(resources.length >= 1 && resources.length <= 32);
  for (const resource of resources) {
    text(resource['Id'], 512, 'Resource.Id');
    text(resource['Type'], 256, 'Resource.Type');
    if (resource['Type'] !== 'Other') assert.match(String(resource['Id']), /^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:(?:service|task)\/[\w-]+\/[\w-]+$/);
    const { Other } = resource['Details'] as { Other: Record<string, unknown> };
    assert.ok(Object.keys(Other).length <= 50);
    for (const [name, value] of Object.entries(Other)) text(value, 1_024, `Details.Other.${name}`);
  }
  assert.ok(Buffer.byteLength(JSON.stringify(finding)) <= 240_000);
}
