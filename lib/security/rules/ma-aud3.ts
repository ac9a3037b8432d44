import { runtimes } from '../model/agents';
import { inAgentStacks } from '../model/agent-stacks';
import { textAt } from '../model/json';
import { reach } from '../model/reach';
import type { TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** The logs of an agent are encrypted and end some day. */
export const MA_AUD3: SecurityRule = {
  id: 'MA-AUD3',
  family: 'audit',
  severity: 'error',
  what: 'Every log group of an agent has a customer-managed key and a retention, and Runtimes and functions that reach an agent write to log groups of the app.',
  why: 'Logs of an agent quote what it was told and what it read. A group that the service creates by itself has neither key nor end.',
  fix: 'Declare the log group with a key and a retention before the service creates it',
  page: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html',
  controls: { nist: ['AU-9', 'AU-11', 'SC-28'], iso: ['A.8.15', 'A.8.24', 'A.8.10'], soc2: ['CC6.1', 'CC7.2'] },
  check: (index) => [...groups(index), ...ofRuntimes(index), ...ofFunctions(index)],
};

function groups(index: TemplateIndex): Finding[] {
  return inAgentStacks(index, 'AWS::Logs::LogGroup').flatMap((resource) => [
    ...(resource.properties.KmsKeyId === undefined
      ? [{ resource, location: 'Properties.KmsKeyId', detail: 'the log group has no customer-managed key' }]
      : []),
    ...(resource.properties.RetentionInDays === undefined
      ? [{ resource, location: 'Properties.RetentionInDays', detail: 'the log group keeps its events for ever' }]
      : []),
  ]);
}

function ofRuntimes(index: TemplateIndex): Finding[] {
  const names = logGroupNames(index);
  return runtimes(index)
    .filter((runtime) => {
      const ownName = textAt(runtime.properties, 'AgentRuntimeName');
      return !names.some(
        (name) =>
          name.startsWith('/aws/bedrock-agentcore/runtimes/') &&
          (name.includes(`\${${runtime.id}`) || (ownName !== undefined && name.includes(`/${ownName}-`))),
      );
    })
    .map((resource) => ({ resource, detail: 'the log group of the Runtime is left to the service to create' }));
}

function ofFunctions(index: TemplateIndex): Finding[] {
  const names = logGroupNames(index);
  const { reaching } = reach(index);
  return index
    .ofType('AWS::Lambda::Function')
    .filter((lambda) => {
      const ownName = textAt(lambda.properties, 'FunctionName');
      return (
        reaching.has(lambda.id) &&
        textAt(lambda.properties, 'LoggingConfig', 'LogGroup') === undefined &&
        !names.some((name) => name === `/aws/lambda/\${${lambda.id}}` || (ownName && name === `/aws/lambda/${ownName}`))
      );
    })
    .map((resource) => ({
      resource,
      location: 'Properties.LoggingConfig',
      detail: 'the log group of a function that reaches an agent is left to Lambda to create',
    }));
}

function logGroupNames(index: TemplateIndex): string[] {
  return index.ofType('AWS::Logs::LogGroup').flatMap((group) => textAt(group.properties, 'LogGroupName') ?? []);
}
