/** Acts that run code with somebody else's rights in AWS: commands on machines, functions, tasks, builds, notebooks. */
import type { ApiActivity } from '#contract';
import { act, raised, type Act, type ActTable, type Gravity } from './act.ts';
import { inWords } from './pod-spec.ts';
import { hasField, objectsUnder, textAt, textsUnder } from './request.ts';

function ran(verbs: string, thing: string, gravity: Gravity, attack: string, detail: string, severity: Act['severity'] = 'medium'): Act {
  return { ...act('execution', gravity, severity, verbs, thing, attack), detail };
}

/** The credential endpoints of ECS tasks and of EC2: nothing in a task definition's command has to ask there. */
const credentialEndpoint = /169\.254\.170\.(?:2|23)|169\.254\.169\.254|fd00:ec2::254|AWS_CONTAINER_CREDENTIALS|ECS_CONTAINER_METADATA_URI|security-credentials/i;
/** Host paths that give the host away. */
const hostPath = /^\/(?:$|etc|root|proc|sys|var\/run|run|var\/lib\/(?:docker|ecs|kubelet|containerd)|home|boot|dev)/;

/** Task definitions: what rights a task has, and what of its host. */
function taskDefinition(activity: ApiActivity): Act {
  const { request } = activity;
  const role = textAt(request, 'taskRoleArn');
  const base = act('rights', 'notable', 'low', 'registered|register', 'the task definition', 'T1610');
  const facets: string[] = [];
  if (textsUnder(request, /^privileged$/i).includes('true')) facets.push('privileged');
  if (textAt(request, 'networkMode') === 'host') facets.push('host network');
  if (/^(?:host)$/.test(textAt(request, 'pidMode')) || textAt(request, 'ipcMode') === 'host') facets.push('host processes');
  for (const { sourcePath } of objectsUnder(request, /^host$/i)) {
    if (typeof sourcePath === 'string' && hostPath.test(sourcePath)) facets.push('host path');
  }
  const added = textsUnder(objectsUnder(request, /^capabilities$/i), /^add$/i);
  if (added.some((name) => /^(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|NET_ADMIN|DAC_READ_SEARCH|BPF)$/.test(name))) facets.push('capabilities');
  const isAsking = credentialEndpoint.test(textsUnder(request, /^(?:command|entryPoint)$/i).join(' '));
  if (isAsking) {
    return raised(base, { gravity: 'wrong', severity: 'high', facets: ['credential endpoint'], attack: 'T1552.005', after: 'with a command that asks for credentials' });
  }
  if (facets.length > 0) {
    return raised(base, { gravity: 'grave', severity: 'high', facets, attack: 'T1611', after: `with ${inWords(facets)}` });
  }
  const rights = [
    ...(role === '' ? [] : [`role ${role.slice(role.lastIndexOf('/') + 1)}`]),
    ...textsUnder(request, /^valueFrom$/i).slice(0, 20).map((secret) => `secret ${secret.slice(-120)}`),
  ];
  return rights.length > 0 ? raised(base, { severity: 'medium', facets: rights, attack: 'T1098.003', after: 'with other rights' }) : base;
}

function task(activity: ApiActivity): Act {
  const { request } = activity;
  const base = ran('started|start', 'a task of', 'notable', 'T1610', 'tasks', 'low');
  const facets: string[] = [];
  if (hasField(request['overrides'], /^(?:taskRoleArn|executionRoleArn)$/)) facets.push('other role');
  if (hasField(request['overrides'], /^command$/)) facets.push('other command');
  if (credentialEndpoint.test(JSON.stringify(request['overrides'] ?? {}))) {
    return raised(base, { gravity: 'wrong', severity: 'high', facets: ['credential endpoint'], attack: 'T1552.005', after: 'with a command that asks for credentials' });
  }
  if (facets.includes('other role')) return raised(base, { gravity: 'grave', severity: 'high', facets, after: 'with another role' });
  return facets.length > 0 ? raised(base, { severity: 'medium', facets, after: 'with another command' }) : base;
}

function functionConfiguration(activity: ApiActivity): Act | undefined {
  const { request } = activity;
  if (hasField(request, /^layers$/i)) {
    return raised(ran('added|add', 'a layer of code to the function', 'grave', 'T1525', 'functions'), { facets: ['layer'] });
  }
  return hasField(request, /^role$/i)
    ? raised(ran('gave|give', 'another role to the function', 'notable', 'T1098.003', 'functions'), { facets: ['role'] })
    : undefined;
}

function instanceAttribute(activity: ApiActivity): Act | undefined {
  const isScript = 'userData' in activity.request || textAt(activity.request, 'attribute') === 'userData';
  return isScript ? raised(ran('changed|change', 'the start script of the instance', 'grave', 'T1059.009', 'start scripts', 'high'), { facets: ['user data'] }) : undefined;
}

const profile = ran('gave|give', 'another role to the instance', 'grave', 'T1098.003', 'instance roles');
const shell = (thing: string): Act => ran('opened|open', thing, 'grave', 'T1021.008', 'shells');
const login = (thing: string): Act => ran('pushed|push', thing, 'grave', 'T1021.004', 'shells', 'high');
const command = ran('ran|run', 'a command on', 'grave', 'T1651', 'commands');
const passed = (thing: string): Act => ({ ...ran('set up|set up', thing, 'notable', 'T1648', 'jobs', 'low'), after: 'with a role of its choice' });
const notebook = ran('opened|open', 'the notebook', 'notable', 'T1059', 'notebooks');
const start = (thing: string): Act => ran('changed|change', `what runs at the start of ${thing}`, 'grave', 'T1546', 'start scripts', 'high');
const runCommand = (thing: string): Act => ran('ran|run', `a command on ${thing}`, 'grave', 'T1651', 'commands');

/** Which machines matters more than by which document. */
function onMachines({ request }: ApiActivity): Act {
  const [machine] = textsUnder(request, /^(?:instanceIds|targets)$/i).filter((id) => /^m?i-/.test(id));
  return machine === undefined ? command : { ...command, named: machine };
}

export const executionActs: ActTable = {
  'ssm.amazonaws.com': {
    SendCommand: onMachines,
    StartSession: ({ request }) => ({ ...shell('a shell on'), named: textAt(request, 'target') }),
    ResumeSession: { ...shell('a shell on'), gravity: 'notable' },
    StartAutomationExecution: { ...command, thing: 'the automation', gravity: 'notable' },
    CreateAssociation: { ...command, past: 'scheduled', infinitive: 'schedule', thing: 'commands on' },
    UpdateAssociation: { ...command, past: 'scheduled', infinitive: 'schedule', thing: 'commands on', gravity: 'notable' },
    CreateDocument: { ...command, past: 'wrote', infinitive: 'write', thing: 'the command document', gravity: 'notable' },
    UpdateDocument: { ...command, past: 'rewrote', infinitive: 'rewrite', thing: 'the command document', gravity: 'notable' },
    CreateActivation: { ...command, past: 'let', infinitive: 'let', thing: 'outside machines in, as', gravity: 'grave', attack: 'T1219' },
  },
  'ec2-instance-connect.amazonaws.com': {
    SendSSHPublicKey: login('a login key to the instance'),
    SendSerialConsoleSSHPublicKey: login('a login key to the serial console of'),
    OpenTunnel: shell('a tunnel to'),
  },
  'ec2.amazonaws.com': {
    ModifyInstanceAttribute: instanceAttribute,
    EnableSerialConsoleAccess: { ...shell('serial consoles of all instances'), named: '', severity: 'high' },
    AssociateIamInstanceProfile: profile,
    ReplaceIamInstanceProfileAssociation: profile,
    CreateInstanceConnectEndpoint: { ...shell('a way for logins into'), gravity: 'notable' },
    CreateClientVpnEndpoint: { ...shell('a private way into the network:'), attack: 'T1133', gravity: 'notable' },
  },
  'ecs.amazonaws.com': {
    RegisterTaskDefinition: taskDefinition,
    RunTask: task,
    StartTask: task,
    ExecuteCommand: { ...command, thing: 'a command in a container of', attack: 'T1609' },
    UpdateService: (activity) =>
      textAt(activity.request, 'enableExecuteCommand') === 'true'
        ? raised(ran('switched on|switch on', 'commands in containers of', 'notable', 'T1609', 'commands'), { facets: ['execute command'] })
        : undefined,
  },
  'lambda.amazonaws.com': {
    CreateFunction: { ...ran('created|create', 'the function', 'notable', 'T1648', 'functions'), after: 'with a role of its choice' },
    UpdateFunctionCode: ran('replaced|replace', 'the code of the function', 'grave', 'T1648', 'functions'),
    UpdateFunctionConfiguration: functionConfiguration,
    PublishLayerVersion: ran('published|publish', 'a layer of code named', 'notable', 'T1525', 'functions', 'low'),
  },
  'sagemaker.amazonaws.com': {
    CreatePresignedNotebookInstanceUrl: notebook,
    CreatePresignedDomainUrl: notebook,
    CreateNotebookInstance: { ...notebook, past: 'created', infinitive: 'create', gravity: 'notable' },
    CreateNotebookInstanceLifecycleConfig: start('notebooks:'),
    UpdateNotebookInstanceLifecycleConfig: start('notebooks:'),
    UpdateNotebookInstance: { ...start('the notebook'), gravity: 'notable', severity: 'medium' },
    CreateStudioLifecycleConfig: start('notebooks:'),
    CreateProcessingJob: passed('the job'),
    CreateTrainingJob: passed('the job'),
  },
  'glue.amazonaws.com': {
    CreateDevEndpoint: { ...passed('the development endpoint'), gravity: 'grave', severity: 'medium' },
    UpdateDevEndpoint: { ...login('a login key to the development endpoint'), detail: 'jobs' },
    CreateJob: passed('the job'),
    UpdateJob: passed('the job'),
    CreateSession: passed('the session'),
  },
  'cloudformation.amazonaws.com': {
    CreateStack: (activity) => (hasField(activity.request, /^roleARN$/i) ? raised(passed('the stack'), { facets: ['role'] }) : undefined),
    UpdateStack: (activity) => (hasField(activity.request, /^roleARN$/i) ? raised(passed('the stack'), { facets: ['role'] }) : undefined),
  },
  'codebuild.amazonaws.com': {
    CreateProject: passed('the build'),
    UpdateProject: passed('the build'),
    StartBuild: (activity) => (hasField(activity.request, /Override$/) ? raised(passed('the build'), { facets: ['override'], severity: 'medium', after: 'with other orders' }) : undefined),
  },
  'codestar.amazonaws.com': { CreateProject: passed('the project') },
  'datapipeline.amazonaws.com': { CreatePipeline: passed('the pipeline'), PutPipelineDefinition: passed('the pipeline') },
  'states.amazonaws.com': { CreateStateMachine: passed('the state machine'), UpdateStateMachine: passed('the state machine') },
  'elasticmapreduce.amazonaws.com': { RunJobFlow: passed('the cluster'), AddJobFlowSteps: runCommand('the cluster') },
  'batch.amazonaws.com': { RegisterJobDefinition: passed('the job definition') },
  'scheduler.amazonaws.com': { CreateSchedule: passed('the schedule') },
  'apigateway.amazonaws.com': { CreateIntegration: { ...passed('an integration of'), attack: 'T1546' }, CreateStage: { ...passed('a stage of'), attack: 'T1546' } },
  'cloudshell.amazonaws.com': { CreateSession: ran('opened|open', 'a shell in the console', 'notable', 'T1059.009', 'shells', 'low') },
  'iot.amazonaws.com': { CreateRoleAlias: passed('devices under') },
  'eks.amazonaws.com': { CreateFargateProfile: passed('pods under') },
  'cloudfront.amazonaws.com': {
    CreateFunction: ran('created|create', 'code at the edge:', 'notable', 'T1648', 'functions'),
    UpdateFunction: ran('replaced|replace', 'code at the edge:', 'notable', 'T1648', 'functions'),
    PublishFunction: ran('published|publish', 'code at the edge:', 'notable', 'T1648', 'functions'),
  },
};
