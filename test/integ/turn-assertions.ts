import { ExpectedResult, IntegTest, Match, type IApiCall } from '@aws-cdk/integ-tests-alpha';
import { Duration, Stack, type App, type Environment } from 'aws-cdk-lib/core';
import type { TurnWorkflow } from 'cdk-bedrock-managed-agents';

/** A turn takes minutes. CloudFormation waits an hour for the custom resource that polls. */
const POLLS = { totalTimeout: Duration.minutes(50), interval: Duration.seconds(30) };

/** Where an example starts its work, and which workflow runs the turn. */
export interface Started {
  readonly integ: IntegTest;
  readonly workflow: TurnWorkflow;
  /** The call that starts the work. */
  readonly start: IApiCall;
}

/** The test of an example, with its assertions in a stack of the same account and Region. */
export function integTest(app: App, env: Environment, testCases: Stack[]): IntegTest {
  const assertionStack = new Stack(app, 'Assertions', { env });
  testCases.forEach((stack) => assertionStack.addStackDependency(stack));
  return new IntegTest(app, 'Integ', { testCases, assertionStack, regions: [env.region ?? 'us-east-1'] });
}

/** Asserts that the work completes one turn, and that its evidence and outcome are in the bucket. */
export function expectCompletedTurn({ integ, workflow, start }: Started): void {
  const { stateMachineArn } = workflow.stateMachine;
  const ended = integ.assertions.awsApiCall('SFN', 'listExecutions', { stateMachineArn, statusFilter: 'SUCCEEDED' });
  ended.provider.addToRolePolicy({ Effect: 'Allow', Action: ['states:ListExecutions'], Resource: [stateMachineArn] });
  ended.expect(ExpectedResult.objectLike({ executions: Match.arrayWith([Match.objectLike({ status: 'SUCCEEDED' })]) }));
  ended.waitForAssertions(POLLS);

  // The execution of a turn succeeds whatever the outcome is: the outcome is in its output.
  const turn = integ.assertions.awsApiCall('SFN', 'describeExecution', {
    executionArn: ended.getAttString('executions.0.executionArn'),
  });
  turn.provider.addToRolePolicy({ Effect: 'Allow', Action: ['states:DescribeExecution'], Resource: ['*'] });
  turn.expect(ExpectedResult.objectLike({ output: Match.stringLikeRegexp('"outcome":"Completed"') }));

  const Bucket = workflow.evidenceBucket.bucketName;
  const evidence = integ.assertions.awsApiCall('S3', 'listObjectsV2', { Bucket, Prefix: 'turns/' });
  evidence.provider.addToRolePolicy({
    Effect: 'Allow',
    Action: ['s3:ListBucket'],
    Resource: [workflow.evidenceBucket.bucketArn],
  });
  evidence.expect(
    ExpectedResult.objectLike({
      Contents: Match.arrayWith([
        Match.objectLike({ Key: Match.stringLikeRegexp('items\\.jsonl$') }),
        Match.objectLike({ Key: Match.stringLikeRegexp('manifest\\.json$') }),
        Match.objectLike({ Key: Match.stringLikeRegexp('outcome\\.json$') }),
      ]),
    }),
  );
  start.next(ended).next(turn).next(evidence);
}
