/** An example: the Lambda consumer with routes from two log groups, Container Insights and events. `node bin/app.ts` writes cdk.out. */
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { FargazerConsumer, TelemetryRoutes } from '../lib/index.ts';

const app = new App();
const stack = new Stack(app, 'Fargazer', { description: 'fargazer: runtime anomaly detection for AWS Fargate' });
const lambdaFolder = app.node.tryGetContext('lambdaFolder') as string | undefined;
const consumer = new FargazerConsumer(stack, 'Consumer', { lambdaFolder, alertEmails: ['security@example.com'], alarms: { dailyDollars: 5 } });
new TelemetryRoutes(stack, 'Routes', {
  foundation: consumer.foundation,
  function: consumer.function,
  logGroups: ['/ecs/checkout', '/ecs/search'],
  insightsClusters: ['production'],
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
