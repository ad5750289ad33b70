/** The log router that is there already: its outputs stay, and one more sends a copy to the sidecar. */
import { Annotations, type CfnResource, type IAspect } from 'aws-cdk-lib';
import { ContainerDefinition, FirelensLogRouter, FirelensLogRouterType, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IConstruct } from 'constructs';

/** What a Fluent Bit is to be given beside its own; why each value is as it is stands in docs/fluent-bit.md. */
export function routerOutput(port: number): string {
  return `[OUTPUT]
    Name                        forward
    Match                       *
    Host                        127.0.0.1
    Port                        ${port}
    Retry_Limit                 1
    Workers                     1
    net.connect_timeout         2
    net.keepalive               on
    net.keepalive_idle_timeout  3600
    storage.total_limit_size    5M
`;
}

const where = 'see docs/fluent-bit.md';

/** Visits the task definition when all its containers are known: a router may be added after the sidecar, or by the CDK itself. */
export class RouterWiring implements IAspect {
  private readonly task: TaskDefinition;
  private readonly routerFile: string | undefined;
  private readonly port: number;

  constructor(task: TaskDefinition, routerFile: string | undefined, port: number) {
    this.task = task;
    this.routerFile = routerFile;
    this.port = port;
  }

  visit(node: IConstruct): void {
    if (node !== this.task) return;
    const containers = node.node.children.filter((child) => child instanceof ContainerDefinition);
    const at = containers.findIndex((child) => child instanceof FirelensLogRouter);
    const router = containers[at];
    if (router === undefined) return this.withoutRouter();
    const { type, options } = (router as FirelensLogRouter).firelensConfig;
    if (type === FirelensLogRouterType.FLUENTD) return this.tell('fluentd', `The log router ${router.containerName} is Fluentd, whose configuration is left alone: copy its records to forward 127.0.0.1:${this.port}; ${where}.`);
    if (options?.configFileValue !== undefined) {
      if (options.configFileValue === this.routerFile) return;
      return this.tell('own-file', `The log router ${router.containerName} reads ${options.configFileValue}, which lies in its image and cannot be changed from here. Add to it:\n${routerOutput(this.port)}`);
    }
    if (this.routerFile === undefined) {
      return this.tell('no-file', `The log router ${router.containerName} has no file of its own yet, and Fargate takes none but from its image: put this into a file there and name it in routerFile; ${where}:\n${routerOutput(this.port)}`);
    }
    const definition = this.task.node.defaultChild as CfnResource;
    const path = `ContainerDefinitions.${at}.FirelensConfiguration.Options`;
    definition.addPropertyOverride(`${path}.config-file-type`, 'file');
    definition.addPropertyOverride(`${path}.config-file-value`, this.routerFile);
  }

  private withoutRouter(): void {
    this.tell('no-router', `No log router: what the containers of ${this.task.family} log goes past the sidecar, which sees processes, files and connections alone. A log driver has one destination: route through FireLens (${where}), or let a consumer read the log group.`);
  }

  private tell(id: string, sentence: string): void {
    Annotations.of(this.task).addInfoV2(`fargazer:${id}`, sentence);
  }
}
