/** EventBridge, Security Hub and SES as their SDK clients speak to them, with the checks that their API references name. */
import { assertAsff } from './asff.ts';
import { openHttpService, type HttpService, type ServiceAnswer, type ServiceRequest } from './http-service.ts';

export interface AwsService {
  http: HttpService;
  /** What was taken, in order. */
  taken: Record<string, unknown>[];
  /** The next answers instead of the service's own, status 200 and all. */
  answer: ServiceAnswer | undefined;
  close(): Promise<void>;
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}): ServiceAnswer => ({ status, body: JSON.stringify(body), headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': '1', ...headers } });

/** An error as the JSON protocols of AWS tell it. */
export function awsError(status: number, name: string): ServiceAnswer {
  return json(status, { __type: name, message: 'User: arn:aws:iam::123456789012:user/secret is not welcome' }, { 'x-amzn-errortype': name });
}

async function open(serve: (request: ServiceRequest, taken: Record<string, unknown>[]) => ServiceAnswer): Promise<AwsService> {
  const taken: Record<string, unknown>[] = [];
  const http = await openHttpService((request) => {
    if (!String(request.headers.authorization).startsWith('AWS4-HMAC-SHA256 Credential=')) return awsError(403, 'MissingAuthenticationTokenException');
    return service.answer ?? serve(request, taken);
  });
  const service: AwsService = { http, taken, answer: undefined, close: () => http.close() };
  return service;
}

const bytes = (text: unknown): number => Buffer.byteLength(String(text ?? ''));

/** EventBridge API reference: PutEvents, PutEventsRequestEntry, PutEventsResultEntry; user guide: size of an entry. Failures of an entry come with status 200. */
export function openEventBridge(bus: string): Promise<AwsService> {
  return open((request, taken) => {
    if (request.headers['x-amz-target'] !== 'AWSEvents.PutEvents') return awsError(400, 'UnknownOperationException');
    const { Entries = [] } = JSON.parse(request.body) as { Entries?: Record<string, unknown>[] };
    if (Entries.length < 1 || Entries.length > 10) return awsError(400, 'ValidationException');
    const results = Entries.map((entry) => {
      const refuse = (code: string): Record<string, string> => ({ ErrorCode: code, ErrorMessage: 'no' });
      if (typeof entry['Source'] !== 'string' || typeof entry['DetailType'] !== 'string' || typeof entry['Detail'] !== 'string') return refuse('InvalidArgument');
      if (entry['Source'].startsWith('aws.')) return refuse('NotAuthorizedForSourceException');
      if (bytes(entry['DetailType']) > 128) return refuse('InvalidArgument');
      if (entry['EventBusName'] !== bus) return refuse('ResourceNotFoundException');
      if (14 + bytes(entry['Source']) + bytes(entry['DetailType']) + bytes(entry['Detail']) >= 262_144) return refuse('EntrySizeExceeded');
      const detail: unknown = JSON.parse(entry['Detail']);
      if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return refuse('MalformedDetail');
      taken.push(entry);
      return { EventId: `e${taken.length}` };
    });
    return json(200, { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results });
  });
}

/** Security Hub API reference: BatchImportFindings. What is wrong with a finding is told with status 200. */
export function openSecurityHub(account: string, region: string): Promise<AwsService> {
  const updatedById = new Map<string, string>();
  return open((request, taken) => {
    if (request.method !== 'POST' || request.path !== '/findings/import') return awsError(404, 'ResourceNotFoundException');
    const { Findings = [] } = JSON.parse(request.body) as { Findings?: Record<string, unknown>[] };
    if (Findings.length < 1 || Findings.length > 100) return awsError(400, 'InvalidInputException');
    const failed = Findings.flatMap((finding) => {
      try {
        assertAsff(finding, account, region);
      } catch (error) {
        return [{ Id: String(finding['Id']), ErrorCode: 'InvalidInput', ErrorMessage: String(error) }];
      }
      const id = String(finding['Id']);
      const updated = String(finding['UpdatedAt']);
      // An update that is not newer is taken and changes nothing.
      if ((updatedById.get(id) ?? '') < updated) {
        updatedById.set(id, updated);
        taken.push(finding);
      }
      return [];
    });
    return json(200, { FailedCount: failed.length, SuccessCount: Findings.length - failed.length, FailedFindings: failed });
  });
}

/** SES API v2 reference: SendEmail with raw content; 50 recipients, 40 MB. */
export function openSes(): Promise<AwsService> {
  return open((request, taken) => {
    if (request.method !== 'POST' || request.path !== '/v2/email/outbound-emails') return awsError(404, 'NotFoundException');
    const { Content, Destination } = JSON.parse(request.body) as { Content?: { Raw?: { Data?: string } }; Destination?: { ToAddresses?: string[] } };
    const data = Buffer.from(Content?.Raw?.Data ?? '', 'base64');
    const recipients = Destination?.ToAddresses?.length ?? 0;
    if (data.length === 0 || data.length > 40_000_000 || recipients < 1 || recipients > 50) return awsError(400, 'BadRequestException');
    taken.push({ ...(JSON.parse(request.body) as Record<string, unknown>), data: data.toString() });
    return json(200, { MessageId: `0100${taken.length}-000000` });
  });
}
