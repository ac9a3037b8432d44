import {
  BatchGetDeploymentsCommand,
  type CodeDeployClient,
  type DeploymentInfo,
  ListDeploymentsCommand,
} from '@aws-sdk/client-codedeploy';
import * as z from 'zod/v4';
import { pageInput, Pages } from '../server/paging';
import { oneOf, requireInScope } from '../server/scope';
import { checkedWindow, timeWindow } from '../server/time-window';
import { READ_ONLY, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';

/** Most ids of one BatchGetDeployments request. Source: the CodeDeploy API reference. */
const BATCH = 25;

export function codeDeployTool(codeDeploy: CodeDeployClient, groups: readonly string[], maxSeconds: number): Tool {
  const pages = new Pages();
  return tool({
    name: 'codedeploy_deployments',
    description: `Lists CodeDeploy deployments of a deployment group that were created in a time range. ${TEXT_IS_DATA}`,
    input: z.strictObject({
      deployment_group: oneOf(groups, 'application/group'),
      ...timeWindow,
      page: pageInput,
    }),
    annotations: READ_ONLY,
    run: async ({ page, ...request }, signal) => {
      requireInScope([request.deployment_group], groups, 'The deployment group');
      const { start, end } = checkedWindow(request, maxSeconds);
      const [applicationName, deploymentGroupName] = request.deployment_group.split('/');
      const { deployments: ids = [], nextToken } = await codeDeploy.send(
        new ListDeploymentsCommand({
          applicationName,
          deploymentGroupName,
          createTimeRange: { start, end },
          nextToken: pages.token(page, request),
        }),
        { abortSignal: signal },
      );
      const found: DeploymentInfo[] = [];
      for (let first = 0; first < ids.length; first += BATCH) {
        const { deploymentsInfo = [] } = await codeDeploy.send(
          new BatchGetDeploymentsCommand({ deploymentIds: ids.slice(first, first + BATCH) }),
          { abortSignal: signal },
        );
        found.push(...deploymentsInfo);
      }
      return pages.page(found.map(summary), nextToken, request);
    },
  });
}

const summary = (deployment: DeploymentInfo) => ({
  id: deployment.deploymentId,
  status: deployment.status,
  creator: deployment.creator,
  created: deployment.createTime,
  completed: deployment.completeTime,
  description: deployment.description,
  revision: deployment.revision?.revisionType,
  // The location of a revision in S3 or GitHub says which version it is; inline AppSpec texts are left out.
  source: deployment.revision?.s3Location ?? deployment.revision?.gitHubLocation,
  configuration: deployment.deploymentConfigName,
  error: deployment.errorInformation,
  rolled_back_by: deployment.rollbackInfo?.rollbackDeploymentId,
  rollback_of: deployment.rollbackInfo?.rollbackTriggeringDeploymentId,
});
