/**
 * Events: what happened, one kind per meaning and not per vendor.
 * Names follow OCSF classes (network activity, DNS activity, API activity, detection finding)
 * and the OpenTelemetry data model (log record, metric point) where those have the word.
 */
import type { FeedName } from './feed.ts';
import type { JsonObject } from './json.ts';
import type { MetricList } from './metric-list.ts';
import type { FileActivity, ProcessActivity, Program, SocketActivity } from './sensor-event.ts';

/** Where a record stands, so that a person can open it. Enters no key, no state and no alert id. */
export interface Origin {
  file: string;
  /** From 1, in files that hold a record a line. */
  line?: number;
  /** From 0, in files that hold one JSON array or concatenated values. */
  record?: number;
  /** The record's own id where it has one (CloudTrail `eventID`, Kubernetes `auditID`). */
  eventId?: string;
}

/** Whom a record speaks of, in its own raw names; the engine files it under an owner by facts walked so far. */
export interface Subject {
  account?: string;
  region?: string;
  cluster?: string;
  service?: string;
  family?: string;
  revision?: string;
  /** Task id without its ARN (32 hex digits on Fargate). */
  task?: string;
  container?: string;
  networkInterface?: string;
  /** Own IP address of the task or host, where the record tells which side is its own. */
  address?: string;
  /** API caller without its session: role, user or service account. */
  principal?: string;
  session?: string;
  namespace?: string;
  workload?: string;
  pod?: string;
  host?: string;
  /** A name the user gave on the command line to records that carry none (`cpu=FILE`). */
  name?: string;
}

/** What all events have. */
export interface EventBase<Kind extends string> {
  kind: Kind;
  feed: FeedName;
  /** Event time: whole milliseconds since 1970. */
  timeMs: number;
  /** The rest of the event time in nanoseconds, 0 to 999,999. */
  timeNs: number;
  /** The record's own id where `hasOwnId`, else a hash of its content: the last part of the total key. */
  id: string;
  hasOwnId: boolean;
  /** How many records of one key and minute this event stands for; 1 as decoded. */
  count: number;
  subject: Subject;
  origin: Origin;
  /** The raw record, secrets masked, shortened to `rawLimit` characters. */
  raw: string;
}

/** Longest raw record kept in an event, in characters. */
export const rawLimit = 600;

export interface LogRecord extends EventBase<'log'> {
  /** Id of the kind of line: a pure function of this one line. */
  templateId: string;
  /** The line with what varies masked as `<*>`; at most 400 characters. */
  template: string;
  /** Level in upper case where the line tells one: FATAL, ERROR, WARN, INFO, DEBUG, TRACE. */
  severityText?: string;
  /** A frame of a stack trace or another line that goes on from the one before, known by its content. */
  isContinuation: boolean;
  /** A piece of a line that the log router split; pieces are joined in the walk. `text` is the piece. */
  piece?: { id: string; ordinal: number; isLast: boolean; text: string };
}

export type MetricUnit = 'ratio' | 'percent' | 'bytes' | 'bytes/s' | 'count' | 'count/s' | 'cpu-units' | 'seconds' | '1';

/**
 * The metrics of one subject in one minute: as decoded those of one record, on the tape those of all.
 * A million of them may wait, so they are columns: a list that many share, and numbers side by side.
 */
export interface MetricSet extends EventBase<'metrics'> {
  list: MetricList;
  /** The last value of the minute of each metric, by time and size; finite. */
  values: number[];
  /**
   * Of each metric four numbers: minimum, maximum, and the time of the last value in milliseconds and nanoseconds.
   * Absent where each has one value, of the event's own time.
   */
  spans?: number[] | undefined;
}

/** One or more connections between a client and a server, as far as the record tells the two apart. */
export interface NetworkActivity extends EventBase<'network'> {
  clientAddress: string;
  serverAddress: string;
  serverPort: number;
  /** IANA protocol number; 6 TCP, 17 UDP, 1 ICMP. */
  protocol: number;
  /** Which side the subject is, where the record tells it. */
  side: 'client' | 'server' | 'unknown';
  action: 'accept' | 'reject';
  /** Sums over the records that this event stands for. */
  clientSentBytes: number;
  serverSentBytes: number;
  packets: number;
  /** Start of the earliest flow, milliseconds. */
  startMs: number;
  /** Cloud service that the record names for the far side (`S3`, `DYNAMODB`, …), upper case. */
  serverService?: string;
  /** Name of the server that the record itself carries (TLS server name, HTTP host). */
  serverName?: string;
  /** Who holds the connection on the subject's side, where the sensor can know it; with its lineage. */
  program?: Program;
  lineage?: Program[];
  userId?: number;
  /** `open`: it begins; `traffic`: bytes since the last event of it; `close`: it ended, with the last bytes. Absent for flows. */
  activity?: 'open' | 'traffic' | 'close';
  /** Both ends inside the task (loopback). */
  isLocal?: boolean;
}

export interface DnsActivity extends EventBase<'dns'> {
  /** Lower case, without the final dot. */
  queryName: string;
  queryType: string;
  responseCode: string;
  /** Addresses and names answered; at most 32. */
  answers: string[];
  /** Bytes of the question's and the answer's payload, where known. */
  queryBytes?: number;
  answerBytes?: number;
}

export interface ApiActor {
  /** `AssumedRole`, `IAMUser`, `Root`, `AWSService`, … or `User`, `ServiceAccount`, `Node` in Kubernetes. */
  type: string;
  /** Role, user or account without session, as an ARN where there is one; `system:serviceaccount:ns:name` in Kubernetes. */
  principal: string;
  session?: string;
  accessKeyId?: string;
  account?: string;
  /** A service that called on somebody's behalf. */
  invokedBy?: string;
  groups?: string[];
  isMfaAuthenticated?: boolean;
}

export interface ApiActivity extends EventBase<'api'> {
  system: 'aws' | 'kubernetes';
  actor: ApiActor;
  /** `iam.amazonaws.com`, or the Kubernetes API group (`core` for the empty one). */
  service: string;
  /** `CreateUser`; in Kubernetes `verb resource[/subresource]`: `create pods/exec`. */
  operation: string;
  isReadOnly: boolean;
  /** What was acted upon: ARN or name; empty where none is named. */
  resource: string;
  /** Kubernetes namespace of the resource. */
  namespace?: string;
  outcome: 'success' | 'denied' | 'failure';
  errorCode?: string;
  sourceAddress?: string;
  userAgent?: string;
  /** Request parameters or request object, secrets masked, bounded in depth and size. */
  request: JsonObject;
  response: JsonObject;
}

export interface TaskState extends EventBase<'task'> {
  status: string;
  desiredStatus: string;
  createdMs?: number;
  startedMs?: number;
  stoppedMs?: number;
  stopCode?: string;
  stoppedReason?: string;
  launchType?: string;
  networkInterface?: string;
  addresses: string[];
  images: { container: string; image: string; digest?: string }[];
  /** `SERVICE_DEPLOYMENT_IN_PROGRESS` and its like, for events about a service and not about a task. */
  deployment?: string;
}

export interface DetectionFinding extends EventBase<'detection'> {
  product: string;
  type: string;
  title: string;
  severity: 'low' | 'medium' | 'high' | 'critical';
}

export interface CoverageEvent extends EventBase<'coverage'> {
  /** `working`: it works again, or still; said by whoever may fall silent for other reasons than having nothing to say. */
  state: 'late' | 'lossy' | 'silent' | 'working';
  /** What was lost or not seen, as a sentence. */
  detail: string;
  /** Of `working`: the same is said again within so many milliseconds, as long as it works. */
  nextWithinMs?: number;
}

export type FargazerEvent =
  | LogRecord
  | MetricSet
  | NetworkActivity
  | DnsActivity
  | ApiActivity
  | TaskState
  | DetectionFinding
  | CoverageEvent
  | ProcessActivity
  | SocketActivity
  | FileActivity;

export type EventKind = FargazerEvent['kind'];
