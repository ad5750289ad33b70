/** What the container of the sidecar is, in any task definition: the construct, the examples and their test say the same. */
import { Duration } from 'aws-cdk-lib';
import { Capability } from 'aws-cdk-lib/aws-ecs';

/** Of ours alone: what a task keeps of its state while a container of it is started again. */
export const stateVolume = 'fargazer-state';
export const stateFolder = '/state';

/** 24224 is the log router's own port. */
export const logsPort = 24_225;

/** It ends within five seconds of SIGTERM, saved and delivered; twice that before it is killed. */
export const stopTimeout = Duration.seconds(10);

/** Its budget is 80 MiB, 105 with DynamoDB's client. At the limit the kernel ends it and nobody else. */
export const memoryReservationMiB = 96;
export const memoryLimitMiB = 160;

/** The shortest that ECS allows: a sidecar that was killed after a minute is back, one that cannot start is left alone. */
export const restartAttemptPeriod = Duration.seconds(60);

/** Wrong usage or configuration: starting it again would not mend that. Ending in peace (0) is not asked for while the task lives. */
export const ignoredExitCodes = [2];

/**
 * What is saved is at most half a minute old while it walks. One small program, no client: a second Node.js would cost
 * more memory than the limit leaves.
 */
export const healthCommand = ['CMD-SHELL', `find ${stateFolder} -maxdepth 1 -name 'state.sqlite*' -mmin -3 | grep -q .`];
export const healthCheck = { command: healthCommand, interval: Duration.seconds(60), timeout: Duration.seconds(5), retries: 3, startPeriod: Duration.seconds(60) };

/**
 * Of the default set only these serve the sensor: packets of the task, files of other users, and their open descriptors.
 * Without SYS_PTRACE nothing is taken away: the kernel then lets it look only at processes that have no more than it.
 */
export const droppedCapabilities = [
  Capability.AUDIT_WRITE, Capability.CHOWN, Capability.FOWNER, Capability.FSETID, Capability.KILL, Capability.MKNOD,
  Capability.NET_BIND_SERVICE, Capability.SETFCAP, Capability.SETPCAP, Capability.SYS_CHROOT,
];
