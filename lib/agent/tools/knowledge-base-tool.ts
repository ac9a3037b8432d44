import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { KNOWLEDGE_BASE_READ_ACTIONS } from '../../identity/perms';
import { AgentNetworkService } from '../../network';
import { requirePattern, requireWholeNumber } from '../../validation/input-error';
import { bundledServer, type BundledToolOptions, checkOptions } from './bundled-server';
import { KNOWLEDGE_BASE_VARIABLES as VARIABLES } from '../../contracts/tool';
import type { ToolHost, ToolParts } from './tool-host';

/** The knowledge base that an agent can search. */
export interface KnowledgeBaseToolOptions extends BundledToolOptions {
  /** ARN of a Bedrock Knowledge Base of this account and Region. */
  readonly knowledgeBaseArn: string;

  /**
   * Maximum number of passages in one result, 1 to 100.
   *
   * @default 10
   */
  readonly maxResults?: number;
}

const WHERE = 'AgentTool.knowledgeBase';

export function checkKnowledgeBase(props: KnowledgeBaseToolOptions): void {
  checkOptions(WHERE, props);
  requirePattern(
    WHERE,
    'knowledgeBaseArn',
    props.knowledgeBaseArn,
    /^arn:aws[a-z-]*:bedrock:[a-z0-9-]+:\d{12}:knowledge-base\/[0-9A-Za-z]{10}$/,
    'arn:PARTITION:bedrock:REGION:ACCOUNT:knowledge-base/ID',
    'pass the ARN of the knowledge base, not its id',
  );
  requireWholeNumber(WHERE, 'maxResults', props.maxResults ?? 10, 1, 100, 'passages');
}

export function knowledgeBaseTool(props: KnowledgeBaseToolOptions, host: ToolHost): ToolParts {
  const { knowledgeBaseArn, maxResults = 10 } = props;
  const id = Stack.of(host.scope).splitArn(knowledgeBaseArn, ArnFormat.SLASH_RESOURCE_NAME).resourceName!;
  const variables = { [VARIABLES.knowledgeBaseId]: id, [VARIABLES.maxResults]: String(maxResults) };
  return {
    definition: bundledServer(host, { name: 'knowledge-base', variables, tools: ['retrieve'] }, props),
    executionStatements: [
      new PolicyStatement({
        sid: 'RetrieveFromKnowledgeBase',
        actions: KNOWLEDGE_BASE_READ_ACTIONS,
        resources: [knowledgeBaseArn],
      }),
    ],
    services: [AgentNetworkService.BEDROCK_AGENT_RUNTIME],
  };
}
