/** Options of the sink `jira-service-management`, as a configuration names them. */
import { z } from 'zod';
import { genieOptions } from '../opsgenie/options.ts';

export const jiraServiceManagementOptions = z.strictObject(genieOptions);

export type JiraServiceManagementOptions = z.input<typeof jiraServiceManagementOptions>;
